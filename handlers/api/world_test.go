package api

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
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/receipt"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/mem"
)

// clock is driven.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }
func (c *clock) After(time.Duration) <-chan time.Time {
	return nil
}
func (c *clock) pass(d time.Duration) { c.mu.Lock(); c.now = c.now.Add(d); c.mu.Unlock() }

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
func (o *outbox) to(id loyalty.MemberID) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, i := range o.said {
		if i.Person == bot.PersonID(id) {
			n++
		}
	}
	return n
}

// logged is the log, read while it is written.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) { l.mu.Lock(); defer l.mu.Unlock(); return l.b.Write(p) }
func (l *logged) String() string              { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

// world is a café of two stores with two members, asked over HTTP.
type world struct {
	t     testing.TB
	db    store.DB
	shop  *shop.Shop
	clock *clock
	url   string
	log   *logged
	out   *outbox
	rules *programme.Programme
	key   string // of the whole shop, with every scope

	ann, bob loyalty.MemberID
	mu       sync.Mutex
	ids      int
}

const secondStore = `[[store]]
id   = "east"
name = "轉角咖啡 東門店"

[[plan]]
id = "monthly"
name = { en = "Plus", zh-TW = "加值" }
price = 310
every = "month"

[earn]`

// open makes the world at ten on a Monday morning, in the strict store, which
// runs every update twice and finds a row that is touched without its lock.
func open(t testing.TB) *world {
	t.Helper()
	return openIn(t, mem.New(mem.Twice))
}

func openIn(t testing.TB, db store.DB) *world {
	t.Helper()
	v, err := people.NewVault(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := programme.Preset("cafe")
	p, complaints := programme.Load([]byte(strings.Replace(string(text), "[earn]", secondStore, 1)))
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	w := &world{t: t, db: db, rules: p, clock: &clock{now: time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC)}, log: &logged{}, out: &outbox{}}
	w.shop = shop.New(v, func(time.Time) *programme.Programme { return p }, w.clock, rand.Reader, slog.New(slog.NewTextHandler(w.log, nil)))
	w.shop.PublicURL = "https://cafe.example"
	w.shop.Channels = []shop.Channel{{Name: "tg", Platform: bot.Telegram, Handle: "cafe_bot"}}
	w.serve()
	w.ann, w.bob = w.member("ann", "Ann Lee", "0912345678", true), w.member("bob", "Bob", "0987654321", false)
	w.key = w.make(NewKey{Name: "Till", Scopes: Scopes})
	return w
}

// serve starts the server, or another one over the same store.
func (w *world) serve() {
	mux := http.NewServeMux()
	(&Server{Shop: w.shop, DB: w.db, Outbox: w.out}).Register(mux)
	s := httptest.NewServer(mux)
	w.t.Cleanup(s.Close)
	w.url = s.URL
}

func (w *world) do(f func(store.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) view(f func(store.Reader) error) {
	w.t.Helper()
	if err := w.db.View(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) make(n NewKey) (secret string) {
	w.t.Helper()
	n.By = loyalty.ByJob("test")
	w.do(func(tx store.Tx) (err error) {
		_, secret, err = Keys{w.shop}.Make(tx, n, w.clock.Now())
		return err
	})
	return secret
}

func (w *world) member(user, name, phone string, proven bool) (id loyalty.MemberID) {
	w.t.Helper()
	now := w.clock.Now()
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
		return w.shop.Vault.SetPhone(tx, id, n, proven, rand.Reader)
	})
	return id
}

// card is what a member's card shows: its QR's address and its number.
func (w *world) card(id loyalty.MemberID) (qr, number string) {
	w.t.Helper()
	w.do(func(tx store.Tx) error {
		code, err := w.shop.Vault.Card(tx, id, rand.Reader)
		if err != nil {
			return err
		}
		token, err := w.shop.Vault.CardToken(tx, id, w.clock.Now(), people.CardLife)
		qr, number = "https://cafe.example/c/"+token, code.String()
		return err
	})
	return qr, number
}

func (w *world) next() int { w.mu.Lock(); defer w.mu.Unlock(); w.ids++; return w.ids }

func (w *world) give(id loyalty.MemberID, n loyalty.Points) {
	w.t.Helper()
	op := loyalty.OpID(fmt.Sprint("give-", w.next()))
	w.do(func(tx store.Tx) error {
		_, err := w.shop.Book.Grant(tx, id, book.Act{Op: op, Actor: loyalty.ByJob("test"), Now: w.clock.Now()}, "test", n, nil)
		return err
	})
}

func (w *world) voucher(id loyalty.MemberID) (v voucher.Voucher, code string) {
	w.t.Helper()
	w.give(id, 60)
	op := loyalty.OpID(fmt.Sprint("redeem-", w.next()))
	w.do(func(tx store.Tx) (err error) {
		v, _, err = w.shop.Club.Vouchers.Redeem(tx, id, book.Act{Op: op, Actor: loyalty.ByMember(id), Now: w.clock.Now()}, "cookie")
		code = w.shop.Club.Vouchers.CodeOf(v).String()
		return err
	})
	return v, code
}

// claim credits a receipt's code to a member, as their chat does.
func (w *world) claim(id loyalty.MemberID, code receipt.Code) {
	w.t.Helper()
	op := fmt.Sprint("claim-", w.next(), "/")
	w.do(func(tx store.Tx) error {
		m, err := w.shop.Vault.Get(tx, id)
		if err != nil {
			return err
		}
		_, err = till.Till{Shop: w.shop}.Claim(&till.Call{
			Tx: tx, Now: w.clock.Now(), Tell: func(bot.Telling) {}, Printer: i18n.For(i18n.En),
			Op: func(part string) loyalty.OpID { return loyalty.OpID(op + part) },
		}, m, code)
		return err
	})
}

func (w *world) points(id loyalty.MemberID) (n loyalty.Points) {
	w.t.Helper()
	w.view(func(r store.Reader) error {
		b, err := w.shop.Book.Balance(r, id, w.clock.Now())
		n = b.Available - b.Debt
		return err
	})
	return n
}

// whole holds every entry against the ledger.
func (w *world) whole() {
	w.t.Helper()
	faults, err := w.shop.Book.Verify(context.Background(), w.db, nil)
	if err != nil || len(faults) > 0 {
		w.t.Errorf("the ledger: %v %v", faults, err)
	}
}

// said is an answer.
type said struct {
	Status int
	Header http.Header
	Raw    []byte
	Body   map[string]any
}

func (s said) num(name string) int64   { n, _ := s.Body[name].(float64); return int64(n) }
func (s said) text(name string) string { t, _ := s.Body[name].(string); return t }
func (s said) slug() string            { return strings.TrimPrefix(s.text("type"), typeBase) }

// ask sends a request; header holds pairs.
func (w *world) ask(method, path string, body any, header ...string) said {
	w.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			w.t.Fatal(err)
		}
		in = bytes.NewReader(raw)
	}
	r, err := http.NewRequest(method, w.url+Base+path, in)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.key)
	r.Header.Set("Accept-Language", "en")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if method == "POST" {
		r.Header.Set(opHeader, fmt.Sprint("request-", w.next()))
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Del(header[i])
		if header[i+1] != "" {
			r.Header.Set(header[i], header[i+1])
		}
	}
	return w.send(r)
}

func (w *world) send(r *http.Request) (s said) {
	w.t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Error(err)
		return s
	}
	defer res.Body.Close()
	s.Status, s.Header = res.StatusCode, res.Header
	if s.Raw, err = io.ReadAll(res.Body); err != nil {
		w.t.Error(err)
	}
	if strings.Contains(res.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(s.Raw, &s.Body); err != nil {
			w.t.Errorf("%s %s: %v: %.200s", r.Method, r.URL.Path, err, s.Raw)
		}
	}
	return s
}

// post is ask with POST that must be answered.
func (w *world) post(path string, body any, header ...string) said {
	w.t.Helper()
	s := w.ask("POST", path, body, header...)
	if s.Status != 200 {
		w.t.Fatalf("POST %s: %d %s", path, s.Status, s.Raw)
	}
	return s
}

func (w *world) get(path string) said {
	w.t.Helper()
	s := w.ask("GET", path, nil)
	if s.Status != 200 {
		w.t.Fatalf("GET %s: %d %s", path, s.Status, s.Raw)
	}
	return s
}

// refused is a POST that must be refused as a problem.
func (w *world) refused(status int, slug, path string, body any, header ...string) said {
	w.t.Helper()
	s := w.ask("POST", path, body, header...)
	if s.Status != status || s.slug() != slug || s.text("detail") == "" || s.Header.Get("Content-Type") != "application/problem+json" {
		w.t.Fatalf("POST %s: %d %s, want %d %s", path, s.Status, s.Raw, status, slug)
	}
	return s
}

// j is a JSON object.
type j = map[string]any
