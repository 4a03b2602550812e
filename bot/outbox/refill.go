package outbox

import (
	"context"
	"strconv"
	"strings"
	"time"

	"regulars/bot"
	"regulars/store"
)

// refill takes into memory what is due, a window of each class, so that a
// campaign of any size neither fills the memory nor hides a receipt.
func (c *channel) refill(ctx context.Context, now time.Time) {
	c.look = false
	c.nextLook = now.Add(c.o.cfg.LookEvery)
	err := c.o.cfg.DB.View(ctx, func(r store.Reader) error {
		held, err := paused(r, c.name, now)
		if err != nil {
			return err
		}
		if c.old, err = heldBack(r); err != nil {
			return err
		}
		if held != c.held {
			c.held = held
			c.o.cfg.Log.Info("outbox: whether a channel is stopped changed; answers go out in any case", "channel", c.name, "stopped", held)
		}
		if err := c.heedStop(r, now); err != nil {
			return err
		}
		for class := range c.classes() {
			if err := c.refillClass(r, class, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		c.o.cfg.Log.Warn("outbox: the queue cannot be read; it is tried again", "channel", c.name, "error", err)
	}
}

// refillClass goes through one class's rows in the order of their time, up to
// the first that is not due yet.
func (c *channel) refillClass(r store.Reader, class int, now time.Time) error {
	var err error
	c.more[class] = false
	seen := 0
	for key := range dues.Scan(r, dues.Under(string(c.name), strconv.Itoa(class)), &err) {
		parts := strings.SplitN(key, "/", 4)
		us, e := strconv.ParseInt(parts[2], 10, 64)
		if e != nil {
			return e
		}
		if us > micros(now) {
			c.nextLook = earlier(c.nextLook, at(us))
			break
		}
		if c.loaded[class] >= window {
			c.more[class] = true
			break
		}
		if seen++; seen > store.ScanPage && !c.owner() {
			break // another process works on these
		}
		if err := c.load(r, bot.IntentID(parts[3]), now); err != nil {
			return err
		}
	}
	return err
}

// load takes one due intent from its row.
func (c *channel) load(r store.Reader, id bot.IntentID, now time.Time) error {
	held := c.known[id]
	q, ok, err := queue.Get(r, string(id))
	if err != nil {
		return err
	}
	if ok {
		if held == nil && !c.held && c.owner() {
			return c.loadQueued(r, id, &q, now)
		}
		return nil
	}
	a, ok, err := answers.Get(r, string(id))
	switch {
	case err != nil || !ok || held != nil:
		// What this process holds meets its new token when it ends.
		return err
	case a.Born <= c.old:
		return nil // from before a backup that was restored; see Hold
	case a.State == Parked && !c.owner() || a.State != Parked && !c.o.has(&a):
		return nil // another process has it
	case a.State == Parked:
		it := &item{id: id, lane: laneOf(a.Lane), class: a.Class, direct: true}
		it.letter.Reply.Until = at(a.Until)
		c.known[id] = it
		c.o.marks.add(c, it, over(Late, "its reply token lapsed"))
	default:
		c.revive(r, id, &a, now)
	}
	return nil
}

// loadQueued takes a queued intent, or frees a rider whose answer is no more.
func (c *channel) loadQueued(r store.Reader, id bot.IntentID, q *row, now time.Time) error {
	it := &item{
		id: id, lane: laneOf(q.Lane), person: q.Person, class: q.Class, ref: q.Ref, group: q.Group,
		born: q.Born, notAfter: at(q.NotAfter), at: now, seen: q.Tries, by: q.By,
	}
	if q.State != Riding {
		c.add(it, now)
		return nil
	}
	_, alive, err := r.Get(answers.Key(string(q.By)))
	if err == nil && !alive {
		c.known[id] = it
		c.loaded[rank(it.class)]++
		c.o.marks.add(c, it, verdict{ending: restore})
	}
	return err
}
