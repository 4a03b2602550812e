package staff

import (
	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
)

// give gives points by hand: /give WHO POINTS REASON. Over the programme's
// threshold a manager is asked first.
func (d desk) give(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	m, rest, err := d.who(t)
	if err != nil {
		return err
	}
	number, reason := shop.CutAmount(rest)
	if number == "" {
		return bot.Refuse(i18n.GivePointsMissing)
	}
	n, err := shop.ReadPoints(number)
	if err != nil {
		return err
	}
	if reason = shop.Tidy(reason); reason == "" {
		return loyalty.ErrReason
	}
	if me.Member == m.ID {
		return loyalty.ErrSelf
	}
	act := d.act(t, me, "give")
	if act.Reason, err = d.Vault.SealFor(t.Tx, m.ID, reasonPurpose, []byte(reason), t.Rand()); err != nil {
		return err
	}
	r, err := d.Book.Give(t.Tx, m.ID, act, n)
	if why, ask := shop.AsksSecond(err); ask {
		return d.ask(t, me, request{m: m, n: n, reason: reason, why: why}, act)
	}
	if err != nil {
		return err
	}
	e := r.Entry()
	if err := d.remember(t, me, e.Ref); err != nil {
		return err
	}
	if err := d.TellGift(d.call(t, me), m.ID, r); err != nil {
		return err
	}
	d.confirm(t, m, e, bot.Message{Text: t.Word(i18n.GiveDone, "Points", shop.Points(t.Printer, n), "Name", d.called(t, m))})
	return nil
}

// reasonPurpose is what a typed reason is sealed for, with the member's key.
const reasonPurpose = "reason"
