package outbox

import (
	"context"
	"time"

	"regulars/bot"
	"regulars/store"
)

// forgetStep is how many intents are looked at, and forgotten, at once.
const forgetStep = 200

// forget ends intents that have waited for longer than anybody wants to read them:
// a rider whose person never spoke again, what a channel that is no longer configured
// left behind, what a stop held that nobody lifted. It returns how many.
func (o *Outbox) forget(ctx context.Context, now time.Time) (gone int, err error) {
	rg := queue.All()
	for rg.Start != nil {
		var stale []bot.IntentID
		if stale, rg, err = o.stale(ctx, rg, now); err != nil {
			return gone, err
		}
		for _, id := range stale {
			ended, err := o.forgetOne(ctx, id, now)
			if err != nil {
				return gone, err
			}
			if ended {
				gone++
			}
		}
	}
	return gone, nil
}

// stale are intents of the next rows that waited too long, and the range of the rest,
// whose start is nil at the end.
func (o *Outbox) stale(ctx context.Context, rg store.Range, now time.Time) (ids []bot.IntentID, rest store.Range, err error) {
	err = o.cfg.DB.View(ctx, func(r store.Reader) error {
		ids, rest = nil, store.Range{}
		seen := 0
		for raw, err := range r.Scan(rg) {
			if err != nil {
				return err
			}
			if seen++; seen > 16*forgetStep || len(ids) == forgetStep {
				rest = store.Range{Start: raw.Key, End: rg.End}
				return nil
			}
			var x row
			if store.Decode(raw.Key, raw.Value, &x) == nil && x.stale(now) {
				ids = append(ids, bot.IntentID(raw.Key[len(queue.Key("")):]))
			}
		}
		return nil
	})
	return ids, rest, err
}

// stale says that an intent waited too long. One that is claimed or taken along has
// begun: what became of it is the channel's to say.
func (r *row) stale(now time.Time) bool {
	if r.begun() || r.State == Riding {
		return false
	}
	since := max(r.Born, r.NotBefore)
	return since < micros(now.Add(-KeepWaiting))
}

func (o *Outbox) forgetOne(ctx context.Context, id bot.IntentID, now time.Time) (ended bool, err error) {
	var of bot.ChannelName
	err = o.cfg.DB.Update(ctx, func(tx store.Tx) error {
		ended = false
		if err := tx.Lock(subject(id)); err != nil {
			return err
		}
		r, ok, err := queue.Get(tx, string(id))
		if err != nil || !ok || !r.stale(now) {
			return err
		}
		if err := remove(tx, &r, id, false); err != nil {
			return err
		}
		ended, of = true, r.Channel
		return pasts.Put(tx, past{Channel: r.Channel, Class: r.Class, State: Expired, Why: "it waited too long", At: micros(now), Ref: r.Ref}, string(id))
	})
	if c := o.channels[of]; err == nil && ended && c != nil {
		c.tell(event{forget: id})
	}
	return ended, err
}
