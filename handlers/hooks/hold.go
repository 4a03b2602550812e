package hooks

import (
	"context"
	"time"

	"regulars/store"
)

// held is until when events must have been put to wait for an operator's word.
func (d *Desk) held(r store.Reader) (time.Time, error) {
	if d.Held == nil {
		return time.Time{}, nil
	}
	return d.Held(r)
}

// heldBy says that the job waited when the hold of that moment began: it may have
// been sent since the backup was made.
func (j *job) heldBy(hold time.Time) bool {
	return !hold.IsZero() && j.Born.UnixMicro() <= hold.UnixMicro()
}

// CountHeld is how many webhooks wait for an operator's word.
func (d *Desk) CountHeld(r store.Reader) (n int, err error) {
	hold, err := d.held(r)
	if err != nil || hold.IsZero() {
		return 0, err
	}
	for _, j := range queue.Scan(r, queue.All(), &err) {
		if j.heldBy(hold) {
			n++
		}
	}
	return n, err
}

// DropHeld ends unsent what was put up to a hold's moment, and returns how many
// webhooks that were. It does not lift the hold; stopped half way, it may be
// called again.
func (d *Desk) DropHeld(ctx context.Context, hold time.Time) (n int, err error) {
	var ids []ID
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		ids, err = named(r)
		return err
	})
	if err != nil || hold.IsZero() {
		return 0, err
	}
	for _, id := range ids {
		for {
			k, err := d.dropSome(ctx, id, hold)
			if n += k; err != nil {
				return n, err
			}
			if k == 0 {
				break
			}
		}
	}
	return n, nil
}

// dropSome ends the oldest of an endpoint's held webhooks in one commit.
func (d *Desk) dropSome(ctx context.Context, id ID, hold time.Time) (n int, err error) {
	err = d.DB.Update(ctx, func(tx store.Tx) error {
		n = 0
		if err := tx.Lock(stateOf(id)); err != nil {
			return err
		}
		var err error
		some := map[string]job{}
		for key, j := range queue.Scan(tx, queue.Under(string(id)), &err) {
			if !j.heldBy(hold) || len(some) == replayStep {
				break // the rest were put later still
			}
			some[key[len(id)+1:]] = j
		}
		if err != nil {
			return err
		}
		now := d.Clock.Now()
		for key, j := range some {
			j.Why = WhyRestored
			if err := settle(tx, id, key, j, Dropped, now); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}
