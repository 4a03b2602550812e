package shop

import (
	"strconv"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/store"
)

// Letters collects what one transaction outside of a chat says to people.
type Letters struct {
	shop *Shop
	tx   store.Tx
	now  time.Time
	id   string
	said []bot.Intent
}

// Letters begins with none. id begins the intents' ids: the same for the same
// act, so that doing it twice says it once.
func (s *Shop) Letters(tx store.Tx, now time.Time, id string) *Letters {
	return &Letters{shop: s, tx: tx, now: now, id: id}
}

// Tell leaves one letter, as [bot.Turn.Tell] does in a chat.
func (l *Letters) Tell(x bot.Telling) {
	l.said = append(l.said, bot.Intent{
		ID:      bot.IntentID(l.id + ".t" + strconv.Itoa(len(l.said))),
		Channel: x.To.Channel, Lane: l.shop.Lane(x.To.Chat), Person: x.Person,
		Class: x.Class, Carriage: x.Carriage, Born: l.now,
		NotBefore: x.NotBefore, NotAfter: x.NotAfter, RideUntil: x.RideUntil, Ref: x.Ref,
		Letter: bot.Letter{To: x.To, Messages: x.Messages},
	})
}

// To leaves a receipt for somebody in their language, and reports whether they
// can be reached.
func (l *Letters) To(id loyalty.MemberID, ref string, words func(i18n.Printer) bot.Message) (bool, error) {
	to, speak, ok, err := l.shop.Reach(l.tx, id)
	if err != nil || !ok {
		return false, err
	}
	l.Tell(bot.Telling{Person: bot.PersonID(id), To: to, Class: bot.Receipt, Carriage: bot.PushNow, Ref: ref, Messages: []bot.Message{words(speak)}})
	return true, nil
}

// Put stores them in the transaction and gives what the outbox is to be nudged
// with after it. Without an outbox nothing is said.
func (l *Letters) Put(out bot.Outbox) ([]bot.Intent, error) {
	if out == nil || len(l.said) == 0 {
		return nil, nil
	}
	return l.said, out.Put(l.tx, l.now, l.said...)
}
