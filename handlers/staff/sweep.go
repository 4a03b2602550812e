package staff

import (
	"context"
	"time"

	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/store"
)

// Sweep deletes approvals and moves of cards that were kept long enough, and
// counts of vouchers, and calls for a person that ran out. It returns how many rows went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	n, err := till.SweepDecisions(ctx, db, now)
	if err != nil {
		return n, err
	}
	more, err := shop.SweepUses(ctx, db, now)
	if n += more; err != nil {
		return n, err
	}
	more, err = shop.SweepCalls(ctx, db, now)
	return n + more, err
}
