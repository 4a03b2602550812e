package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"regulars/store"
	"regulars/store/mem"
)

// hand is a clock that is set by hand; nobody waits for it.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func (h *hand) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}
func (h *hand) After(time.Duration) <-chan time.Time { return nil }
func (h *hand) set(t time.Time)                      { h.mu.Lock(); h.at = t; h.mu.Unlock() }

// effects counts what was done for somebody at a tick.
var effects = store.NewTable[int]("scheduletest/", store.Locked, func(rest []byte) store.Subject {
	return store.Subject("scheduletest/" + string(rest))
})

// world is one store with schedulers on it.
type world struct {
	t     *testing.T
	db    *mem.DB
	clock *hand
	zone  *time.Location
	jobs  []Job
	ran   []string // the keys of ticks as they ran
}

func newWorld(t *testing.T, at string, zoneName string) *world {
	t.Helper()
	w := &world{t: t, db: mem.New(mem.Twice), clock: &hand{}, zone: zone(t, zoneName)}
	w.goTo(at)
	return w
}

// scheduler is one more process.
func (w *world) scheduler(holder string) *Scheduler {
	return &Scheduler{
		DB: w.db, Clock: w.clock, Log: slog.New(slog.DiscardHandler), Holder: holder,
		Zone: func() *time.Location { return w.zone }, Jobs: func() []Job { return w.jobs },
	}
}

// goTo sets the clock to what the zone's clocks show, as in "2026-11-01 09:00".
func (w *world) goTo(at string) {
	w.t.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", at, w.zone)
	if err != nil {
		w.t.Fatal(err)
	}
	w.clock.set(t)
}

// logs is a job that only says that it ran; fail decides whether it does.
func (w *world) logs(name, spec string, catch Catch, fail func(Tick) error) Job {
	return Job{Name: name, Spec: spec, Catch: catch, Run: func(_ context.Context, t Tick) (int, error) {
		w.ran = append(w.ran, t.Key)
		if fail != nil {
			return 0, fail(t)
		}
		return 1, nil
	}}
}

// due runs what is due, and gives what ran.
func (w *world) due(s *Scheduler) []string {
	w.t.Helper()
	w.ran = nil
	if _, err := s.RunDue(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	return w.ran
}

func (w *world) want(got []string, want ...string) {
	w.t.Helper()
	if !slices.Equal(got, want) {
		w.t.Errorf("ran %v, want %v", got, want)
	}
}

// does is a job that does something for everybody, in a commit each, unless they
// have it; who fails is left out.
func does(db store.DB, name, spec string, catch Catch, who []string, fails func(tick Tick, who string) bool) Job {
	return Job{Name: name, Spec: spec, Catch: catch, Run: func(ctx context.Context, t Tick) (n int, err error) {
		var failed []error
		for _, m := range who {
			if fails != nil && fails(t, m) {
				failed = append(failed, fmt.Errorf("not for %s", m))
				continue
			}
			did, err := do(ctx, db, t, m)
			if err != nil {
				return n, err
			}
			if did {
				n++
			}
		}
		return n, errors.Join(failed...)
	}}
}

// do does a job's part for one.
func do(ctx context.Context, db store.DB, t Tick, who string) (did bool, err error) {
	err = db.Update(ctx, func(tx store.Tx) (err error) {
		if did, err = Claim(tx, t.Job, t.Key, who); err != nil || !did {
			return err
		}
		key := t.Job + "/" + t.Key + "/" + who
		if err := tx.Lock(store.Subject("scheduletest/" + key)); err != nil {
			return err
		}
		n, _, err := effects.Get(tx, key)
		if err != nil {
			return err
		}
		return effects.Put(tx, n+1, key)
	})
	return did, err
}

// done are all effects, by "job/tick/who".
func done(t *testing.T, db store.DB) map[string]int {
	t.Helper()
	all := map[string]int{}
	err := db.View(context.Background(), func(r store.Reader) (err error) {
		for key, n := range effects.Scan(r, effects.All(), &err) {
			all[key] = n
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
