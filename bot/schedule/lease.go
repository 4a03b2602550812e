package schedule

import (
	"time"

	"regulars/store"
)

// lease is who alone may do something, and until when.
type lease struct {
	Holder string `json:"h"`
	Until  int64  `json:"u"` // µs since 1970; 0: given back
	Fence  uint64 `json:"f"`
}

var leases = store.NewTable[lease]("lease/", store.Locked, func(rest []byte) store.Subject {
	return store.Subject("lease/" + string(rest))
})

// Lease takes or renews the lease of a name for holder until now+length. mine is
// false while somebody else holds it. fence rises whenever the lease changes
// hands or is taken anew after it was given back: who kept an older one has lost
// it. A lease that ends later than any given now could was given before the clock
// was set back, and binds nobody.
func Lease(tx store.Tx, name, holder string, now time.Time, length time.Duration) (fence uint64, mine bool, err error) {
	if err := tx.Lock(store.Subject("lease/" + name)); err != nil {
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

func (l *lease) binds(now time.Time, length time.Duration) bool {
	return now.UnixMicro() < l.Until && l.Until <= now.Add(length).UnixMicro()
}

// Holds reports, in an Update, whether a holder's lease with that fence is still
// theirs: that nobody took it since, lapsed or not.
func Holds(tx store.Tx, name, holder string, fence uint64) (bool, error) {
	if err := tx.Lock(store.Subject("lease/" + name)); err != nil {
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
