package bot

import (
	"time"

	"regulars/i18n"
	"regulars/store"
)

// PersonID names a person from the first contact on. It is empty for nobody.
type PersonID string

// Role is what a person may do, read anew for every event.
type Role int

// Each role may do what the ones before it may.
const (
	Anyone Role = iota
	Member
	Clerk
	Manager
	Owner
)

// Person is what a turn must know of who speaks.
type Person struct {
	ID         PersonID
	Lang       i18n.Lang
	Role       Role
	New        bool      // met in this very turn
	MutedUntil time.Time // the person asked to talk to the shop: the bot is silent
	Frozen     bool      // the identity was frozen by staff
}

// Persons is what the bot asks about people. Handlers implement it over
// loyalty/people, which this package must not know.
type Persons interface {
	// Meet finds the person behind an event, or makes one at first contact. It
	// locks what it reads.
	Meet(tx store.Tx, e *Event, now time.Time) (Person, error)
	// Find is Meet without making one; an unknown identity gives an empty ID.
	Find(tx store.Tx, who Identity) (Person, error)
	// Seal makes plain unreadable without the person's key, which erasing the
	// person destroys; with an empty id the installation's own key is used.
	Seal(tx store.Tx, id PersonID, plain []byte) ([]byte, error)
	// Open reads what Seal made. It fails with ErrGone once the person is erased.
	Open(r store.Reader, id PersonID, sealed []byte) ([]byte, error)
	// Lane gives the keyed hash that stands for a chat in keys.
	Lane(c Chat) Lane
}
