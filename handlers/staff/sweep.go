package staff

import (
	"context"
	"time"

	"regulars/handlers/shop"
	"regulars/store"
)

// keptFor is how long a decided or lapsed approval is kept, for a manager who
// asks what became of it.
const keptFor = 7 * 24 * time.Hour

// Sweep deletes approvals and moves of cards that were kept long enough, and
// counts of vouchers. It returns how many rows went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	n, err := store.Sweep(ctx, db, approvals.All(), 100, func(row store.Row) bool {
		var a approval
		return store.Decode(row.Key, row.Value, &a) == nil && now.Sub(a.Until) > keptFor
	})
	if err != nil {
		return n, err
	}
	more, err := store.Sweep(ctx, db, provings.All(), 100, func(row store.Row) bool {
		var p proving
		return store.Decode(row.Key, row.Value, &p) == nil && now.Sub(p.Until) > keptFor
	})
	if n += more; err != nil {
		return n, err
	}
	more, err = shop.SweepUses(ctx, db, now)
	return n + more, err
}
