package plan

import (
	"context"
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/club"
	"regulars/loyalty/referral"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/mem"
)

const ann = loyalty.MemberID("01HANN00000000000000000000")

var (
	sam    = loyalty.ByStaff("sam")
	taipei = time.FixedZone("Taipei", 8*3600)
	start  = time.Date(2026, 1, 5, 10, 0, 0, 0, taipei)
)

// world is a desk over a ledger, with a clock.
type world struct {
	t    testing.TB
	db   *mem.DB
	d    *Desk
	c    *club.Club
	now  time.Time
	ops  int
	told []Done
}

// rules have a plan by the month and one by the year with cash-back.
func rules() *loyalty.Programme {
	return &loyalty.Programme{
		Version: 1, Zone: taipei, Currency: loyalty.Currency{Code: "TWD"},
		Rate: loyalty.Rate{Points: 1, Per: 10}, Expiry: loyalty.Expiry{Version: 1, Kind: loyalty.Never},
		Rewards: []loyalty.Reward{{ID: "back", ValidFor: 365 * 24 * time.Hour, ToDayEnd: true}},
		Plans: []loyalty.Plan{
			{ID: "plus", Price: 310, Every: loyalty.SpanMonth, Trial: 14, Grace: 3, Refund: loyalty.PlanRefundProRata},
			{ID: "exec", Price: 1300, Every: loyalty.SpanYear, Grace: 30, Refund: loyalty.PlanRefundFull, RefundDays: 60,
				CashBack: loyalty.CashBack{Percent: 200, Cap: 1000, Reward: "back"}},
		},
	}
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, db: mem.New(mem.Twice), now: start}
	p := rules()
	at := func(time.Time) *loyalty.Programme { return p }
	b := &book.Book{Key: []byte("an installation's chain key, 32+"), Programme: at}
	v := &voucher.Desk{Book: b, Key: []byte("the key of codes and ids, 32 bytes"), Programme: at}
	w.d = &Desk{Book: b, Vouchers: v, Key: []byte("the key of references, 32 bytes and"), Programme: at}
	v.Plans = w.d.Of
	r := &referral.Desk{Key: []byte("the key of referrals, 32 bytes and"), Programme: at, Family: b.Family}
	w.c = &club.Club{Book: b, Vouchers: v, Referrals: r, Programme: at, After: w.d.Heard}
	return w
}

func (w *world) act() book.Act {
	w.ops++
	return book.Act{Op: loyalty.OpID(fmt.Sprint("op", w.ops)), Actor: sam, Now: w.now}
}

func (w *world) update(f func(store.Tx) error) error { return w.db.Update(context.Background(), f) }

func (w *world) view(f func(store.Reader) error) {
	w.t.Helper()
	if err := w.db.View(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) pay(m loyalty.MemberID, plan string, amount loyalty.Money, order loyalty.Order) (out Paid, err error) {
	a := w.act()
	err = w.update(func(tx store.Tx) (err error) {
		out, err = w.d.Record(tx, m, a, Pay{Plan: plan, Amount: amount, Order: order})
		return err
	})
	return out, err
}

func (w *world) mustPay(plan string, amount loyalty.Money) Paid {
	w.t.Helper()
	out, err := w.pay(ann, plan, amount, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) sell(amount loyalty.Money, order loyalty.Order) loyalty.Ref {
	w.t.Helper()
	a := w.act()
	var ref loyalty.Ref
	if err := w.update(func(tx store.Tx) error {
		out, err := w.c.Sale(tx, ann, a, loyalty.Sale{Amount: amount, Order: order})
		ref = out.Receipt.Entry().Ref
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return ref
}

func (w *world) back(ref loyalty.Ref, amount loyalty.Money) {
	w.t.Helper()
	a := w.act()
	if err := w.update(func(tx store.Tx) error {
		_, err := w.c.Refund(tx, ref, a, loyalty.Return{Amount: amount})
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
}

// to moves the clock to a local day at noon and lets time do what is due.
func (w *world) to(y int, m time.Month, d int) {
	w.t.Helper()
	w.now = time.Date(y, m, d, 12, 0, 0, 0, taipei)
	w.tick()
}

func (w *world) tick() {
	w.t.Helper()
	w.told = nil
	if _, err := w.d.Tick(context.Background(), w.db, w.now, func(_ store.Tx, d Done) error {
		if n := len(w.told); n > 0 && w.told[n-1].Member == d.Member {
			w.told = w.told[:n-1] // the store runs it twice
		}
		w.told = append(w.told, d)
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) stand() (x Run, s State) {
	w.t.Helper()
	w.view(func(r store.Reader) (err error) { x, s, err = w.d.Stand(r, ann, w.now); return err })
	return x, s
}

// vouchers are the member's, those that cash-back brought.
func (w *world) vouchers() (list []voucher.Voucher) {
	w.t.Helper()
	w.view(func(r store.Reader) (err error) { list, err = w.c.Vouchers.List(r, ann, w.now); return err })
	return list
}

// sum is what all days brought a plan.
func (w *world) sum(plan string) (sum Day) {
	w.t.Helper()
	w.view(func(r store.Reader) error {
		list, err := w.d.Days(r, plan, time.Time{}, w.now.AddDate(1, 0, 0))
		for _, d := range list {
			sum.add(d.Day)
		}
		return err
	})
	return sum
}

// actOf is an act of a number, for many at once.
func (w *world) actOf(n int) book.Act {
	return book.Act{Op: loyalty.OpID(fmt.Sprint("many", n)), Actor: sam, Now: w.now}
}
