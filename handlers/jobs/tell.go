package jobs

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty/club"
	"regulars/store"
)

// Tell makes the function by which [club.Club.Tick] tells members what came to
// them: a message in the same transaction, in their language, never in quiet
// hours. A gift, or one that went back, is pushed (design, law 14); that a
// voucher lapsed rides the next answer. Who cannot be reached is not told: what
// they have stands under /gifts, /vouchers and /history.
func Tell(s *shop.Shop, out bot.Outbox) func(store.Tx, club.Happened) error {
	return func(tx store.Tx, h club.Happened) error {
		now := s.Clock.Now()
		to, speak, ok, err := s.Reach(tx, h.Member)
		if err != nil || !ok {
			return err
		}
		i := bot.Intent{
			ID: idOf(h), Channel: to.Channel, Person: bot.PersonID(h.Member), Class: bot.Gift, Carriage: bot.PushNow,
			Born: now, NotBefore: s.Programme(now).QuietUntil(now), NotAfter: ends(h), Ref: string(h.Ref),
			Letter: bot.Letter{To: to, Messages: []bot.Message{s.Happening(speak, now, h)}},
		}
		switch {
		case h.Kind == club.KindLapsed:
			i.Class, i.Carriage = bot.Nudge, bot.RideOnly
		case h.Taken:
			i.Class = bot.Receipt
		}
		return out.Put(tx, now, i)
	}
}

// idOf is the same for the same event, and another one for every other.
func idOf(h club.Happened) bot.IntentID {
	choice := time.Time{}
	if h.Choice != nil {
		choice = h.Choice.Until
	}
	what := fmt.Sprint(h.Member, "/", h.Kind, "/", h.Gift, "/", h.Ref, "/", h.Voucher.ID, "/", choice.Unix(), "/", h.Taken)
	sum := sha256.Sum256([]byte(what))
	return bot.IntentID("club." + hex.EncodeToString(sum[:12]))
}

// ends is when the message is of no use any more; zero is never.
func ends(h club.Happened) time.Time {
	switch {
	case h.Kind == club.KindLapsed || h.Taken || h.Points > 0:
		return time.Time{}
	case h.Choice != nil:
		return h.Choice.Until
	}
	return h.Voucher.Until
}
