package reach

import (
	"context"
	"time"

	"regulars/store"
)

const (
	keepTouches = 365 * 24 * time.Hour
	sweepStep   = 200
)

// Sweep deletes the touches of members who were not written to, and did nothing
// that was noted, for a year.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	old := now.Add(-keepTouches).Unix()
	return store.Sweep(ctx, db, reached.All(), sweepStep, func(row store.Row) bool {
		var t touches
		if store.Decode(row.Key, row.Value, &t) != nil || t.Last > old {
			return false
		}
		t.unpack()
		return len(t.all) == 0 || t.all[len(t.all)-1].At < old
	})
}
