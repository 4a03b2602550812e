package mission

import (
	"bytes"
	"context"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// leave deletes what is kept of a member who leaves, under all their ids; what their
// missions brought goes as all points and vouchers do.
func (d *Desk) leave(tx store.Tx, m loyalty.MemberID) error {
	all, err := d.Book.Family(tx, m)
	if err != nil {
		return err
	}
	for _, one := range all {
		if err := d.forget(tx, one); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) forget(tx store.Tx, m loyalty.MemberID) error {
	if err := tx.Lock(store.Subject("member/" + string(m))); err != nil {
		return err
	}
	var groups []string
	var err error
	for key := range boardOfs.Scan(tx, boardOfs.Under(string(m)), &err) {
		groups = append(groups, key[len(m)+1:])
	}
	if err != nil {
		return err
	}
	for _, group := range groups {
		if err := d.BoardLeave(tx, group, m); err != nil {
			return err
		}
	}
	for _, rg := range []store.Range{
		missions.Under(string(m)), streaks.Under(string(m)), badges.Under(string(m)), checkIns.Under(string(m)), weeks.Under(string(m)),
	} {
		for row, err := range tx.Scan(rg) {
			if err != nil {
				return err
			}
			if err := tx.Delete(row.Key); err != nil {
				return err
			}
		}
	}
	return nil
}

// How long rows are kept after they are of use.
const (
	longKept  = 400 * 24 * time.Hour
	weeksKept = 60 * 24 * time.Hour
)

// Sweep deletes rows whose time is over, see the package comment. It returns how many
// went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (n int, err error) {
	for _, step := range []func() (int, error){
		func() (int, error) {
			gone := over(func(r row) bool { return !r.Ends.IsZero() && now.Sub(r.Ends) > longKept })
			// What can be had once ever is remembered for ever.
			return store.Sweep(ctx, db, missions.All(), 100, func(r store.Row) bool { return !bytes.HasSuffix(r.Key, []byte("/"+loyalty.Ever)) && gone(r) })
		},
		func() (int, error) {
			return store.Sweep(ctx, db, counts.All(), 100, over(func(c count) bool { return now.Sub(c.Last) > longKept }))
		},
		func() (int, error) {
			return store.Sweep(ctx, db, checkIns.All(), 100, over(func(c checkInRow) bool { return now.Sub(c.At) > longKept }))
		},
		func() (int, error) {
			return store.Sweep(ctx, db, weeks.All(), 100, over(func(w weekRow) bool { return now.Sub(w.At) > weeksKept }))
		},
	} {
		k, err := step()
		if n += k; err != nil {
			return n, err
		}
	}
	return n, nil
}

// over keeps a row that does not decode: that is verify's business.
func over[T any](is func(T) bool) func(store.Row) bool {
	return func(r store.Row) bool {
		var x T
		return store.Decode(r.Key, r.Value, &x) == nil && is(x)
	}
}
