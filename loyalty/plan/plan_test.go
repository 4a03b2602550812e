package plan

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/mem"
)

func local(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, taipei) }

// A month's plan from its trial to its end, by hand.
func TestMonthlyPlan(t *testing.T) {
	w := newWorld(t)
	try := func() (err error) {
		a := w.act()
		return w.update(func(tx store.Tx) error { _, err = w.d.Try(tx, ann, a, "plus", false); return err })
	}
	if err := try(); err != nil {
		t.Fatal(err)
	}
	if x, s := w.stand(); s != Trial || !x.To.Equal(local(2026, 1, 19)) { // 5 to 18 January
		t.Fatalf("%s until %s", s, x.To)
	}
	if err := try(); !errors.Is(err, ErrRuns) {
		t.Errorf("tried twice: %v", err)
	}
	var price *PriceError
	if _, err := w.pay(ann, "plus", 300, ""); !errors.As(err, &price) || price.Price != 310 {
		t.Errorf("another amount: %v", err)
	}
	var other *OtherError
	if _, err := w.pay(ann, "exec", 1300, ""); !errors.As(err, &other) {
		t.Errorf("another plan: %v", err)
	}
	w.to(2026, 1, 10)
	if out := w.mustPay("plus", 310); !out.Began || !out.Payment.From.Equal(local(2026, 1, 19)) || !out.Run.To.Equal(local(2026, 2, 19)) {
		t.Errorf("the first month: %+v", out.Payment)
	}
	w.to(2026, 2, 10) // early: it goes on from the end
	if out := w.mustPay("plus", 310); out.Began || !out.Run.To.Equal(local(2026, 3, 19)) {
		t.Errorf("the second month: to %s", out.Run.To)
	}
	w.to(2026, 3, 20) // in the grace, which is 19 to 21 March
	if _, s := w.stand(); s != Grace {
		t.Errorf("the day after: %q", s)
	}
	third := w.mustPay("plus", 310)
	if !third.Run.To.Equal(local(2026, 4, 19)) {
		t.Errorf("paid in the grace: to %s", third.Run.To)
	}
	a := w.act()
	if err := w.update(func(tx store.Tx) error { _, _, err := w.d.TakeBack(tx, third.Payment.Ref, a); return err }); err != nil {
		t.Fatal(err)
	}
	if x, s := w.stand(); s != Grace || !x.To.Equal(local(2026, 3, 19)) {
		t.Errorf("taken back: %q until %s", s, x.To)
	}
	w.to(2026, 3, 21)
	if _, s := w.stand(); s != Grace || len(w.told) != 0 {
		t.Errorf("the last day of the grace: %q", s)
	}
	w.to(2026, 3, 22)
	if _, s := w.stand(); s != None || len(w.told) != 1 || !w.told[0].Ended {
		t.Errorf("after it: %q, told %+v", s, w.told)
	}
	w.tick()
	if len(w.told) != 0 {
		t.Error("it ends twice")
	}
	if err := try(); !errors.Is(err, ErrTried) {
		t.Errorf("tried again: %v", err)
	}
	if out := w.mustPay("plus", 310); !out.Began || !out.Run.To.Equal(local(2026, 4, 22)) {
		t.Errorf("a new run: to %s", out.Run.To)
	}
	if sum := w.sum("plus"); sum != (Day{Began: 2, Tried: 1, Renewed: 1, Ended: 1, Paid: 930}) {
		t.Errorf("%+v", sum)
	}
}

// Cancelled it runs to its end, without a grace; refunded it ends at once.
func TestCancelAndRefund(t *testing.T) {
	w := newWorld(t)
	w.mustPay("plus", 310) // 5 January to 4 February: 31 days
	a := w.act()
	cancel := func() error {
		return w.update(func(tx store.Tx) error { _, err := w.d.Cancel(tx, ann, a); return err })
	}
	if err := cancel(); err != nil {
		t.Fatal(err)
	}
	if err := cancel(); !errors.Is(err, ErrEnded) {
		t.Errorf("cancelled twice: %v", err)
	}
	w.to(2026, 2, 4)
	if _, s := w.stand(); s != Ending {
		t.Errorf("the last day: %q", s)
	}
	w.to(2026, 2, 5)
	if _, s := w.stand(); s != None {
		t.Errorf("afterwards: %q", s)
	}
	w.mustPay("plus", 310) // 5 February to 4 March: 28 days
	w.mustPay("plus", 310) // and to 4 April: 31
	w.to(2026, 2, 11)      // 21 days are left of the first: 310 × 21/28 = 232.5
	var sum loyalty.Money
	a = w.act()
	if err := w.update(func(tx store.Tx) (err error) { _, sum, err = w.d.Refund(tx, ann, a); return err }); err != nil || sum != 233+310 {
		t.Errorf("%d comes back, %v", sum, err)
	}
	if x, s := w.stand(); s != None || !x.Refunded {
		t.Errorf("refunded: %q", s)
	}
	if d := w.sum("plus"); d != (Day{Began: 2, Renewed: 1, Cancelled: 1, Ended: 2, Paid: 930, Back: 543}) {
		t.Errorf("%+v", d)
	}
	a.Self = ann
	if err := w.update(func(tx store.Tx) error { _, err := w.d.Record(tx, ann, a, Pay{Plan: "plus", Amount: 310}); return err }); !errors.Is(err, loyalty.ErrSelf) {
		t.Errorf("recorded for oneself: %v", err)
	}
}

// A year's cash-back, by hand, with what comes back before and after it.
func TestYearOfCashBack(t *testing.T) {
	w := newWorld(t)
	w.sell(5000, "") // before the plan: does not count
	w.now = w.now.Add(time.Minute)
	w.mustPay("exec", 1300)
	w.to(2026, 3, 1)
	w.sell(10_000, "")
	kept := w.sell(2_050, "")
	gone := w.sell(8_000, "")
	w.back(gone, 0)
	w.to(2026, 12, 31)
	_, spent, back := w.soFar()
	if spent != 12_050 || back != 241 { // 2 % of 12,050
		t.Errorf("so far %d, of %d", back, spent)
	}
	w.to(2027, 1, 4)
	if len(w.vouchers()) != 0 {
		t.Error("given before the year is over")
	}
	w.to(2027, 1, 5)
	if list := w.vouchers(); len(list) != 1 || list[0].Worth != 241 || len(w.told) != 1 || w.told[0].Ended {
		t.Fatalf("%+v, told %+v", list, w.told)
	}
	w.back(kept, 50) // 2 % of 12,000
	if list := w.vouchers(); list[0].Worth != 240 || list[0].State != voucher.Open {
		t.Errorf("after 50 came back: %+v", list[0])
	}
	a := w.act()
	if err := w.update(func(tx store.Tx) error {
		_, _, err := w.c.Vouchers.Use(tx, w.c.Vouchers.CodeOf(w.vouchers()[0]), a)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	w.back(kept, 1_000) // 2 % of 11,000 is 220: 20 are owed
	w.mustPay("exec", 1300)
	w.to(2027, 6, 1)
	w.sell(70_000, "") // 1,400, capped at 1,000
	w.to(2028, 1, 5)
	if list := w.vouchers(); len(list) != 2 || list[0].Worth != 980 {
		t.Errorf("the second year: %+v", list)
	}
	w.to(2028, 2, 4) // 30 days of grace: 5 January to 3 February
	if _, s := w.stand(); s != None || len(w.vouchers()) != 2 {
		t.Errorf("%q", s)
	}
}

func (w *world) soFar() (from time.Time, spent, back loyalty.Money) {
	w.t.Helper()
	x, _ := w.stand()
	w.view(func(r store.Reader) (err error) { from, spent, back, err = w.d.SoFar(r, x, w.now); return err })
	return from, spent, back
}

// Who got the money back gets no cash-back for that year, and who leaves gets none.
func TestNoCashBack(t *testing.T) {
	for what, end := range map[string]func(*world) error{
		"refunded": func(w *world) error {
			a := w.act()
			return w.update(func(tx store.Tx) error { _, _, err := w.d.Refund(tx, ann, a); return err })
		},
		"left": func(w *world) error {
			a := w.act()
			a.Reason = []byte("left")
			return w.update(func(tx store.Tx) error { return w.c.Leave(tx, ann, a) })
		},
	} {
		w := newWorld(t)
		w.mustPay("exec", 1300)
		w.sell(1000, "")
		if err := end(w); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		w.to(2027, 3, 1)
		if _, s := w.stand(); s != None || len(w.vouchers()) != 0 || w.sum("exec").Ended != 1 {
			t.Errorf("%s: %q, %+v", what, s, w.vouchers())
		}
	}
}

// A payment that is told by many at once under one order number is one.
func TestOneOrderOnce(t *testing.T) {
	w := newWorld(t)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			_ = w.db.Update(context.Background(), func(tx store.Tx) error {
				_, err := w.d.Record(tx, ann, w.actOf(i), Pay{Plan: "plus", Amount: 310, Order: "R-7"})
				return err
			})
		})
	}
	all.Wait()
	if x, _ := w.stand(); x.Periods != 1 || w.sum("plus").Paid != 310 {
		t.Errorf("%d periods", x.Periods)
	}
	w.to(2026, 2, 3) // tills begin anew with their numbers
	if out, err := w.pay(ann, "plus", 310, "R-7"); err != nil || out.Replayed {
		t.Errorf("a month later: %+v, %v", out, err)
	}
}

// TestCrash crashes a payment and a year's end at each of their writes: all of it is
// there afterwards, or nothing, and doing it again does it once.
func TestCrash(t *testing.T) {
	for n := 1; n < 100; n++ {
		w := newWorld(t)
		w.mustPay("exec", 1300)
		w.sell(1000, "")
		w.now = local(2027, 3, 1)
		w.db.CrashAt(n)
		tell := func(store.Tx, Done) error { return nil }
		_, err := w.d.Tick(context.Background(), w.db, w.now, tell)
		crashed := errors.Is(err, mem.ErrCrash)
		w.db.Reopen()
		if err == nil {
			w.db.CrashAt(0)
		}
		w.tick()
		w.tick()
		if list := w.vouchers(); len(list) != 1 || list[0].Worth != 20 || w.sum("exec").Ended != 1 {
			t.Fatalf("write %d: %+v, %+v", n, list, w.sum("exec"))
		}
		if !crashed {
			return
		}
	}
	t.Error("it never gets through")
}

// Of two who become one, the plan that runs longer counts, and each purchase once.
func TestMerge(t *testing.T) {
	const bo = loyalty.MemberID("01HBO000000000000000000000")
	w := newWorld(t)
	w.mustPay("exec", 1300)
	if _, err := w.pay(bo, "exec", 1300, ""); err != nil {
		t.Fatal(err)
	}
	w.sell(1000, "")
	a := w.act()
	if err := w.update(func(tx store.Tx) error { _, err := w.c.Merge(tx, bo, ann, a); return err }); err != nil {
		t.Fatal(err)
	}
	w.to(2027, 1, 5)
	if list := w.vouchers(); len(list) != 1 || list[0].Worth != 20 {
		t.Errorf("%+v", list)
	}
	w.to(2027, 3, 5)
	if _, s := w.stand(); s != None || len(w.vouchers()) != 1 || w.sum("exec").Ended != 2 {
		t.Errorf("%q, %+v", s, w.sum("exec"))
	}
}
