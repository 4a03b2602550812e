package campaign

import (
	"context"
	"time"

	"regulars/bot/outbox"
	"regulars/store"
)

// WhyRestored is why a campaign is paused that an older backup knew: since then it
// may have been sent, changed or stopped.
const WhyRestored = "restored"

// Hold pauses, in a store that was just restored and that nobody serves, what its
// campaigns have still to do, so that a manager must say which go on (LEDGER,
// invariant 31). What the outbox has of them is held there too, see [outbox.Hold]:
// it takes both words, so that nothing of a paused campaign goes out.
func Hold(ctx context.Context, db store.DB, now time.Time) error {
	var list []ID
	err := db.View(ctx, func(r store.Reader) (err error) {
		list = nil
		for id, c := range table.Scan(r, table.All(), &err) {
			if c.State == Scheduled || c.State == Freezing || c.State == Sending || c.Walking() {
				list = append(list, ID(id))
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return db.Update(ctx, func(tx store.Tx) error {
		e := &Engine{Bulks: new(outbox.Outbox)} // it asks no platform
		for _, id := range list {
			c, err := e.Get(tx, id)
			if err == nil && c.State == Sending {
				_, err = e.steer(tx, id, now, e.Bulks.PauseBulk)
			}
			if err != nil {
				return err
			}
			c.Before, c.State, c.Why = c.State, Paused, WhyRestored
			if err := put(tx, c); err != nil {
				return err
			}
		}
		return nil
	})
}
