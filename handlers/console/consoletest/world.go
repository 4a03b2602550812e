// Package consoletest is a shop whose console is opened as a browser without a
// script would: pages are read, forms filled in and sent. It is for tests.
package consoletest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/survey"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

// Clock stands still until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time.
func (c *Clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

// After fires at once: nothing waits here.
func (c *Clock) After(time.Duration) <-chan time.Time {
	ch := make(chan time.Time, 1)
	ch <- c.Now()
	return ch
}

// Move moves the clock.
func (c *Clock) Move(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// World is a café with an owner, a manager, a manager of the store "main" alone,
// a clerk, and two members, Ann Lee and Bob.
type World struct {
	T     testing.TB
	DB    store.DB
	Shop  *shop.Shop
	Clock *Clock
	Log   *bytes.Buffer
	URL   string

	Console                     *console.Console
	Owner, Manager, Main, Clerk people.Staff
	Ann, Bob                    loyalty.MemberID
	ids                         int
}

// Options say what world.
type Options struct {
	Programme []byte                        // nil: the café's preset
	Change    []string                      // pairs, old and new, in the programme's text
	Strict    bool                          // the strict store in memory instead of a bolt file
	DB        store.DB                      // a store of the caller's, instead of both
	Parts     func(w *World) []console.Part // what the console consists of
}

// New opens the world at ten in the morning, Taipei, on Monday, 5 January 2026.
func New(t testing.TB, o Options) *World {
	t.Helper()
	v, err := people.NewVault(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	text := o.Programme
	if text == nil {
		text, _ = programme.Preset("cafe")
	}
	p, complaints := programme.Load([]byte(strings.NewReplacer(o.Change...).Replace(string(text))))
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	w := &World{T: t, Clock: &Clock{now: time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC)}, Log: &bytes.Buffer{}}
	if w.DB = o.DB; w.DB == nil {
		w.DB = open(t, o.Strict)
	}
	w.Shop = shop.New(v, func(time.Time) *programme.Programme { return p }, w.Clock, rand.Reader, slog.New(slog.NewTextHandler(&locked{w: w.Log}, nil)))
	w.Shop.Segments.DB, w.Shop.Rollups.DB, w.Shop.Metrics.DB = w.DB, w.DB, w.DB
	w.Shop.Channels = []shop.Channel{{Name: "tg", Platform: bot.Telegram, Handle: "cafe_bot"}}
	w.Owner, w.Manager = w.Employ("olga", people.Owner, ""), w.Employ("mia", people.Manager, "")
	w.Main, w.Clerk = w.Employ("max", people.Manager, "main"), w.Employ("sam", people.Clerk, "")
	w.Ann, w.Bob = w.Join("ann", "Ann Lee", "0912345678"), w.Join("bob", "Bob", "0987654321")
	w.Console = console.New(w.Shop, w.DB)
	if o.Parts != nil {
		for _, part := range o.Parts(w) {
			w.Console.Add(part)
		}
	}
	mux := http.NewServeMux()
	w.Console.Register(mux)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	w.URL = s.URL
	return w
}

func open(t testing.TB, strict bool) store.DB {
	t.Helper()
	if strict {
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

type locked struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) { l.mu.Lock(); defer l.mu.Unlock(); return l.w.Write(p) }

// Do does something in the store.
func (w *World) Do(f func(store.Tx) error) {
	w.T.Helper()
	if err := w.DB.Update(context.Background(), f); err != nil {
		w.T.Fatal(err)
	}
}

// See reads the store.
func (w *World) See(f func(store.Reader) error) {
	w.T.Helper()
	if err := w.DB.View(context.Background(), f); err != nil {
		w.T.Fatal(err)
	}
}

// Join makes a member with a proven number.
func (w *World) Join(user, name, phone string) (id loyalty.MemberID) {
	w.T.Helper()
	now := w.Clock.Now()
	w.Do(func(tx store.Tx) error {
		p, _, err := w.Shop.Vault.Meet(tx, people.Identity{Channel: "tg", User: user}, people.Seen{DisplayName: name, Language: "en"}, now, rand.Reader)
		if err != nil {
			return err
		}
		id = p.ID
		if _, err := w.Shop.Vault.Join(tx, id, shop.Wording, now, rand.Reader); err != nil || phone == "" {
			return err
		}
		n, err := people.ParsePhone(phone, "TW")
		if err != nil {
			return err
		}
		return w.Shop.Vault.SetPhone(tx, id, n, true, rand.Reader)
	})
	return id
}

// Employ makes an employee, who speaks English.
func (w *World) Employ(user string, role loyalty.Role, at loyalty.Store) (s people.Staff) {
	w.T.Helper()
	now := w.Clock.Now()
	w.Do(func(tx store.Tx) error {
		who := people.Identity{Channel: "tg", User: user}
		if _, _, err := w.Shop.Vault.Meet(tx, who, people.Seen{DisplayName: user, Language: "en"}, now, rand.Reader); err != nil {
			return err
		}
		code, err := w.Shop.Vault.Invite(tx, role, at, loyalty.ByJob("test"), now, people.CodeLife, rand.Reader)
		if err != nil {
			return err
		}
		s, err = w.Shop.Vault.Enrol(tx, code, who, now, rand.Reader)
		return err
	})
	return s
}

// Doubt has a member say that a line is wrong, on a visit.
func (w *World) Doubt(m loyalty.MemberID, v survey.Visit) (k survey.Case) {
	w.T.Helper()
	w.Do(func(tx store.Tx) error {
		words, err := w.Shop.SealWords(tx, m, "I paid more")
		if err != nil {
			return err
		}
		k, _, err = w.Shop.Surveys.Doubt(tx, m, 0, v, survey.Note{At: w.Clock.Now(), Sealed: words})
		return err
	})
	return k
}

// Sell records a sale of an employee's.
func (w *World) Sell(by people.Staff, m loyalty.MemberID, amount loyalty.Money) (rec book.Receipt) {
	w.T.Helper()
	w.ids++
	act := book.Act{Op: loyalty.OpID(fmt.Sprint("sale-", w.ids)), Now: w.Clock.Now(), At: w.Clock.Now(), Actor: by.ID.Actor(), Role: by.Role, Store: by.Store}
	w.Do(func(tx store.Tx) (err error) {
		rec, err = w.Shop.Book.Sell(tx, m, act, loyalty.Sale{Amount: amount, Order: loyalty.Order(fmt.Sprint("N", w.ids))})
		return err
	})
	return rec
}

// Points are what a member can spend.
func (w *World) Points(m loyalty.MemberID) (n loyalty.Points) {
	w.T.Helper()
	w.See(func(r store.Reader) error {
		b, err := w.Shop.Book.Balance(r, m, w.Clock.Now())
		n = b.Available
		return err
	})
	return n
}

// Open logs an employee in, as the link in the chat does.
func (w *World) Open(s people.Staff) *Browser {
	w.T.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.T.Fatal(err)
	}
	b := &Browser{w: w, Client: &http.Client{Jar: jar}}
	var token string
	w.Do(func(tx store.Tx) (err error) {
		token, err = w.Shop.Vault.NewConsoleLink(tx, s.ID, w.Clock.Now(), rand.Reader)
		return err
	})
	if p := b.Get("/console/in/" + token).Form("").Send(); p.Status != http.StatusOK && p.Status != http.StatusNotFound {
		w.T.Fatalf("logging in gave %d: %s", p.Status, p.Text())
	}
	return b
}
