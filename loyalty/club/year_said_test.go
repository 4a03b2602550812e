package club

import (
	"errors"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/event"
	"regulars/loyalty/voice"
	"regulars/store"
)

// said is something that the member said in public, and a manager gives points for
// at once.
func said(kind loyalty.VoiceKind) deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		d := &voice.Desk{Book: l.c.Book, Key: l.c.Book.Key, Programme: l.c.Programme}
		return l.try(func(tx store.Tx, act book.Act) error {
			sent := act
			sent.Actor = loyalty.ByMember(m)
			v, err := d.Send(tx, m, sent, kind, nil)
			if err == nil {
				act.Actor = loyalty.ByStaff("mia")
				_, _, err = d.Approve(tx, v.Ref, act, 0)
			}
			return tooMuch(err)
		})
	}}
}

// tooMuch says a voice's limit as the table does a reward's.
func tooMuch(err error) error {
	var limit *voice.LimitError
	if errors.As(err, &limit) {
		return allSaid{}
	}
	return err
}

// allSaid refuses more than points are given for.
type allSaid struct{}

func (allSaid) Error() string { return "all that points are given for" }

// Refusal marks the type for [loyalty.Refused].
func (allSaid) Refusal() {}

// signUp is the member's, for an event of the file.
func signUp(id string) deed {
	return onEvent(func(d *event.Desk, tx store.Tx, m loyalty.MemberID, act book.Act) error {
		_, err := d.SignUp(tx, m, act, id, event.Answers{Choices: map[string]string{"skin": "dry"}})
		return err
	})
}

// arrive lets the member in at its door.
func arrive(id string) deed {
	return onEvent(func(d *event.Desk, tx store.Tx, m loyalty.MemberID, act book.Act) error {
		_, err := d.Arrive(tx, m, act, id)
		return err
	})
}

func onEvent(f func(*event.Desk, store.Tx, loyalty.MemberID, book.Act) error) deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		d := &event.Desk{Book: l.c.Book, Key: l.c.Book.Key, Programme: l.c.Programme}
		d.Events = func(at time.Time) []loyalty.Event { return d.Programme(at).Events }
		return l.try(func(tx store.Tx, act book.Act) error {
			var early *loyalty.EventOpensError
			err := f(d, tx, m, act)
			if errors.As(err, &early) {
				return tooEarly{}
			}
			return err
		})
	}}
}

// tooEarly refuses before a level's day.
type tooEarly struct{}

func (tooEarly) Error() string { return "not yet" }

// Refusal marks the type for [loyalty.Refused].
func (tooEarly) Refusal() {}
