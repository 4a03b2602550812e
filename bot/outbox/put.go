package outbox

import (
	"errors"
	"fmt"
	"time"

	"regulars/bot"
	"regulars/store"
)

// direct says that an intent goes out as an answer: by its reply token, or at
// once where messages are free.
func (c *channel) direct(in *bot.Intent) bool {
	if c.free {
		return in.Class == bot.Answer
	}
	return in.Letter.Reply.Value != "" && (in.Class == bot.Answer || in.Class == bot.Receipt)
}

// Put implements bot.Outbox. An id that was put before, even if it is done
// since, is left alone.
func (o *Outbox) Put(tx store.Tx, now time.Time, intents ...bot.Intent) error {
	for i := range intents {
		due := now
		if o.answered(&intents[i], intents) {
			due = now.Add(rideFirst)
		}
		if err := o.put(tx, now, due, &intents[i]); err != nil {
			return err
		}
	}
	return nil
}

// answered says that the same turn has an answer for in's chat. That answer
// can take it along, if the loop does not find it before it is told of both.
func (o *Outbox) answered(in *bot.Intent, turn []bot.Intent) bool {
	for i := range turn {
		other := &turn[i]
		c := o.channels[other.Channel]
		if c != nil && !c.free && other.ID != in.ID && other.Letter.To.Chat == in.Letter.To.Chat && c.direct(other) {
			return true
		}
	}
	return false
}

// put stores one intent. A push is not due before due.
func (o *Outbox) put(tx store.Tx, now, due time.Time, in *bot.Intent) error {
	c := o.channels[in.Channel]
	switch {
	case c == nil:
		return fmt.Errorf("outbox: no channel %q is configured", in.Channel)
	case in.ID == "" || len(in.ID) > maxID:
		return fmt.Errorf("outbox: an intent's id has 1 to %d bytes, not %d", maxID, len(in.ID))
	case len(in.Letter.Messages) > bot.MaxMessages:
		return fmt.Errorf("outbox: %d messages in one letter, more than %d", len(in.Letter.Messages), bot.MaxMessages)
	}
	if err := tx.Lock(subject(in.ID)); err != nil {
		return err
	}
	if known, err := known(tx, in.ID); err != nil || known {
		return err
	}
	r := o.newRow(in, now)
	var err error
	r.Letter, err = o.seal(tx, r.Person, in.Letter)
	if errors.Is(err, bot.ErrGone) {
		if in.Class != bot.Answer {
			return o.store(tx, in.ID, &r, Suppressed, "erased", now)
		}
		// The farewell to somebody erased in this very transaction: until it is
		// said, the installation's key keeps it.
		r.Person = ""
		r.Letter, err = o.seal(tx, "", in.Letter)
	}
	if err != nil {
		return err
	}
	if c.direct(in) {
		r.Replica = o.me()
		return answers.Put(tx, r, string(in.ID))
	}
	if !c.free && in.Class == bot.Answer && in.Ref == "" {
		// A mere answer is not worth money, and there is no token.
		return o.store(tx, in.ID, &r, Late, "no reply token", now)
	}
	if r.Group && c.onlyRides(&r) {
		// A push to a group is paid for once a member, and nothing rides there.
		return o.store(tx, in.ID, &r, Late, "nothing rides to a group", now)
	}
	return enqueue(tx, &r, in.ID, o.dueAt(c, &r, due))
}

// known says whether an id was put before.
func known(tx store.Tx, id bot.IntentID) (bool, error) {
	for _, key := range [][]byte{answers.Key(string(id)), pasts.Key(string(id)), queue.Key(string(id))} {
		if _, ok, err := tx.Get(key); err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

func (o *Outbox) newRow(in *bot.Intent, now time.Time) row {
	lane, born := in.Lane, in.Born
	if lane == (bot.Lane{}) {
		lane = o.cfg.Persons.Lane(in.Letter.To.Chat)
	}
	if born.IsZero() {
		born = now
	}
	return row{
		Channel: in.Channel, Lane: lane.String(), Person: in.Person, Class: in.Class, Carriage: in.Carriage,
		Group: in.Letter.To.Group, Born: micros(born), NotBefore: micros(in.NotBefore), NotAfter: micros(in.NotAfter),
		RideUntil: micros(in.RideUntil), Ref: in.Ref, N: len(in.Letter.Messages),
		Until: micros(in.Letter.Reply.Until), State: Waiting,
	}
}

// dueAt is when a queued intent must be looked at: to be sent, or, if it only
// rides, to be given up.
func (o *Outbox) dueAt(c *channel, r *row, first time.Time) int64 {
	due := max(micros(first), r.NotBefore)
	switch {
	case c.free:
	case r.Carriage == bot.RideThenPush:
		due = max(due, r.RideUntil)
	case r.Carriage == bot.RideOnly:
		due = r.Born + o.cfg.RideLife.Microseconds()
		if r.NotAfter != 0 {
			due = min(due, r.NotAfter)
		}
	}
	return due
}

// onlyRides says that r is never sent by itself.
func (c *channel) onlyRides(r *row) bool {
	return !c.free && r.Carriage == bot.RideOnly
}

// Renew implements bot.Outbox: a redelivered event's token gives an answer that
// has not gone out another minute. The loop finds it at its next look
// (Config.LookEvery); Nudge with an Intent that has nothing but this ID makes it look
// at once.
func (o *Outbox) Renew(tx store.Tx, id bot.IntentID, token bot.ReplyToken) error {
	if err := tx.Lock(subject(id)); err != nil {
		return err
	}
	r, ok, err := answers.Get(tx, string(id))
	if err != nil || !ok || micros(token.Until) <= r.Until {
		return err
	}
	var l bot.Letter
	if err := o.open(tx, r.Person, r.Letter, &l); err != nil {
		if errors.Is(err, bot.ErrGone) {
			return nil
		}
		return err
	}
	l.Reply = token
	if r.Letter, err = o.seal(tx, r.Person, l); err != nil {
		return err
	}
	if r.State == Parked {
		r.Replica = o.me() // nobody has it; else who has it meets the token when its try ends
	}
	r.Until, r.State = micros(token.Until), Waiting
	// Due in the past: the redelivery may well come from an earlier now.
	if err := setDue(tx, &r, id, r.Born); err != nil {
		return err
	}
	return answers.Put(tx, r, string(id))
}

// Nudge implements bot.Outbox. Answers are taken from memory as they are, so it
// must be called with what was put, and only once its transaction committed.
// For answers of one chat to keep their order, call it before the chat's next
// turn is committed, or give them different times of birth.
func (o *Outbox) Nudge(intents ...bot.Intent) {
	for i := range intents {
		in := &intents[i]
		c := o.channels[in.Channel]
		if c == nil {
			for _, c := range o.channels {
				c.tell(event{look: true})
			}
			continue
		}
		if c.direct(in) {
			c.tell(event{item: o.fresh(c, in)})
		} else {
			c.tell(event{look: true})
		}
	}
}

// fresh is an answer just put, as the loop holds it.
func (o *Outbox) fresh(c *channel, in *bot.Intent) *item {
	lane, born := in.Lane, in.Born
	if lane == (bot.Lane{}) {
		lane = o.cfg.Persons.Lane(in.Letter.To.Chat)
	}
	if born.IsZero() {
		born = o.cfg.Clock.Now()
	}
	it := &item{
		id: in.ID, lane: lane, person: in.Person, class: in.Class, ref: in.Ref, group: in.Letter.To.Group,
		direct: true, born: micros(born), at: in.NotBefore, notAfter: in.NotAfter, letter: in.Letter,
	}
	it.setDeadline(c, o.cfg.AnswerLife)
	return it
}
