package club

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// brim gives a member all the points that an account can hold.
func (w *world) brim(m loyalty.MemberID) (ref loyalty.Ref) {
	w.t.Helper()
	n := math.MaxInt64 - w.balance(m).Available
	a := w.act("")
	a.Reason = []byte("to the brim")
	if err := w.update(func(tx store.Tx) error {
		rec, err := w.c.Book.Give(tx, m, a, n)
		ref = rec.Entry().Ref
		return err
	}); err != nil {
		w.t.Fatalf("%v", err)
	}
	return ref
}

// invited is a world in which ann brought bob, whose purchase is due.
func invited(t *testing.T) (w *world, sale Outcome) {
	w = newWorld(t, cafe())
	w.join(ann)
	w.brings(ann, bob)
	w.join(bob)
	sale = w.buy(bob, 500)
	w.days(14)
	return w, sale
}

// TestReferrersShareWaits: a referrer whose account is full gets the reward by a
// tick after there is room, once; the friend has theirs at once.
func TestReferrersShareWaits(t *testing.T) {
	w, _ := invited(t)
	full := w.brim(ann)
	want(t, "told", len(w.tick()), 1)
	want(t, "friend", w.balance(bob).Available, 20+50+40)
	want(t, "told on the same day", len(w.tick()), 0)
	w.undo(full)
	was := w.balance(ann).Available
	w.days(1)
	told := w.tick()
	if len(told) != 1 || told[0].Member != ann || told[0].Points != 60 {
		t.Fatalf("told %+v", told)
	}
	for range 3 {
		want(t, "referrer", w.balance(ann).Available, was+60)
		want(t, "friend", w.balance(bob).Available, 20+50+40)
		want(t, "vouchers of the friend", w.vouchers(bob)[voucher.Open], 1)
		w.days(1)
		want(t, "told again", len(w.tick()), 0)
	}
}

// TestShareThatWaitsIsOverWithItsSale: a refund, or the friend's leaving, ends
// what had still to be given; what was given goes back with the sale.
func TestShareThatWaitsIsOverWithItsSale(t *testing.T) {
	for what, end := range map[string]func(*world, Outcome){
		"refunded": func(w *world, sale Outcome) {
			w.refund(sale, loyalty.Return{})
			want(t, "friend", w.balance(bob).Available, 20)
		},
		"friend left":   func(w *world, _ Outcome) { w.left(bob) },
		"referrer left": func(w *world, _ Outcome) { w.left(ann) },
	} {
		w, sale := invited(t)
		full := w.brim(ann)
		w.tick()
		if what != "referrer left" {
			w.undo(full)
		}
		end(w, sale)
		was := w.balance(ann).Available
		for range 2 {
			w.days(1)
			want(t, what+", told", len(w.tick()), 0)
		}
		want(t, what+", referrer", w.balance(ann).Available, was)
		if err := w.db.View(context.Background(), func(r store.Reader) error {
			due, err := w.c.Referrals.Due(r, w.now, 10)
			want(t, what+", due", len(due), 0)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBirthdaysPointsWait: who cannot have them on the day has them on a later
// one of the span, once, and keeps nobody from theirs.
func TestBirthdaysPointsWait(t *testing.T) {
	w := newWorld(t, cafe())
	for _, m := range []loyalty.MemberID{ann, bob} {
		w.join(m)
		w.born(m, time.May, 7)
	}
	full := w.brim(ann)
	w.now = on(2026, 5, 4)
	if told := w.tick(); len(told) != 1 || told[0].Member != bob {
		t.Fatalf("told %+v", told)
	}
	w.days(1)
	want(t, "told while it is full", len(w.tick()), 0)
	w.undo(full)
	w.days(1)
	if told := w.tick(); len(told) != 1 || told[0].Member != ann || told[0].Points != 5 {
		t.Fatalf("told %+v", told)
	}
	w.days(1)
	want(t, "told again", len(w.tick()), 0)
	want(t, "ann's points", w.balance(ann).Available, 25)
	want(t, "bob's points", w.balance(bob).Available, 25)
}

// TestManyWhoFailStarveNobody: a hundred and more at the front whose accounts
// are damaged, or full, keep nobody behind them from theirs.
func TestManyWhoFailStarveNobody(t *testing.T) {
	w := newWorld(t, cafe())
	w.join(ann)
	var friends []loyalty.MemberID
	for i := range page + 20 {
		friends = append(friends, loyalty.MemberID(fmt.Sprintf("F%03d", i)))
	}
	for _, m := range append(friends, bob) {
		w.brings(ann, m)
		w.join(m)
		w.now = w.now.Add(time.Second)
		w.buy(m, 500)
	}
	w.days(14)
	bad := map[loyalty.MemberID]bool{}
	for i, m := range friends {
		if bad[m] = i%2 == 0; !bad[m] {
			w.brim(m)
		}
	}
	facts := w.c.Book.Facts
	w.c.Book.Facts = func(r store.Reader, m loyalty.MemberID) (loyalty.Facts, error) {
		if bad[m] {
			return loyalty.Facts{}, fmt.Errorf("the row is damaged")
		}
		return facts(r, m)
	}
	heard := map[loyalty.MemberID]bool{}
	_, err := w.c.Tick(context.Background(), w.db, w.now, func(_ store.Tx, h Happened) error {
		heard[h.Member] = true
		return nil
	})
	if err == nil || !heard[bob] {
		t.Errorf("heard %v; failed: %v", heard, err != nil)
	}
	want(t, "bob's points", w.balance(bob).Available, 20+50+40)
	w.c.Book.Facts = facts
	w.tick()
	for _, m := range friends {
		if n := w.balance(m).Available; bad[m] && n != 20+50+40 {
			t.Errorf("%s has %d afterwards", m, n)
		}
	}
}
