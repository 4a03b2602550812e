package postgres

import (
	"slices"
	"sync"
	"time"
)

// abreast is how many Updates of this process may be at the server with one
// lock: one that has it, and one that gets it the moment it is free.
const abreast = 2

// gate keeps Updates that wait for one busy lock from taking all connections:
// those beyond the first two wait here, in their order and without one.
//
// Nobody waits here who has a connection, and everybody waits for gates in the
// order of their keys, as for the locks behind them: so no circle comes about.
type gate struct {
	mu    sync.Mutex
	doors map[int64]*door
}

// door is one lock that somebody is at.
type door struct {
	inside int
	queue  []chan struct{} // each closed when its turn has come
}

// try enters all of keys, or none.
func (g *gate) try(keys []int64) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range keys {
		if d := g.doors[k]; d != nil && d.inside >= abreast {
			return false
		}
	}
	for _, k := range keys {
		g.open(k).inside++
	}
	return true
}

func (g *gate) open(k int64) *door {
	if g.doors == nil {
		g.doors = map[int64]*door{}
	}
	if g.doors[k] == nil {
		g.doors[k] = &door{}
	}
	return g.doors[k]
}

// enter enters k, or returns what will be closed when it was entered.
func (g *gate) enter(k int64) (turn chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	d := g.open(k)
	if d.inside < abreast {
		d.inside++
		return nil
	}
	turn = make(chan struct{})
	d.queue = append(d.queue, turn)
	return turn
}

// forgo gives up waiting for turn.
func (g *gate) forgo(k int64, turn chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	d := g.doors[k]
	if at := slices.Index(d.queue, turn); at >= 0 {
		d.queue = slices.Delete(d.queue, at, at+1)
		return
	}
	g.pass(k) // it had come
}

// leave lets the next ones in at keys.
func (g *gate) leave(keys []int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range keys {
		g.pass(k)
	}
}

// pass hands one place at k on.
func (g *gate) pass(k int64) {
	d := g.doors[k]
	if len(d.queue) > 0 {
		close(d.queue[0])
		d.queue = d.queue[1:]
		return
	}
	if d.inside--; d.inside == 0 {
		delete(g.doors, k)
	}
}

// pass goes through the gates of the locks that t wants next. Who has a connection
// does not wait: it starts again, and waits before it has one.
func (t *tx) pass() error {
	var keys []int64
	for _, k := range t.wanted {
		if !slices.Contains(t.c.gates, k) {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	if t.c.conn != nil {
		if !t.c.db.gate.try(keys) {
			return errAgain
		}
		t.c.gates = append(t.c.gates, keys...)
		return nil
	}
	slices.Sort(keys)
	began := time.Now()
	defer func() { t.c.db.stats.waited(time.Since(began).Seconds()) }()
	for _, k := range keys {
		if err := t.c.pass(k); err != nil {
			return err
		}
	}
	return nil
}

// pass waits at one gate.
func (c *call) pass(k int64) error {
	turn := c.db.gate.enter(k)
	if turn != nil {
		err := c.lane.wait(c.caller, c.up, func(over <-chan struct{}) bool {
			select {
			case <-turn:
				return true
			case <-over:
				return false
			}
		})
		if err != nil {
			c.db.gate.forgo(k, turn)
			return err
		}
	}
	c.gates = append(c.gates, k)
	return nil
}
