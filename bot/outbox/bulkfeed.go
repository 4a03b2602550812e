package outbox

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"regulars/bot"
	"regulars/store"
)

// How much of bulks a channel has in hand. What is claimed and not sent when the
// process dies is unknown on Telegram, and repeated under its keys on LINE.
const (
	freeBlock = 30 // people claimed by one commit where no retry key helps
	freeUnits = 2  // one is being sent while the next is claimed
	pushBlock = 50
	paidUnits = 8
)

// unitKey names a part.
type unitKey struct {
	id BulkID
	n  int
}

// feeder takes parts of bulks into a channel's loop.
type feeder struct {
	mu    sync.Mutex
	busy  map[unitKey]bool      // parts in hand
	later map[unitKey]time.Time // parts that could not be read
	last  BulkID                // whose turn it was

	// loop
	units    int       // in hand, or being claimed
	claiming int       // of those
	rich     bool      // the last look found something
	next     time.Time // nothing is found before
	stirs    int       // how often there was reason to look anew
	// over says that the channel's loop ends: who marks gives up at some time.
	over atomic.Bool
}

// fed is what a look for a part brought.
type fed struct {
	unit  *unit // nil: nothing is to be sent
	found bool
	next  time.Time // with found unset: look then
	stirs int       // when the look began
}

// feed looks for parts of bulks while there is room for them, and tells when to
// do so again.
func (c *channel) feed(ctx context.Context, now time.Time) time.Time {
	f := &c.feeder
	if c.o.cfg.Bulk == nil || c.draining || ctx.Err() != nil || !c.owner() {
		return now.Add(c.o.cfg.LookEvery)
	}
	if c.stop.Sub(now) >= handBack {
		return c.stop
	}
	most := paidUnits
	if c.free {
		most = freeUnits
	}
	for f.units < most && (f.claiming == 0 || f.rich) {
		if f.next.After(now) {
			return f.next
		}
		f.units++
		f.claiming++
		go c.takePart(ctx, f.stirs)
	}
	return now.Add(c.o.cfg.LookEvery)
}

// fed takes in what feed's look brought.
func (c *channel) fed(e *fed, now time.Time) {
	f := &c.feeder
	f.claiming--
	f.rich = e.found
	if !e.found && e.stirs == f.stirs {
		f.next = e.next
	}
	if e.unit == nil {
		f.units--
		return
	}
	for _, it := range e.unit.items {
		c.add(it, now)
	}
	if c.draining || c.stop.Sub(now) >= handBack {
		c.recall(now)
	}
}

// unitOver makes room for another.
func (c *channel) unitOver() {
	c.feeder.units--
	c.feeder.stir() // its part may have more
}

// stir makes the loop look anew; a look that is under way may have seen less.
func (f *feeder) stir() {
	f.stirs++
	f.next = time.Time{}
}

// landUnits waits until all units in hand are marked; nothing flies any more.
func (c *channel) landUnits(now time.Time) {
	c.draining = true
	c.feeder.over.Store(true)
	for c.recall(now); c.feeder.units > 0; c.absorb() {
		<-c.signal
	}
}

// recall gives back what of bulks was claimed and not begun: the channel stops
// for a while, or for good.
func (c *channel) recall(now time.Time) {
	for _, l := range c.lanes.by {
		var keep []*item
		for _, it := range l.items {
			if it.unit == nil {
				keep = append(keep, it)
				continue
			}
			delete(c.known, it.id)
			it.unit.ended(it.try, back)
		}
		if len(keep) < len(l.items) {
			l.items = keep
			c.lanes.place(l, now)
		}
	}
}

// takePart finds a part whose turn it is and claims what it may of it.
func (c *channel) takePart(ctx context.Context, stirs int) {
	now := c.o.cfg.Clock.Now()
	out := fed{next: now.Add(c.o.cfg.LookEvery), stirs: stirs}
	key, next, found, err := c.pick(ctx, now)
	if err == nil && found {
		if out.unit, err = c.claimUnit(ctx, key, now); out.unit == nil {
			c.feeder.release(key, err, now)
		}
	}
	switch {
	case err != nil && ctx.Err() == nil:
		c.o.cfg.Log.Warn("outbox: a part of a bulk cannot be claimed; it is tried again", "channel", c.name, "bulk", key.id, "part", key.n, "error", err)
	case err == nil:
		out.found, out.next = found, next
	}
	c.tell(event{fed: &out})
}

// partRest is for how long a part is left alone that could not be read.
const partRest = 10 * time.Second

func (f *feeder) release(key unitKey, err error, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.busy, key)
	if err != nil {
		f.later[key] = now.Add(partRest)
	}
}

// pick chooses the next part: of the most urgent class, of one bulk after the
// other. It is then busy.
func (c *channel) pick(ctx context.Context, now time.Time) (best unitKey, next time.Time, ok bool, err error) {
	f := &c.feeder
	f.mu.Lock()
	defer f.mu.Unlock()
	next = now.Add(c.o.cfg.LookEvery)
	err = c.o.cfg.DB.View(ctx, func(r store.Reader) error {
		held, err := paused(r, c.name, now)
		if err != nil {
			return err
		}
		var bestRank int
		for id := range c.bulksHere(r, &err) {
			h, there, e := bulks.Get(r, string(id))
			if e != nil {
				return e
			}
			begins, may := h.begins(c.name, now, held)
			if !there || !may {
				continue
			}
			if begins.After(now) {
				next = earlier(next, begins)
				continue
			}
			n, due, found, e := c.firstPart(r, id, &h, now)
			if e != nil {
				return e
			}
			if !found {
				next = earlier(next, due)
				continue
			}
			class := rank(h.Class)
			if !ok || class < bestRank || class == bestRank && best.id <= f.last && id > f.last {
				best, bestRank, ok = unitKey{id, n}, class, true
			}
		}
		return err
	})
	if err != nil || !ok {
		return best, next, false, err
	}
	f.busy[best], f.last = true, best.id
	return best, next, true, nil
}

// bulksHere yields the bulks that have parts on this channel, by id.
func (c *channel) bulksHere(r store.Reader, err *error) iter.Seq[BulkID] {
	return func(yield func(BulkID) bool) {
		rg := bulkdues.Under(string(c.name))
		for *err == nil {
			var id BulkID
			for key := range bulkdues.Scan(r, rg, err) {
				var e error
				if id, _, _, e = readDue(key); e != nil {
					*err = e
				}
				break
			}
			if id == "" || *err != nil || !yield(id) {
				return
			}
			rg.Start = append(bulkdues.Key(string(c.name), string(id)), '0') // "0" follows "/"
		}
	}
}

// begins is from when a part of the bulk may be taken up; ok is false where
// somebody must act first.
func (h *bulkRow) begins(ch bot.ChannelName, now time.Time, held bool) (t time.Time, ok bool) {
	if h.State == BulkOpen {
		return t, false
	}
	if _, over := h.over(now); over {
		return t, true // there is something to write down, and nothing to send
	}
	if h.State != BulkRunning || held {
		return t, false
	}
	return at(max(h.NotBefore, h.Waits[ch])), true
}

// firstPart is a bulk's first part that is due and not in hand, or else when
// the next is.
func (c *channel) firstPart(r store.Reader, id BulkID, h *bulkRow, now time.Time) (n int, due time.Time, found bool, err error) {
	f := &c.feeder
	due = now.Add(c.o.cfg.LookEvery)
	_, over := h.over(now)
	for key := range bulkdues.Scan(r, bulkdues.Under(string(c.name), string(id)), &err) {
		_, us, n, e := readDue(key)
		if e != nil {
			return 0, due, false, e
		}
		if !over && us > micros(now) {
			due = at(us)
			break
		}
		k := unitKey{id, n}
		if rest, ok := f.later[k]; ok && rest.After(now) {
			continue
		}
		delete(f.later, k)
		if !f.busy[k] {
			return n, due, true, nil
		}
	}
	return 0, due, false, err
}
