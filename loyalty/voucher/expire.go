package voucher

import (
	"context"
	"strings"
	"time"

	"regulars/store"
)

// Lapsed lists at most n vouchers that lapsed by now and are still stored as
// open, longest ago first. It is for a View; [Desk.Lapse] works them off.
func (d *Desk) Lapsed(r store.Reader, now time.Time, n int) (list []ID, err error) {
	for key := range dues.Scan(r, dues.Between("", timeKey(now.Add(1))), &err) {
		_, id, _ := strings.Cut(key, "/")
		if list = append(list, ID(strings.Replace(id, "/", "-", 1))); len(list) >= n {
			break
		}
	}
	return list, err
}

// Lapse writes down that a voucher's time is over, and puts back its stock and,
// by its terms, its points. It reports whether it did: false for one that is not
// open, or whose time is not over, or may not be, as the clock is in doubt.
func (d *Desk) Lapse(tx store.Tx, id ID, now time.Time) (Voucher, bool, error) {
	v, ok, err := get(tx, id)
	if err != nil || !ok || v.State != Open || v.StateAt(now) != Expired || d.inDoubt() {
		return v, false, err
	}
	if v.Cost > 0 {
		if _, err := d.Book.Settle(tx, v.Member, now); err != nil {
			return v, false, err
		}
	}
	if err := restock(tx, &v); err != nil {
		return v, false, err
	}
	v.State = Expired
	return v, true, put(tx, v, v.Until)
}

// inDoubt reports whether the local clock is known to be wrong: then nothing
// lapses for good.
func (d *Desk) inDoubt() bool { return d.Book.ClockInDoubt != nil && d.Book.ClockInDoubt() }

// Expire lapses every voucher whose time was over by now, each in an Update of
// its own, and tells how many. It is safe to stop and to run again, and nothing
// depends on when it runs: only the rows' State does.
func (d *Desk) Expire(ctx context.Context, db store.DB, now time.Time) (n int, err error) {
	for {
		var ids []ID
		err := db.View(ctx, func(r store.Reader) (err error) {
			ids, err = d.Lapsed(r, now, store.ScanPage)
			return err
		})
		if err != nil || len(ids) == 0 {
			return n, err
		}
		before := n
		for _, id := range ids {
			did := false
			err := db.Update(ctx, func(tx store.Tx) (err error) {
				_, did, err = d.Lapse(tx, id, now)
				return err
			})
			if err != nil {
				return n, err
			}
			if did {
				n++
			}
		}
		if n == before { // somebody else is at it, or a row is astray, which Check tells
			return n, nil
		}
	}
}
