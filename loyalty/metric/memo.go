package metric

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"regulars/loyalty/rollup"
)

// memo keeps what was reckoned for some minutes, reckons a thing once for all who
// ask at the same time, and goes on when who asked has gone.
type memo struct {
	mu       sync.Mutex
	all      map[string]*memory
	patience time.Duration // how long who asks waits; 0 is mostPatience
}

// mostPatience is how long somebody who asks for a figure waits for it.
const mostPatience = 2 * time.Second

// memory is one thing, known or being reckoned.
type memory struct {
	at    time.Time
	done  chan struct{} // closed once what follows is there
	took  time.Duration
	value any
	err   error
}

// mostMemories is how many things are kept: a page's many times over.
const mostMemories = 500

// do is f's answer if it is younger than life, or a new one; errNotYet where that
// takes longer than who asks is patient. What took long to reckon is remembered for
// longer, a hundred times as long as that, up to longLife. An error is told to who
// waited and not kept.
func (c *memo) do(ctx context.Context, key string, now time.Time, life time.Duration, f func(context.Context) (any, error)) (any, error) {
	m := c.of(ctx, key, now, life, f)
	patience := c.patience
	if patience == 0 {
		patience = mostPatience
	}
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case <-m.done:
		return m.value, m.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-wait.C:
		return nil, errNotYet
	}
}

// of finds the memory, or begins it.
func (c *memo) of(ctx context.Context, key string, now time.Time, life time.Duration, f func(context.Context) (any, error)) *memory {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.all[key]
	if m != nil && m.good(now, life) {
		return m
	}
	if c.all == nil || len(c.all) >= mostMemories {
		c.all = map[string]*memory{}
	}
	m = &memory{at: now, done: make(chan struct{})}
	c.all[key] = m
	go func() {
		defer close(m.done)
		defer func() { // nobody else is there to catch it, and a figure is not worth the whole program
			if p := recover(); p != nil {
				m.err = fmt.Errorf("metric: panic: %v\n%s", p, debug.Stack())
			}
		}()
		begun := time.Now() // of the machine: the shop's clock may stand still
		m.value, m.err = f(context.WithoutCancel(ctx))
		m.took = time.Since(begun)
	}()
	return m
}

// good says that the memory is still being made, or is young and no error.
func (m *memory) good(now time.Time, life time.Duration) bool {
	select {
	case <-m.done:
		age := now.Sub(m.at)
		return m.err == nil && age >= 0 && age < max(life, min(100*m.took, longLife))
	default:
		return true
	}
}

// key names what is remembered.
func key(what string, s rollup.Span, q Query) string {
	return fmt.Sprintf("%s\x00%d\x00%d\x00%s\x00%s", what, s.From, s.To, q.Store, q.Segment)
}

// life is for how long something is remembered of a span: of days that are over
// some minutes, as late refunds and sales still change them.
func (x *question) life(s rollup.Span) time.Duration {
	if s.To > x.Daily.Span(x.now, x.now, x.now).From {
		return shortLife
	}
	return longLife
}

// shortLife is for how long what changes by the minute is remembered: for one
// page; longLife what does not.
const (
	shortLife = 5 * time.Second
	longLife  = 5 * time.Minute
)
