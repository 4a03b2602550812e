package schedule

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"regulars/store"
	"regulars/store/mem"
)

// wrong is a clock that differs from the true one.
type wrong time.Duration

func (w wrong) Now() time.Time                         { return time.Now().Add(time.Duration(w)) }
func (w wrong) After(d time.Duration) <-chan time.Time { return time.After(d) }

var errKilled = errors.New("this process is dead")

// process is one of several over a store: a replica with a clock of its own,
// whose store can be cut off and stalled.
type process struct {
	store.DB
	*Replica
	leave func()

	mu    sync.Mutex
	dead  bool
	stall chan struct{} // closed when it goes on; nil: it goes
}

func (p *process) wait() error {
	p.mu.Lock()
	stall := p.stall
	p.mu.Unlock()
	if stall != nil {
		<-stall
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return errKilled
	}
	return nil
}

func (p *process) View(ctx context.Context, f func(store.Reader) error) error {
	if err := p.wait(); err != nil {
		return err
	}
	return p.DB.View(ctx, f)
}

func (p *process) Update(ctx context.Context, f func(store.Tx) error) error {
	if err := p.wait(); err != nil {
		return err
	}
	return p.DB.Update(ctx, f)
}

func (p *process) kill() { p.mu.Lock(); p.dead = true; p.mu.Unlock() }

// sleeps stalls the process; the function wakes it up.
func (p *process) sleeps() (wake func()) {
	stall := make(chan struct{})
	p.mu.Lock()
	p.stall = stall
	p.mu.Unlock()
	return func() {
		p.mu.Lock()
		p.stall = nil
		p.mu.Unlock()
		close(stall)
	}
}

// processes are three of them whose clocks are half a minute apart.
func processes(t *testing.T, f func(db *mem.DB, all []*process)) {
	synctest.Test(t, func(t *testing.T) {
		db := mem.New(mem.Twice)
		var all []*process
		for _, skew := range []time.Duration{30 * time.Second, -30 * time.Second, 0} {
			p := &process{DB: db}
			p.Replica = NewReplica(p, wrong(skew), slog.New(slog.DiscardHandler))
			var err error
			if p.leave, err = p.Join(context.Background()); err != nil {
				t.Fatal(err)
			}
			all = append(all, p)
			defer func() { p.leave() }()
		}
		pass(3 * time.Second)
		f(db, all)
	})
}

// schedules is a process's scheduler of jobs.
func (p *process) schedules(jobs func() []Job) *Scheduler {
	return &Scheduler{
		DB: p, Clock: p.Replica.clock, Log: slog.New(slog.DiscardHandler), Replica: p.Replica,
		Zone: func() *time.Location { return time.UTC }, Jobs: jobs,
	}
}

// pass lets the bubble's own time go by: nobody waits.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// runs tells who runs something alone.
type runs struct {
	mu sync.Mutex
	by map[int]bool
}

func (r *runs) set(i int, on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if on {
		r.by[i] = true
		return
	}
	delete(r.by, i)
}

func (r *runs) one(t *testing.T, when string) int {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.by) != 1 {
		t.Fatalf("%s: %d run it", when, len(r.by))
	}
	for i := range r.by {
		return i
	}
	return 0
}

// TestOneOfSeveralRunsIt whatever their clocks show: who dies, leaves or falls
// asleep is followed in time, and who wakes up finds that it was.
func TestOneOfSeveralRunsIt(t *testing.T) {
	processes(t, func(_ *mem.DB, all []*process) {
		is := &runs{by: map[int]bool{}}
		ctx, stop := context.WithCancel(context.Background())
		var ended sync.WaitGroup
		stops := make([]context.CancelFunc, len(all))
		fences := make([]uint64, len(all))
		for i, p := range all {
			own, stop := context.WithCancel(ctx)
			stops[i] = stop
			ended.Go(func() {
				_ = p.Alone(own, "polling", func(ctx context.Context, fence uint64) error {
					fences[i] = fence
					is.set(i, true)
					defer is.set(i, false)
					<-ctx.Done()
					return nil
				})
			})
		}
		holds := func(i int) (is bool) {
			err := all[i].DB.Update(ctx, func(tx store.Tx) (err error) {
				is, err = all[i].Holds(tx, "polling", fences[i])
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return is
		}
		pass(time.Hour)
		first := is.one(t, "after an hour")
		if n, _ := all[first].Living(); n != 3 || !holds(first) {
			t.Errorf("%d are known to live", n)
		}

		wake := all[first].sleeps()
		pass(10 * time.Second)
		second := is.one(t, "while it sleeps")
		if second == first || !holds(second) || holds(first) {
			t.Errorf("%d sleeps and %d runs it", first, second)
		}
		wake()
		pass(10 * time.Second)
		if got := is.one(t, "when it woke up"); got != second {
			t.Errorf("%d took it back from %d", got, second)
		}

		stops[second]()
		pass(3 * time.Second)
		third := is.one(t, "when it was given back")
		all[third].kill()
		pass(10 * time.Second)
		if fourth := is.one(t, "after a death"); fourth == third {
			t.Error("the dead one runs it")
		}
		stop()
		ended.Wait()
	})
}

// TestWhoCannotReachTheStoreStopsInTime: before another process may begin.
func TestWhoCannotReachTheStoreStopsInTime(t *testing.T) {
	processes(t, func(_ *mem.DB, all []*process) {
		ctx, stop := context.WithCancel(context.Background())
		var ended sync.WaitGroup
		var mu sync.Mutex
		at := map[int]time.Time{} // since when each does not run it
		now, most := 0, 0
		for i, p := range all {
			ended.Go(func() {
				_ = p.Alone(ctx, "x", func(ctx context.Context, _ uint64) error {
					mu.Lock()
					now++
					most = max(most, now)
					mu.Unlock()
					<-ctx.Done()
					mu.Lock()
					now--
					at[i] = time.Now()
					mu.Unlock()
					return nil
				})
			})
		}
		for i := range 12 {
			pass(5 * time.Second)
			p := all[i%3]
			wake := p.sleeps()
			pass(time.Duration(i) * time.Second)
			wake()
			pass(10 * time.Second)
			mu.Lock()
			if now != 1 {
				t.Errorf("round %d: %d run it", i, now)
			}
			mu.Unlock()
		}
		if most != 1 {
			t.Errorf("%d ran it at once", most)
		}
		stop()
		ended.Wait()
	})
}

// TestInvariant32OverSeveralProcesses: clocks half a minute apart, holders that
// die in the middle of a tick or sleep through it: one effect a tick and person,
// and what was begun is gone on with within ten seconds.
func TestInvariant32OverSeveralProcesses(t *testing.T) {
	processes(t, func(db *mem.DB, all []*process) {
		var mu sync.Mutex
		begun := map[string]time.Time{}
		at := 0
		var hurt func(p *process) // what happens to whoever is at somebody's turn
		ctx, stop := context.WithCancel(context.Background())
		var ended sync.WaitGroup
		for _, p := range all {
			s := p.schedules(func() []Job {
				return []Job{does(p, "minutes", "*/5 * * * *", Each, three, func(tick Tick, who string) bool {
					mu.Lock()
					defer mu.Unlock()
					begun[tick.Key+who] = time.Now()
					if at++; hurt != nil && who == "bob" {
						hurt(p)
						hurt = nil
					}
					return false
				})}
			})
			ended.Go(func() {
				if err := s.Run(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		pass(11 * time.Minute)
		for i := range 6 {
			var wake func()
			mu.Lock()
			hurt = func(p *process) {
				if i == 5 {
					p.kill()
					return
				}
				wake = p.sleeps()
			}
			mu.Unlock()
			pass(5*time.Minute - 15*time.Second)
			if wake != nil {
				wake()
			}
			pass(15 * time.Second)
		}
		pass(5 * time.Minute)
		stop()
		ended.Wait()
		got := done(t, db)
		ticks := map[string]int{}
		for key, n := range got {
			if n != 1 {
				t.Errorf("%s: %d times", key, n)
			}
			ticks[key[:len("minutes/2000-01-01T00:00")]]++
		}
		for tick, n := range ticks {
			if n != len(three) {
				t.Errorf("%s: for %d", tick, n)
			}
		}
		if len(ticks) < 9 {
			t.Errorf("only %d ticks: %v", len(ticks), maps.Keys(ticks))
		}
		for key, when := range begun {
			if late := when.Sub(when.Truncate(5 * time.Minute)); late > 40*time.Second && late < 5*time.Minute-40*time.Second {
				t.Errorf("%s was begun %v into its five minutes", key, late)
			}
		}
	})
}

// TestFailingTickIsTriedOnceAMinute however many processes there are.
func TestFailingTickIsTriedOnceAMinute(t *testing.T) {
	processes(t, func(_ *mem.DB, all []*process) {
		pass(10 * time.Minute) // the bubble's clock begins on the hour, and whose clock is behind would have that one too
		var mu sync.Mutex
		tries := 0
		ctx, stop := context.WithCancel(context.Background())
		var ended sync.WaitGroup
		for _, p := range all {
			s := p.schedules(func() []Job {
				return []Job{{Name: "oven", Spec: "0 * * * *", Catch: Each, Run: func(context.Context, Tick) (int, error) {
					mu.Lock()
					defer mu.Unlock()
					tries++
					return 0, errors.New("the oven is cold")
				}}}
			})
			ended.Go(func() { _ = s.Run(ctx) })
		}
		pass(80 * time.Minute) // until half past one
		mu.Lock()
		if tries < 20 || tries > 40 {
			t.Errorf("%d tries in half an hour", tries)
		}
		mu.Unlock()
		stop()
		ended.Wait()
	})
}

// TestStirring: who wants a store alone is told who lives on it.
func TestStirring(t *testing.T) {
	processes(t, func(db *mem.DB, all []*process) {
		look := func(want int) {
			t.Helper()
			if n, err := Stirring(context.Background(), db, wrong(0)); n != want || err != nil {
				t.Errorf("%d live, %v; want %d", n, err, want)
			}
		}
		look(3)
		all[0].kill()
		all[1].leave()
		look(1)
		all[2].kill()
		look(0) // a row that nobody buries says nothing
	})
}

// TestJoinedTwice: a replica lives until the last who joined it leaves.
func TestJoinedTwice(t *testing.T) {
	processes(t, func(db *mem.DB, all []*process) {
		leave, err := all[0].Join(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		gone := func() (is bool) {
			err := db.View(context.Background(), func(r store.Reader) (err error) {
				is, err = all[1].Gone(r, all[0].ID())
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return is
		}
		leave()
		leave() // twice is once
		pass(10 * time.Second)
		if gone() {
			t.Error("it left while somebody was on it")
		}
		all[0].leave()
		if !gone() {
			t.Error("it is still there")
		}
	})
}
