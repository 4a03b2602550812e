package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/store"
	"regulars/store/mem"
)

// takeover is within what time whatever dies is followed.
const takeover = 10 * time.Second

// fleet are several processes over one store and the same two platforms.
type fleet struct {
	*world // looks from outside; it runs nothing
	ships  []*ship
}

// ship is one of them: a world of its own that shares what a fleet shares.
type ship struct {
	*world
	rep   *schedule.Replica
	end   context.CancelFunc
	ended chan struct{}
	calls atomic.Int32 // that it made

	mu    sync.Mutex
	sunk  bool
	frost chan struct{} // closed by thaw; nil: not frozen
	warm  bool          // freeze has no effect
}

var errSunk = errors.New("this process is dead")

// wait is what every touch of a ship with the world begins with: a dead one
// fails, a frozen one waits.
func (s *ship) wait() error {
	for {
		s.mu.Lock()
		sunk, frost := s.sunk, s.frost
		s.mu.Unlock()
		switch {
		case sunk:
			return errSunk
		case frost == nil:
			return nil
		}
		<-frost
	}
}

// hull is the store as one ship sees it. What commits after a kill is lost.
type hull struct {
	s  *ship
	db *mem.DB
}

func (h hull) View(ctx context.Context, f func(store.Reader) error) error {
	if err := h.s.wait(); err != nil {
		return err
	}
	return h.db.View(ctx, f)
}

func (h hull) Update(ctx context.Context, f func(store.Tx) error) error {
	if err := h.s.wait(); err != nil {
		return err
	}
	return h.db.Update(ctx, func(tx store.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		h.s.mu.Lock()
		defer h.s.mu.Unlock()
		if h.s.sunk {
			return errSunk
		}
		return nil
	})
}

func (h hull) Close() error { return nil }

// radio is a platform as one ship reaches it.
type radio struct {
	*platform
	s *ship
}

func (r radio) Send(ctx context.Context, c bot.Call, key string) bot.Result {
	if err := r.s.wait(); err != nil {
		return bot.Result{Outcome: bot.NotSent, Err: err}
	}
	r.s.calls.Add(1)
	res := r.platform.Send(ctx, c, key)
	if err := r.s.wait(); err != nil {
		return bot.Result{Outcome: bot.Unknown, Err: err}
	}
	return res
}

// sails runs a test with a fleet of n, all of them at sea and each aware of the
// others.
func sails(t *testing.T, n int, f func(f *fleet)) {
	t.Run(fmt.Sprint(n), func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			db := mem.New(mem.Twice)
			fl := &fleet{world: newWorld(t, db)}
			fl.mem = db
			defer fl.sinkAll()
			for range n {
				fl.launch()
			}
			fl.pass(5 * time.Second)
			f(fl)
			for _, s := range fl.ships {
				s.thaw()
			}
		})
	})
}

// launch sends one more ship out.
func (f *fleet) launch() *ship {
	s := &ship{}
	s.world = &world{t: f.t, people: f.people, line: f.line, tg: f.tg, n: 1000 * (len(f.ships) + 1)}
	s.db = hull{s, f.mem}
	log := slog.New(slog.NewTextHandler(&s.log, nil))
	s.rep = schedule.NewReplica(s.db, bot.SystemClock{}, log)
	s.cfg = f.cfg
	s.cfg.DB, s.cfg.Log, s.cfg.LookEvery, s.cfg.Replica = s.db, log, 0, s.rep
	s.cfg.Channels = map[bot.ChannelName]Channel{"main": radio{f.line, s}, "tg": radio{f.tg, s}}
	s.build()
	f.ships = append(f.ships, s)
	ctx, end := context.WithCancel(context.Background())
	s.end, s.ended = end, make(chan struct{})
	leave, err := s.rep.Join(ctx)
	f.must(err)
	go func() {
		defer close(s.ended)
		if err := s.o.Run(ctx); err != nil {
			f.t.Errorf("Run: %v", err)
		}
		leave()
	}()
	f.settle()
	return s
}

// sink is kill -9.
func (s *ship) sink() {
	s.mu.Lock()
	s.sunk = true
	s.mu.Unlock()
	s.thaw()
}

// freeze stops a ship where it next touches store or platform, until thaw.
func (s *ship) freeze() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.frost == nil && !s.warm {
		s.frost = make(chan struct{})
	}
}

func (s *ship) thaw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.frost != nil {
		close(s.frost)
		s.frost = nil
	}
}

// warmly thaws a ship and does something with it that must not freeze.
func (s *ship) warmly(do func()) {
	heat := func(on bool) { s.mu.Lock(); s.warm = on; s.mu.Unlock() }
	heat(true)
	s.thaw()
	do()
	heat(false)
}

// dock is a clean stop.
func (s *ship) dock() {
	s.end()
	<-s.ended
}

func (f *fleet) sinkAll() {
	for _, s := range f.ships {
		s.sink()
		s.end()
	}
	for _, s := range f.ships {
		<-s.ended
	}
}

// owner is the ship that has a channel, and another one.
func (f *fleet) owner(ch bot.ChannelName) (owner, other *ship) {
	f.t.Helper()
	for _, s := range f.ships {
		s.mu.Lock()
		sunk := s.sunk
		s.mu.Unlock()
		switch {
		case sunk:
		case s.o.channels[ch].owner():
			if owner != nil {
				f.t.Fatalf("two processes have %s", ch)
			}
			owner = s
		default:
			other = s
		}
	}
	if owner == nil {
		f.t.Fatalf("nobody has %s", ch)
	}
	return owner, other
}
