package voucher

import (
	"strings"
	"time"

	"regulars/store"
)

// Lapsed lists at most n vouchers that lapsed by now and are still stored as
// open, longest ago first. It is for a View; [Desk.Lapse] works them off.
func (d *Desk) Lapsed(r store.Reader, now time.Time, n int) ([]ID, error) {
	list, _, err := d.LapsedFrom(r, now, n, "")
	return list, err
}

// LapsedFrom is Lapsed from a place on, "" being the beginning; next is the
// place behind what it lists.
func (d *Desk) LapsedFrom(r store.Reader, now time.Time, n int, from string) (list []ID, next string, err error) {
	for key := range dues.Scan(r, dues.Between(from, timeKey(now.Add(1))), &err) {
		next = key + "\x00"
		_, id, _ := strings.Cut(key, "/")
		if list = append(list, ID(strings.Replace(id, "/", "-", 1))); len(list) >= n {
			break
		}
	}
	return list, next, err
}

// Lapse writes down that a voucher's time is over, and puts back its stock and,
// by its terms, its points. It reports whether it did: false for one that is not
// open, or whose time is not over, or may not be, as the clock is in doubt.
// Nothing depends on when it is done: only the rows' State does.
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
	return v, true, d.put(tx, v, v.Until)
}

// inDoubt reports whether the local clock is known to be wrong: then nothing
// lapses for good.
func (d *Desk) inDoubt() bool { return d.Book.ClockInDoubt != nil && d.Book.ClockInDoubt() }
