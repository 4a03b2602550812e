package outbox

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"regulars/bot"
)

// channel is the loop of one configured channel. Its fields below loop belong
// to the goroutine that runs it; all others talk to it by events.
type channel struct {
	o      *Outbox
	name   bot.ChannelName
	sender Channel
	free   bool
	full   Pace // of all processes together
	heads  heads
	// fence is of the lease on the channel; 0: another process has it. Who is
	// alone has it for ever.
	fence atomic.Uint64

	mu     sync.Mutex
	inbox  []event
	signal chan struct{}
	paceMu sync.Mutex // of pace, buckets and recent: workers take places for further calls
	pace   Pace       // this process's share
	recent recent
	// stopped is until when workers must begin no further call, in µs.
	stopped atomic.Int64

	// loop
	lanes      sortedLanes
	known      map[bot.IntentID]*item // in memory, until their end is committed
	loaded     [ranks]int             // of known, the queued ones
	more       [ranks]bool            // the table holds more that is due
	buckets    map[string]*bucket
	stop       time.Time // nothing begins before
	fails      int       // in a row, over all chats
	flying     int
	flyingRest int            // of those, no answers
	flights    sync.WaitGroup // also who has landed, and has yet to say how that ended
	look       bool
	nextLook   time.Time
	held       bool
	old        int64  // answers born by then are held back; see Hold
	had        bool   // this process had the channel at the last look at that
	heeded     uint64 // the last stop of another process's that was looked at
	draining   bool
	seq        uint64
	timer      <-chan time.Time
	timerAt    time.Time
	feeder     feeder
}

// event is what happens to a loop. One field is set.
type event struct {
	item     *item // new, or back from the table
	look     bool  // the queue changed
	role     bool  // who has the channel, or how many processes there are, may have changed
	done     *landing
	fed      *fed         // a look for bulks ended
	unitOver bool         // a unit of a bulk is marked
	forget   bot.IntentID // its end, or its return to the table, is committed
}

// landing is the end of a try.
type landing struct {
	it    *item
	again bool // it goes back to its lane, not before it.at
	stop  time.Time
	fail  bool
	ok    bool
	extra int // messages it took beyond the first, for the chat's pace
	paced int // further calls that took their places themselves
}

func newChannel(o *Outbox, name bot.ChannelName, s Channel) *channel {
	c := &channel{
		o: o, name: name, sender: s, free: o.cfg.Free(name), full: DefaultPace(s.Platform()),
		signal: make(chan struct{}, 1), lanes: newSortedLanes(), known: map[bot.IntentID]*item{},
		buckets: map[string]*bucket{}, look: true,
		feeder: feeder{busy: map[unitKey]bool{}, later: map[unitKey]time.Time{}},
	}
	if p, ok := o.cfg.Paces[name]; ok {
		c.full = p
	}
	if c.pace = c.full; o.cfg.Replica == nil {
		c.fence.Store(1)
	}
	c.recent.at = make([]time.Time, c.pace.Window)
	return c
}

// tell hands the loop an event and never blocks.
func (c *channel) tell(e event) {
	c.mu.Lock()
	c.inbox = append(c.inbox, e)
	c.mu.Unlock()
	select {
	case c.signal <- struct{}{}:
	default:
	}
}

// run talks until stop is closed, and then until no answer is left or ctx ends.
// Workers send under ctx.
func (c *channel) run(ctx context.Context, stop <-chan struct{}) {
	for {
		c.absorb()
		now := c.o.cfg.Clock.Now()
		if !c.draining && (c.look || !now.Before(c.nextLook)) {
			c.refill(ctx, now)
		}
		wake := earlier(c.dispatch(ctx, now), c.feed(ctx, now))
		if c.flying == 0 && (ctx.Err() != nil || c.draining && c.lanes.answersLeft() == 0) {
			c.landUnits(now)
			c.flights.Wait()
			return
		}
		select {
		case <-c.signal:
		case <-c.wakeAt(wake, now):
			c.timer = nil
		case <-stop:
			c.draining, stop = true, nil
			c.recall(now)
		case <-c.quit(ctx):
		}
	}
}

// quit is ctx's end, unless it has come and only flights are waited for.
func (c *channel) quit(ctx context.Context) <-chan struct{} {
	if ctx.Err() != nil {
		return nil
	}
	return ctx.Done()
}

// wakeAt is a timer for t. One that is already set and not too late is kept:
// looking once too often costs less than a new timer at every event.
func (c *channel) wakeAt(t, now time.Time) <-chan time.Time {
	if c.timer == nil || c.timerAt.After(t) {
		c.timerAt = t
		c.timer = c.o.cfg.Clock.After(t.Sub(now))
	}
	return c.timer
}

// absorb takes in what happened since.
func (c *channel) absorb() {
	c.mu.Lock()
	events := c.inbox
	c.inbox = nil
	c.mu.Unlock()
	now := c.o.cfg.Clock.Now()
	for _, e := range events {
		switch {
		case e.item != nil:
			c.add(e.item, now)
		case e.look:
			c.look = true
			c.feeder.stir()
		case e.role:
			c.takeRole(now)
		case e.fed != nil:
			c.fed(e.fed, now)
		case e.unitOver:
			c.unitOver()
		case e.done != nil:
			c.land(e.done, now)
		default:
			c.forget(e.forget)
		}
	}
}

// add takes an intent into its lane, once.
func (c *channel) add(it *item, now time.Time) {
	if c.known[it.id] != nil {
		return
	}
	c.known[it.id] = it
	if !it.direct && it.unit == nil {
		c.loaded[rank(it.class)]++
	}
	c.seq++
	it.seq = c.seq
	l := c.lane(it)
	l.add(it)
	c.lanes.place(l, now)
}

func (c *channel) lane(it *item) *lane {
	l := c.lanes.by[it.lane]
	if l == nil {
		r := c.pace.Chat
		if it.group {
			r = c.pace.Group
		}
		l = &lane{name: it.lane, pace: newBucket(r)}
		c.lanes.by[it.lane] = l
	}
	return l
}

func (c *channel) forget(id bot.IntentID) {
	it := c.known[id]
	if it == nil {
		return
	}
	delete(c.known, id)
	if it.direct || it.unit != nil {
		return
	}
	n := rank(it.class)
	c.loaded[n]--
	if c.more[n] && c.loaded[n] <= window/2 {
		c.look = true
	}
}

// land frees the lane and slows the channel down if need be.
func (c *channel) land(d *landing, now time.Time) {
	c.flying--
	if !d.it.direct {
		c.flyingRest--
	}
	l := c.lanes.by[d.it.lane]
	l.busy = false
	c.paceMu.Lock()
	if n := d.extra - d.paced; c.paced(d.it) {
		c.bucket(d.it).take(float64(n), now)
	} else if n < 0 {
		c.recent.giveBack()
	}
	c.paceMu.Unlock()
	l.pace.take(float64(d.extra), now)
	if d.again {
		l.add(d.it)
	}
	c.lanes.place(l, now)
	switch {
	case d.fail:
		// Not one chat but the platform may be in trouble: breathe, but shortly,
		// since the tokens of answers live a minute.
		c.fails++
		c.stopUntil(now.Add(backoff(c.fails, 100*time.Millisecond, 5*time.Second)))
	case d.ok:
		c.fails = 0
	}
	c.stopUntil(d.stop)
	if d.it.unit != nil {
		delete(c.known, d.it.id)
	}
	if c.stop.Sub(now) >= handBack || c.fails >= 3 && d.fail {
		c.recall(now) // who was not begun may be asked about anew
	}
}

func (c *channel) stopUntil(t time.Time) {
	if t.After(c.stop) {
		c.stop = t
		c.stopped.Store(micros(t))
	}
}

// dispatch begins whatever may begin now, the most urgent first, and tells
// when to look again.
func (c *channel) dispatch(ctx context.Context, now time.Time) time.Time {
	c.lanes.wake(now)
	look := c.nextLook
	if c.draining {
		look = now.Add(c.o.cfg.LookEvery) // nothing is looked for any more
	}
	for ctx.Err() == nil && len(c.lanes.ready.lanes) > 0 {
		if c.stop.After(now) {
			return earlier(c.stop, look)
		}
		l := c.lanes.ready.lanes[0]
		it := l.items[0]
		if !it.direct && c.draining {
			break // answers are all gone: the rest stays for the next start
		}
		if c.flying >= c.o.cfg.Workers || (!it.direct && c.flyingRest >= c.o.cfg.Workers/2) {
			break // a landing will wake the loop
		}
		if t := c.begin(it, now); t.After(now) {
			return earlier(t, look)
		}
		l.pace.take(1, now)
		l.items = l.items[1:]
		l.busy = true
		c.lanes.place(l, now)
		c.flying++
		if !it.direct {
			c.flyingRest++
		}
		c.flights.Go(func() { c.fly(ctx, it) })
	}
	wake := look
	if len(c.lanes.later.lanes) > 0 {
		wake = earlier(wake, c.lanes.later.lanes[0].when)
	}
	return wake
}

// begin takes a place for it's first call, or tells when there is one.
func (c *channel) begin(it *item, now time.Time) time.Time {
	c.paceMu.Lock()
	defer c.paceMu.Unlock()
	t := c.recent.place(now)
	if c.paced(it) {
		if own := c.bucket(it).next(now); own.After(t) {
			t = own
		}
	}
	if !t.After(now) {
		c.take(it, now)
	}
	return t
}

// take gives a place away and tells when it is. It belongs to paceMu.
func (c *channel) take(it *item, now time.Time) time.Time {
	t, slot := c.recent.take(now)
	it.slot = slot
	if c.paced(it) {
		b := c.bucket(it)
		b.take(1, now)
		if own := b.reaches(0, now); own.After(t) {
			t = own
		}
	}
	return t
}

// paced says that it has a rate beside the window of all.
func (c *channel) paced(it *item) bool { return c.pace.Window == 0 || it.unit != nil }

// place takes a place for a further call of it, and waits for it.
func (c *channel) place(ctx context.Context, it *item) {
	now := c.o.cfg.Clock.Now()
	c.paceMu.Lock()
	wait := c.take(it, now).Sub(now)
	c.paceMu.Unlock()
	if wait <= 0 {
		return
	}
	select {
	case <-c.o.cfg.Clock.After(wait):
	case <-ctx.Done():
	}
}

// bucket is the pace of it's endpoint. It belongs to paceMu.
func (c *channel) bucket(it *item) *bucket {
	name, rate := "", c.pace.Calls
	switch {
	case !c.pace.PerEndpoint:
	case it.direct:
		name, rate = "reply", c.pace.replies()
	case it.try != nil && it.try.many:
		name, rate = "multicast", c.pace.Multicast
	}
	b := c.buckets[name]
	if b == nil {
		b = newBucket(rate)
		c.buckets[name] = b
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
