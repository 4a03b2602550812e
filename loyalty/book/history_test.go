package book

import (
	"context"
	"errors"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// view runs f in a View, and in an Update, where locks are asked for.
func (s *shop) view(f func(store.Reader) error) {
	s.t.Helper()
	if err := s.db.View(context.Background(), f); err != nil {
		s.t.Errorf("in a View: %v", err)
	}
	if err := s.db.Update(context.Background(), func(tx store.Tx) error { return f(tx) }); err != nil {
		s.t.Errorf("in an Update: %v", err)
	}
}

func TestReading(t *testing.T) {
	s := newShop(t, plan())
	sale := s.earn(ann, 100, "A1").Entry()
	if _, err := s.refund(ann, "A1", 30); err != nil {
		t.Fatal(err)
	}
	if _, err := s.hold(ann, 5); err != nil {
		t.Fatal(err)
	}
	s.view(func(r store.Reader) error {
		page, err := s.b.History(r, ann, 0, 2)
		if err != nil || len(page) != 2 || page[0].Seq != 3 {
			t.Errorf("first page %v, %v", page, err)
		}
		page, err = s.b.History(r, ann, page[1].Seq, 2)
		if err != nil || len(page) != 1 || page[0].Seq != 1 {
			t.Errorf("second page %v, %v", page, err)
		}
		page, err = s.b.History(r, bo, 0, 2)
		if err != nil || len(page) != 0 {
			t.Errorf("of nobody: %v, %v", page, err)
		}
		e, err := s.b.ByRef(r, sale.Ref)
		if err != nil || e.Seq != 1 || e.Member != ann || e.Hash != sale.Hash {
			t.Errorf("by reference: %+v, %v", e, err)
		}
		if _, err := s.b.ByRef(r, "NONE"); !errors.Is(err, loyalty.ErrUnknownRef) {
			t.Errorf("by an unknown one: %v", err)
		}
		mark, err := s.b.Reversed(r, e)
		if err != nil || !mark.Equal(loyalty.Mark{Points: 30, Amount: 30, Qualified: 30}) {
			t.Errorf("taken back: %+v, %v", mark, err)
		}
		a, err := s.b.Account(r, ann)
		if err != nil || len(a.Holds) != 1 || a.Holds[0].Points() != 5 || len(a.Lots) != 1 {
			t.Errorf("account: %+v, %v", a, err)
		}
		b, err := s.b.Balance(r, bo, s.now)
		if err != nil || b != (loyalty.Balance{}) {
			t.Errorf("a stranger has %+v, %v", b, err)
		}
		return nil
	})
}

// TestRulesChange: lots keep the rule that they were earned under, what expires
// is spent before what never does, and entries name the version.
func TestRulesChange(t *testing.T) {
	first := plan()
	first.Expiry = loyalty.Expiry{Version: 1, Kind: loyalty.Never}
	second := plan()
	second.Version, second.Expiry.Version, second.From = 2, 2, noon.AddDate(0, 1, 0)
	second.Rate.Points = 2
	s := newShop(t, first)
	s.b.Programme = func(at time.Time) *loyalty.Programme {
		if at.Before(second.From) {
			return first
		}
		return second
	}
	old := s.earn(ann, 100, "A1").Entry()
	s.now = second.From.Add(time.Hour)
	s.has(ann, 100, 0, 0, 0) // turning expiry on burns nothing that day
	young := s.earn(ann, 50, "").Entry()
	if old.Programme != 1 || old.Lot.Rule != 1 || young.Programme != 2 || young.Lot.Rule != 2 || young.Change() != 100 {
		t.Errorf("old %+v\nyoung %+v", old, young)
	}
	rec, err := s.spend(ann, 101)
	if err != nil || len(rec.Entry().Parts) != 2 || rec.Entry().Parts[0] != (loyalty.Part{Lot: young.Seq, Points: 100}) {
		t.Errorf("spent from %+v, %v", rec.Entry().Parts, err)
	}
	// Half of the old sale goes back in its own proportion, not at the new rate.
	if rec, err := s.refund(ann, "A1", 50); err != nil || rec.Entry().Change() != -50 {
		t.Errorf("half refunded: %d, %v", rec.Entry().Change(), err)
	}
	// A sale of last month that is told now earns by last month's rules.
	a := s.act(sam)
	a.At = noon
	late := s.must(func(tx store.Tx) (Receipt, error) { return s.b.Earn(tx, ann, a, 10, "") }).Entry()
	if late.Programme != 1 || late.Change() != 10 || !late.Lot.ExpiresAt.IsZero() {
		t.Errorf("told late: %+v", late)
	}
	s.now = s.now.AddDate(1, 0, 0)
	s.has(ann, 59, 0, 0, 0)
	s.clean()
}
