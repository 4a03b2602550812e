package jobs

import (
	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty/mission"
	"regulars/store"
)

// Achieved makes the function by which a shop's missions tell members what a deed of
// theirs brought, or took: a message in the same transaction, in their language,
// never in quiet hours. A voucher, and points that went back, are pushed (design, law 14);
// points that came, and badges, ride the next answer where a push costs money.
func Achieved(s *shop.Shop, out func() bot.Outbox) func(store.Tx, mission.Happened) error {
	return func(tx store.Tx, h mission.Happened) error {
		now := s.Clock.Now()
		to, speak, ok, err := s.Reach(tx, h.Member)
		if err != nil || !ok {
			return err
		}
		msg, ok := s.Achieved(speak, now, h)
		if !ok {
			return nil
		}
		i := bot.Intent{
			ID: bot.IntentID("mission." + string(h.Op)), Channel: to.Channel, Person: bot.PersonID(h.Member), Class: bot.Receipt, Carriage: bot.RideOnly,
			Born: now, NotBefore: s.Programme(now).QuietUntil(now), Letter: bot.Letter{To: to, Messages: []bot.Message{msg}},
		}
		switch {
		case h.Taken && (h.Given.Points != 0 || h.Given.Voucher.ID != ""): // a badge can wait
			i.Carriage = bot.PushNow
		case h.Given.Voucher.ID != "":
			i.Class, i.Carriage = bot.Gift, bot.PushNow
		}
		return out().Put(tx, now, i)
	}
}
