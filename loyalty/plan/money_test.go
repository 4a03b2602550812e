package plan

import (
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

const bea = loyalty.MemberID("01HBEA00000000000000000000")

// use takes the newest voucher at the counter.
func (w *world) use() {
	w.t.Helper()
	a := w.act()
	if err := w.update(func(tx store.Tx) error {
		list, err := w.c.Vouchers.List(tx, ann, w.now)
		if err != nil {
			return err
		}
		_, _, err = w.c.Vouchers.Use(tx, w.c.Vouchers.CodeOf(list[0]), a)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
}

// late records a purchase that was made at another time.
func (w *world) late(amount loyalty.Money, at time.Time) loyalty.Ref {
	w.t.Helper()
	a := w.act()
	a.At = at
	var ref loyalty.Ref
	if err := w.update(func(tx store.Tx) error {
		out, err := w.c.Sale(tx, ann, a, loyalty.Sale{Amount: amount})
		ref = out.Receipt.Entry().Ref
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return ref
}

// worths are what the open and used vouchers are worth, the open ones first.
func (w *world) worths() (list []loyalty.Money) {
	for _, v := range w.vouchers() {
		if v.State == voucher.Open || v.State == voucher.Used {
			list = append(list, v.Worth)
		}
	}
	return list
}

func (w *world) wants(what string, want ...loyalty.Money) {
	w.t.Helper()
	got := w.worths()
	same := len(got) == len(want)
	for i := range got {
		same = same && got[i] == want[i]
	}
	if !same {
		w.t.Errorf("%s: vouchers of %v, want %v", what, got, want)
	}
}

func (w *world) owes(want loyalty.Money) {
	w.t.Helper()
	if x, _ := w.stand(); x.Owed != want {
		w.t.Errorf("%d are owed, want %d", x.Owed, want)
	}
}

// Of a voucher that lapsed nobody had anything: goods that come back later cost
// nothing of the next year's.
func TestLapsedCashBackIsNotOwed(t *testing.T) {
	w := newWorld(t)
	w.mustPay("exec", 1300)
	ref := w.sell(50_000, "")
	w.to(2027, 1, 5)
	w.wants("the first year", 1000)
	w.mustPay("exec", 1300)
	w.to(2028, 1, 6) // good for 365 days
	w.wants("lapsed")
	w.back(ref, 5_000)
	w.owes(0)
}

// A debt that a year's cash-back paid is a debt again when that year's goods come
// back.
func TestADebtIsNotWashedAway(t *testing.T) {
	w := newWorld(t)
	w.mustPay("exec", 1300)
	first := w.sell(5_000, "")
	w.to(2027, 1, 5)
	w.use()
	w.back(first, 0)
	w.owes(100)
	w.mustPay("exec", 1300)
	second := w.sell(8_000, "") // 160, of which 100 are owed
	w.to(2028, 1, 5)
	w.wants("the second year", 60, 100)
	w.owes(0)
	w.back(second, 6_000) // 40 are due: the voucher goes, and 60 are owed again
	w.wants("after most of it came back", 100)
	w.owes(60)
	w.back(second, 0)
	w.owes(100)
}

// What waits for stock waits for as long as it takes, whatever ends meanwhile.
func TestWaitingIsNotForgotten(t *testing.T) {
	w := newWorld(t)
	w.d.Programme(w.now).Rewards[0].Stock = new(int64)
	w.mustPay("exec", 1300)
	w.sell(5_000, "")
	w.to(2027, 1, 5) // sold out
	w.wants("sold out")
	w.to(2027, 3, 5) // the grace is over too
	if _, s := w.stand(); s != None {
		t.Fatalf("%q", s)
	}
	w.mustPay("exec", 1300)
	w.sell(10_000, "")
	w.to(2028, 4, 20)
	w.wants("still")
	*w.d.Programme(w.now).Rewards[0].Stock = 5
	w.to(2028, 4, 25)
	w.wants("both years", 200, 100)
	w.to(2028, 4, 28)
	w.wants("and once", 200, 100)

	w.d.Programme(w.now).Rewards[0].Stock = new(int64)
	w.mustPay("exec", 1300)
	w.sell(10_000, "")
	w.to(2029, 6, 20)
	a := w.act()
	a.Reason = []byte("left")
	if err := w.update(func(tx store.Tx) error { return w.c.Leave(tx, ann, a) }); err != nil {
		t.Fatal(err)
	}
	*w.d.Programme(w.now).Rewards[0].Stock = 9
	w.to(2029, 6, 25)
	if list := w.vouchers(); len(list) > 0 && list[0].State == voucher.Open {
		t.Errorf("who left got %+v", list[0])
	}
}

// A purchase that is told after its year was decided counts in it; coming back, it
// is owed no more than it brought.
func TestToldLate(t *testing.T) {
	w := newWorld(t)
	var told []Done
	w.d.Told = func(_ store.Tx, d Done) error { told = append(told, d); return nil }
	w.mustPay("exec", 1300)
	w.sell(5_000, "")
	w.to(2027, 1, 5)
	w.wants("the year", 100)
	last := time.Date(2027, 1, 4, 20, 0, 0, 0, taipei)
	ref := w.late(1_000, last)
	w.wants("with a receipt of the last evening", 120)
	w.use()
	again := w.late(500, last)
	w.wants("and another, after it was used", 10, 120)
	told = nil
	w.back(again, 0)
	w.owes(0)
	w.wants("which came back", 120)
	if len(told) == 0 || len(told[0].Fell) != 1 || told[0].Fell[0] != (Fell{Plan: "exec", By: 10}) {
		t.Errorf("told %+v", told)
	}
	w.back(ref, 0)
	w.owes(20)
}

// Of two plans of one person that end together, the year's purchases count in one.
func TestTwoPlansGiveAYearOnce(t *testing.T) {
	w := newWorld(t)
	w.mustPay("exec", 1300)
	w.now = w.now.Add(time.Minute)
	if _, err := w.pay(bea, "exec", 1300, ""); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Minute)
	w.sell(5_000, "")
	a := w.act()
	if err := w.update(func(tx store.Tx) error { _, err := w.c.Merge(tx, bea, ann, a); return err }); err != nil {
		t.Fatal(err)
	}
	w.to(2027, 3, 5) // nothing ticked for two months
	w.wants("both are over", 100)
}

// Two years of one plan from the same day that both waited for their voucher are two
// vouchers, though their members are one person by then.
func TestYearsThatWaitedAreGivenBoth(t *testing.T) {
	w := newWorld(t)
	none := int64(0)
	reward := &w.d.Programme(w.now).Rewards[0]
	reward.Stock = &none
	for _, m := range []loyalty.MemberID{ann, bea} {
		if _, err := w.pay(m, "exec", 1300, ""); err != nil {
			t.Fatal(err)
		}
		a := w.act()
		if err := w.update(func(tx store.Tx) error {
			_, err := w.c.Sale(tx, m, a, loyalty.Sale{Amount: 5_000})
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	w.to(2027, 1, 5)
	w.wants("out of stock")
	a := w.act()
	if err := w.update(func(tx store.Tx) error { _, err := w.c.Merge(tx, bea, ann, a); return err }); err != nil {
		t.Fatal(err)
	}
	reward.Stock = nil
	w.to(2027, 1, 6)
	w.wants("there are some again", 100, 100)
}

// The cap of a year is one however often a plan by the month is begun in it.
func TestTheCapIsOfAYear(t *testing.T) {
	w := newWorld(t)
	w.d.Programme(w.now).Plans[0].CashBack = loyalty.CashBack{Percent: 1000, Cap: 100, Reward: "back"}
	month := func(amount loyalty.Money) {
		w.mustPay("plus", 310)
		w.sell(amount, "")
		a := w.act()
		if err := w.update(func(tx store.Tx) error { _, err := w.d.Cancel(tx, ann, a); return err }); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.AddDate(0, 1, 1)
		w.tick()
	}
	month(700)
	w.wants("one month", 70)
	month(700)
	w.wants("two", 70, 30)
	month(700)
	w.wants("three", 70, 30)
	w.now = w.now.AddDate(1, 0, 0)
	month(700)
	w.wants("a year later, when those have lapsed", 70)
}

// A sale has the plan's points by when it was made, whenever it is told.
func TestPlanTimes(t *testing.T) {
	w := newWorld(t)
	w.mustPay("plus", 310) // 5 January to 4 February, and 3 days of grace
	at := func(m time.Month, d, hour int) (ids []string) {
		w.view(func(r store.Reader) error {
			list, err := w.d.Times(r, ann, w.now)
			f := loyalty.Facts{Plans: list}
			ids = f.PlansAt(time.Date(2026, m, d, hour, 0, 0, 0, taipei))
			return err
		})
		return ids
	}
	if len(at(1, 5, 9)) != 0 || len(at(1, 5, 11)) != 1 {
		t.Error("before it began, or after")
	}
	w.to(2026, 2, 20)
	if len(at(2, 7, 23)) != 1 || len(at(2, 8, 0)) != 0 {
		t.Error("told later: in its grace, or after")
	}
	w.mustPay("plus", 310)
	a := w.act()
	w.now = w.now.Add(time.Hour)
	a.Now = w.now
	if err := w.update(func(tx store.Tx) error { _, _, err := w.d.Refund(tx, ann, a); return err }); err != nil {
		t.Fatal(err)
	}
	if len(at(2, 20, 12)) != 1 || len(at(2, 20, 14)) != 0 {
		t.Error("refunded at one o'clock")
	}
}
