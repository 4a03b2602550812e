package people

import (
	"fmt"
	"time"

	"regulars/store"
)

// Throttle allows Max attempts in each Window, counted from an actor's first.
type Throttle struct {
	Name   string // distinguishes what is tried; no slash
	Max    int
	Window time.Duration
}

// CodeThrottle is for codes that are typed: each kind takes it with its own
// Name ([Throttle.For]). Five tries in ten minutes against 54 bits.
var CodeThrottle = Throttle{Name: "code", Max: 5, Window: 10 * time.Minute}

// For is the same throttle for another thing.
func (t Throttle) For(name string) Throttle {
	t.Name = name
	return t
}

// ThrottledError refuses an attempt before anything was looked up.
type ThrottledError struct {
	Until time.Time // the next attempt is allowed then
}

func (e *ThrottledError) Error() string {
	return fmt.Sprintf("people: too many attempts, again after %s", e.Until.UTC().Format(time.RFC3339))
}

// attempts counts one actor's tries.
type attempts struct {
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
	Count int       `json:"count"`
}

var throttles = store.NewTable[attempts]("throttle/", store.Locked, func(rest []byte) store.Subject {
	return store.Subject("throttle/" + string(rest))
})

// Attempt counts one try of who, or refuses with *ThrottledError. The count is
// a row like any other: a transaction that refuses a try must still commit, or
// the tries are free.
func (v *Vault) Attempt(tx store.Tx, t Throttle, who Identity, now time.Time) error {
	return v.AttemptBy(tx, t, who.Channel+"\x00"+who.User, now)
}

// AttemptBy is Attempt for an actor who is no chat identity: a counter device,
// an address.
func (v *Vault) AttemptBy(tx store.Tx, t Throttle, actor string, now time.Time) error {
	key := []string{t.Name, v.hash("throttle", t.Name, actor)}
	if err := tx.Lock(store.Subject("throttle/" + key[0] + "/" + key[1])); err != nil {
		return err
	}
	a, ok, err := throttles.Get(tx, key...)
	if err != nil {
		return err
	}
	// A clock that was set back must not lock anybody out for long.
	if !ok || !now.Before(a.Until) || now.Before(a.Since) {
		a = attempts{Since: now.UTC(), Until: now.Add(t.Window).UTC()}
	}
	if a.Count >= t.Max {
		return &ThrottledError{a.Until}
	}
	a.Count++
	return throttles.Put(tx, a, key...)
}
