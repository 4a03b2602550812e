package receipt

import (
	"errors"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// at is where an index leads.
type at struct {
	Slip string `json:"slip"` // the hash in the slip's key
}

// waiting are the codes of somebody who has not joined yet, the newest last.
type waiting struct {
	Slips []string  `json:"slips"`
	Until time.Time `json:"until"` // of the one that is valid longest
}

var (
	slips  = store.NewTable[Slip]("slip/", store.Locked, store.FirstPart("slip"))
	refs   = store.NewTable[at]("slipref/", store.Locked, store.FirstPart("slipref"))
	orders = store.NewTable[at]("sliporder/", store.Locked, store.FirstPart("sliporder"))
	dues   = store.NewTable[struct{}]("slipdue/", store.Free, nil) // written with its slip only
	waits  = store.NewTable[waiting]("slipwait/", store.Locked, store.FirstPart("member"))
)

var (
	errAct = errors.New("receipt: an act needs an operation id of at most 200 bytes, an actor and a now")
	errKey = errors.New("receipt: the key has fewer than 32 bytes")
	errRef = errors.New("receipt: no free name was found")
)

func slipSubject(place string) store.Subject         { return store.Subject("slip/" + place) }
func refSubject(ref loyalty.Ref) store.Subject       { return store.Subject("slipref/" + string(ref)) }
func orderSubject(key string) store.Subject          { return store.Subject("sliporder/" + key) }
func memberSubject(m loyalty.MemberID) store.Subject { return store.Subject("member/" + string(m)) }

// locked lets a function that only reads be called in a View, and in an Update,
// where the subject must be locked first.
func locked(r store.Reader, s store.Subject) error {
	if tx, ok := r.(store.Tx); ok {
		return tx.Lock(s)
	}
	return nil
}

// get loads the slip of a hash; a missing one is no error.
func get(r store.Reader, place string) (Slip, bool, error) {
	if err := locked(r, slipSubject(place)); err != nil {
		return Slip{}, false, err
	}
	return slips.Get(r, place)
}

// dueDay is under which day a slip is swept.
func (s *Slip) dueDay() string { return s.Until.UTC().Format(time.DateOnly) }
