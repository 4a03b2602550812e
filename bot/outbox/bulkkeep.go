package outbox

import (
	"context"
	"time"

	"regulars/store"
)

const whyRestored = "from a restored backup"

// addBulks counts who waits in bulks, as Held counts letters.
func (h *Held) addBulks(r store.Reader, hold int64) (err error) {
	for _, b := range bulks.Scan(r, bulks.All(), &err) {
		switch n := int(b.left()); {
		case n == 0:
		case b.old(hold):
			h.Old[b.Class] += n
		default:
			h.New[b.Class] += n
		}
	}
	return err
}

// old says that the bulk may have been sent when the hold of that moment began.
func (h *bulkRow) old(hold int64) bool { return h.Born <= hold && h.NotBefore <= hold }

// dropBulks stops the bulks that may have been sent when a hold began, and with
// since all that are not over. It returns how many people waited in them.
func (o *Outbox) dropBulks(ctx context.Context, hold int64, since bool) (n int, err error) {
	var drop []BulkID
	err = o.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		for id, b := range bulks.Scan(r, bulks.All(), &err) {
			if b.Ended == 0 && (since || b.old(hold)) {
				drop = append(drop, BulkID(id))
			}
		}
		return err
	})
	for _, id := range drop {
		if err != nil {
			return n, err
		}
		left := 0
		err = o.cfg.DB.Update(ctx, func(tx store.Tx) error {
			return o.changeBulk(tx, id, o.cfg.Clock.Now(), func(h *bulkRow) error {
				left = int(h.left())
				if h.Ended == 0 {
					h.stir()
					h.State, h.Why = BulkStopping, whyRestored
				}
				return nil
			})
		})
		if err == nil {
			n += left
		}
	}
	return n, err
}

// sweepBulks deletes what was kept of bulks for long enough.
func (o *Outbox) sweepBulks(ctx context.Context, now time.Time) (n int, err error) {
	ended := func(h *bulkRow, keep time.Duration) bool { return h.Ended != 0 && h.Ended < micros(now.Add(-keep)) }
	var old []string
	err = o.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		for id, h := range bulks.Scan(r, bulks.All(), &err) {
			if ended(&h, KeepParts) {
				old = append(old, id)
			}
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, id := range old {
		for _, rg := range []store.Range{parts.Under(id), whos.Under(id)} {
			m, err := store.Sweep(ctx, o.cfg.DB, rg, 50, func(store.Row) bool { return true })
			if n += m; err != nil {
				return n, err
			}
		}
	}
	m, err := store.Sweep(ctx, o.cfg.DB, bulks.All(), 200, func(row store.Row) bool {
		var h bulkRow
		return store.Decode(row.Key, row.Value, &h) == nil && ended(&h, KeepBulks)
	})
	return n + m, err
}
