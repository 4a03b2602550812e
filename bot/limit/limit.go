// Package limit says how often something may be done: token buckets in the
// memory of one process, bounded whatever keys come.
//
// What is counted here guards against load: several processes beside one store
// count each for itself, and a restart begins anew. What guards a secret that
// could be guessed is counted in the store, see people.Throttle.
package limit

import (
	"sync"
	"time"
)

// Rate is how often one key may: Burst at once, and one more each Every. Who has
// used all up rests, and is refused for at least Rest.
type Rate struct {
	Burst int
	Every time.Duration
	Rest  time.Duration
}

// Most bounds the keys of a Limiter that says nothing of it.
const Most = 10_000

// Limiter counts keys of one kind, each at the same rate.
type Limiter[K comparable] struct {
	Rate
	Most int // keys that are remembered; 0: Most

	mu sync.Mutex
	by map[K]bucket
}

// New makes a Limiter.
func New[K comparable](r Rate) *Limiter[K] { return &Limiter[K]{Rate: r} }

// bucket is what a key had left at a moment, and until when it rests.
type bucket struct {
	left float64
	at   time.Time
	shut time.Time
}

// Take counts one try of key's. It gives 0, or for how long it must wait; a try
// that is refused costs nothing more.
func (l *Limiter[K]) Take(key K, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.now(key, now)
	if b.left < 1 {
		return l.wait(b, now)
	}
	b.left--
	if b.left < 1 && l.Rest > 0 {
		b.shut = now.Add(l.Rest)
	}
	l.keep(key, b)
	return 0
}

// Wait is what Take would give, and counts nothing.
func (l *Limiter[K]) Wait(key K, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.now(key, now); b.left < 1 {
		return l.wait(b, now)
	}
	return 0
}

// Left is how many tries a key has, and when it has all of them again.
func (l *Limiter[K]) Left(key K, now time.Time) (left int, full time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.now(key, now)
	return int(b.left), time.Duration((float64(l.Burst) - b.left) * float64(l.Every))
}

// Len is how many keys are remembered.
func (l *Limiter[K]) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.by)
}

// now is a key's bucket as it is at a moment. Who rests has none until the rest
// is over; a clock that was set back fills nothing and makes nobody rest longer.
func (l *Limiter[K]) now(key K, now time.Time) bucket {
	b, known := l.by[key]
	if !known {
		return bucket{left: float64(l.Burst), at: now}
	}
	b.left = min(float64(l.Burst), b.left+float64(max(0, now.Sub(b.at)))/float64(l.Every))
	b.at = now
	if rest := b.shut.Sub(now); rest > 0 && rest <= l.Rest {
		b.left = min(b.left, 0)
		return b
	}
	b.shut = time.Time{}
	return b
}

func (l *Limiter[K]) wait(b bucket, now time.Time) time.Duration {
	fill := time.Duration((1 - b.left) * float64(l.Every))
	return max(fill, b.shut.Sub(now), 1)
}

// keep remembers a bucket, and makes room for it.
func (l *Limiter[K]) keep(key K, b bucket) {
	if l.by == nil {
		l.by = map[K]bucket{}
	}
	if _, known := l.by[key]; !known && len(l.by) >= l.most() {
		l.forget(b.at)
	}
	l.by[key] = b
}

func (l *Limiter[K]) most() int {
	if l.Most > 0 {
		return l.Most
	}
	return Most
}

// forget drops the keys that nothing is to be known of, and where there are few
// such, any others: an eighth goes, so that the next one does not look again.
func (l *Limiter[K]) forget(now time.Time) {
	for key := range l.by {
		if l.now(key, now).left >= float64(l.Burst) {
			delete(l.by, key)
		}
	}
	for key := range l.by {
		if len(l.by) <= l.most()*7/8 {
			return
		}
		delete(l.by, key)
	}
}
