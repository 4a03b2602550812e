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
var Optional = []string{"redeem", "vouchers", "level", "stamps", "gifts", "invite"}

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
