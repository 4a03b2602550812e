package receipt

import (
	"context"
	"strings"
	"time"

	"regulars/store"
)

// kept is how long a slip stays after its validity: its buyer may ask what became
// of it.
const kept = 90 * 24 * time.Hour

// Sweep deletes, in small transactions, the slips whose validity ended 90 days
// ago, with what leads to them. It tells how many slips went.
func (d *Desk) Sweep(ctx context.Context, db store.DB, now time.Time) (gone int, err error) {
	old := now.Add(-kept)
	rg := dues.Between("", old.UTC().Format(time.DateOnly)) // whole days that are over
	for more := true; more; {
		var page []string
		err := db.View(ctx, func(r store.Reader) (err error) {
			page, more = nil, false
			for key := range dues.Scan(r, rg, &err) {
				if page = append(page, key); len(page) == sweepStep {
					more = true
					break
				}
			}
			return err
		})
		if err != nil || len(page) == 0 {
			return gone, err
		}
		if err := db.Update(ctx, func(tx store.Tx) error { return d.forget(tx, page) }); err != nil {
			return gone, err
		}
		gone += len(page)
	}
	_, err = store.Sweep(ctx, db, waits.All(), sweepStep, func(row store.Row) bool {
		var w waiting
		return store.Decode(row.Key, row.Value, &w) == nil && w.Until.Before(old)
	})
	return gone, err
}

// sweepStep is how many slips go in one transaction.
const sweepStep = 50

// forget deletes slips by the keys of their due rows.
func (d *Desk) forget(tx store.Tx, keys []string) error {
	for _, key := range keys {
		day, place, _ := strings.Cut(key, "/")
		s, ok, err := get(tx, place)
		if err != nil {
			return err
		}
		if ok {
			if err := d.unlist(tx, s, place); err != nil {
				return err
			}
			if err := slips.Delete(tx, place); err != nil {
				return err
			}
		}
		if err := dues.Delete(tx, day, place); err != nil {
			return err
		}
	}
	return nil
}

// unlist deletes what leads to a slip. An order's row may lead to a later slip by
// now, which keeps it.
func (d *Desk) unlist(tx store.Tx, s Slip, place string) error {
	if err := tx.Lock(refSubject(s.Ref)); err != nil {
		return err
	}
	if err := refs.Delete(tx, string(s.Ref)); err != nil || s.Order == "" {
		return err
	}
	key := d.orderKey(s)
	if err := tx.Lock(orderSubject(key)); err != nil {
		return err
	}
	row, ok, err := orders.Get(tx, key)
	if err != nil || !ok || row.Slip != place {
		return err
	}
	return orders.Delete(tx, key)
}
