package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"regulars/bot"
	"regulars/store"
)

// Status is where an intent stands.
type Status struct {
	Channel bot.ChannelName
	Class   bot.Class
	State   State
	Why     string    // of a final state, where it needs one
	Ref     string    // the reference its receiver knows
	At      time.Time // of a final state: since when; of others: the birth
}

// Find tells where an intent stands, for as long as that is kept. In an Update
// it locks the intent.
func (o *Outbox) Find(r store.Reader, id bot.IntentID) (Status, bool, error) {
	if tx, ok := r.(store.Tx); ok {
		if err := tx.Lock(subject(id)); err != nil {
			return Status{}, false, err
		}
	}
	for _, t := range []store.Table[row]{answers, queue} {
		if q, ok, err := t.Get(r, string(id)); err != nil || ok {
			return Status{q.Channel, q.Class, q.State, "", q.Ref, at(q.Born)}, ok, err
		}
	}
	p, ok, err := pasts.Get(r, string(id))
	return Status{p.Channel, p.Class, p.State, p.Why, p.Ref, at(p.At)}, ok, err
}

// DeadLetter is a letter that its platform will never accept.
type DeadLetter struct {
	ID      bot.IntentID
	Channel bot.ChannelName
	Class   bot.Class
	Ref     string // the reference its receiver would know; may be empty
	Why     string
	Born    time.Time
	At      time.Time
}

// List gives the dead letters, at most limit of them, in the order of their
// ids.
func (o *Outbox) List(r store.Reader, limit int) (list []DeadLetter, err error) {
	for id, d := range deads.Scan(r, deads.All(), &err) {
		if len(list) == limit {
			break
		}
		list = append(list, DeadLetter{bot.IntentID(id), d.Row.Channel, d.Row.Class, d.Row.Ref, d.Why, at(d.Row.Born), at(d.At)})
	}
	return list, err
}

// ErrNoDeadLetter reports an id that is no dead letter's.
var ErrNoDeadLetter = errors.New("outbox: there is no such dead letter; the list shows those there are")

// Replay sends a dead letter once more, with what the adapter makes of it now.
// On LINE it is pushed, and paid for.
func (o *Outbox) Replay(ctx context.Context, id bot.IntentID) error {
	err := o.cfg.DB.Update(ctx, func(tx store.Tx) error {
		d, err := takeDead(tx, id)
		if err != nil {
			return err
		}
		if o.channels[d.Row.Channel] == nil {
			return fmt.Errorf("outbox: its channel %q is no longer configured", d.Row.Channel)
		}
		if err := pasts.Delete(tx, string(id)); err != nil {
			return err
		}
		r, now := d.Row, micros(o.cfg.Clock.Now())
		r.State, r.Carriage, r.NoRide = Waiting, bot.PushNow, false
		r.Until, r.Lead, r.Tries, r.First, r.Moves, r.NotAfter, r.By = 0, 0, 0, 0, 0, 0, ""
		return enqueue(tx, &r, id, now)
	})
	if err == nil {
		o.lookAll()
	}
	return err
}

// Discard throws a dead letter away.
func (o *Outbox) Discard(ctx context.Context, id bot.IntentID) error {
	return o.cfg.DB.Update(ctx, func(tx store.Tx) error {
		_, err := takeDead(tx, id)
		return err
	})
}

func takeDead(tx store.Tx, id bot.IntentID) (dead, error) {
	if err := tx.Lock(subject(id)); err != nil {
		return dead{}, err
	}
	d, ok, err := deads.Get(tx, string(id))
	if err == nil && !ok {
		err = ErrNoDeadLetter
	}
	if err != nil {
		return dead{}, err
	}
	return d, deads.Delete(tx, string(id))
}

// Stop is why a channel sends nothing but answers.
type Stop struct {
	Channel bot.ChannelName // "*": all of them
	Why     string          // "quota", or the words of whoever stopped it
	Since   time.Time
	Until   time.Time // zero: until somebody lifts it
}

// Stops lists the stops in force.
func (o *Outbox) Stops(r store.Reader) (list []Stop, err error) {
	now := micros(o.cfg.Clock.Now())
	for name, p := range pauses.Scan(r, pauses.All(), &err) {
		if p.Until == 0 || p.Until > now {
			list = append(list, Stop{bot.ChannelName(name), p.Why, at(p.At), at(p.Until)})
		}
	}
	return list, err
}

// Pause stops everything but answers on one channel until Resume.
func (o *Outbox) Pause(ctx context.Context, ch bot.ChannelName, why string) error {
	return o.cfg.DB.Update(ctx, func(tx store.Tx) error {
		return setPause(tx, ch, pause{Why: why, At: micros(o.cfg.Clock.Now())})
	})
}

// Resume lifts a channel's stop, an operator's as well as a used-up quota's.
func (o *Outbox) Resume(ctx context.Context, ch bot.ChannelName) error {
	err := o.cfg.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(pauseSubject(ch)); err != nil {
			return err
		}
		return pauses.Delete(tx, string(ch))
	})
	if err == nil {
		o.lookAll()
	}
	return err
}

func (o *Outbox) lookAll() {
	for _, c := range o.channels {
		c.tell(event{look: true})
	}
}

func pauseSubject(ch bot.ChannelName) store.Subject { return store.Subject("outpause/" + string(ch)) }

func setPause(tx store.Tx, ch bot.ChannelName, p pause) error {
	if err := tx.Lock(pauseSubject(ch)); err != nil {
		return err
	}
	return pauses.Put(tx, p, string(ch))
}

// paused says whether a channel, or all of them, must send answers only.
func paused(r store.Reader, ch bot.ChannelName, now time.Time) (bool, error) {
	for _, name := range []bot.ChannelName{all, ch} {
		p, ok, err := pauses.Get(r, string(name))
		if err != nil || ok && (p.Until == 0 || p.Until > micros(now)) {
			return err == nil, err
		}
	}
	return false, nil
}

// Sweep deletes what was kept long enough and returns how many rows went. Run
// calls it each hour.
func (o *Outbox) Sweep(ctx context.Context, now time.Time) (int, error) {
	tooOld := func(t int64, keep time.Duration) bool { return t < micros(now.Add(-keep)) }
	n, err := store.Sweep(ctx, o.cfg.DB, pasts.All(), 200, func(row store.Row) bool {
		var p past
		if store.Decode(row.Key, row.Value, &p) != nil {
			return false // verify names damaged rows; a sweep hides none
		}
		if p.Class == bot.Answer {
			return tooOld(p.At, KeepAnswers)
		}
		return tooOld(p.At, KeepPasts)
	})
	if err != nil {
		return n, err
	}
	m, err := store.Sweep(ctx, o.cfg.DB, deads.All(), 200, func(row store.Row) bool {
		var d dead
		return store.Decode(row.Key, row.Value, &d) == nil && tooOld(d.At, KeepDead)
	})
	if err != nil {
		return n + m, err
	}
	oldest := days.Key(o.date(now.Add(-KeepDays)))
	k, err := store.Sweep(ctx, o.cfg.DB, days.All(), 200, func(row store.Row) bool {
		return bytes.Compare(row.Key, oldest) < 0
	})
	if err != nil {
		return n + m + k, err
	}
	b, err := o.sweepBulks(ctx, now)
	if err != nil {
		return n + m + k + b, err
	}
	w, err := o.forget(ctx, now)
	return n + m + k + b + w, err
}
