package voucher

import (
	"context"
	"time"

	"regulars/store"
)

// kept is how long a row stays after it closed.
const kept = 400 * 24 * time.Hour

// Sweep deletes, in small transactions, what closed 400 days ago: vouchers with
// their codes' hashes, given digital codes, operations' outcomes. It tells how
// many rows went. What still counts for a limit or a stock is remembered as a
// number.
func (d *Desk) Sweep(ctx context.Context, db store.DB, now time.Time) (gone int, err error) {
	old := now.Add(-kept)
	gone, err = d.sweepVouchers(ctx, db, old)
	if err != nil {
		return gone, err
	}
	n, err := store.Sweep(ctx, db, pool.All(), 100, func(row store.Row) bool {
		var c digital
		return store.Decode(row.Key, row.Value, &c) == nil && c.By != "" && c.At.Before(old)
	})
	gone += n
	if err != nil {
		return gone, err
	}
	n, err = store.Sweep(ctx, db, outcomes.All(), 100, func(row store.Row) bool {
		var o outcome
		return store.Decode(row.Key, row.Value, &o) == nil && o.At.Before(old)
	})
	return gone + n, err
}

// sweepVouchers looks at a page of vouchers in each View, and deletes the old
// ones one by one.
func (d *Desk) sweepVouchers(ctx context.Context, db store.DB, old time.Time) (gone int, err error) {
	look := func([]Voucher, store.Reader) error { return nil }
	err = walk(ctx, db, look, func(list []Voucher) error {
		for _, v := range list {
			if !v.over(old) {
				continue
			}
			did := false
			err := db.Update(ctx, func(tx store.Tx) (err error) {
				did, err = d.forget(tx, v.ID, old)
				return err
			})
			if err != nil {
				return err
			}
			if did {
				gone++
			}
		}
		return nil
	})
	return gone, err
}

// over reports whether the voucher was closed before old.
func (v *Voucher) over(old time.Time) bool {
	switch v.State {
	case Used:
		return v.UsedAt.Before(old)
	case Void:
		return v.VoidAt.Before(old)
	case Expired:
		return v.Until.Before(old)
	}
	return false
}

// forget deletes a voucher's rows, and counts it where it still counts.
func (d *Desk) forget(tx store.Tx, id ID, old time.Time) (bool, error) {
	v, ok, err := get(tx, id)
	if err != nil || !ok || !v.over(old) {
		return false, err
	}
	if v.Stocked {
		if err := lockStock(tx, v.Reward); err != nil {
			return false, err
		}
		s, _, err := stocks.Get(tx, v.Reward)
		if err != nil {
			return false, err
		}
		s.Swept++
		if err := stocks.Put(tx, s, v.Reward); err != nil {
			return false, err
		}
	}
	if v.counts(old) {
		n, _, err := pasts.Get(tx, string(v.Member), v.Reward)
		if err != nil {
			return false, err
		}
		if err := pasts.Put(tx, n+1, string(v.Member), v.Reward); err != nil {
			return false, err
		}
	}
	if len(v.Sealed) == 0 {
		key := d.codeKey(d.CodeOf(v))
		if err := tx.Lock(store.Subject("vouchercode/" + key)); err != nil {
			return false, err
		}
		if err := codes.Delete(tx, key); err != nil {
			return false, err
		}
	}
	m, tail, _ := id.split()
	return true, vouchers.Delete(tx, string(m), tail)
}

// walk gives all vouchers a page at a time: to look inside the View that read
// them, then to after outside of it.
func walk(ctx context.Context, db store.DB, look func([]Voucher, store.Reader) error, after func([]Voucher) error) error {
	rg := vouchers.All()
	for more := true; more; {
		var page []Voucher
		err := db.View(ctx, func(r store.Reader) (err error) {
			page, more = nil, false
			for key, v := range vouchers.Scan(r, rg, &err) {
				if page = append(page, v); len(page) == store.ScanPage {
					rg.Start, more = append(vouchers.Key(key), 0), true
					break
				}
			}
			if err != nil {
				return err
			}
			return look(page, r)
		})
		if err == nil {
			err = after(page)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
