package outbox

import (
	"context"
	"errors"
	"sync"
	"time"

	"regulars/store"
)

// batch is how many endings share a commit at most.
const batch = 128

// marker commits endings, many at a time: while one commit syncs, the next
// batch gathers, and nobody waits when idle.
type marker struct {
	o      *Outbox
	mu     sync.Mutex
	acts   []act
	signal chan struct{}
}

// act is an ending that is to be committed.
type act struct {
	c  *channel
	it *item
	v  verdict
}

func (m *marker) add(c *channel, it *item, v verdict) {
	m.mu.Lock()
	m.acts = append(m.acts, act{c, it, v})
	m.mu.Unlock()
	select {
	case m.signal <- struct{}{}:
	default:
	}
}

func (m *marker) take() []act {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := min(batch, len(m.acts))
	out := append([]act(nil), m.acts[:n]...)
	m.acts = m.acts[n:]
	return out
}

func (m *marker) putBack(acts []act) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.acts = append(append([]act(nil), acts...), m.acts...)
}

// run commits until ctx ends, and then what is left, if the store lets it.
func (m *marker) run(ctx context.Context) {
	fails, last := 0, false
	for {
		acts := m.take()
		if len(acts) == 0 {
			if last {
				return
			}
			select {
			case <-m.signal:
			case <-ctx.Done():
				last = true // one more look: the last ending may have come in between
			}
			continue
		}
		left := m.commit(context.WithoutCancel(ctx), acts)
		if len(left) == 0 {
			fails = 0
			continue
		}
		m.putBack(left)
		fails++
		if ctx.Err() != nil {
			if fails > 3 {
				m.o.cfg.Log.Error("outbox: some endings could not be stored; the next start finds out what became of them", "endings", len(left))
				return
			}
			continue
		}
		select {
		case <-m.o.cfg.Clock.After(backoff(fails, 100*time.Millisecond, 5*time.Second)):
		case <-ctx.Done():
		}
	}
}

// commit stores acts and returns those that could not be: if the batch fails,
// each is tried alone, so that one damaged row holds up nobody else.
func (m *marker) commit(ctx context.Context, acts []act) (left []act) {
	err := m.once(ctx, acts)
	if err == nil {
		return nil
	}
	m.o.cfg.Log.Warn("outbox: storing endings failed; it is tried again", "endings", len(acts), "error", err)
	if len(acts) == 1 || errors.Is(err, store.ErrBusy) || errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrClosed) {
		return acts
	}
	for _, a := range acts {
		if m.once(ctx, []act{a}) != nil {
			left = append(left, a)
		}
	}
	return left
}

// subjects are those that the endings are known to need, so that they are asked
// for at once: one by one, hundreds of them would keep other processes waiting,
// and have to be asked for again in another order.
func (o *Outbox) subjects(acts []act, now time.Time) []store.Subject {
	all := make([]store.Subject, 0, 2*len(acts)+2)
	channels := map[*channel]bool{}
	for i := range acts {
		c, it := acts[i].c, acts[i].it
		all = append(all, subject(it.id))
		if !it.direct {
			all = append(all, laneSubject(it.lane.String()))
		}
		if channels[c] {
			continue
		}
		channels[c] = true
		if all = append(all, ofDay([]byte(o.date(now)+"/"+string(c.name)))); !c.free {
			all = append(all, ofQuota([]byte(c.name)))
		}
	}
	return all
}

// once is one commit and what follows from it.
func (m *marker) once(ctx context.Context, acts []act) error {
	now := m.o.cfg.Clock.Now()
	var after []func()
	err := m.o.cfg.DB.Update(ctx, func(tx store.Tx) error {
		after = after[:0]
		if err := tx.Lock(m.o.subjects(acts, now)...); err != nil {
			return err
		}
		var days tally
		for i := range acts {
			f, err := acts[i].apply(tx, &days, now)
			if err != nil {
				return err
			}
			if f != nil {
				after = append(after, f)
			}
		}
		return days.write(tx, m.o, now)
	})
	if err != nil {
		return err
	}
	for i := range acts {
		acts[i].c.tell(event{forget: acts[i].it.id})
	}
	for _, f := range after {
		f()
	}
	return nil
}
