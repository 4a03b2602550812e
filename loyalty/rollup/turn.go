package rollup

import (
	"context"
	"sync"
)

// turn is a lock that is not waited for longer than there is a reason to: a
// refresh of a large shop takes minutes, and a program that is told to stop
// must not wait for another one's.
type turn struct {
	once sync.Once
	free chan struct{}
}

// take waits until it is one's turn, which ends with leave.
func (t *turn) take(ctx context.Context) (leave func(), err error) {
	t.once.Do(func() { t.free = make(chan struct{}, 1) })
	select {
	case t.free <- struct{}{}:
		return func() { <-t.free }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
