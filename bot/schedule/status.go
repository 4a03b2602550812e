package schedule

import (
	"time"

	"regulars/store"
)

// Status tells how every job stands, in the order in which they are named.
func (s *Scheduler) Status(r store.Reader) (all []State, err error) {
	for _, j := range s.Jobs() {
		t, err := timesOf(j.Spec, s.Zone())
		if err != nil {
			return nil, err
		}
		is, _, err := rows.Get(r, j.Name)
		if err != nil {
			return nil, err
		}
		now := s.Clock.Now()
		l, _, err := leases.Get(r, leaseOf(j.Name))
		if err != nil {
			return nil, err
		}
		x := State{Job: j, Done: is.Done, Ended: at(is.Ended), For: is.For, Running: is.Running, Since: at(is.Since), Error: is.Error, Failing: at(is.Failing)}
		if x.Holder, err = s.heldBy(r, &l, now); err != nil {
			return nil, err
		}
		is.settle(j.Spec, t, now)
		if done, err := t.wall(is.Done); err == nil {
			if next := t.next(done); !next.IsZero() {
				x.Next = t.at(next)
			}
		}
		all = append(all, x)
	}
	return all, nil
}

// Stuck reports whether a job has failed, or one tick of it has taken, for as long
// as that without a success.
func (x State) Stuck(now time.Time, long time.Duration) bool {
	return !x.Failing.IsZero() && now.Sub(x.Failing) >= long || x.Running != "" && now.Sub(x.Since) >= long
}

// TickAt is the newest tick of a job by now in a zone, for who runs it by hand. An
// error is the spec's.
func TickAt(j Job, zone *time.Location, now time.Time) (Tick, error) {
	t, err := timesOf(j.Spec, zone)
	if err != nil {
		return Tick{}, err
	}
	wall := t.upTo(now)
	return Tick{j.Name, t.at(wall), t.key(wall)}, nil
}
