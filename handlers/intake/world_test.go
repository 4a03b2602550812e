package intake

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

// clock stands still until it is moved.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time                       { return c.now }
func (c *clock) After(time.Duration) <-chan time.Time { return make(chan time.Time) }

// world is the café with a store.
type world struct {
	t     testing.TB
	db    store.DB
	shop  *shop.Shop
	clock *clock

	said    []string
	refused []string // "line: why"
}

func newWorld(t testing.TB, db store.DB) *world {
	t.Helper()
	text, _ := programme.Preset("cafe")
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		t.Fatal(complaints[0])
	}
	vault, err := people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: db, clock: &clock{time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)}}
	w.shop = shop.New(vault, func(time.Time) *programme.Programme { return p }, w.clock, rand.Reader, slog.New(slog.DiscardHandler))
	return w
}

// strict is a world that finds what is not locked, and runs everything twice.
func strict(t testing.TB) *world { return newWorld(t, mem.New(mem.Twice)) }

// onDisk is a world over a real file.
func onDisk(t testing.TB) *world {
	path := filepath.Join(t.TempDir(), "shop.db")
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{Window: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return newWorld(t, db)
}

// write makes a file of bytes.
func (w *world) write(name string, data []byte) string {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// try imports text as a file.
func (w *world) try(text string, opt Options) (Totals, error) {
	w.t.Helper()
	return w.tryFile(w.write("file.csv", []byte(text)), opt)
}

func (w *world) tryFile(path string, opt Options) (Totals, error) {
	w.t.Helper()
	if opt.Source == "" {
		opt.Source = "old-till"
	}
	w.said, w.refused = nil, nil
	i := Intake{
		DB: w.db, Shop: w.shop, Say: func(s string) { w.said = append(w.said, s) },
		Refused: func(_ string, line int, _, why string) error {
			w.refused = append(w.refused, fmt.Sprintf("%d: %s", line, why))
			return nil
		},
	}
	all, err := i.Run(context.Background(), []string{path}, opt)
	if err != nil {
		return Totals{}, err
	}
	return all[0], nil
}

// take is try that must succeed, in a later run than the one before, and whose
// totals must add up.
func (w *world) take(text string, opt Options) Totals {
	w.t.Helper()
	w.clock.now = w.clock.now.Add(time.Minute)
	t, err := w.try(text, opt)
	if err != nil {
		w.t.Fatal(err)
	}
	w.balanced(t)
	return t
}

func (w *world) balanced(t Totals) {
	w.t.Helper()
	sums := []Sum{t.Sum}
	var all Sum
	for _, s := range t.Stores {
		sums = append(sums, *s)
		all.Rows, all.Read, all.Opened = all.Rows+s.Rows, all.Read+s.Read, all.Opened+s.Opened
	}
	for _, s := range sums {
		if s.Rows != s.Taken+s.Unchanged+s.Refused || t.Kind == Balances && s.Read != s.Opened+s.Known+s.Lost {
			w.t.Errorf("the totals do not add up: %+v", s)
		}
	}
	if all.Rows != t.Rows || all.Read != t.Read || all.Opened != t.Opened {
		w.t.Errorf("stores sum to %+v, the file to %+v", all, t.Sum)
	}
}

// member finds whom a row brought.
func (w *world) member(id, phone string) (m loyalty.MemberID) {
	w.t.Helper()
	var p people.Phone
	if phone != "" {
		var err error
		if p, err = people.ParsePhone(phone, "TW"); err != nil {
			w.t.Fatal(err)
		}
	}
	err := w.db.View(context.Background(), func(r store.Reader) (err error) {
		m, err = w.shop.Vault.FindImported(r, "old-till", id, p)
		return err
	})
	if err != nil {
		w.t.Fatalf("%s %s: %v", id, phone, err)
	}
	return m
}

func (w *world) person(m loyalty.MemberID) (p people.Person) {
	w.t.Helper()
	if err := w.db.View(context.Background(), func(r store.Reader) (err error) { p, err = w.shop.Vault.Get(r, m); return err }); err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) account(m loyalty.MemberID) (a loyalty.Account) {
	w.t.Helper()
	if err := w.db.View(context.Background(), func(r store.Reader) (err error) { a, err = w.shop.Book.Account(r, m); return err }); err != nil {
		w.t.Fatal(err)
	}
	return a
}

// whole holds the ledger against its entries.
func (w *world) whole() {
	w.t.Helper()
	faults, err := w.shop.Book.Verify(context.Background(), w.db, nil)
	if err != nil || len(faults) > 0 {
		w.t.Errorf("verify: %v %v", faults, err)
	}
	if n, err := w.shop.Book.Rebuild(context.Background(), w.db, nil); n != 0 || err != nil {
		w.t.Errorf("rebuild changed %d rows: %v", n, err)
	}
}

// rows is everything that is stored, but what the runs note for themselves.
func (w *world) rows() string {
	w.t.Helper()
	var b strings.Builder
	err := w.db.View(context.Background(), func(r store.Reader) error {
		for row, err := range r.Scan(store.Range{}) {
			if err != nil {
				return err
			}
			if !bytes.HasPrefix(row.Key, []byte("intake/")) {
				fmt.Fprintf(&b, "%s=%x\n", row.Key, row.Value)
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return b.String()
}
