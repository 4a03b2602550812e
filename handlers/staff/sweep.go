package staff

import (
	"context"
	"time"

	"regulars/store"
)

// keptFor is how long a decided or lapsed approval is kept, for a manager who
// asks what became of it.
const keptFor = 7 * 24 * time.Hour

// Sweep deletes approvals that were kept long enough. It returns how many went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	return store.Sweep(ctx, db, approvals.All(), 100, func(row store.Row) bool {
		var a approval
		return store.Decode(row.Key, row.Value, &a) == nil && now.Sub(a.Until) > keptFor
	})
}
