package metric

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestMemory: a thing is reckoned once for all who ask at a time; who asks waits a
// while and no longer; what is young is not reckoned again, and what failed is.
func TestMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c memo
		ctx := context.Background()
		var runs atomic.Int64
		slow := func(context.Context) (any, error) {
			n := runs.Add(1)
			time.Sleep(10 * time.Second) // of the bubble's clock
			return n, nil
		}
		gone, stop := context.WithCancel(ctx)
		go stop()
		if _, err := c.do(gone, "a", time.Now(), time.Minute, slow); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if _, err := c.do(ctx, "a", time.Now(), time.Minute, slow); !errors.Is(err, errNotYet) {
			t.Error(err)
		}
		time.Sleep(9 * time.Second)
		for _, later := range []time.Duration{0, time.Minute, longLife - 3*time.Minute} {
			time.Sleep(later)
			if v, err := c.do(ctx, "a", time.Now(), time.Second, slow); err != nil || v != int64(1) {
				t.Errorf("%v %v", v, err)
			}
		}
		time.Sleep(longLife)
		if _, err := c.do(ctx, "a", time.Now(), time.Second, slow); !errors.Is(err, errNotYet) || runs.Load() != 2 {
			t.Errorf("%d times, %v", runs.Load(), err)
		}
		failed := 0
		fails := func(context.Context) (any, error) { failed++; return nil, errors.New("no") }
		for range 2 {
			if _, err := c.do(ctx, "b", time.Now(), time.Minute, fails); err == nil {
				t.Error("no error")
			}
		}
		if failed != 2 {
			t.Errorf("tried %d times", failed)
		}
		time.Sleep(time.Minute)
	})
}

// TestMemoryPanics: a figure that cannot be reckoned ends nothing but itself.
func TestMemoryPanics(t *testing.T) {
	var c memo
	v, err := c.do(t.Context(), "a", time.Now(), time.Minute, func(context.Context) (any, error) { panic("no such number") })
	if err == nil {
		t.Errorf("it gave %v", v)
	}
}
