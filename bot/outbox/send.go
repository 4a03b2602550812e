package outbox

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"time"

	"regulars/bot"
	"regulars/store"
)

// fly is one try of one intent, from its preparation to what follows from it.
func (c *channel) fly(ctx context.Context, it *item) {
	now := c.o.cfg.Clock.Now()
	before := it.next
	var res bot.Result
	v, ready := c.prepare(ctx, it, now)
	if ready {
		it.tries++
		res = c.transmit(ctx, it)
		v = c.judge(it, res, c.o.cfg.Clock.Now())
		c.report(it, res, v)
		if res.Outcome == bot.Moved && v.moved != "" {
			v = c.move(ctx, it, v)
		}
	}
	l := &landing{it: it, again: v.ending == again, stop: v.stop, ok: res.Outcome == bot.Delivered}
	l.fail = res.Outcome == bot.Unknown || (res.Outcome == bot.NotSent && res.RetryAfter == 0)
	if ready {
		l.extra = it.next - before - 1
		if res.Outcome != bot.Delivered {
			l.extra++
		}
		if it.letter.Callback != "" && before == 0 {
			l.extra-- // acknowledging a press is no message
		}
	}
	it.at = v.at
	c.tell(event{done: l})
	switch v.ending {
	case again:
	case drop:
		c.tell(event{forget: it.id})
	default:
		c.o.marks.add(c, it, v)
	}
}

// prepare makes it ready to be sent, or says what becomes of it instead.
func (c *channel) prepare(ctx context.Context, it *item, now time.Time) (verdict, bool) {
	var v verdict
	var ready bool
	var err error
	switch {
	case it.direct && !now.Before(it.until):
		return c.tooLate(it), false
	case it.direct:
		v, ready, err = c.prepareAnswer(ctx, it, now)
	default:
		v, ready, err = c.claim(ctx, it, now)
	}
	if err == nil {
		return v, ready
	}
	if ctx.Err() == nil {
		c.o.cfg.Log.Warn("outbox: the store refused; it is tried again", "channel", c.name, "intent", it.id, "error", err)
	}
	return c.retry(it, verdict{at: now.Add(time.Second)}, now), false
}

// prepareAnswer looks whether the answer is still wanted, merges riders into
// it, and encodes it. It commits only if there are riders.
func (c *channel) prepareAnswer(ctx context.Context, it *item, now time.Time) (verdict, bool, error) {
	stored, riders := false, false
	err := c.o.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		if _, stored, err = r.Get(answers.Key(string(it.id))); err != nil || !stored || !c.takesRiders(it) {
			return err
		}
		for range lanes.Scan(r, lanes.Under(it.lane.String()), &err) {
			riders = true
			break
		}
		return err
	})
	if err != nil {
		return verdict{}, false, err
	}
	if !stored {
		return verdict{ending: drop}, false, nil
	}
	if riders {
		if err := c.takeRiders(ctx, it, now); err != nil {
			return verdict{}, false, err
		}
	}
	it.merged = true
	if it.sent.Calls == nil {
		if it.sent, err = c.encode(it.letter, true); err != nil {
			if len(it.takes) > 0 {
				return verdict{ending: unmerge}, false, nil
			}
			return over(Dead, "cannot be encoded: "+err.Error()), false, nil
		}
	}
	return verdict{}, true, nil
}

// encode makes the calls for l, and a retry key for each.
func (c *channel) encode(l bot.Letter, byReply bool) (calls, error) {
	list, err := c.sender.Encode(l, byReply)
	if err != nil {
		return calls{}, err
	}
	out := calls{Calls: list, Keys: make([]string, len(list))}
	for i := range out.Keys {
		if list[i].Idempotent {
			if out.Keys[i], err = c.o.uuid(); err != nil {
				return calls{}, err
			}
		}
	}
	return out, nil
}

// uuid is a random UUID, version 4 (RFC 9562).
func (o *Outbox) uuid() (string, error) {
	var b [16]byte
	o.randMu.Lock()
	_, err := io.ReadFull(o.cfg.Rand, b[:])
	o.randMu.Unlock()
	if err != nil {
		return "", err
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}

// transmit makes the calls that are left, until one is not accepted.
func (c *channel) transmit(ctx context.Context, it *item) bot.Result {
	for it.next < len(it.sent.Calls) {
		now := c.o.cfg.Clock.Now()
		if until := at(c.stopped.Load()); until.After(now) {
			return bot.Result{Outcome: bot.NotSent, RetryAfter: until.Sub(now)}
		}
		call := it.sent.Calls[it.next]
		try, cancel := context.WithTimeout(ctx, c.o.cfg.SendLimit)
		res := c.sender.Send(try, call, it.sent.Keys[it.next])
		cancel()
		if !res.Date.IsZero() && c.o.cfg.OnDate != nil {
			c.o.cfg.OnDate(c.name, res.Date, c.o.cfg.Clock.Now())
		}
		if res.Outcome != bot.Delivered {
			return res
		}
		it.next++
		it.cost += call.Cost
		it.doubt, it.unknowns = false, 0
	}
	return bot.Result{Outcome: bot.Delivered}
}

// move tells whoever keeps chat ids and points the letter at the new one.
func (c *channel) move(ctx context.Context, it *item, v verdict) verdict {
	if c.o.cfg.OnMoved != nil {
		if err := c.o.cfg.OnMoved(ctx, it.letter.To.Chat, v.moved); err != nil {
			c.o.cfg.Log.Error("outbox: a chat's new id could not be stored; the letter still goes there", "channel", c.name, "error", err)
		}
	}
	it.letter.To.ID = v.moved
	it.letter.ReplyTo, it.letter.On = "", "" // message ids are another's there
	it.sent = calls{}
	return v
}

// report logs what an operator should know, without naming anybody.
func (c *channel) report(it *item, res bot.Result, v verdict) {
	log := c.o.cfg.Log.With("channel", c.name, "intent", it.id, "class", it.class, "error", res.Err)
	switch {
	case res.Outcome == bot.Unauthorised:
		log.Error("outbox: the platform refuses the channel's token; nothing goes out until it is right: check the channel's token in the configuration and restart. It is tried again each minute")
	case res.Outcome == bot.QuotaUsed:
		log.Error("outbox: the month's paid messages are used up; answers still go out, pushes wait for next month: raise the plan in LINE's console, then resume the channel", "until", v.at)
	case v.ending == finish && v.state == Dead:
		log.Error("outbox: the platform will never accept this letter; it is kept as a dead letter", "why", v.why)
	case res.RetryAfter > 0:
		log.Warn("outbox: the platform asks to wait", "for", res.RetryAfter)
	}
}

// claim is what precedes every try of a queued intent: a commit in which the
// holds, the deadline and MaySend are asked, and which keeps keys and bodies.
// A letter is encoded between two transactions, not inside one.
func (c *channel) claim(ctx context.Context, it *item, now time.Time) (verdict, bool, error) {
	var seen row
	var v verdict
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
	if v, ok := c.mayTry(it, &seen, now); !ok {
		return v, false, nil
	}
	if it.sent.Calls == nil {
		if it.sent, err = c.encode(withRef(it.letter, seen.Ref), false); err != nil {
			return over(Dead, "cannot be encoded: "+err.Error()), false, nil
		}
	}
	ready := false
	err = c.o.cfg.DB.Update(ctx, func(tx store.Tx) (err error) {
		v, ready, err = c.claimIn(tx, it, seen, now)
		return err
	})
	it.mine = it.mine || ready
	it.tries = seen.Tries
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
	if err := tx.Lock(subject(it.id)); err != nil {
		return verdict{}, false, err
	}
	r, ok, err := queue.Get(tx, string(it.id))
	if err != nil {
		return verdict{}, false, err
	}
	if !ok || r.State != seen.State || r.Tries != seen.Tries {
		return verdict{ending: drop}, false, nil
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
