// Package sim is LINE and Telegram on loopback: two HTTP servers with the
// paths, bodies, headers, limits, errors and memory of the real ones, and the
// people who use them.
//
// A bot under test does not know that it talks to a simulator; only the base
// addresses in its configuration differ. The package therefore shares no type
// with the adapters in bot/line and bot/telegram: what it knows of the wire
// format it states again, from the platforms' documents, so that a wrong
// belief in an adapter meets a second opinion here.
//
// [New] starts one for a test, [Start] one for a program. A [Sim] holds any
// number of LINE channels and Telegram bots, and people, who have accounts on
// either platform and say and press things; what the bot sends them is kept on
// their phones. [Faults] break things on purpose, [Clock] moves time, and the
// [Wire] log shows every request in both directions. [Sim.Page] puts all of it
// on a page in a browser.
package sim

import (
	"sync"
	"time"
)

// Clock is the simulator's time: it runs on from where it was last set, or
// stands still when frozen. The bot is given the same clock, so that both
// sides agree when a token lapses. The zero Clock is the machine's own time.
type Clock struct {
	mu     sync.Mutex
	offset time.Duration
	frozen time.Time // zero: running
	wake   chan struct{}
	ended  bool           // the world it belongs to is gone
	zone   *time.Location // what its times are told in; nil: the machine's
}

// Now is the simulated time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	t := c.frozen
	if t.IsZero() {
		t = time.Now().Add(c.offset)
	}
	if c.zone != nil {
		t = t.In(c.zone)
	}
	return t
}

// Set moves the clock to t; a frozen clock stays frozen there.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.frozen.IsZero() {
		c.frozen = t
	} else {
		c.offset = time.Until(t)
	}
	c.moved()
}

// Advance moves the clock by d.
func (c *Clock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }

// Freeze stops the clock at t, until Thaw.
func (c *Clock) Freeze(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen = t
	c.moved()
}

// Thaw lets a frozen clock run on from where it stands.
func (c *Clock) Thaw() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.frozen.IsZero() {
		c.offset, c.frozen = time.Until(c.frozen), time.Time{}
	}
	c.moved()
}

// moved wakes whoever waits in After, to look at the time again.
func (c *Clock) moved() {
	if c.wake != nil {
		close(c.wake)
		c.wake = nil
	}
}

// end lets nobody wait for a world that is gone: a goroutine each would stay
// until its time came.
func (c *Clock) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	c.moved()
}

// After gives the time once it is d later on this clock, however it got there.
// When the simulator that made the clock closes meanwhile, nothing is given.
func (c *Clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	due, ended := c.now().Add(d), c.ended
	c.mu.Unlock()
	if ended {
		return time.After(d)
	}
	out := make(chan time.Time, 1)
	go func() {
		for {
			c.mu.Lock()
			if c.ended {
				c.mu.Unlock()
				return
			}
			now, still := c.now(), !c.frozen.IsZero()
			if !now.Before(due) {
				c.mu.Unlock()
				out <- now
				return
			}
			if c.wake == nil {
				c.wake = make(chan struct{})
			}
			wake := c.wake
			c.mu.Unlock()
			if still {
				<-wake
				continue
			}
			timer := time.NewTimer(due.Sub(now))
			select {
			case <-wake:
			case <-timer.C:
			}
			timer.Stop()
		}
	}()
	return out
}

// Call is one HTTP exchange as the wire log keeps it. Secrets are kept too:
// this is a simulator, and its people are invented.
type Call struct {
	At       time.Time
	Platform string // "line", "telegram" or "sms"
	Channel  string // the LINE channel's id or the Telegram bot's username
	ToBot    bool   // a webhook to the bot, rather than a call by it
	Method   string // POST
	Path     string // /v2/bot/message/push
	Headers  map[string]string
	Body     []byte
	Status   int
	Answer   []byte
	Fault    string // the fault that struck, if one did
	Billed   int    // LINE messages counted against the quota by this call
}

// Wire is the log of all calls, in the order of their ends.
type Wire struct {
	// Most, set before anything happens, is how many calls are remembered, the
	// newest ones; 0: all.
	Most  int
	mu    sync.Mutex
	calls []Call
	subs  map[chan Call]bool
}

// Add appends a call and tells subscribers that keep up.
func (w *Wire) Add(c Call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calls = append(w.calls, c); w.Most > 0 && len(w.calls) > w.Most {
		clear(w.calls[:len(w.calls)-w.Most]) // its bodies may go, before the slice is copied
		w.calls = w.calls[len(w.calls)-w.Most:]
	}
	for ch := range w.subs {
		select {
		case ch <- c:
		default: // a slow page misses a line rather than slow the platform
		}
	}
}

// Calls is a copy of the log.
func (w *Wire) Calls() []Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Call(nil), w.calls...)
}

// Subscribe gives calls from now on, until stop is called.
func (w *Wire) Subscribe() (calls <-chan Call, stop func()) {
	ch := make(chan Call, 256)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.subs == nil {
		w.subs = map[chan Call]bool{}
	}
	w.subs[ch] = true
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.subs, ch)
	}
}
