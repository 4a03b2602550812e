package metric

import (
	"context"
	"fmt"
	"sync"
	"time"

	"regulars/loyalty/rollup"
)

// memo keeps what was reckoned for some minutes, reckons a thing once for all who
// ask at the same time, and goes on when who asked has gone.
type memo struct {
	mu  sync.Mutex
	all map[string]*memory
}

// memory is one thing, known or being reckoned.
type memory struct {
	at    time.Time
	done  chan struct{} // closed once value and err are there
	value any
	err   error
}

// mostMemories is how many things are kept: a page's many times over.
const mostMemories = 500

// do is f's answer if it is younger than life, or a new one; errNotYet where that
// takes longer than patience. An error is told to who waited and not kept.
func (c *memo) do(ctx context.Context, key string, now time.Time, life time.Duration, f func(context.Context) (any, error)) (any, error) {
	m := c.of(ctx, key, now, life, f)
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
		m.value, m.err = f(context.WithoutCancel(ctx))
	}()
	return m
}

// good says that the memory is still being made, or is young and no error.
func (m *memory) good(now time.Time, life time.Duration) bool {
	select {
	case <-m.done:
		age := now.Sub(m.at)
		return m.err == nil && age >= 0 && age < life
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
		return todayLife
	}
	return censusLife
}

// todayLife is for how long what is of today is remembered: for one page.
const todayLife = 5 * time.Second
