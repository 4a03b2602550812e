package outbox

import (
	"context"
	"errors"
	"time"

	"regulars/bot"
	"regulars/store"
)

// takesRiders says whether it may carry more than its own messages: an answer
// that costs nothing where others do, in a private chat.
func (c *channel) takesRiders(it *item) bool {
	return !c.free && !it.group && !it.merged && it.letter.Reply.Value != "" && len(it.letter.Messages) < bot.MaxMessages
}

// takeRiders merges what waits for it's chat into it, oldest first, whether it
// was meant to ride or is about to be pushed: both are free this way. Riders
// stand before the answer's own messages; see the package comment. mine is false
// where the answer is no longer this process's.
func (c *channel) takeRiders(ctx context.Context, it *item, now time.Time) (mine bool, err error) {
	var merged bot.Letter
	var takes []bot.IntentID
	var lead int
	err = c.o.cfg.DB.Update(ctx, func(tx store.Tx) error {
		merged, takes, lead = it.letter, nil, 0
		if err := tx.Lock(subject(it.id), laneSubject(it.lane.String())); err != nil {
			return err
		}
		a, ok, err := answers.Get(tx, string(it.id))
		if mine = ok && c.o.has(&a); err != nil || !mine {
			return err
		}
		if held, err := paused(tx, all, now); err != nil || held {
			return err
		}
		var days tally
		ms, ids, err := c.riders(tx, it, &days, now)
		if err != nil {
			return err
		}
		if takes, lead = ids, len(ms); lead > 0 {
			merged.Messages = append(ms, it.letter.Messages...)
			a.Takes, a.Lead = takes, lead
			if a.Letter, err = c.o.seal(tx, a.Person, merged); err != nil {
				return err
			}
			if err := answers.Put(tx, a, string(it.id)); err != nil {
				return err
			}
		}
		return days.write(tx, c.o, now)
	})
	if errors.Is(err, bot.ErrGone) {
		return true, nil // erased meanwhile; the answer itself is in memory
	}
	if mine && errors.Is(err, store.ErrDamaged) {
		// What would ride cannot be read, or not be judged: nobody waits for that.
		c.o.cfg.Log.Error("outbox: an answer goes without what would ride along", "channel", c.name, "intent", it.id, "error", err)
		return true, nil
	}
	if err == nil {
		it.letter, it.takes = merged, takes
	}
	return mine, err
}

// riders marks as Riding what fits, and returns its messages.
func (c *channel) riders(tx store.Tx, it *item, days *tally, now time.Time) (ms []bot.Message, ids []bot.IntentID, err error) {
	room := bot.MaxMessages - len(it.letter.Messages)
	var waiting []bot.IntentID
	for key := range lanes.Scan(tx, lanes.Under(it.lane.String()), &err) {
		waiting = append(waiting, idOf(key, 2))
	}
	for _, id := range waiting {
		if err != nil || room == 0 {
			break
		}
		var more []bot.Message
		if more, err = c.rider(tx, it, id, room, days, now); len(more) > 0 {
			ms, ids, room = append(ms, more...), append(ids, id), room-len(more)
		}
	}
	return ms, ids, err
}

// rider takes one intent along and returns its messages, or none if it cannot
// come.
func (c *channel) rider(tx store.Tx, it *item, id bot.IntentID, room int, days *tally, now time.Time) ([]bot.Message, error) {
	if err := tx.Lock(subject(id)); err != nil {
		return nil, err
	}
	r, ok, err := queue.Get(tx, string(id))
	if err != nil || !ok || !r.canRide(c.name, room, micros(now)) {
		return nil, err
	}
	var l bot.Letter
	if err := c.o.open(tx, r.Person, r.Letter, &l); err != nil {
		if errors.Is(err, bot.ErrGone) {
			return nil, days.end(tx, c, id, &r, false, over(Suppressed, "erased"), 0, now)
		}
		return nil, err
	}
	if c.o.cfg.MaySend != nil {
		may, err := c.o.cfg.MaySend(tx, r.intent(id, l), now)
		switch {
		case err != nil || may.NotBefore.After(now):
			return nil, err
		case may.Why != "":
			return nil, days.end(tx, c, id, &r, false, over(Suppressed, may.Why), 0, now)
		}
	}
	for i := range l.Messages {
		// These belong under the newest message, which is the answer's.
		l.Messages[i].Quick, l.Messages[i].Menu, l.Messages[i].Replace = nil, nil, false
	}
	r.State, r.By = Riding, it.id
	return l.Messages, queue.Put(tx, r, string(id))
}

// canRide says whether r may be taken along now: it waits, its time is right,
// it fits, and no try of it may have arrived.
func (r *row) canRide(ch bot.ChannelName, room int, now int64) bool {
	return r.Channel == ch && r.State == Waiting && !r.Maybe && r.Next == 0 && !r.NoRide && r.N > 0 && r.N <= room &&
		r.NotBefore <= now && (r.NotAfter == 0 || now < r.NotAfter)
}

// releaseRiders ends what rode on answer a, or lets it wait again.
func (c *channel) releaseRiders(tx store.Tx, it *item, a *row, v verdict, days *tally, now time.Time) error {
	for _, id := range a.Takes {
		if err := tx.Lock(subject(id)); err != nil {
			return err
		}
		r, ok, err := queue.Get(tx, string(id))
		if err != nil {
			return err
		}
		if !ok || r.State != Riding || r.By != it.id {
			continue
		}
		switch {
		case v.ending == finish && v.state == Sent:
			err = days.end(tx, c, id, &r, false, over(Rode, ""), 0, now)
		case (it.doubt || it.lost) && rank(r.Class) > rank(bot.Gift):
			// It may have arrived, and is not worth a second time.
			err = days.end(tx, c, id, &r, false, over(Unsure, "the answer that it rode on may have arrived"), 0, now)
		default:
			r.State, r.By, r.NoRide = Waiting, "", v.ending == unmerge
			err = queue.Put(tx, r, string(id))
		}
		if err != nil {
			return err
		}
	}
	a.Takes = nil
	return nil
}

// ownLetter is answer a's letter without its riders' messages.
func (c *channel) ownLetter(tx store.Tx, a *row) (l bot.Letter, err error) {
	err = c.o.open(tx, a.Person, a.Letter, &l)
	l.Messages = l.Messages[min(a.Lead, len(l.Messages)):]
	return l, err
}
