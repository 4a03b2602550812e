package shop

import (
	"slices"
	"time"

	"regulars/loyalty"
)

// Has reports whether the programme in force at a moment has anything to show
// for a member's command. What it has not is in no menu and in no list of
// commands; typed all the same, the command says so.
func (s *Shop) Has(command string, at time.Time) bool { return Has(s.Rules(at), command) }

// Optional are the members' commands that need something of the programme.
var Optional = []string{"redeem", "vouchers", "level", "stamps", "gifts", "invite", "offers", "activities", "family", "match", "matches", "events", "review", "post", "voices", "donate", "arrived", "play", "packet", "quiz", "plan", "paid", "missions", "checkin", "board", "checkincode", "rooms", "room", "guests"}

// Has reports whether rules have anything to show for a command; true for those
// that are not Optional.
func Has(r *loyalty.Programme, command string) bool {
	switch command {
	case "redeem":
		return slices.ContainsFunc(r.Rewards, func(w loyalty.Reward) bool { return w.Cost > 0 })
	case "vouchers":
		return len(r.Rewards) > 0
	case "level":
		return len(r.Tiers.Levels) > 1 // one alone is no ladder
	case "stamps":
		return len(r.Cards) > 0
	case "gifts":
		// A full card's prize waits among the gifts while it is out of stock.
		return len(r.Gifts) > 0 || slices.ContainsFunc(r.Cards, func(c loyalty.StampCard) bool { return c.Prize != "" })
	case "invite":
		return r.Referral.On()
	case "review", "post":
		_, ok := r.VoiceOf(loyalty.VoiceKind(command))
		return ok
	case "voices":
		return len(r.Voices) > 0
	case "donate":
		return len(r.Charities) > 0
	case "events", "arrived":
		return len(r.Events) > 0 || r.MakeEvents
	case "offers":
		return len(r.Offers) > 0
	case "play":
		return len(r.Play.Games) > 0
	case "packet":
		return r.Play.Packets.On()
	case "quiz":
		return r.Play.Asks()
	case "plan", "paid":
		return len(r.Plans) > 0
	case "missions", "begin":
		return len(r.Missions)+len(r.Streaks) > 0
	case "checkin", "checkincode":
		return r.CheckIn.On
	case "board":
		return r.Board.On
	case "match", "matches":
		return r.Match.On()
	case "family":
		return r.Household.On()
	case "rooms", "room":
		return len(r.Rooms) > 0
	case "guests":
		return slices.ContainsFunc(r.Rooms, func(x loyalty.Room) bool { return x.LINE })
	case "activities":
		return len(ActivitiesOf(r)) > 0
	}
	return true
}

// HasGift reports whether the programme in force at a moment has gifts of a kind,
// and gives the first one's id.
func (s *Shop) HasGift(kind loyalty.GiftKind, at time.Time) (id string, ok bool) {
	for _, g := range s.Rules(at).Gifts {
		if g.Kind == kind {
			return g.ID, true
		}
	}
	return "", false
}
