package till

import (
	"context"
	"testing"
	"time"

	"regulars/store"
	"regulars/store/mem"
)

// Counts of vouchers go after their 40 days.
func TestSweep(t *testing.T) {
	db, ctx, now := mem.New(), context.Background(), time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	if err := db.Update(ctx, func(tx store.Tx) error {
		for _, key := range [][]string{{"2026-02-18", "sam"}, {"2026-02-20", "sam"}, {"2026-03-31", "sam"}} {
			if err := tx.Lock(store.Subject("uses/" + key[0] + "/" + key[1])); err != nil {
				return err
			}
			if err := usesTable.Put(tx, uses{3}, key...); err != nil {
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
