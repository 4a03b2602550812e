package counter

import (
	"strconv"
	"time"

	"regulars/bot"
	"regulars/store"
)

// letters collects what one transaction says to members.
type letters struct {
	c    *Counter
	tx   store.Tx
	now  time.Time
	id   string // begins the intents' ids: the same for the same act
	said []bot.Intent
}

func (c *Counter) letters(tx store.Tx, now time.Time, id string) *letters {
	return &letters{c: c, tx: tx, now: now, id: id}
}

// tell leaves one letter. It goes when put is called.
func (l *letters) tell(x bot.Telling) {
	l.said = append(l.said, bot.Intent{
		ID:      bot.IntentID("counter." + l.id + ".t" + strconv.Itoa(len(l.said))),
		Channel: x.To.Channel, Lane: l.c.Shop.Lane(x.To.Chat), Person: x.Person,
		Class: x.Class, Carriage: x.Carriage, Born: l.now,
		NotBefore: x.NotBefore, NotAfter: x.NotAfter, RideUntil: x.RideUntil, Ref: x.Ref,
		Letter: bot.Letter{To: x.To, Messages: x.Messages},
	})
}

// put stores them in the transaction, and gives what is to be nudged after it.
func (l *letters) put(out bot.Outbox) ([]bot.Intent, error) {
	if len(l.said) == 0 {
		return nil, nil
	}
	return l.said, out.Put(l.tx, l.now, l.said...)
}

func (c *Counter) nudge(said []bot.Intent) {
	if len(said) > 0 {
		c.Outbox.Nudge(said...)
	}
}
