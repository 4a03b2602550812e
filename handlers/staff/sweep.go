package staff

import (
	"context"
	"time"

	"regulars/store"
)

// keptFor is how long a decided or lapsed approval is kept, for a manager who
// asks what became of it; usesKept how long a day's count of vouchers is.
const (
	keptFor  = 7 * 24 * time.Hour
	usesKept = 40 * 24 * time.Hour
)

// Sweep deletes approvals and counts that were kept long enough. It returns how
// many went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	n, err := store.Sweep(ctx, db, approvals.All(), 100, func(row store.Row) bool {
		var a approval
		return store.Decode(row.Key, row.Value, &a) == nil && now.Sub(a.Until) > keptFor
	})
	if err != nil {
		return n, err
	}
	to := now.Add(-usesKept).UTC().Format(time.DateOnly)
	more, err := store.Sweep(ctx, db, usesTable.Between("", to), 100, func(store.Row) bool { return true })
	return n + more, err
}
