package event

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Reused is an event that has the id of one that is over, whose seats are still kept.
type Reused struct {
	ID    string
	Ended time.Time // the one before
	Seats int64
}

// Reused finds those among events that are still to come. Whoever has a seat of the one
// before could not sign up again: seats are an id's, so that an event can be put off
// without anybody losing theirs.
func (d *Desk) Reused(r store.Reader, events []loyalty.Event, now time.Time) (list []Reused, err error) {
	for _, e := range events {
		was, ok, err := counts.Get(r, e.ID)
		if err != nil {
			return nil, err
		}
		if ok && was.Taken > 0 && !was.End.IsZero() && !was.End.After(now) && e.End.After(now) {
			list = append(list, Reused{e.ID, was.End, was.Taken})
		}
	}
	return list, nil
}
