package outbox

import (
	"context"
	"slices"
	"sync"
	"time"

	"regulars/bot"
	"regulars/store"
)

// Replica is what an Outbox must know of the processes that share its store;
// *schedule.Replica is one.
type Replica interface {
	// ID is this process, among all that ever were.
	ID() string
	// Living is how many processes there are, this one among them, and a channel
	// that is closed when that, or who may do what alone, changes.
	Living() (n int, changed <-chan struct{})
	// Gone says whether a process of that id has died or left.
	Gone(r store.Reader, id string) (bool, error)
	// Alone runs f whenever this process alone may do what name says, and ends
	// f's ctx when it no longer may. It returns when f did by itself, or ctx ends.
	Alone(ctx context.Context, name string, f func(ctx context.Context, fence uint64) error) error
	// Holds says in an Update whether that is still so.
	Holds(tx store.Tx, name string, fence uint64) (bool, error)
}

// me is this process's id, "" where it is alone.
func (o *Outbox) me() string {
	if o.cfg.Replica == nil {
		return ""
	}
	return o.cfg.Replica.ID()
}

// has says that an answer is this process's: who is alone has them all, also those
// of a store that several had before.
func (o *Outbox) has(a *row) bool { return o.cfg.Replica == nil || a.Replica == o.me() }

// owner says that this process feeds the channel's queue.
func (c *channel) owner() bool { return c.fence.Load() != 0 }

func (c *channel) leaseName() string { return "outbox." + string(c.name) }

// owns is owner as the store has it: who was silent for too long finds out
// before anything is claimed.
func (c *channel) owns(tx store.Tx) (bool, error) {
	fence := c.fence.Load()
	if c.o.cfg.Replica == nil || fence == 0 {
		return fence != 0, nil
	}
	return c.o.cfg.Replica.Holds(tx, c.leaseName(), fence)
}

// classes are how many of the ranks this process looks through: without the
// channel it only looks for its own answers whose token was renewed.
func (c *channel) classes() int {
	if c.owner() {
		return ranks
	}
	return rank(bot.Receipt) + 1
}

// inHand says that an answer is stored and still this process's.
func (c *channel) inHand(r store.Reader, id bot.IntentID) (bool, error) {
	if c.o.cfg.Replica == nil {
		_, ok, err := r.Get(answers.Key(string(id)))
		return ok, err
	}
	a, ok, err := answers.Get(r, string(id))
	return ok && c.o.has(&a), err
}

// beside starts what an outbox among several does besides its loops.
func (o *Outbox) beside(ctx context.Context, all *sync.WaitGroup, landed <-chan struct{}) {
	for _, c := range o.channels {
		all.Go(func() { _ = o.cfg.Replica.Alone(ctx, c.leaseName(), c.own(ctx, landed)) })
	}
	all.Go(func() {
		_ = o.cfg.Replica.Alone(ctx, "outbox", func(ctx context.Context, _ uint64) error { o.janitor(ctx); return nil })
	})
	all.Go(func() { o.adopts(ctx) })
}

// own is what having the channel means. Who stops keeps it until what is in
// flight has landed: nobody else is to wonder what became of that.
func (c *channel) own(running context.Context, landed <-chan struct{}) func(context.Context, uint64) error {
	return func(ctx context.Context, fence uint64) error {
		c.fence.Store(fence)
		c.tell(event{role: true})
		c.o.kick()
		if _, ok := c.sender.(Metered); ok {
			go c.o.readNow(ctx, c.name)
		}
		<-ctx.Done()
		if running.Err() != nil {
			<-landed
		}
		c.fence.Store(0)
		c.tell(event{role: true})
		return nil
	}
}

// takeRole brings the loop to what this process now is.
func (c *channel) takeRole(now time.Time) {
	n := 1
	if c.o.cfg.Replica != nil {
		n, _ = c.o.cfg.Replica.Living()
	}
	c.setPace(c.full.share(n, c.owner()), now)
	had := c.had
	switch c.had = c.owner(); {
	case !c.had:
		c.recall(now)
		c.unload(now)
	case !had:
		c.look = true
		c.feeder.stir()
	}
}

// unload forgets what of the queue has not begun: it is another process's.
func (c *channel) unload(now time.Time) {
	for _, l := range c.lanes.by {
		keep := slices.DeleteFunc(slices.Clone(l.items), func(it *item) bool { return !it.direct && it.unit == nil })
		if len(keep) == len(l.items) {
			continue
		}
		for _, it := range l.items {
			if !it.direct && it.unit == nil {
				c.forget(it.id)
			}
		}
		l.items = keep
		c.lanes.place(l, now)
	}
}

// setPace changes this process's share of the channel's pace.
func (c *channel) setPace(p Pace, now time.Time) {
	c.paceMu.Lock()
	defer c.paceMu.Unlock()
	if p == c.pace {
		return
	}
	c.pace = p
	c.recent.resize(p.Window, now)
	for name, b := range c.buckets {
		b.fill(now)
		switch name {
		case "reply":
			b.rate = p.replies()
		case "":
			b.rate = p.Calls
		}
		b.level = min(b.level, b.rate.Burst)
	}
}

// share is one process's part of a pace where n share it: answers go out
// everywhere, all else where the channel is. Of a window of all calls half is
// divided for answers, and what the others leave is the owner's.
func (p Pace) share(n int, owner bool) Pace {
	if n <= 1 {
		return p
	}
	p.Group = p.Group.part(1 / float64(n))
	if p.PerEndpoint {
		p.among = n
		return p
	}
	part := 1 / float64(2*n)
	if p.Window > 0 {
		part = float64(max(1, p.Window/(2*n))) / float64(p.Window)
	}
	if owner {
		part = max(part, 1-part*float64(n-1))
	}
	p.Calls = p.Calls.part(part)
	p.Window = int(float64(p.Window)*part + 0.5)
	return p
}

// replies is the rate of an endpoint that every process talks to.
func (p Pace) replies() Rate {
	if p.among > 1 {
		return p.Calls.part(1 / float64(p.among))
	}
	return p.Calls
}

// part is a share of r; one call at a time may always go.
func (r Rate) part(f float64) Rate {
	return Rate{r.PerSecond * f, max(min(1, r.Burst), r.Burst*f)}
}

// stopped is a platform's wish that nobody calls it for a while.
type stopped struct {
	N   uint64 `json:"n"` // rises with each
	By  string `json:"b"`
	At  int64  `json:"a"` // µs, by the clock of who was told
	For int64  `json:"f"` // µs from then
}

// clocksApart is how far the clocks of two processes may be apart.
const clocksApart = time.Minute

// shareStop tells the other processes that the platform wants to be left alone
// until then.
func (c *channel) shareStop(ctx context.Context, until time.Time) {
	now := c.o.cfg.Clock.Now()
	if c.o.cfg.Replica == nil || !until.After(now) {
		return
	}
	err := c.o.cfg.DB.Update(context.WithoutCancel(ctx), func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("outstop/" + string(c.name))); err != nil {
			return err
		}
		s, _, err := stops.Get(tx, string(c.name))
		if err != nil {
			return err
		}
		return stops.Put(tx, stopped{s.N + 1, c.o.me(), micros(now), until.Sub(now).Microseconds()}, string(c.name))
	})
	if err != nil {
		c.o.cfg.Log.Warn("outbox: other processes cannot be told that the platform asks to wait", "channel", c.name, "error", err)
	}
}

// heedStop takes in what another process was told. Its wait counts from when it
// is first seen here, as no two clocks agree, but not from a start long after.
func (c *channel) heedStop(r store.Reader, now time.Time) error {
	if c.o.cfg.Replica == nil {
		return nil
	}
	s, ok, err := stops.Get(r, string(c.name))
	if err != nil || !ok || s.N == c.heeded {
		return err
	}
	c.heeded = s.N
	if s.By == c.o.me() {
		return nil
	}
	long := time.Duration(s.For) * time.Microsecond
	c.stopUntil(earlier(now.Add(long), at(s.At).Add(long+clocksApart)))
	return nil
}
