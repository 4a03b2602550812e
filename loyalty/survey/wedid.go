package survey

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Telling is what a shop did about a theme, on its way to those who tagged it.
type Telling struct {
	ID     string    `json:"id"`
	Theme  string    `json:"theme"`
	Sealed []byte    `json:"s"`  // the words, with the shop's key
	By     string    `json:"by"` // the employee's id
	At     time.Time `json:"at"`
	// Next is the member with whom the next step begins, and Told how many were
	// told by now; Done says that all were.
	Next loyalty.MemberID `json:"next,omitempty"`
	Told int              `json:"told,omitempty"`
	Done bool             `json:"done,omitempty"`
}

var tellings = store.NewTable[Telling]("wedid/", store.Locked, store.FirstPart("wedid"))

// PutTelling writes a telling: a new one, or how far it is.
func PutTelling(tx store.Tx, x Telling) error {
	if err := tx.Lock(store.Subject("wedid/" + x.ID)); err != nil {
		return err
	}
	return tellings.Put(tx, x, x.ID)
}

// GetTelling reads a telling in an Update.
func GetTelling(tx store.Tx, id string) (Telling, bool, error) {
	if err := tx.Lock(store.Subject("wedid/" + id)); err != nil {
		return Telling{}, false, err
	}
	return tellings.Get(tx, id)
}

// OpenTellings are those that are not done. It is for a View.
func OpenTellings(r store.Reader) (list []Telling, err error) {
	for _, x := range tellings.Scan(r, tellings.All(), &err) {
		if !x.Done {
			list = append(list, x)
		}
	}
	return list, err
}
