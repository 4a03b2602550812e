package book

import (
	"context"
	"testing"
)

func TestTotalsSumBalances(t *testing.T) {
	s := fullShop(t)
	s.earn(ann, 500, "")
	s.give(bo, 5)
	if _, err := s.hold(bo, 2); err != nil {
		t.Fatal(err)
	}
	a, b := s.balance(ann), s.balance(bo)
	got, err := s.b.Totals(context.Background(), s.db, s.now, nil)
	want := Totals{
		Members: 2, Entries: uint64(len(s.entries(ann)) + len(s.entries(bo))),
		Available: a.Available + b.Available, Pending: a.Pending + b.Pending, Held: 2, Debt: a.Debt + b.Debt,
	}
	if err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}
