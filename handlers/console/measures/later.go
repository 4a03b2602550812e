package measures

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// later works on pages that take long: who asks waits a moment, and the work goes
// on without them. What came of it is handed to whoever asks next, once, so that
// no page is older than the wait for it.
type later struct {
	mu  sync.Mutex
	all map[string]*work
}

// work is one page's, being done or done.
type work struct {
	begun time.Time
	done  chan struct{} // closed once value and err are there
	value any
	err   error
}

// How long somebody waits for a page, and for how long one that nobody fetched is
// kept. Both are of the machine's clock: the shop's may stand still.
const (
	patience  = 1200 * time.Millisecond
	unfetched = 2 * time.Minute
	mostWorks = 64
)

// of is what f gives under a key; ready is false where that takes longer.
func of[T any](ctx context.Context, l *later, key string, f func(context.Context) (T, error)) (got T, ready bool, err error) {
	w := l.begin(ctx, key, func(ctx context.Context) (any, error) { return f(ctx) })
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case <-w.done:
		l.drop(key, w)
		if w.err != nil {
			return got, true, w.err
		}
		return w.value.(T), true, nil
	case <-wait.C:
		return got, false, nil
	case <-ctx.Done():
		return got, false, context.Cause(ctx)
	}
}

// begin finds the work or starts it.
func (l *later) begin(ctx context.Context, key string, f func(context.Context) (any, error)) *work {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w := l.all[key]; w != nil && time.Since(w.begun) < unfetched {
		return w
	}
	l.tidy()
	w := &work{begun: time.Now(), done: make(chan struct{})}
	l.all[key] = w
	go func() {
		defer close(w.done)
		defer func() { // a figure that fails takes the shop's counter with it otherwise
			if p := recover(); p != nil {
				w.err = fmt.Errorf("measures: panic: %v\n%s", p, debug.Stack())
			}
		}()
		// Who asked may leave: the next one finds it done.
		w.value, w.err = f(context.WithoutCancel(ctx))
	}()
	return w
}

// tidy drops what nobody fetched.
func (l *later) tidy() {
	if l.all == nil {
		l.all = map[string]*work{}
	}
	for key, w := range l.all {
		if time.Since(w.begun) >= unfetched || len(l.all) >= mostWorks {
			delete(l.all, key)
		}
	}
}

func (l *later) drop(key string, w *work) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all[key] == w {
		delete(l.all, key)
	}
}
