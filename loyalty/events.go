package loyalty

import (
	"fmt"
	"slices"
	"time"
)

// Event is something that members sign up for: a tasting, a class, a first look
// at what is new.
type Event struct {
	ID         string
	Start, End time.Time // Start < End
	Store      Store     // where; "" is elsewhere
	Places     int64     // at most so many; 0 is no bound
	Waiting    int64     // at most so many wait for a place; 0: nobody can
	Price      Points    // of a place
	// Opens are from when who may sign up; nobody else may. None is everybody, at
	// once.
	Opens  []EventOpening
	Closes time.Time // signing up ends
	// CancelBy is until when a place that is given up gives its price back.
	CancelBy  time.Time
	Questions []EventQuestion // asked of who signs up
	// Remind is how long before Start who has a place is reminded; 0 is never.
	Remind   time.Duration
	Carriage NudgeCarriage // of the reminder
}

// EventOpening lets some levels sign up from a moment on.
type EventOpening struct {
	Levels []string  // empty: all
	From   time.Time // zero: at once
}

// EventQuestion is asked of who signs up: one of its options, or, where it has
// none, in words.
type EventQuestion struct {
	ID      string
	Options []string
}

// Refusals of signing up.
var (
	ErrEventLevel  = refusal("the event is for other tiers")
	ErrEventClosed = refusal("signing up for the event is over")
)

// EventOpensError refuses before the moment from which a member's level may sign up.
type EventOpensError struct {
	From time.Time `json:"from"`
}

func (e *EventOpensError) Error() string {
	return "loyalty: signing up begins on " + e.From.UTC().Format(time.RFC3339)
}

// Refusal marks the type for [Refused].
func (*EventOpensError) Refusal() {}

// OpensFor is from when who has a level may sign up, the earliest of all openings
// that mean them; ok is false where none does. lowest is the id of the level that
// "" names as well.
func (e *Event) OpensFor(level, lowest string) (from time.Time, ok bool) {
	if level == "" {
		level = lowest
	}
	if len(e.Opens) == 0 {
		return from, true
	}
	for _, o := range e.Opens {
		if len(o.Levels) > 0 && !slices.Contains(o.Levels, level) {
			continue
		}
		if !ok || o.From.Before(from) {
			from = o.From
		}
		ok = true
	}
	return from, ok
}

// Admits decides whether who has a level may sign up now, places aside. Refusals:
// ErrEventClosed, ErrEventLevel, *EventOpensError.
func (e *Event) Admits(level, lowest string, now time.Time) error {
	from, ok := e.OpensFor(level, lowest)
	switch {
	case !ok:
		return ErrEventLevel
	case !now.Before(e.Closes):
		return ErrEventClosed
	case now.Before(from):
		return &EventOpensError{From: from}
	}
	return nil
}

// Left is how many places are left when so many are taken; ok is false where
// there is no bound.
func (e *Event) Left(taken int64) (n int64, ok bool) {
	if e.Places == 0 {
		return 0, false
	}
	return max(0, e.Places-taken), true
}

// Check complains of an event that cannot be held. It says nothing about ids that
// it names.
func (e *Event) Check() error {
	switch {
	case e.ID == "":
		return fmt.Errorf("loyalty: the event has no id")
	case !e.Start.Before(e.End):
		return fmt.Errorf("loyalty: the event ends before it begins")
	case e.Closes.After(e.End) || e.CancelBy.After(e.Start):
		return fmt.Errorf("loyalty: signing up or cancelling goes on after the event")
	case e.Places < 0 || e.Waiting < 0 || e.Price < 0 || e.Remind < 0:
		return fmt.Errorf("loyalty: a number of the event is below nothing")
	case e.Waiting > 0 && e.Places == 0:
		return fmt.Errorf("loyalty: nobody waits where places have no bound")
	}
	return nil
}
