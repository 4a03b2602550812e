package segment

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

// world is a shop with a clock: people, a ledger, and the rolls of both.
type world struct {
	t    testing.TB
	db   store.DB
	desk *Desk
	now  time.Time
	rand *rand.ChaCha8
	ops  int
}

var taipei = time.FixedZone("Asia/Taipei", 8*3600)

// rules give a point for each dollar, good for three months, and gold from 1,000
// in a year.
func rules() *loyalty.Programme {
	return &loyalty.Programme{
		Version: 1, Zone: taipei, Currency: loyalty.Currency{Code: "TWD"},
		Rate:   loyalty.Rate{Points: 1, Per: 1},
		Expiry: loyalty.Expiry{Version: 1, Kind: loyalty.AfterMonths, Months: 3},
		Tiers: loyalty.Tiers{By: loyalty.MeasureSpend, Window: loyalty.WindowCalendar,
			Levels: []loyalty.Level{{ID: "basic"}, {ID: "gold", At: 1000}}},
	}
}

func newWorld(t testing.TB, db store.DB) *world {
	v, err := people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	p := rules()
	at := func(time.Time) *loyalty.Programme { return p }
	w := &world{t: t, db: db, now: time.Date(2026, 3, 10, 12, 0, 0, 0, taipei), rand: rand.NewChaCha8([32]byte{1})}
	w.desk = &Desk{
		DB: db, Vault: v, Book: &book.Book{Key: v.ChainKey(), Programme: at}, Programme: at, Lang: "zh-TW",
		Platform: func(c string) (string, bool) {
			return map[string]string{"main": "line", "tg": "telegram"}[c], c == "main" || c == "tg"
		},
	}
	v.Changed, w.desk.Book.Changed = w.desk.PersonChanged, w.desk.Mark
	return w
}

// strict is a world that refuses what a lock is missing for, and runs every
// update twice.
func strict(t testing.TB) *world { return newWorld(t, mem.New(mem.Twice)) }

func (w *world) do(f func(store.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func who(name string) people.Identity { return people.Identity{Channel: "main", User: name} }

// member meets somebody who joins at once and agrees to offers.
func (w *world) member(name string) (m loyalty.MemberID) {
	w.t.Helper()
	w.do(func(tx store.Tx) error {
		p, _, err := w.desk.Vault.Meet(tx, who(name), people.Seen{DisplayName: name, Language: "en"}, w.now, w.rand)
		if err != nil {
			return err
		}
		m = p.ID
		if _, err = w.desk.Vault.Join(tx, m, "1", w.now, w.rand); err != nil {
			return err
		}
		return w.desk.Vault.SetConsent(tx, m, people.ForPromo, true, "1", w.now, w.rand)
	})
	return m
}

func (w *world) act() book.Act {
	w.ops++
	return book.Act{Op: loyalty.OpID(fmt.Sprint("op", w.ops)), Actor: loyalty.ByJob("test"), Store: "main", Now: w.now, Reason: []byte("why")}
}

// sell records a purchase in a store.
func (w *world) sell(m loyalty.MemberID, amount loyalty.Money, at loyalty.Store) loyalty.Ref {
	w.t.Helper()
	var got book.Receipt
	act := w.act()
	act.Store = at
	w.do(func(tx store.Tx) (err error) {
		got, err = w.desk.Book.Earn(tx, m, act, amount, loyalty.Order(act.Op))
		return err
	})
	return got.Entries[0].Ref
}

func (w *world) refund(ref loyalty.Ref, amount loyalty.Money) {
	w.t.Helper()
	act := w.act()
	w.do(func(tx store.Tx) error {
		_, err := w.desk.Book.RefundRef(tx, ref, act, loyalty.Return{Amount: amount})
		if loyalty.Refused(err) {
			return nil
		}
		return err
	})
}

func (w *world) days(n int) { w.now = w.now.AddDate(0, 0, n) }

func (w *world) refresh() int {
	w.t.Helper()
	n, err := w.desk.Refresh(context.Background(), w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// in counts a segment.
func (w *world) in(text string) int {
	w.t.Helper()
	c, err := w.desk.Count(context.Background(), w.expr(text), w.now)
	if err != nil {
		w.t.Fatalf("%s: %v", text, err)
	}
	return c.Members
}

func (w *world) expr(text string) *Expr {
	w.t.Helper()
	e, err := w.desk.Expr(text, w.now)
	if err != nil {
		w.t.Fatalf("%s: %v", text, err)
	}
	return e
}

// rows are the stored ones under a prefix.
func (w *world) rows(prefix string) map[string]string {
	w.t.Helper()
	all := map[string]string{}
	err := w.db.View(context.Background(), func(r store.Reader) error {
		for row, err := range r.Scan(store.Prefix([]byte(prefix))) {
			if err != nil {
				return err
			}
			all[string(row.Key)] = string(row.Value)
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func openBolt(t testing.TB) store.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "segment.db")
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
