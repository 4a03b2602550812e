package outbox

import (
	"context"
	"slices"
	"time"

	"regulars/bot"
	"regulars/store"
)

const (
	// adoptEvery is how often answers are looked for that nobody has in hand.
	adoptEvery = 4 * time.Second
	// adoptStep is how many are taken over by one commit.
	adoptStep = 100
)

// kick lets answers be looked for at once that nobody has in hand.
func (o *Outbox) kick() {
	select {
	case o.kicked <- struct{}{}:
	default:
	}
}

// adopts takes over, on the channels that this process has, the answers of those
// that died or left, until ctx ends.
func (o *Outbox) adopts(ctx context.Context) {
	for {
		_, changed := o.cfg.Replica.Living()
		for _, c := range o.channels {
			c.tell(event{role: true})
		}
		if err := o.adopt(ctx); err != nil && ctx.Err() == nil {
			o.cfg.Log.Warn("outbox: what another process left cannot be taken over; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-o.kicked:
		case <-o.cfg.Clock.After(adoptEvery):
		}
	}
}

// adopt takes over all there is now: each in a commit that says whose it is, and
// then as at a start, see Recover.
func (o *Outbox) adopt(ctx context.Context) error {
	var left []bot.IntentID
	err := o.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		left, err = o.orphans(r)
		return err
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(left, adoptStep) {
		if err := o.adoptSome(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// orphans are the answers on this process's channels that nobody has in hand.
func (o *Outbox) orphans(r store.Reader) (list []bot.IntentID, err error) {
	old, err := heldBack(r)
	if err != nil {
		return nil, err
	}
	gone := map[string]bool{"": true, o.me(): false}
	for id, a := range answers.Scan(r, answers.All(), &err) {
		c := o.channels[a.Channel]
		if c == nil || !c.owner() || a.State == Parked || a.Born <= old {
			continue
		}
		dead, known := gone[a.Replica]
		if !known {
			if dead, err = o.cfg.Replica.Gone(r, a.Replica); err != nil {
				return nil, err
			}
			gone[a.Replica] = dead
		}
		if dead {
			list = append(list, bot.IntentID(id))
		}
	}
	return list, err
}

// adoptSome makes answers this process's, unless somebody was quicker.
func (o *Outbox) adoptSome(ctx context.Context, ids []bot.IntentID) error {
	var mine []bot.IntentID
	err := o.cfg.DB.Update(ctx, func(tx store.Tx) error {
		mine = nil
		for _, id := range ids {
			if err := tx.Lock(subject(id)); err != nil {
				return err
			}
			a, ok, err := answers.Get(tx, string(id))
			if err != nil {
				return err
			}
			if ok, err = o.adoptable(tx, &a, ok); err != nil {
				return err
			}
			if !ok {
				continue
			}
			a.Replica = o.me()
			if err := answers.Put(tx, a, string(id)); err != nil {
				return err
			}
			mine = append(mine, id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return o.cfg.DB.View(ctx, func(r store.Reader) error {
		now := o.cfg.Clock.Now()
		for _, id := range mine {
			if a, ok, err := answers.Get(r, string(id)); err != nil {
				return err
			} else if ok && a.Replica == o.me() {
				o.channels[a.Channel].revive(r, id, &a, now)
			}
		}
		return nil
	})
}

func (o *Outbox) adoptable(tx store.Tx, a *row, there bool) (bool, error) {
	if !there || a.State == Parked || a.Replica == o.me() {
		return false, nil
	}
	if ours, err := o.channels[a.Channel].owns(tx); err != nil || !ours {
		return false, err
	}
	if a.Replica == "" {
		return true, nil
	}
	return o.cfg.Replica.Gone(tx, a.Replica)
}
