package api

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// How often a key may ask: 100 requests at once, and 10 a second in the long
// run; each process counts for itself. How often an address may send keys that
// are none: 20 at once, and 20 a minute.
//
// Both are for the load. A key has 160 bits, so that nobody finds one though each
// restart gives all their tries back; cards' numbers, phones and vouchers' codes,
// which are short, are counted in the store (see whom.go and people.Throttle).
const (
	keyBurst   = 100.0
	keyRate    = 10.0 // a second
	wrongBurst = 20.0
	wrongRate  = 20.0 / 60
)

// mostAddresses bounds how many addresses are remembered. Beyond it, it begins
// anew: then somebody has more addresses than counting them could hinder.
const mostAddresses = 10_000

// limits counts requests in memory. The zero value is ready.
type limits struct {
	mu        sync.Mutex
	keys      map[KeyID]bucket
	strangers map[string]bucket
}

// bucket is a token bucket: how many requests were left at a moment.
type bucket struct {
	left float64
	at   time.Time
}

// filled is the bucket as it is now.
func (b bucket) filled(now time.Time, rate, most float64) bucket {
	if b.at.IsZero() {
		return bucket{most, now}
	}
	past := max(0, now.Sub(b.at).Seconds()) // a clock that was set back fills nothing
	return bucket{min(most, b.left+past*rate), now}
}

// take counts a request of a key's. left is below zero where there is none left,
// and wait is then for how long; else it is when the bucket is full again.
func (l *limits) take(id KeyID, now time.Time) (left int, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.keys == nil {
		l.keys = map[KeyID]bucket{}
	}
	b := l.keys[id].filled(now, keyRate, keyBurst)
	if b.left < 1 {
		l.keys[id] = b
		return -1, seconds((1 - b.left) / keyRate)
	}
	b.left--
	l.keys[id] = b
	return int(b.left), seconds((keyBurst - b.left) / keyRate)
}

// mayTry is for how long an address must wait that sent too many keys that are
// none. A key that was good before is heard all the same: a shop's tills share
// an address, and one that is set up wrongly does not stop the others.
func (l *limits) mayTry(from string, id KeyID, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, good := l.keys[id]; good {
		return 0
	}
	b := l.strangers[from].filled(now, wrongRate, wrongBurst)
	if b.left >= 1 {
		return 0
	}
	return seconds((1 - b.left) / wrongRate)
}

// wrong counts a key that is none.
func (l *limits) wrong(from string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.strangers == nil || len(l.strangers) >= mostAddresses {
		l.strangers = map[string]bucket{}
	}
	b := l.strangers[from].filled(now, wrongRate, wrongBurst)
	b.left = max(0, b.left-1)
	l.strangers[from] = b
}

// seconds rounds up to whole ones.
func seconds(s float64) time.Duration { return time.Duration(math.Ceil(s)) * time.Second }

// tellLimit writes the headers of the IETF's draft "RateLimit header fields for
// HTTP": the policy, and what is left of it.
func tellLimit(h http.Header, left int, reset time.Duration) {
	h.Set("RateLimit-Policy", `"key";q=100;w=10`)
	h.Set("RateLimit", `"key";r=`+strconv.Itoa(max(0, left))+`;t=`+strconv.Itoa(int(reset/time.Second)))
}

// idOf is the id in what a caller sends, as far as it has one.
func idOf(bearer string) KeyID {
	id, _, _ := strings.Cut(strings.TrimPrefix(bearer, bearerMark), "_")
	return KeyID(id)
}
