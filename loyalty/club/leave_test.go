package club

import (
	"context"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// left lets a member leave, as the counter does before it erases them.
func (w *world) left(m loyalty.MemberID) {
	w.t.Helper()
	a := w.act("")
	a.Reason, a.Actor = []byte("left"), loyalty.ByMember(m)
	if err := w.update(func(tx store.Tx) error { return w.c.Leave(tx, m, a) }); err != nil {
		w.t.Fatalf("leave: %v", err)
	}
	delete(w.facts, m)
}

// brings lets a stranger come with a member's code.
func (w *world) brings(referrer, friend loyalty.MemberID) {
	w.t.Helper()
	if err := w.update(func(tx store.Tx) error {
		code, err := w.c.Referrals.Code(tx, referrer)
		if err != nil {
			return err
		}
		return w.c.Referrals.Bind(tx, friend, code, w.facts[friend], w.now)
	}); err != nil {
		w.t.Fatalf("bind: %v", err)
	}
}

// redeem takes a reward of the catalogue.
func (w *world) redeem(m loyalty.MemberID, reward string) (v voucher.Voucher) {
	w.t.Helper()
	a := w.act("")
	a.Actor = loyalty.ByMember(m)
	if err := w.update(func(tx store.Tx) (err error) {
		v, _, err = w.c.Vouchers.Redeem(tx, m, a, reward)
		return err
	}); err != nil {
		w.t.Fatalf("redeem: %v", err)
	}
	return v
}

// notices are the members who have a notice to be told of points by now.
func (w *world) notices() (list []loyalty.MemberID) {
	w.t.Helper()
	err := w.db.View(context.Background(), func(r store.Reader) error {
		due, err := w.c.Book.DueNotices(r, w.now, 100)
		for _, n := range due {
			if n.Points > 0 {
				list = append(list, n.Member)
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return list
}

// TestWhoLeftIsLeftAlone: somebody leaves with vouchers, points set aside and
// pending, a referral that is due on either side, and an anniversary ahead.
// Nothing comes to them any more, and the shop owes them nothing.
func TestWhoLeftIsLeftAlone(t *testing.T) {
	p := cafe()
	p.ReturnWindow, p.NoticeDays = 7*24*time.Hour, []int{30, 7, 1}
	p.Expiry = loyalty.Expiry{Version: 1, Kind: loyalty.AfterMonths, Months: 3}
	w := newWorld(t, p)
	w.join(bob)
	w.brings(bob, ann)
	w.join(ann)
	w.born(ann, time.June, 1)
	w.brings(ann, "CAT")
	w.join("CAT")
	for range 3 {
		w.buy(ann, 500) // a card full, a tier's points, and a purchase that counts
		w.days(1)
	}
	w.buy("CAT", 500)
	w.days(8)
	w.redeem(ann, "mug")
	late := w.buy(ann, 700) // still pending when she leaves
	want(t, "open before", w.vouchers(ann)[voucher.Open], 2)
	w.left(ann)
	want(t, "open after", w.vouchers(ann)[voucher.Open], 0)

	nothing := func(when string) {
		t.Helper()
		b := w.balance(ann)
		if b.Available != 0 || b.Pending != 0 || b.Held != 0 {
			t.Errorf("%s: she has %d and %d pending, %d held", when, b.Available, b.Pending, b.Held)
		}
	}
	nothing("at once")
	for range 400 {
		for _, h := range w.tick() {
			if h.Member == ann {
				t.Errorf("on %s she is told of %s %q", w.now.Format(time.DateOnly), h.Kind, h.Gift)
			}
		}
		for _, m := range w.notices() {
			if m == ann {
				t.Fatalf("on %s she has a notice", w.now.Format(time.DateOnly))
			}
		}
		w.days(1)
	}
	nothing("a year later")
	w.refund(late, loyalty.Return{}) // the shop may still do this
	a := w.account(ann)
	if err := a.Check(); err != nil {
		t.Error(err)
	}
}

// TestLeftWhileTheTickRuns: who leaves after a tick listed those who have their
// day gets nothing for it.
func TestLeftWhileTheTickRuns(t *testing.T) {
	w := newWorld(t, cafe())
	w.join(ann)
	w.buy(ann, 100)
	w.now = w.now.AddDate(1, 0, 0)
	w.left(ann)
	err := w.update(func(tx store.Tx) error {
		did, err := w.c.celebrate(tx, dueGift{member: ann}, "years", w.now, func(store.Tx, Happened) error { return nil })
		want(t, "celebrated", did, false)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	want(t, "vouchers", len(w.vouchers(ann)), 0)
}
