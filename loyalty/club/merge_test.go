package club

import (
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

func (w *world) merge(from, into loyalty.MemberID) (book.Receipt, error) {
	return w.receipt(func(tx store.Tx, a book.Act) (book.Receipt, error) { return w.c.Merge(tx, from, into, a) })
}

func (w *world) unmerge(from loyalty.MemberID) (book.Receipt, error) {
	return w.receipt(func(tx store.Tx, a book.Act) (book.Receipt, error) { return w.c.Unmerge(tx, from, a) })
}

func (w *world) receipt(f func(store.Tx, book.Act) (book.Receipt, error)) (rec book.Receipt, err error) {
	w.t.Helper()
	a := w.act("")
	err = w.update(func(tx store.Tx) (err error) {
		rec, err = f(tx, a)
		return err
	})
	return rec, err
}

// TestMergedCardsAndGifts: what one of two was given once both have had, their
// visits and vouchers are one's, and each has their own again afterwards.
func TestMergedCardsAndGifts(t *testing.T) {
	w := newWorld(t, cafe())
	w.born(ann, time.March, 4)
	w.born(bob, time.March, 5)
	w.join(ann)
	w.join(bob)
	want(t, "birthday gifts before", w.ticked(loyalty.GiftBirthday), 2) // each with a choice
	for range 3 {
		w.buy(bob, 100)
		w.days(1)
	}
	w.buy(ann, 100)
	cards := w.vouchers(bob)
	want(t, "bob's prize", cards[voucher.Open], 1)
	before := w.account(ann)

	if _, err := w.merge(bob, ann); err != nil {
		t.Fatal(err)
	}
	want(t, "ann has bob's prize", w.vouchers(ann)[voucher.Open], 1)
	want(t, "gifts of two birthdays that wait", len(w.open(ann)), 2)
	w.days(1)
	out := w.buy(ann, 100) // the fifth visit of the one person
	fifth := 0
	for _, g := range out.Gifts {
		if g.Kind == loyalty.GiftVisit {
			fifth++
		}
	}
	want(t, "gifts for the fifth visit", fifth, 1)
	w.join(ann)
	want(t, "more birthday gifts", w.ticked(loyalty.GiftBirthday), 0)

	if _, err := w.unmerge(bob); err != nil {
		t.Fatal(err)
	}
	want(t, "bob's prize again", w.vouchers(bob)[voucher.Open], 1)
	want(t, "ann's vouchers", w.vouchers(ann)[voucher.Open], 0)
	want(t, "bob's visits", w.account(bob).Count.Visits, 3)
	want(t, "ann's visits", w.account(ann).Count.Visits, before.Count.Visits+1)
	want(t, "bob's stamps", w.account(bob).Cards["coffee"], loyalty.Stamps{Filled: 1})
	w.agrees(ann)
	w.agrees(bob)
}

// TestMergedFriends: one person is brought in once, and their friends' rewards
// come to them.
func TestMergedFriends(t *testing.T) {
	w := newWorld(t, cafe())
	w.join(ann)
	bring := func(friend, by loyalty.MemberID) {
		t.Helper()
		err := w.update(func(tx store.Tx) error {
			code, err := w.c.Referrals.Code(tx, by)
			if err != nil {
				return err
			}
			return w.c.Referrals.Bind(tx, friend, code, w.facts[friend], w.now)
		})
		if err != nil {
			t.Fatal(err)
		}
		w.join(friend)
	}
	bring(bob, ann)   // ann's second phone, it turns out
	bring("CAT", bob) // a friend of theirs
	w.days(1)
	w.buy(bob, 500)
	w.buy("CAT", 500)
	if _, err := w.merge(bob, ann); err != nil {
		t.Fatal(err)
	}
	w.days(20)
	had := w.balance(ann).Available
	brought := func(m loyalty.MemberID) (n int) {
		for _, row := range w.gifts(m) {
			if row.Kind == KindFriend {
				n++
			}
		}
		return n
	}
	w.tick()
	want(t, "for bringing themselves", brought(bob)+brought(ann), 0)
	want(t, "for being brought", brought("CAT"), 1)
	want(t, "for bringing the friend", w.balance(ann).Available-had, 60)
	if _, err := w.unmerge(bob); err != nil {
		t.Fatal(err)
	}
	w.days(1)
	w.tick()
	want(t, "apart, bob was brought in after all", brought(bob), 1)
}
