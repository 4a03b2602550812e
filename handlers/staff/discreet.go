package staff

import (
	"errors"

	"regulars/bot"
	"regulars/handlers/till"
	"regulars/i18n"
)

// ends is how every command of an employee ends: a counted refusal is said
// and its count stands, and a group hears none that holds numbers.
func (d desk) ends(run func(*bot.Turn) error) func(*bot.Turn) error {
	return func(t *bot.Turn) error {
		err := run(t)
		if err == nil {
			return nil
		}
		var kept counted
		var tried till.Counted
		keep := errors.As(err, &kept) || errors.As(err, &tried)
		if t.Event.Chat.Group {
			err = d.discreet(err)
		}
		if keep {
			return t.Concede(err)
		}
		return err
	}
}

// discreet says the same without phone numbers, points and caps (law 12).
func (d desk) discreet(err error) error {
	var no *bot.Refusal
	if !errors.As(err, &no) {
		no = d.Words(err)
	}
	if no == nil {
		return err
	}
	key, ok := inGroups[no.Text.Key]
	if !ok {
		return err
	}
	return &bot.Refusal{Text: i18n.T(key), Cause: err}
}

var inGroups = map[i18n.Key]i18n.Key{
	i18n.RefuseCapAct: i18n.RefuseCapGroup, i18n.RefuseCapDay: i18n.RefuseCapGroup, i18n.ApproveNobody: i18n.RefuseCapGroup,
	i18n.RefuseShort:       i18n.RefuseKind,
	i18n.RefuseVoucherCode: i18n.UseNoGroup, i18n.RefuseUsed: i18n.UseNoGroup, i18n.RefuseUsedAt: i18n.UseNoGroup, i18n.RefuseLapsed: i18n.UseNoGroup,
	i18n.RefuseVoid: i18n.UseNoGroup, i18n.RefuseStore: i18n.UseNoGroup,
	i18n.RefuseExcess: i18n.RefuseKind,
	i18n.WhoMissing:   i18n.WhoGroup, i18n.WhoUnread: i18n.WhoGroup, i18n.WhoNoPhone: i18n.WhoGroup, i18n.WhoTwoPhones: i18n.WhoGroup,
}
