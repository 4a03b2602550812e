package staff

import (
	"context"
	"testing"
	"time"

	"regulars/handlers/till"
	"regulars/store"
	"regulars/store/mem"
)

// Approvals go a week after their last moment.
func TestSweep(t *testing.T) {
	db, ctx, now := mem.New(), context.Background(), time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	if err := db.Update(ctx, func(tx store.Tx) error {
		for id, until := range map[string]time.Time{"old": now.AddDate(0, 0, -8), "new": now.AddDate(0, 0, -6)} {
			if err := till.PutApproval(tx, till.Approval{ID: id, Until: until}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{1, 0} {
		if n, err := Sweep(ctx, db, now); n != want || err != nil {
			t.Errorf("%d rows went, want %d: %v", n, want, err)
		}
	}
}
