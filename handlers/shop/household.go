package shop

import (
	"errors"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/household"
	"regulars/store"
)

// plainFamily are the refusals of households.
var plainFamily = map[error]i18n.Key{
	household.ErrOff:   i18n.FamilyOff,
	household.ErrCode:  i18n.FamilyCodeWrong,
	household.ErrIn:    i18n.FamilyIn,
	household.ErrNone:  i18n.FamilyNotIn,
	household.ErrFull:  i18n.FamilyFull,
	household.ErrOwner: i18n.FamilyNotOwner,
	household.ErrOften: i18n.FamilyOften,
}

// newHouseholds makes the desk of households, and lets vouchers be paid with their
// points.
func (s *Shop) newHouseholds() *household.Desk {
	d := &household.Desk{Book: s.Book, Key: s.Vault.Derive("households"), Programme: s.Rules}
	s.Book.Household = d.Together
	v := s.Club.Vouchers
	v.Mates, v.Theirs, v.Lent, v.Borrowed = d.Pool, d.Theirs, d.Used, s.lent
	return d
}

// leftHome ends the place in a household of a member who leaves.
func (s *Shop) leftHome(tx store.Tx, d club.Deed) error {
	if d.Kind != club.Left {
		return nil
	}
	if _, err := s.Households.Leave(tx, d.Member); !errors.Is(err, household.ErrNone) {
		return err
	}
	return nil
}

// LentNews is what a member reads whose points somebody of the household used.
func (s *Shop) LentNews(p i18n.Printer, now time.Time, name string, n loyalty.Points, reward string) bot.Message {
	return bot.Message{
		Text:    p.Say(i18n.FamilyUsed, "Name", name, "Points", Points(p, n), "Reward", s.rewardName(p, now, reward)),
		Buttons: []bot.Button{{Label: p.Say(i18n.KeyFamily), Do: bot.DoCommand, Value: "family"}},
	}
}

// HomeNews is what they read when these are back.
func (s *Shop) HomeNews(p i18n.Printer, n loyalty.Points) bot.Message {
	return bot.Message{Text: p.Say(i18n.FamilyBack, "Points", Points(p, n))}
}
