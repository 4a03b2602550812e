package counter

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
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
