package outbox

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"runtime/debug"
	"time"

	"regulars/bot"
	"regulars/store"
)

// fly is one try of one intent, from its preparation to what follows from it.
func (c *channel) fly(ctx context.Context, it *item) {
	if it.unit != nil {
		c.flyUnit(ctx, it)
		return
	}
	now := c.o.cfg.Clock.Now()
	before := it.next
	var res bot.Result
	v, ready := c.prepare(ctx, it, now)
	if ready {
		it.tries++
		res = c.transmit(ctx, it)
		v = c.judge(it, res, c.o.cfg.Clock.Now())
	}
	c.report(it, res, v)
	if ready {
		if res.Outcome == bot.Moved && v.moved != "" {
			v = c.move(ctx, it, v)
		}
	}
	l := &landing{it: it, paced: it.paced, again: v.ending == again, stop: v.stop, ok: res.Outcome == bot.Delivered}
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
	c.shareStop(ctx, v.stop)
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
		it.troubles = 0
		return v, ready
	}
	it.troubles++
	if ctx.Err() == nil {
		c.o.cfg.Log.Warn("outbox: the store refused; it is tried again", "channel", c.name, "intent", it.id, "error", err)
	}
	return c.retry(it, verdict{at: now.Add(backoff(it.troubles, time.Second, time.Minute))}, now), false
}

// prepareAnswer looks whether the answer is still wanted, merges riders into
// it, and encodes it. It commits only if there are riders.
func (c *channel) prepareAnswer(ctx context.Context, it *item, now time.Time) (verdict, bool, error) {
	stored, riders := false, false
	err := c.o.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		if stored, err = c.inHand(r, it.id); err != nil || !stored || !c.takesRiders(it) {
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
		mine, err := c.takeRiders(ctx, it, now)
		if err != nil {
			return verdict{}, false, err
		}
		if !mine {
			return verdict{ending: drop}, false, nil
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

// encode makes the calls for l, and a retry key for each. An adapter's panic
// is that letter's defect and nobody else's.
func (c *channel) encode(l bot.Letter, byReply bool) (_ calls, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.o.cfg.Log.Error("outbox: encoding a letter panicked", "channel", c.name, "stack", string(debug.Stack()))
			err = errors.New("the adapter panicked; the log has its stack")
		}
	}()
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
	first := it.next
	it.paced = 0
	for it.next < len(it.sent.Calls) {
		now := c.o.cfg.Clock.Now()
		if until := at(c.stopped.Load()); until.After(now) {
			return bot.Result{Outcome: bot.NotSent, RetryAfter: until.Sub(now)}
		}
		if it.next > first {
			c.place(ctx, it)
			it.paced++
		}
		call := it.sent.Calls[it.next]
		began := c.o.cfg.Clock.Now()
		res := c.call(ctx, call, it.sent.Keys[it.next])
		c.paceMu.Lock()
		c.recent.took(it.slot, began, c.o.cfg.Clock.Now())
		c.paceMu.Unlock()
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

// call makes one call within its limit. Whether one that panicked took effect
// nobody knows.
func (c *channel) call(ctx context.Context, call bot.Call, key string) (res bot.Result) {
	defer func() {
		if p := recover(); p != nil {
			c.o.cfg.Log.Error("outbox: sending panicked", "channel", c.name, "stack", string(debug.Stack()))
			res = bot.Result{Outcome: bot.Unknown, Err: errors.New("the adapter panicked; the log has its stack")}
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, c.o.cfg.SendLimit)
	defer cancel()
	return c.sender.Send(ctx, call, key)
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
	case res.Outcome == bot.QuotaUsed && !v.quota:
		log.Warn("outbox: what is left of the month's paid messages is too little for this letter; it waits", "cost", it.sent.cost(it.next))
	case res.Outcome == bot.QuotaUsed:
		log.Error("outbox: the month's paid messages are used up; answers still go out, pushes wait for next month: raise the plan in LINE's console, which is noticed within the hour")
	case v.ending == finish && v.state == Dead:
		log.Error("outbox: this letter can never be sent; it is kept as a dead letter, see `regulars dead list`", "why", v.why)
	case res.RetryAfter > 0:
		log.Warn("outbox: the platform asks to wait", "for", res.RetryAfter)
	}
}
