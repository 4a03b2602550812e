package outbox

import (
	"context"
	"slices"
	"strconv"
	"strings"
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

// bodyLate is how long after its key is forgotten a call is left to who repeats
// it: whatever was begun is over by then.
const bodyLate = time.Hour

// sweepBodies ends as unsure the calls of bulks that rest whose key the platform
// has forgotten. They name whom they went to, some of whom may be erased by now.
func (o *Outbox) sweepBodies(ctx context.Context, now time.Time) (n int, err error) {
	old := func(b *bodyRow) bool { return b.First+(RetryKeyLife+bodyLate).Microseconds() < micros(now) }
	var late []unitKey
	err = o.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		late = nil
		for key, b := range bodies.Scan(r, bodies.All(), &err) {
			id, rest, _ := strings.Cut(key, "/")
			part, _, _ := strings.Cut(rest, "/")
			num, bad := strconv.Atoi(part)
			if k := (unitKey{BulkID(id), num}); bad == nil && old(&b) && !slices.Contains(late, k) {
				late = append(late, k)
			}
		}
		return err
	})
	for _, key := range late {
		if err != nil {
			return n, err
		}
		err = o.cfg.DB.Update(ctx, func(tx store.Tx) error { return o.endBodies(tx, key, old, now) })
		n++
	}
	return n, err
}

// endBodies ends the old calls of one part.
func (o *Outbox) endBodies(tx store.Tx, key unitKey, old func(*bodyRow) bool, now time.Time) error {
	if err := tx.Lock(bulkSubject(key.id)); err != nil {
		return err
	}
	p, ok, err := parts.Get(tx, partKey(key.id, key.n))
	if err != nil || !ok {
		return err
	}
	c := o.channels[p.Channel]
	if c == nil { // no longer configured
		c = &channel{o: o, name: p.Channel}
	}
	s, err := c.step(tx, key, now)
	if err != nil || s == nil {
		return err
	}
	s.p.Fence++
	ends := map[string]bodyRow{}
	for name, b := range bodies.Scan(tx, bodies.Under(partKey(key.id, key.n)), &err) {
		if old(&b) {
			ends[name] = b
		}
	}
	if err != nil {
		return err
	}
	for name, b := range ends {
		if err := s.unsure(b.Who, b.Held, name); err != nil {
			return err
		}
	}
	return s.writeDue()
}

// sweepBulks deletes what was kept of bulks for long enough.
func (o *Outbox) sweepBulks(ctx context.Context, now time.Time) (n int, err error) {
	if n, err = o.sweepBodies(ctx, now); err != nil {
		return n, err
	}
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
