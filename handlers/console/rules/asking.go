package rules

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"regulars/loyalty/whatif"
)

// asking works on what other rules would have made of the ledger: who asks waits a
// moment, and the work goes on without them. What came of it is handed to whoever
// asks the same next, once.
type asking struct {
	mu  sync.Mutex
	all map[string]*asked
}

// asked is one question, being reckoned or answered.
type asked struct {
	begun      time.Time
	done       chan struct{} // closed once res and err are there
	ended      bool          // likewise, under the lock
	now, total atomic.Int64  // members
	res        *whatif.Result
	err        error
}

// How long a page waits, how long an answer that nobody fetched is kept, and how
// many questions are reckoned at once: each reads the whole ledger. The times are
// of the machine's clock: the shop's may stand still.
const (
	askPatience = 1200 * time.Millisecond
	askKept     = 10 * time.Minute
	mostAsked   = 2
)

// of is the answer to a question; nil while it is reckoned. busy says that it was
// not taken on, as others are being reckoned.
func (a *asking) of(ctx context.Context, key string, f func(context.Context, func(done, total int64)) (*whatif.Result, error)) (w *asked, busy bool) {
	if w = a.begin(ctx, key, f); w == nil {
		return nil, true
	}
	wait := time.NewTimer(askPatience)
	defer wait.Stop()
	select {
	case <-w.done:
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.all[key] == w {
			delete(a.all, key)
		}
	case <-wait.C:
	case <-ctx.Done():
	}
	return w, false
}

// answered is the answer, if it is there.
func (w *asked) answered() (*whatif.Result, bool, error) {
	select {
	case <-w.done:
		return w.res, true, w.err
	default:
		return nil, false, nil
	}
}

// begin finds the work or starts it; nil where too much is going on.
func (a *asking) begin(ctx context.Context, key string, f func(context.Context, func(done, total int64)) (*whatif.Result, error)) *asked {
	a.mu.Lock()
	defer a.mu.Unlock()
	if w := a.all[key]; w != nil {
		return w
	}
	if a.all == nil {
		a.all = map[string]*asked{}
	}
	busy := 0
	for k, w := range a.all {
		switch {
		case !w.ended:
			busy++
		case time.Since(w.begun) > askKept:
			delete(a.all, k)
		}
	}
	if busy >= mostAsked {
		return nil
	}
	w := &asked{begun: time.Now(), done: make(chan struct{})}
	a.all[key] = w
	go func() {
		defer func() {
			if p := recover(); p != nil { // it would take the shop's counter with it
				w.err = fmt.Errorf("rules: panic: %v\n%s", p, debug.Stack())
			}
			a.mu.Lock()
			w.ended = true
			a.mu.Unlock()
			close(w.done)
		}()
		// Who asked may leave: the next one finds it done.
		w.res, w.err = f(context.WithoutCancel(ctx), func(done, total int64) { w.now.Store(done); w.total.Store(total) })
	}()
	return w
}
