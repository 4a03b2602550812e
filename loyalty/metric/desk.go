package metric

import (
	"time"

	"regulars/loyalty"
	"regulars/loyalty/rollup"
	"regulars/loyalty/segment"
	"regulars/store"
)

// Desk is how one shop's metrics are asked for. Its fields are set before it is
// used; then it may be used by many at once.
type Desk struct {
	DB store.DB
	// Rolls are the members, Daily what each day came to.
	Rolls *segment.Desk
	Daily *rollup.Desk
	// Programme is the version of the rules in force at a moment.
	Programme func(time.Time) *loyalty.Programme
	// Messages is what went out from from to to, whole local days, the latter not
	// included; ok is false where messages cost nothing. nil: nobody counts.
	Messages func(r store.Reader, from, to time.Time) (m Messages, ok bool, err error)
	// Plans is how many paid plans ended from from to to, as above, and how many ran at
	// from or began since. nil: there are none.
	Plans func(r store.Reader, from, to time.Time) (ended, atRisk int64, err error)
	// Now is the shop's clock.
	Now func() time.Time

	memo  memo
	small int64 // see smallShop; 0 is its usual number
}

// Messages is what went out where pushing costs money.
type Messages struct {
	Billed int64         // paid for, one a receiver
	Saved  loyalty.Money // what those were worth that did not have to be pushed
	Priced bool          // Saved is known
}
