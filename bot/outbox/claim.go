package outbox

import (
	"context"
	"errors"
	"time"

	"regulars/bot"
	"regulars/store"
)

// claim is what precedes every try of a queued intent: a commit in which the
// holds, the deadline and MaySend are asked, and which keeps keys and bodies.
// A letter is encoded between two transactions, not inside one.
func (c *channel) claim(ctx context.Context, it *item, now time.Time) (verdict, bool, error) {
	var seen row
	var v verdict
	if !c.owner() {
		return verdict{ending: drop}, false, nil
	}
	found := false
	err := c.o.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		if seen, found, err = queue.Get(r, string(it.id)); err != nil || !found {
			return err
		}
		if err := c.o.open(r, seen.Person, seen.Letter, &it.letter); err != nil {
			return err
		}
		it.sent = calls{}
		if len(seen.Calls) > 0 {
			return c.o.open(r, seen.Person, seen.Calls, &it.sent)
		}
		return nil
	})
	switch {
	case errors.Is(err, bot.ErrGone):
		return it.stopped(&seen, "erased"), false, nil
	case err != nil:
		return v, false, err
	case !found || seen.State == Riding:
		return verdict{ending: drop}, false, nil
	}
	it.seen = seen.Tries
	if v, ok := c.mayTry(it, &seen, now); !ok {
		return v, false, nil
	}
	if it.sent.Calls == nil {
		if it.sent, err = c.encode(withRef(it.letter, seen.Ref), false); err != nil {
			return over(Dead, "cannot be encoded: "+err.Error()), false, nil
		}
		if err := c.countHeads(ctx, it); err != nil {
			c.o.cfg.Log.Warn("outbox: how many people a group has, and so what a push to it costs, is not told; it is tried again in a minute", "channel", c.name, "error", err)
			return verdict{ending: handOver, at: now.Add(time.Minute)}, false, nil
		}
	}
	ready := false
	err = c.o.cfg.DB.Update(ctx, func(tx store.Tx) (err error) {
		v, ready, err = c.claimIn(tx, it, seen, now)
		return err
	})
	it.mine = it.mine || ready
	it.tries = seen.Tries
	if ready && err == nil {
		it.seen++
	}
	return v, ready && err == nil, err
}

// mayTry looks at what the row itself says, and takes over what an earlier
// process, or an earlier try, left in it.
func (c *channel) mayTry(it *item, r *row, now time.Time) (verdict, bool) {
	us := micros(now)
	switch {
	case r.NotAfter != 0 && us >= r.NotAfter:
		return over(Expired, "its time passed"), false
	case r.First != 0 && us >= r.First+RetryKeyLife.Microseconds():
		return over(Expired, "a day of tries passed"), false
	case c.onlyRides(r):
		return over(Expired, "no answer took it along"), false
	}
	if !it.mine {
		it.next, it.doubt, it.moves = r.Next, r.Maybe, r.Moves
		if r.State == Claimed && !r.Maybe && !it.sent.repeatable(it.next) {
			// A process died in the middle. Nobody knows.
			if !it.receipt() || r.Tries > 8 {
				return over(Unsure, "the program stopped while it was being sent"), false
			}
		}
		it.doubt = it.doubt || r.State == Claimed
	}
	return verdict{}, true
}

// claimIn is claim's commit.
func (c *channel) claimIn(tx store.Tx, it *item, seen row, now time.Time) (verdict, bool, error) {
	needs := []store.Subject{subject(it.id)}
	if !c.free && seen.Held == 0 && it.sent.cost(it.next) > 0 {
		needs = append(needs, ofQuota([]byte(c.name)))
	}
	if err := tx.Lock(needs...); err != nil {
		return verdict{}, false, err
	}
	r, ok, err := queue.Get(tx, string(it.id))
	if err != nil {
		return verdict{}, false, err
	}
	if !ok || r.State != seen.State || r.Tries != seen.Tries {
		return verdict{ending: drop}, false, nil
	}
	if ours, err := c.owns(tx); err != nil || !ours {
		return verdict{ending: drop}, false, err
	}
	if held, err := paused(tx, c.name, now); err != nil || held {
		return verdict{ending: drop}, false, err
	}
	if c.o.cfg.MaySend != nil {
		may, err := c.o.cfg.MaySend(tx, r.intent(it.id, it.letter), now)
		switch {
		case err != nil:
			return verdict{}, false, err
		case may.Why != "":
			return it.stopped(&r, may.Why), false, nil
		case may.NotBefore.After(now):
			return verdict{ending: handOver, at: may.NotBefore}, false, nil
		}
	}
	if r.Held == 0 {
		n := it.sent.cost(it.next)
		ok, until, why, err := c.o.spend(tx, c.name, r.Class, n, now)
		if err != nil {
			return verdict{}, false, err
		}
		if !ok {
			return verdict{ending: handOver, at: earlierSet(until, r.NotAfter), why: why}, false, nil
		}
		if !c.free {
			r.Held = n
		}
	}
	r.State, r.Tries = Claimed, r.Tries+1
	r.Maybe, r.Next = it.doubt, it.next
	if r.First == 0 {
		r.First = micros(now)
	}
	if r.Calls, err = c.o.seal(tx, r.Person, it.sent); err != nil {
		if errors.Is(err, bot.ErrGone) {
			return it.stopped(&r, "erased"), false, nil
		}
		return verdict{}, false, err
	}
	return verdict{}, true, queue.Put(tx, r, string(it.id))
}

// earlierSet is t, or the deadline us where it is set and comes first.
func earlierSet(t time.Time, us int64) time.Time {
	if us != 0 {
		return earlier(t, at(us))
	}
	return t
}

// stopped is the end of what must not be sent (any more): where a try may have
// had an effect, nobody knows.
func (it *item) stopped(r *row, why string) verdict {
	if it.doubt || it.next > 0 || (!it.mine && r.begun()) {
		return over(Unsure, why)
	}
	return over(Suppressed, why)
}

// begun says that r alone cannot tell whether it was sent.
func (r *row) begun() bool { return r.State == Claimed || r.Maybe || r.Next > 0 }
