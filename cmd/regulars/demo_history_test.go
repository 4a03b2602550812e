package main

import (
	"context"
	"testing"
	"time"

	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
)

// The café's year is the same at every run, and its ledger is whole.
func TestDemoHistory(t *testing.T) {
	t.Parallel()
	tell := func() (outstanding int64, members int) {
		c, err := NewMain().openCafe(t.TempDir(), "", "en")
		if err != nil {
			t.Fatal(err)
		}
		defer c.world.Close()
		defer c.listener.Close()
		defer c.app.db.Close()
		until := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
		h := newHistory(c.app.shop, c.app.db, until, []people.Staff{{ID: "01A", Role: people.Clerk}, {ID: "01B", Role: people.Manager}})
		start := time.Now()
		if err := h.write(context.Background(), 100); err != nil {
			t.Fatal(err)
		}
		t.Logf("100 members' year in %v", time.Since(start))
		faults, err := c.app.shop.Book.Verify(context.Background(), c.app.db, nil)
		if err != nil || len(faults) > 0 {
			t.Fatal(err, faults)
		}
		wrong, err := c.app.shop.Club.Vouchers.Check(context.Background(), c.app.db)
		if err != nil || len(wrong) > 0 {
			t.Fatal(err, wrong)
		}
		open, err := voucher.Outstanding(context.Background(), c.app.db, until)
		if err != nil || len(open) == 0 {
			t.Errorf("nobody has a voucher to use: %v %v", open, err)
		}
		totals, err := c.app.shop.Book.Totals(context.Background(), c.app.db, until, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v", totals)
		return int64(totals.Available), totals.Members
	}
	a, n := tell()
	b, m := tell()
	if a != b || n != m || n < 50 || a < 1000 {
		t.Errorf("one run gives %d members %d points, another %d and %d", n, a, m, b)
	}
}
