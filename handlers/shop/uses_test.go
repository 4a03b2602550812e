package shop

import (
	"context"
	"testing"
	"time"

	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/mem"
)

// Counts of vouchers go after their 40 days.
func TestSweepUses(t *testing.T) {
	db, ctx, now := mem.New(), context.Background(), time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	var s Shop
	for _, day := range []string{"2026-02-18", "2026-02-20", "2026-03-31"} {
		if err := db.Update(ctx, func(tx store.Tx) error { return s.CountUses(tx, "sam", day, 3) }); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int{1, 0} {
		if n, err := SweepUses(ctx, db, now); n != want || err != nil {
			t.Errorf("%d rows went, want %d: %v", n, want, err)
		}
	}
	// As many as were taken can be given back.
	for n, left := range map[int64]int64{-1: 2, -9: 0} {
		var got int64
		if err := db.Update(ctx, func(tx store.Tx) (err error) {
			if err = s.CountUses(tx, people.StaffID("bo"+time.Duration(n).String()), "2026-03-31", 3); err != nil {
				return err
			}
			if err = s.CountUses(tx, people.StaffID("bo"+time.Duration(n).String()), "2026-03-31", n); err != nil {
				return err
			}
			got, err = s.UsesOf(tx, people.StaffID("bo"+time.Duration(n).String()), "2026-03-31")
			return err
		}); err != nil || got != left {
			t.Errorf("3 and %d are %d, want %d: %v", n, got, left, err)
		}
	}
}
