package counter

import (
	"sync"
	"time"

	"regulars/loyalty"
)

// A neighbour may be wrong so often within so long, and look so often in all:
// whoever tries codes comes nowhere, and a busy Saturday does.
const (
	guessesPer   = 10 * time.Minute
	mostGuesses  = 10
	mostRequests = 400
)

// guesses counts what each neighbour asks for. It is kept in memory: each replica
// counts for itself.
type guesses struct {
	mu sync.Mutex
	by map[loyalty.Store]*tries
}

type tries struct {
	since      time.Time
	all, wrong int
}

// of is what is counted of a neighbour in the span that is. The caller holds mu.
func (g *guesses) of(who loyalty.Store, now time.Time) *tries {
	if g.by == nil {
		g.by = map[loyalty.Store]*tries{}
	}
	t := g.by[who]
	if t == nil || now.Sub(t.since) >= guessesPer || now.Before(t.since) {
		t = &tries{since: now}
		g.by[who] = t
	}
	return t
}

// may counts a request, and reports whether it may be answered.
func (g *guesses) may(who loyalty.Store, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.of(who, now)
	t.all++
	return t.all <= mostRequests && t.wrong < mostGuesses
}

func (g *guesses) wrong(who loyalty.Store, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.of(who, now).wrong++
}
