package shop

import (
	"context"
	"time"

	"regulars/loyalty/people"
	"regulars/store"
)

// used counts the vouchers that an employee took on a local day and that were
// not given back. The ledger knows only of those that cost points.
type used struct {
	Count int64 `json:"n"`
}

var usesTable = store.NewTable[used]("uses/", store.Readable, func(rest []byte) store.Subject {
	return store.Subject("uses/" + string(rest))
})

// UsesOf is how many vouchers an employee took on a local day ("2006-01-02").
func (s *Shop) UsesOf(r store.Reader, staff people.StaffID, day string) (int64, error) {
	row, _, err := usesTable.Get(r, day, string(staff))
	return row.Count, err
}

// CountUses changes that count by n.
func (s *Shop) CountUses(tx store.Tx, staff people.StaffID, day string, n int64) error {
	if err := tx.Lock(store.Subject("uses/" + day + "/" + string(staff))); err != nil {
		return err
	}
	have, err := s.UsesOf(tx, staff, day)
	if err != nil {
		return err
	}
	return usesTable.Put(tx, used{max(0, have+n)}, day, string(staff))
}

// usesKept is how long a day's count of vouchers is kept.
const usesKept = 40 * 24 * time.Hour

// SweepUses deletes counts of vouchers that were kept for 40 days. It returns
// how many went.
func SweepUses(ctx context.Context, db store.DB, now time.Time) (int, error) {
	to := now.Add(-usesKept).UTC().Format(time.DateOnly)
	return store.Sweep(ctx, db, usesTable.Between("", to), 100, func(store.Row) bool { return true })
}
