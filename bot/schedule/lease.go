package schedule

import (
	"context"
	"time"

	"regulars/store"
)

// lease is who alone may do something, and until when.
type lease struct {
	Holder string `json:"h"`
	Until  int64  `json:"u"` // µs since 1970; 0: given back
	Fence  uint64 `json:"f"`
}

var leases = store.NewTable[lease]("lease/", store.Readable, func(rest []byte) store.Subject {
	return leaseSubject(string(rest))
})

func leaseSubject(name string) store.Subject { return store.Subject("lease/" + name) }

// Lease takes or renews the lease of a name for holder until now+length. mine is
// false while somebody else holds it. fence rises whenever the lease changes
// hands or is taken anew after it was given back: who kept an older one has lost
// it. A lease that ends later than any given now could was given before the clock
// was set back, and binds nobody.
func Lease(tx store.Tx, name, holder string, now time.Time, length time.Duration) (fence uint64, mine bool, err error) {
	if err := tx.Lock(leaseSubject(name)); err != nil {
		return 0, false, err
	}
	l, _, err := leases.Get(tx, name)
	if err != nil {
		return 0, false, err
	}
	if l.Holder != holder || l.Until == 0 {
		if l.binds(now, length) {
			return l.Fence, false, nil
		}
		l.Holder, l.Fence = holder, l.Fence+1
	}
	l.Until = now.Add(length).UnixMicro()
	return l.Fence, true, leases.Put(tx, l, name)
}

// lease takes or renews a job's lease for this process.
func (s *Scheduler) lease(tx store.Tx, name string, now time.Time) (fence uint64, mine bool, err error) {
	if s.Replica != nil {
		return s.Replica.takeIn(tx, name)
	}
	return Lease(tx, name, s.Holder, now, leaseFor)
}

// holder is the name under which this process holds leases.
func (s *Scheduler) holder() string {
	if s.Replica != nil {
		return s.Replica.ID()
	}
	return s.Holder
}

// join makes this process one that others know to live, until apart is called.
func (s *Scheduler) join(ctx context.Context) (apart func(), err error) {
	if s.Replica == nil {
		return func() {}, nil
	}
	return s.Replica.Join(ctx)
}

// moved is closed when another process dies or leaves.
func (s *Scheduler) moved() <-chan struct{} {
	if s.Replica == nil {
		return nil
	}
	return s.Replica.departure()
}

// heldBy is who holds a lease now, "" for nobody.
func (s *Scheduler) heldBy(r store.Reader, l *lease, now time.Time) (string, error) {
	if s.Replica == nil {
		if l.binds(now, leaseFor) {
			return l.Holder, nil
		}
		return "", nil
	}
	if l.Until == 0 {
		return "", nil
	}
	gone, err := s.Replica.Gone(r, l.Holder)
	if err != nil || gone {
		return "", err
	}
	return l.Holder, nil
}

func (l *lease) binds(now time.Time, length time.Duration) bool {
	return now.UnixMicro() < l.Until && l.Until <= now.Add(length).UnixMicro()
}

// Holds reports, in an Update, whether a holder's lease with that fence is still
// theirs: that nobody took it since, lapsed or not.
func Holds(tx store.Tx, name, holder string, fence uint64) (bool, error) {
	if err := tx.Lock(leaseSubject(name)); err != nil {
		return false, err
	}
	l, _, err := leases.Get(tx, name)
	return err == nil && l.Until != 0 && l.Holder == holder && l.Fence == fence, err
}

// Release gives a lease back before its time, if it is still the holder's.
func Release(tx store.Tx, name, holder string, fence uint64) error {
	if mine, err := Holds(tx, name, holder, fence); err != nil || !mine {
		return err
	}
	return leases.Put(tx, lease{Holder: holder, Fence: fence}, name)
}
