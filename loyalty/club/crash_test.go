package club

import (
	"errors"
	"testing"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// TestCrashAtEveryWrite crashes a sale that brings everything, its refund, a
// join and a tick at each of their writes: what is there afterwards is all of it
// or nothing, and doing it again does it once.
func TestCrashAtEveryWrite(t *testing.T) {
	for what, op := range map[string]func(*world) error{
		"join": func(w *world) error {
			a := w.act("event")
			return w.update(func(tx store.Tx) error { _, err := w.c.Join(tx, "CAT", a); return err })
		},
		"sale": func(w *world) error { return richSale(w) },
		"refund": func(w *world) error {
			if err := richSale(w); err != nil {
				return err
			}
			a := w.act("back")
			return w.update(func(tx store.Tx) error {
				e, ok, err := w.c.Book.ByOrder(tx, ann, "A1")
				if err != nil || !ok {
					return errors.Join(err, errors.New("no sale"))
				}
				_, err = w.c.Refund(tx, e.Ref, a, loyalty.Return{})
				return err
			})
		},
		"claim": func(w *world) error {
			a := w.act("tap")
			return w.update(func(tx store.Tx) error { _, err := w.c.Claim(tx, ann, a, "birthday", "cake"); return err })
		},
	} {
		t.Run(what, func(t *testing.T) {
			clean := richWorld(t)
			writes := clean.db.Writes()
			if err := op(clean); err != nil {
				t.Fatal(err)
			}
			writes, done := clean.db.Writes()-writes, clean.db.Hash()
			for n := 1; n <= writes; n++ {
				w := richWorld(t)
				before := w.db.Hash()
				w.db.CrashAt(n)
				if err := op(w); !errors.Is(err, mem.ErrCrash) {
					t.Fatalf("write %d of %d: %v, want a crash", n, writes, err)
				}
				w.db.Reopen()
				if what != "refund" && w.db.Hash() != before { // a refund is the second of two commits
					t.Fatalf("write %d of %d left something behind", n, writes)
				}
				if err := op(w); err != nil {
					t.Fatalf("write %d of %d, again: %v", n, writes, err)
				}
				if w.db.Hash() != done {
					t.Fatalf("write %d of %d: done again it is not the same", n, writes)
				}
			}
		})
	}
}

// richWorld is a world in which Ann's next sale brings a prize, her fifth visit,
// a comeback, silver and the first step of a referral.
func richWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, cafe())
	w.p.Gifts[3].Visit = 3
	w.join(bob)
	bind(t, w)
	w.join(ann)
	for range 2 {
		w.buy(ann, 10)
		w.days(1)
	}
	w.days(70)
	w.born(ann, w.now.Month(), w.now.Day())
	return w
}

func richSale(w *world) error {
	a := w.act("event")
	return w.update(func(tx store.Tx) error {
		_, err := w.c.Sale(tx, ann, a, loyalty.Sale{Amount: 1500, Order: "A1"})
		return err
	})
}

// TestCrashInTick crashes a tick at each write; the next ticks give what is
// left, each gift once.
func TestCrashInTick(t *testing.T) {
	make := func() *world {
		w := richWorld(t)
		if err := richSale(w); err != nil {
			t.Fatal(err)
		}
		w.days(15)
		w.born(ann, w.now.Month(), w.now.Day())
		return w
	}
	clean := make()
	writes := clean.db.Writes()
	want(t, "told", len(clean.tick()), 3) // both sides of the referral, and a birthday
	writes = clean.db.Writes() - writes
	for n := 1; n <= writes; n++ {
		w := make()
		w.db.CrashAt(n)
		_, err := w.c.Tick(t.Context(), w.db, w.now, func(store.Tx, Happened) error { return nil })
		if !errors.Is(err, mem.ErrCrash) {
			t.Fatalf("write %d of %d: %v", n, writes, err)
		}
		w.db.Reopen()
		w.tick()
		for _, m := range []loyalty.MemberID{ann, bob} {
			want(t, "points of "+string(m), w.balance(m).Available, clean.balance(m).Available)
			want(t, "gifts of "+string(m), len(w.gifts(m)), len(clean.gifts(m)))
		}
	}
}
