package counter

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

// tillWorld is a café with two members, a manager and two clerks, whose counter
// is asked over HTTP. It keeps its rows in a bolt file.
type tillWorld struct {
	t     *testing.T
	db    store.DB
	shop  *shop.Shop
	clock *clock
	url   string
	log   *syncBuffer
	out   *outbox

	ann, bob       loyalty.MemberID
	boss, sam, eve people.Staff
	ids            int
}

// outbox notes what is nudged after a commit.
type outbox struct {
	mu   sync.Mutex
	said []bot.Intent
}

func (o *outbox) Put(store.Tx, time.Time, ...bot.Intent) error       { return nil }
func (o *outbox) Renew(store.Tx, bot.IntentID, bot.ReplyToken) error { return nil }
func (o *outbox) Nudge(said ...bot.Intent) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.said = append(o.said, said...)
}
func (o *outbox) to(id loyalty.MemberID) (said []bot.Intent) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, i := range o.said {
		if i.Person == bot.PersonID(id) {
			said = append(said, i)
		}
	}
	return said
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}
func (s *syncBuffer) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

// strict are the tests whose store is the strict one, which runs every update
// twice and finds a row that is touched without its lock.
var strict = []string{"TestCounterUse", "TestCounterScan", "TestCounterUndo", "TestCounterCode", "TestCounterErased", "TestCounterPINs", "TestCounterStaff", "TestCounterGuessing"}

// openTillStore is a bolt file, or the strict store.
func openTillStore(t *testing.T) store.DB {
	t.Helper()
	if slices.Contains(strict, t.Name()) {
		return mem.New(mem.Twice)
	}
	path := filepath.Join(t.TempDir(), "regulars.db")
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{MmapSize: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// openTill makes the world at ten on a Monday morning. change may alter the
// programme's file.
func openTill(t *testing.T, change ...string) *tillWorld {
	t.Helper()
	v, err := people.NewVault(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := programme.Preset("cafe")
	text = []byte(strings.NewReplacer(change...).Replace(string(text)))
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	w := &tillWorld{t: t, db: openTillStore(t), clock: &clock{time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC)}, log: &syncBuffer{}, out: &outbox{}}
	w.shop = shop.New(v, func(time.Time) *programme.Programme { return p }, w.clock, rand.Reader, slog.New(slog.NewTextHandler(w.log, nil)))
	w.shop.PublicURL = "https://cafe.example"
	w.shop.Channels = []shop.Channel{{Name: "tg", Platform: bot.Telegram, Handle: "cafe_bot"}}
	mux := http.NewServeMux()
	(&Counter{Shop: w.shop, DB: w.db, Outbox: w.out}).Register(mux)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	w.url = s.URL
	w.ann, w.bob = w.member("ann", "Ann Lee", "0912345678"), w.member("bob", "Bob", "0987654321")
	w.boss, w.sam, w.eve = w.staff("boss", people.Manager, ""), w.staff("sam", people.Clerk, ""), w.staff("eve", people.Clerk, "main")
	return w
}

func (w *tillWorld) do(f func(store.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *tillWorld) member(user, name, phone string) (id loyalty.MemberID) {
	w.t.Helper()
	now := w.clock.now
	w.do(func(tx store.Tx) error {
		p, _, err := w.shop.Vault.Meet(tx, people.Identity{Channel: "tg", User: user}, people.Seen{DisplayName: name, Language: "en"}, now, rand.Reader)
		if err != nil {
			return err
		}
		id = p.ID
		if _, err := w.shop.Vault.Join(tx, id, shop.Wording, now, rand.Reader); err != nil {
			return err
		}
		n, err := people.ParsePhone(phone, "TW")
		if err != nil {
			return err
		}
		return w.shop.Vault.SetPhone(tx, id, n, true, rand.Reader)
	})
	return id
}

func (w *tillWorld) staff(user string, role loyalty.Role, at loyalty.Store) (s people.Staff) {
	w.t.Helper()
	now := w.clock.now
	w.do(func(tx store.Tx) error {
		who := people.Identity{Channel: "tg", User: user}
		if _, _, err := w.shop.Vault.Meet(tx, who, people.Seen{DisplayName: user, Language: "en"}, now, rand.Reader); err != nil {
			return err
		}
		code, err := w.shop.Vault.Invite(tx, role, at, loyalty.ByJob("test"), now, people.CodeLife, rand.Reader)
		if err != nil {
			return err
		}
		s, err = w.shop.Vault.Enrol(tx, code, who, now, rand.Reader)
		return err
	})
	return s
}

// give gives points by the shop itself.
func (w *tillWorld) give(id loyalty.MemberID, n loyalty.Points) {
	w.t.Helper()
	w.ids++
	w.do(func(tx store.Tx) error {
		_, err := w.shop.Book.Grant(tx, id, book.Act{Op: loyalty.OpID(fmt.Sprint("give-", w.ids)), Actor: loyalty.ByJob("test"), Now: w.clock.now}, "test", n, nil)
		return err
	})
}

// redeem gives a member a voucher for a reward.
func (w *tillWorld) redeem(id loyalty.MemberID, reward string) (v voucher.Voucher, code string) {
	w.t.Helper()
	w.ids++
	w.do(func(tx store.Tx) (err error) {
		v, _, err = w.shop.Club.Vouchers.Redeem(tx, id, book.Act{Op: loyalty.OpID(fmt.Sprint("redeem-", w.ids)), Actor: loyalty.ByMember(id), Now: w.clock.now}, reward)
		code = w.shop.Club.Vouchers.CodeOf(v).String()
		return err
	})
	return v, code
}

func (w *tillWorld) points(id loyalty.MemberID) (n loyalty.Points) {
	w.t.Helper()
	if err := w.db.View(context.Background(), func(r store.Reader) error {
		b, err := w.shop.Book.Balance(r, id, w.clock.now)
		n = b.Available
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// cardOf is what a member's card shows.
func (w *tillWorld) cardOf(id loyalty.MemberID) (token string, number people.CardCode) {
	w.t.Helper()
	w.do(func(tx store.Tx) (err error) {
		if number, err = w.shop.Vault.Card(tx, id, rand.Reader); err != nil {
			return err
		}
		token, err = w.shop.Vault.CardToken(tx, id, w.clock.now, people.CardLife)
		return err
	})
	return token, number
}

// entries are a member's entries of a kind.
func (w *tillWorld) entries(id loyalty.MemberID, kind loyalty.Kind) (list []loyalty.Entry) {
	w.t.Helper()
	if err := w.db.View(context.Background(), func(r store.Reader) error {
		all, err := w.shop.Book.History(r, id, 0, 1000)
		for _, e := range all {
			if e.Kind == kind {
				list = append(list, e)
			}
		}
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return list
}

// whole holds every entry against the ledger.
func (w *tillWorld) whole() {
	w.t.Helper()
	faults, err := w.shop.Book.Verify(context.Background(), w.db, nil)
	if err != nil || len(faults) > 0 {
		w.t.Errorf("the ledger: %v %v", faults, err)
	}
}

// answer is what the page gets.
type answer struct {
	status int
	raw    string
	header http.Header
	m      map[string]any
}

func (a answer) text(key string) string { s, _ := a.m[key].(string); return s }
func (a answer) num(key string) int64   { n, _ := a.m[key].(float64); return int64(n) }
func (a answer) list(key string) (all []map[string]any) {
	list, _ := a.m[key].([]any)
	for _, x := range list {
		m, _ := x.(map[string]any)
		all = append(all, m)
	}
	return all
}

// browser is a device's browser.
type browser struct {
	w       *tillWorld
	cookies map[string]*http.Cookie
	session string
}

func (w *tillWorld) browser() *browser { return &browser{w: w, cookies: map[string]*http.Cookie{}} }

// send makes one request with what a script of the page's own would add.
func (b *browser) send(method, path string, body any, change func(*http.Request)) answer {
	b.w.t.Helper()
	var reader io.Reader
	switch x := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(x)
	default:
		raw, err := json.Marshal(x)
		if err != nil {
			b.w.t.Fatal(err)
		}
		reader = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, b.w.url+"/counter/api/"+path, reader)
	if err != nil {
		b.w.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("X-Regulars", "counter")
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Accept-Language", "en")
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	if change != nil {
		change(r)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		b.cookies[c.Name] = c
	}
	a := answer{status: res.StatusCode, raw: string(raw), header: res.Header}
	if err := json.Unmarshal(raw, &a.m); err != nil {
		b.w.t.Fatalf("%s: %d %s", path, res.StatusCode, raw)
	}
	return a
}

func (b *browser) post(path string, body any) answer {
	b.w.t.Helper()
	return b.send(http.MethodPost, path, body, nil)
}

// must posts what has to succeed.
func (b *browser) must(path string, body map[string]any) answer {
	b.w.t.Helper()
	a := b.post(path, body)
	if a.status != http.StatusOK {
		b.w.t.Fatalf("%s: %d %s", path, a.status, a.raw)
	}
	return a
}

// refused posts what has to be refused so.
func (b *browser) refused(path string, body map[string]any, status int, code string) answer {
	b.w.t.Helper()
	a := b.post(path, body)
	if a.status != status || a.text("error") != code {
		b.w.t.Errorf("%s: %d %s, want %d %s", path, a.status, a.raw, status, code)
	}
	if a.text("text") == "" {
		b.w.t.Errorf("%s: nothing to show: %s", path, a.raw)
	}
	return a
}

// device registers a browser by a link of the manager's.
func (w *tillWorld) device() *browser {
	w.t.Helper()
	var link string
	w.do(func(tx store.Tx) (err error) {
		link, err = w.shop.Vault.NewDeviceLink(tx, "main", w.boss.ID, w.clock.now, rand.Reader)
		return err
	})
	b := w.browser()
	b.must("register", map[string]any{"token": link, "name": "Front"})
	return b
}

// pins are the PINs of everybody here.
const goodPIN = "2468"

// enter chooses a PIN at the device, or unlocks it.
func (b *browser) enter(s people.Staff) *browser {
	b.w.t.Helper()
	if a := b.post("unlock", map[string]any{"staff": s.ID, "pin": goodPIN}); a.status == http.StatusOK {
		b.session = a.text("session")
		return b
	}
	var code string
	b.w.do(func(tx store.Tx) (err error) {
		code, err = b.w.shop.Vault.NewPINCode(tx, s.ID, b.w.clock.now, rand.Reader)
		return err
	})
	b.session = b.must("pin", map[string]any{"staff": s.ID, "code": code, "pin": goodPIN}).text("session")
	return b
}

// act is the body of an act under a new id.
func (b *browser) act(more map[string]any) map[string]any {
	b.w.ids++
	m := map[string]any{"session": b.session, "id": fmt.Sprintf("act-%08d", b.w.ids), "at": b.w.clock.now}
	for k, v := range more {
		m[k] = v
	}
	return m
}

// found is the one member that is found.
func (b *browser) found(q string) map[string]any {
	b.w.t.Helper()
	a := b.must("find", map[string]any{"session": b.session, "q": q})
	if len(a.list("members")) != 1 {
		b.w.t.Fatalf("%q: %s", q, a.raw)
	}
	return a.list("members")[0]
}

func names(list []map[string]any, key string) (all []string) {
	for _, m := range list {
		s, _ := m[key].(string)
		all = append(all, s)
	}
	slices.Sort(all)
	return all
}
