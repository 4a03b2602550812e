package offer

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/mem"
)

// TestHandedInOnce: of twenty who hand one code in at once, one is owed for it, at
// the price of the version under which it was issued.
func TestHandedInOnce(t *testing.T) {
	s := newShop(t, mem.New(mem.Twice))
	old, dear := plan(), plan()
	for i, p := range []*loyalty.Programme{old, dear} {
		p.Version = 1 + i
		p.Rewards[1].Partner, p.Rewards[1].PartnerPrice, p.Rewards[1].Stores = "bakery", loyalty.Money(30+i*20), []loyalty.Store{"bakery"}
		p.Offers = []loyalty.Offer{{ID: "loaf", Rewards: []string{"bun"}}, {ID: "tea", Rewards: []string{"tea"}}}
	}
	dear.Before, dear.From = old, start.AddDate(0, 0, 1)
	at := func(t time.Time) *loyalty.Programme { return dear.At(t) }
	s.d.Programme, s.d.Book.Programme, s.d.Vouchers.Programme = at, at, at
	v, err := s.claim(ann, "loaf")
	if err != nil {
		t.Fatal(err)
	}
	own, err := s.claim(ann, "tea")
	if err != nil {
		t.Fatal(err)
	}
	s.now = s.now.AddDate(0, 0, 3) // by now a loaf is 50
	code := s.d.Vouchers.CodeOf(v)
	var all sync.WaitGroup
	told := make([]error, 20)
	for i := range told {
		act := s.act(sam, "")
		all.Go(func() {
			err := s.db.Update(context.Background(), func(tx store.Tx) error {
				if _, told[i] = s.d.HandIn(tx, act, "bakery", code); loyalty.Refused(told[i]) {
					return nil
				}
				return told[i]
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	won := 0
	for _, err := range told {
		var used *voucher.UsedError
		if err == nil {
			won++
		} else if !errors.As(err, &used) || used.Store != "bakery" {
			t.Errorf("told %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d were owed for", won)
	}
	var stores *voucher.StoreError
	a := s.act(sam, "")
	if err := s.update(func(tx store.Tx) error { _, err := s.d.HandIn(tx, a, "bakery", s.d.Vouchers.CodeOf(own)); return err }); !errors.As(err, &stores) {
		t.Errorf("a voucher of the shop's own: %v", err)
	}
	s.owes("2026-11", 1, 30)

	// It is taken back in December, and handed in again.
	s.now = time.Date(2026, 12, 1, 0, 0, 0, 0, taipei)
	back := func(tx store.Tx) error { _, err := s.d.TakeBack(tx, s.act(sam, ""), "bakery", v.ID); return err }
	if err := s.update(back); err != nil {
		t.Fatal(err)
	}
	if err := s.update(back); !errors.Is(err, voucher.ErrNotUsed) {
		t.Errorf("taken back twice: %v", err)
	}
	s.owes("2026-11", 1, 30)
	s.owes("2026-12", -1, -30)
	s.now = s.now.Add(time.Hour)
	b := s.act(sam, "")
	if err := s.update(func(tx store.Tx) error { _, err := s.d.HandIn(tx, b, "bakery", code); return err }); err != nil {
		t.Fatal(err)
	}
	s.owes("2026-12", 0, 0)
}

// TestHandInToldTwice: told twice, a hand-in is owed for once, and so is a taking
// back; what is undone at a counter is owed for no more.
func TestHandInToldTwice(t *testing.T) {
	s := newShop(t, mem.New(mem.Twice))
	p := plan()
	p.Rewards[1].Partner, p.Rewards[1].PartnerPrice, p.Rewards[1].Stores = "bakery", 30, []loyalty.Store{"bakery"}
	p.Offers = []loyalty.Offer{{ID: "loaf", Rewards: []string{"bun"}}}
	at := func(time.Time) *loyalty.Programme { return p }
	s.d.Programme, s.d.Book.Programme, s.d.Vouchers.Programme = at, at, at
	v, err := s.claim(ann, "loaf")
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.claim(bo, "loaf")
	if err != nil {
		t.Fatal(err)
	}
	twice := func(f func(tx store.Tx, a book.Act) error) {
		t.Helper()
		a := s.act(sam, "")
		for range 2 {
			if err := s.update(func(tx store.Tx) error { return f(tx, a) }); err != nil {
				t.Fatal(err)
			}
			s.now = s.now.Add(time.Minute)
			a.Now = s.now
		}
	}
	handIn := func(tx store.Tx, a book.Act) error {
		_, err := s.d.HandIn(tx, a, "bakery", s.d.Vouchers.CodeOf(v))
		return err
	}
	twice(handIn)
	s.owes("2026-11", 1, 30)
	twice(func(tx store.Tx, a book.Act) error { _, err := s.d.TakeBack(tx, a, "bakery", v.ID); return err })
	s.owes("2026-11", 0, 0)
	twice(func(tx store.Tx, a book.Act) error { // one form has many codes
		if err := handIn(tx, a); err != nil {
			return err
		}
		_, err := s.d.HandIn(tx, a, "bakery", s.d.Vouchers.CodeOf(other))
		return err
	})
	s.owes("2026-11", 2, 60)
	twice(func(tx store.Tx, a book.Act) error { _, _, err := s.d.Vouchers.Undo(tx, v.ID, a); return err })
	s.owes("2026-11", 1, 30)
	twice(handIn)
	s.owes("2026-11", 2, 60)
}

func (s *shop) owes(month string, vouchers int64, money loyalty.Money) {
	s.t.Helper()
	err := s.db.View(context.Background(), func(r store.Reader) error {
		all, err := s.d.Takes(r, month, "")
		if err != nil {
			return err
		}
		owed, err := OwedOf(all)
		if len(owed) != 1 || owed[0] != (Owed{"bakery", vouchers, money}) {
			s.t.Errorf("%s: %+v", month, owed)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}
