package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"regulars/store"
)

// keepDead stores an event whose handling failed, under a short reference.
func (t *Turn) keepDead(cause error) (ref string, err error) {
	tx, e := t.puts.Tx, t.Event
	for n := 4; ref == ""; n++ {
		code := drawCode(t.Rand(), n)
		if err := tx.Lock(store.Subject("dead/" + code)); err != nil {
			return "", err
		}
		if _, taken, err := deadTable.Get(tx, code); err != nil {
			return "", err
		} else if !taken {
			ref = code
		}
	}
	sealed, err := t.bot.seal(tx, t.Person.ID, e)
	if err != nil {
		return "", err
	}
	// The error's text is for the operator; it has no words of the person's,
	// because errors never carry them (see the test of case 34).
	return ref, deadTable.Put(tx, deadRow{
		At: t.Now, Channel: e.Channel, Event: e.ID, Kind: e.Kind, Person: t.Person.ID,
		Error: firstLine(cause.Error()), Sealed: sealed,
	}, ref)
}

var errOdd = errors.New("this kind of event is not known to this version")

// keepOdd stores an event that the adapter could not read. It makes nobody a
// person; but what somebody known sent goes when they are erased.
func (t *Turn) keepOdd() error {
	if t.Event.From != "" {
		p, err := t.bot.Persons.Find(t.puts.Tx, t.Event.Identity())
		if err != nil {
			return err
		}
		t.Person.ID = p.ID
	}
	_, err := t.keepDead(errOdd)
	return err
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return clip(s, 300)
}

// Dead is a dead letter as an operator sees it: nothing of what was said.
type Dead struct {
	Ref     string
	At      time.Time
	Channel ChannelName
	Kind    EventKind
	Error   string
	Done    time.Time // replayed or discarded
}

// DeadLetters lists events whose handling failed, by reference.
func DeadLetters(r store.Reader) (all []Dead, err error) {
	for ref, row := range deadTable.Scan(r, deadTable.All(), &err) {
		all = append(all, Dead{ref, row.At, row.Channel, row.Kind, row.Error, row.Done})
	}
	return all, err
}

// Replay handles a dead letter again, as if its event came now for the first
// time. What it does is stored under the event's id with "~" and the reference,
// so that a second replay has no second effect.
func (b *Bot) Replay(ctx context.Context, ref string) error {
	var e Event
	err := b.DB.View(ctx, func(r store.Reader) error {
		row, ok, err := deadTable.Get(r, ref)
		if err != nil {
			return err
		}
		if !ok || row.Kind == Odd {
			return fmt.Errorf("no dead letter %s that can be replayed; `regulars dead list` shows them", ref)
		}
		return b.open(r, row.Person, row.Sealed, &e)
	})
	if err != nil {
		return err
	}
	e.ID += EventID("~" + ref)
	e.Reply = ReplyToken{} // long used up
	e.Callback = ""
	e.At = b.Clock.Now()
	if err := b.take(ctx, &e); err != nil { // by an operator's word, however much is said in that chat
		return err
	}
	return b.closeDead(ctx, ref)
}

// Discard marks a dead letter as dealt with.
func (b *Bot) Discard(ctx context.Context, ref string) error { return b.closeDead(ctx, ref) }

func (b *Bot) closeDead(ctx context.Context, ref string) error {
	return b.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("dead/" + ref)); err != nil {
			return err
		}
		row, ok, err := deadTable.Get(tx, ref)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("no dead letter %s; `regulars dead list` shows them", ref)
		}
		row.Done = b.Clock.Now()
		return deadTable.Put(tx, row, ref)
	})
}
