package staff

import (
	"errors"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
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
	var approval *loyalty.ApprovalError
	if errors.As(err, &approval) {
		return d.ask(t, me, m, n, reason, act)
	}
	if err != nil {
		return err
	}
	e := r.Entry()
	if err := d.remember(t, me, e.Ref); err != nil {
		return err
	}
	if err := d.tellGift(t, m.ID, r); err != nil {
		return err
	}
	d.confirm(t, m, e, bot.Message{Text: t.Word(i18n.GiveDone, "Points", shop.Points(t.Printer, n), "Name", d.called(t, m))})
	return nil
}

// reasonPurpose is what a typed reason is sealed for, with the member's key.
const reasonPurpose = "reason"

// tellGift tells a member of points given by hand: a gift is worth a push.
func (d desk) tellGift(t *bot.Turn, id loyalty.MemberID, r book.Receipt) error {
	e := r.Entry()
	_, err := d.Tell(t, id, bot.Gift, bot.PushNow, string(e.Ref), func(p i18n.Printer) bot.Message {
		return bot.Message{
			Title: p.Say(i18n.ReceiptGift, "Points", shop.Points(p, till.Gained(e)), "Shop", d.Name(t.Now, p.Lang)),
			Rows:  []bot.Row{{Label: p.Say(i18n.ReceiptNow), Value: i18n.Number(int64(r.Balance.Available))}},
			Note:  p.Say(i18n.ReceiptRef, "Ref", string(e.Ref), "Date", p.ShortDate(d.Local(t.Now)), "Time", p.Time(d.Local(t.Now))),
		}
	})
	return err
}
