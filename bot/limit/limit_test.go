package limit_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"regulars/bot/limit"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// tries is how many of n tries, one each step, are let through.
func tries(l *limit.Limiter[string], key string, n int, from time.Time, step time.Duration) (through int) {
	for i := range n {
		if l.Take(key, from.Add(time.Duration(i)*step)) == 0 {
			through++
		}
	}
	return through
}

func TestRates(t *testing.T) {
	for _, c := range []struct {
		what string
		rate limit.Rate
		n    int
		step time.Duration
		want int
	}{
		{"all at once", limit.Rate{Burst: 5, Every: time.Second}, 100, 0, 5},
		{"at the pace that is allowed", limit.Rate{Burst: 5, Every: time.Second}, 100, time.Second, 100},
		{"twice as fast", limit.Rate{Burst: 5, Every: time.Second}, 100, time.Second / 2, 54},
		{"resting, and then some", limit.Rate{Burst: 5, Every: time.Second, Rest: 3 * time.Second}, 60, time.Second / 10, 5 + 3},
	} {
		if got := tries(limit.New[string](c.rate), "ann", c.n, noon, c.step); got != c.want {
			t.Errorf("%s: %d of %d, want %d", c.what, got, c.n, c.want)
		}
	}
}

// Nobody waits for what somebody else did, and a wait is told to the instant.
func TestWaits(t *testing.T) {
	l := limit.New[string](limit.Rate{Burst: 2, Every: time.Minute})
	tries(l, "ann", 10, noon, 0)
	if wait := l.Take("bob", noon); wait != 0 {
		t.Errorf("bob waits %s", wait)
	}
	wait := l.Wait("ann", noon)
	if wait != time.Minute {
		t.Errorf("ann waits %s", wait)
	}
	if l.Take("ann", noon.Add(wait-time.Second)) == 0 || l.Take("ann", noon.Add(wait)) != 0 {
		t.Error("the wait was not what was told")
	}
	if left, full := l.Left("carol", noon); left != 2 || full != 0 {
		t.Errorf("carol has %d and %s to go", left, full)
	}
}

// A clock that is set back gives nothing away and keeps nobody out for long.
func TestClockSetBack(t *testing.T) {
	l := limit.New[string](limit.Rate{Burst: 2, Every: time.Minute, Rest: 5 * time.Minute})
	tries(l, "ann", 2, noon, 0)
	before := noon.Add(-24 * time.Hour)
	if l.Take("ann", before) == 0 {
		t.Error("a step back refilled")
	}
	if wait := l.Wait("ann", before); wait > 5*time.Minute {
		t.Errorf("after a step back she waits %s", wait)
	}
}

// However many keys come, so many are remembered; who is being refused is among
// the last to be forgotten.
func TestBounded(t *testing.T) {
	l := &limit.Limiter[string]{Rate: limit.Rate{Burst: 1, Every: time.Second}, Most: 100}
	for i := range 10_000 {
		l.Take(fmt.Sprint("k", i), noon.Add(time.Duration(i)*time.Second/20))
	}
	if n := l.Len(); n > 100 {
		t.Errorf("%d keys are remembered", n)
	}
	slow := &limit.Limiter[string]{Rate: limit.Rate{Burst: 10, Every: time.Second}, Most: 100}
	tries(slow, "flood", 10, noon, 0)
	for i := range 99 {
		slow.Take(fmt.Sprint("calm", i), noon.Add(-time.Minute))
	}
	slow.Take("one more", noon)
	if slow.Take("flood", noon) == 0 {
		t.Error("who floods was forgotten before those who are calm")
	}
}

// Side by side no more come through than one after the other.
func TestAtOnce(t *testing.T) {
	l := limit.New[string](limit.Rate{Burst: 50, Every: time.Hour})
	var through sync.Map
	var all sync.WaitGroup
	for i := range 500 {
		all.Go(func() {
			if l.Take("ann", noon) == 0 {
				through.Store(i, true)
			}
		})
	}
	all.Wait()
	n := 0
	through.Range(func(_, _ any) bool { n++; return true })
	if n != 50 {
		t.Errorf("%d came through", n)
	}
}
