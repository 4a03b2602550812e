package outbox

import (
	"time"

	"regulars/bot"
	"regulars/store"
)

// Erased ends what waits for a person in their chats, in the transaction that
// erases them: their key is gone, so none of it can be read again. What is on
// its way keeps the outcome that its channel will tell of; answers live for
// minutes, and the goodbye is one.
func (o *Outbox) Erased(tx store.Tx, person bot.PersonID, chats []bot.Chat, now time.Time) error {
	var days tally
	for _, chat := range chats {
		if err := o.endLane(tx, o.cfg.Persons.Lane(chat).String(), person, &days, now); err != nil {
			return err
		}
	}
	return days.write(tx, o, now)
}

func (o *Outbox) endLane(tx store.Tx, lane string, person bot.PersonID, days *tally, now time.Time) error {
	if err := tx.Lock(laneSubject(lane)); err != nil {
		return err
	}
	var err error
	var queued []bot.IntentID
	for key := range lanes.Scan(tx, lanes.Under(lane), &err) {
		queued = append(queued, idOf(key, 2))
	}
	if err != nil {
		return err
	}
	for _, id := range queued {
		if err := o.endErased(tx, id, person, days, now); err != nil {
			return err
		}
	}
	return nil
}

// endErased ends one intent, unless it has begun or is somebody else's who had
// the chat before.
func (o *Outbox) endErased(tx store.Tx, id bot.IntentID, person bot.PersonID, days *tally, now time.Time) error {
	if err := tx.Lock(subject(id)); err != nil {
		return err
	}
	r, ok, err := queue.Get(tx, string(id))
	if err != nil || !ok || r.Person != person || r.begun() || r.State == Riding {
		return err
	}
	c := o.channels[r.Channel]
	if c == nil { // no longer configured
		c = &channel{o: o, name: r.Channel}
	}
	return days.end(tx, c, id, &r, false, over(Suppressed, "erased"), 0, now)
}
