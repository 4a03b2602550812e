package outbox

import (
	"context"
	"errors"
	"sync"
	"time"

	"regulars/bot"
	"regulars/store"
)

// Outbox implements bot.Outbox. Make it with New; Run sends.
type Outbox struct {
	cfg      Config
	channels map[bot.ChannelName]*channel
	marks    marker
	randMu   sync.Mutex // of cfg.Rand
	kicked   chan struct{}
}

var _ bot.Outbox = (*Outbox)(nil)

// New checks cfg. Put works at once; nothing is sent before Run.
func New(cfg Config) (*Outbox, error) {
	if err := cfg.fill(); err != nil {
		return nil, err
	}
	o := &Outbox{cfg: cfg, channels: map[bot.ChannelName]*channel{}, kicked: make(chan struct{}, 1)}
	o.marks.o = o
	o.marks.signal = make(chan struct{}, 1)
	for name, s := range cfg.Channels {
		o.channels[name] = newChannel(o, name, s)
	}
	return o, nil
}

// Run finds what an earlier process left unfinished, and then sends until ctx
// ends. Answers in hand are then finished within Config.Grace; everything else
// stays in its table for the next start. It returns an error only if what was
// left cannot be read.
func (o *Outbox) Run(ctx context.Context) error {
	if err := o.Recover(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	work, kill := context.WithCancel(context.WithoutCancel(ctx))
	defer kill()
	var loops, marking, rest sync.WaitGroup
	for _, c := range o.channels {
		loops.Go(func() { c.run(work, ctx.Done()) })
	}
	mark, stopMarking := context.WithCancel(work)
	defer stopMarking()
	marking.Go(func() { o.marks.run(mark) })
	flown, landed := make(chan struct{}), make(chan struct{})
	rest.Go(func() { o.readings(ctx) })
	if o.cfg.Replica == nil {
		rest.Go(func() { o.janitor(ctx) })
	} else {
		o.beside(ctx, &rest, landed)
	}
	go func() { loops.Wait(); close(flown) }()
	select {
	case <-flown:
	case <-o.afterStop(ctx, flown):
		kill()
		<-flown
	}
	// What became of the last calls is stored before the channels pass on: who has
	// them next would wonder.
	stopMarking()
	marking.Wait()
	close(landed)
	rest.Wait()
	return nil
}

// afterStop is closed Grace after ctx ended.
func (o *Outbox) afterStop(ctx context.Context, flown <-chan struct{}) <-chan struct{} {
	out := make(chan struct{})
	go func() {
		<-ctx.Done()
		select {
		case <-o.cfg.Clock.After(o.cfg.Grace):
			close(out)
		case <-flown:
		}
	}()
	return out
}

// janitor sweeps what has been kept long enough, each hour.
func (o *Outbox) janitor(ctx context.Context) {
	for {
		if _, err := o.Sweep(ctx, o.cfg.Clock.Now()); err != nil && ctx.Err() == nil {
			o.cfg.Log.Warn("outbox: sweeping old rows failed; it is tried again in an hour", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-o.cfg.Clock.After(time.Hour):
		}
	}
}

// Recover hands over what an earlier process left: answers whose token still
// lives are tried again, receipts without one are queued, and mere answers are
// kept for a redelivery. Run calls it.
func (o *Outbox) Recover(ctx context.Context) error {
	if o.cfg.Replica != nil {
		return nil // earlier processes' answers are taken over with the channel
	}
	now := o.cfg.Clock.Now()
	return o.cfg.DB.View(ctx, func(r store.Reader) error {
		old, err := heldBack(r)
		if err != nil {
			return err
		}
		for id, a := range answers.Scan(r, answers.All(), &err) {
			c := o.channels[a.Channel]
			if c == nil || a.State == Parked || a.Born <= old {
				continue // no longer configured, due later, or held back
			}
			c.revive(r, bot.IntentID(id), &a, now)
		}
		return err
	})
}

// revive takes an answer from its row into the loop.
func (c *channel) revive(r store.Reader, id bot.IntentID, a *row, now time.Time) {
	it := &item{
		id: id, lane: laneOf(a.Lane), person: a.Person, class: a.Class, ref: a.Ref, group: a.Group, direct: true,
		born: a.Born, at: at(a.NotBefore), notAfter: at(a.NotAfter), takes: a.Takes,
		// It may have arrived: the mark is written after the try. So it takes no
		// riders along either: a token found dead would prove nothing of them.
		doubt: !c.free, lost: true, merged: true,
	}
	if err := c.o.open(r, a.Person, a.Letter, &it.letter); err != nil {
		if !errors.Is(err, bot.ErrGone) {
			c.o.cfg.Log.Error("outbox: an answer cannot be opened; it stays where it is", "intent", id, "error", err)
			return
		}
		c.o.marks.add(c, it, over(Suppressed, "erased"))
		return
	}
	it.setDeadline(c, c.o.cfg.AnswerLife)
	if now.Before(it.until) {
		c.tell(event{item: it})
		return
	}
	it.doubt = false // nothing more is tried, but a redelivery may help
	c.o.marks.add(c, it, c.tooLate(it))
}

// reload takes an answer from its row once more: it was changed while this
// process held it.
func (o *Outbox) reload(c *channel, id bot.IntentID) {
	err := o.cfg.DB.View(context.Background(), func(r store.Reader) error {
		a, ok, err := answers.Get(r, string(id))
		if err == nil && ok {
			c.revive(r, id, &a, o.cfg.Clock.Now())
		}
		return err
	})
	if err != nil {
		o.cfg.Log.Warn("outbox: an answer cannot be read; the next start tries again", "intent", id, "error", err)
	}
}
