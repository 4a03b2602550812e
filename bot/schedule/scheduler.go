package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"regulars/bot"
	"regulars/store"
)

// Scheduler runs the jobs of one shop. Several may, over one store.
type Scheduler struct {
	DB     store.DB
	Clock  bot.Clock
	Zone   func() *time.Location // of the shop, now
	Log    *slog.Logger
	Holder string // this process: unlike every other's, the one before a restart too
	// Replica is this process among others on the store, by whom leases are then
	// held instead of by Holder and the clock; nil: it is alone.
	Replica *Replica
	Jobs    func() []Job // as the shop is set now; asked each minute

	mu   sync.Mutex
	busy map[string]bool // what this process runs
}

// leaseFor is how long who runs a job may be silent until another takes over.
const leaseFor = time.Minute

// Run runs what is due at once and then each minute, until ctx ends; jobs run side
// by side, each of them one tick at a time. What runs has ended when it returns.
func (s *Scheduler) Run(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	for {
		moved := s.moved()
		for _, j := range s.Jobs() {
			all.Go(func() { _, _ = s.work(ctx, j) })
		}
		now := s.Clock.Now()
		select {
		case <-ctx.Done():
			return nil
		case <-moved: // what another process ran may be to be gone on with
		case <-s.Clock.After(now.Truncate(time.Minute).Add(time.Minute).Sub(now)):
		}
	}
}

// RunDue runs what is due by the clock, one job after the other, and returns for
// how many something was done; an error is what failed, which kept nothing else
// from being run and is tried again by the next.
func (s *Scheduler) RunDue(ctx context.Context) (done int, err error) {
	var failed []error
	for _, j := range s.Jobs() {
		n, err := s.work(ctx, j)
		done, failed = done+n, append(failed, err)
	}
	return done, errors.Join(failed...)
}

// ErrRuns reports a job that is already running, here or in another process.
var ErrRuns = errors.New("schedule: it is running")

// ErrNoJob reports a name that no job has.
var ErrNoJob = errors.New("schedule: there is no such job")

// RunNow runs what is due of one job, or else its newest tick once more: who had
// theirs have no second. It returns ErrNoJob, ErrRuns or what failed.
func (s *Scheduler) RunNow(ctx context.Context, name string) (done int, err error) {
	for _, j := range s.Jobs() {
		if j.Name != name {
			continue
		}
		if !s.take(name) {
			return 0, ErrRuns
		}
		defer s.leave(name)
		apart, err := s.join(ctx)
		if err != nil {
			return 0, err
		}
		defer apart()
		if done, err = s.catchUp(ctx, j); err != nil || done > 0 {
			return done, err
		}
		x, err := s.begin(ctx, j, true)
		switch {
		case err != nil:
			return 0, err
		case x == nil:
			return 0, ErrRuns
		}
		return s.run(ctx, x)
	}
	return 0, ErrNoJob
}

// work runs all that is due of a job, unless this process does already.
func (s *Scheduler) work(ctx context.Context, j Job) (done int, err error) {
	if !s.take(j.Name) {
		return 0, nil
	}
	defer s.leave(j.Name)
	done, err = s.catchUp(ctx, j)
	if err != nil && ctx.Err() == nil {
		s.Log.Warn("a job was not done for everybody; it is tried again in a minute", "job", j.Name, "error", err)
	}
	return done, err
}

func (s *Scheduler) take(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[name] {
		return false
	}
	if s.busy == nil {
		s.busy = map[string]bool{}
	}
	s.busy[name] = true
	return true
}

func (s *Scheduler) leave(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.busy, name)
}

// catchUp runs a job's ticks until none is due or one fails.
func (s *Scheduler) catchUp(ctx context.Context, j Job) (done int, err error) {
	for {
		wanted, err := s.wanted(ctx, j)
		if err != nil || !wanted {
			return done, err
		}
		n, none, err := s.once(ctx, j)
		done += n
		if err != nil || none {
			return done, err
		}
	}
}

// once runs one tick that is due; none is true where there is none for this
// process.
func (s *Scheduler) once(ctx context.Context, j Job) (done int, none bool, err error) {
	apart, err := s.join(ctx)
	if err != nil {
		return 0, false, err
	}
	defer apart()
	x, err := s.begin(ctx, j, false)
	if err != nil || x == nil {
		return 0, true, err
	}
	done, err = s.run(ctx, x)
	return done, false, err
}

// wanted says whether begin may have something to do: a look that costs no commit.
func (s *Scheduler) wanted(ctx context.Context, j Job) (wanted bool, err error) {
	t, err := timesOf(j.Spec, s.Zone())
	if err != nil {
		return false, err
	}
	now := s.Clock.Now()
	err = s.DB.View(ctx, func(r store.Reader) error {
		was, _, err := rows.Get(r, j.Name)
		if err != nil {
			return err
		}
		as := was
		as.settle(j.Spec, t, now)
		_, due := as.due(t, j.Catch, now)
		wanted = due || as != was
		return nil
	})
	return wanted, err
}

// try is a tick that was begun, under a lease.
type try struct {
	job   Job
	tick  Tick
	fence uint64
}

// leaseOf names a job's lease.
func leaseOf(job string) string { return "job." + job }

// begin takes the lease and notes which tick runs; nil is nothing to do. With
// again the newest tick runs although it is done.
func (s *Scheduler) begin(ctx context.Context, j Job, again bool) (x *try, err error) {
	t, err := timesOf(j.Spec, s.Zone())
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	err = s.DB.Update(ctx, func(tx store.Tx) error {
		x = nil
		if err := tx.Lock(store.Subject("tick/" + j.Name)); err != nil {
			return err
		}
		r, _, err := rows.Get(tx, j.Name)
		if err != nil {
			return err
		}
		r.settle(j.Spec, t, now)
		wall, due := r.due(t, j.Catch, now)
		if !due && !again {
			r.Seen = now.UnixMicro()
			return rows.Put(tx, r, j.Name)
		}
		if !due {
			wall = t.upTo(now)
		}
		if s.Replica != nil && !again && r.failedLately(t.key(wall), now) {
			return nil
		}
		fence, mine, err := s.lease(tx, leaseOf(j.Name), now)
		if err != nil || !mine {
			return err
		}
		r.begin(t.key(wall), now)
		x = &try{j, Tick{j.Name, t.at(wall), t.key(wall)}, fence}
		return rows.Put(tx, r, j.Name)
	})
	if err != nil {
		return nil, err
	}
	return x, nil
}

// run runs a tick that was begun, keeps its lease meanwhile, and notes how it
// went.
func (s *Scheduler) run(ctx context.Context, x *try) (done int, err error) {
	running, stop := context.WithCancel(ctx)
	defer stop()
	var keeper sync.WaitGroup
	keeper.Go(func() { s.keep(running, stop, x) })
	done, err = s.call(running, x)
	lost := running.Err() != nil
	stop()
	keeper.Wait()
	if lost && err == nil {
		err = running.Err() // it may have stopped half way
	}
	// The program may be about to stop; that the tick ran is worth a moment.
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if noted := s.end(ending, x, done, err, lost); noted != nil {
		return done, errors.Join(err, noted)
	}
	if done > 0 {
		s.Log.Info("job done", "job", x.job.Name, "tick", x.tick.Key, "for", done)
	}
	return done, err
}

// call runs the job itself. A panic costs the tick and not the program.
func (s *Scheduler) call(ctx context.Context, x *try) (done int, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error("a job panicked", "job", x.job.Name, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("schedule: %s panicked", x.job.Name)
		}
	}()
	return x.job.Run(ctx, x.tick)
}

// keep renews the lease until ctx ends, and stops the tick when it is lost.
func (s *Scheduler) keep(ctx context.Context, stop func(), x *try) {
	if s.Replica != nil {
		s.Replica.keep(ctx, stop, leaseOf(x.job.Name), x.fence)
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.Clock.After(leaseFor / 3):
		}
		mine := true
		err := s.DB.Update(ctx, func(tx store.Tx) (err error) {
			if mine, err = Holds(tx, leaseOf(x.job.Name), s.Holder, x.fence); err != nil || !mine {
				return err
			}
			_, mine, err = Lease(tx, leaseOf(x.job.Name), s.Holder, s.Clock.Now(), leaseFor)
			return err
		})
		if err == nil && !mine {
			s.Log.Warn("another process has taken over a job", "job", x.job.Name)
			stop()
			return
		}
	}
}

// end notes how a tick went and gives the lease back. Who lost it notes nothing:
// the tick is another's. What was stopped is left as it runs, to be gone on with.
func (s *Scheduler) end(ctx context.Context, x *try, n int, failed error, stopped bool) error {
	now := s.Clock.Now()
	return s.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("tick/" + x.job.Name)); err != nil {
			return err
		}
		mine, err := Holds(tx, leaseOf(x.job.Name), s.holder(), x.fence)
		if err != nil || !mine {
			return err
		}
		if !stopped {
			r, _, err := rows.Get(tx, x.job.Name)
			if err != nil {
				return err
			}
			r.end(x.tick.Key, n, failed, now)
			if err := rows.Put(tx, r, x.job.Name); err != nil {
				return err
			}
		}
		return Release(tx, leaseOf(x.job.Name), s.holder(), x.fence)
	})
}
