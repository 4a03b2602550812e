package hooks

import (
	"fmt"
	"math"
	"time"

	"regulars/store"
)

// job is an event on its way to one endpoint.
type job struct {
	Event
	Born   time.Time `json:"born"` // three days after that it is dead
	Next   time.Time `json:"next,omitzero"`
	Tries  int       `json:"tries,omitempty"`
	Status int       `json:"status,omitempty"` // of the last answer; 0: there was none
	Why    Reason    `json:"why,omitempty"`    // the last try failed
	Again  bool      `json:"again,omitempty"`  // somebody had it sent once more
}

// Outcome is how an event ended.
type Outcome string

// The outcomes.
const (
	Delivered Outcome = "delivered"
	Dead      Outcome = "dead"
	Dropped   Outcome = "dropped" // Why: WhyErased, WhyRestored
)

// past is an event that is done.
type past struct {
	job
	Outcome Outcome   `json:"outcome"`
	Ended   time.Time `json:"ended"`
}

// state is how an endpoint fails. There is a row only while it does.
type state struct {
	Since time.Time `json:"since"` // nothing arrived from then on
	Fails int       `json:"fails"`
	// Waits is how often it was waited for since: events that were under way at
	// once and failed together are one reason to wait longer, and not many.
	Waits int       `json:"waits,omitempty"`
	Next  time.Time `json:"next"` // no try before that, once it fails for good
	Why   Reason    `json:"why"`
	// Status is the last answer; 0: none came.
	Status int `json:"status,omitempty"`
}

var (
	queue  = store.NewTable[job]("hookqueue/", store.Free, nil)
	pasts  = store.NewTable[past]("hookpast/", store.Free, nil)
	states = store.NewTable[state]("hookstate/", store.Readable, func(rest []byte) store.Subject { return store.Subject("hookstate/" + string(rest)) })
)

func stateOf(id ID) store.Subject { return store.Subject("hookstate/" + string(id)) }

// forget takes an endpoint's failures back, under its lock.
func forget(tx store.Tx, id ID) error {
	if err := tx.Lock(stateOf(id)); err != nil {
		return err
	}
	return states.Delete(tx, string(id))
}

// queueKey sorts by when the event was put.
func queueKey(at time.Time, event string) string {
	return fmt.Sprintf("%017d-%s", at.UnixMicro(), event)
}

// pastKey sorts the newest first.
func pastKey(at time.Time, event string) string {
	return fmt.Sprintf("%019d-%s", math.MaxInt64-at.UnixMicro(), event)
}

// put adds an event to an endpoint's queue.
func put(tx store.Tx, to ID, j job) error {
	return queue.Put(tx, j, string(to), queueKey(j.Born, j.ID))
}
