package staff

import (
	"errors"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
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
	d.confirm(t, m, e, t.Word(i18n.GiveDone, "Points", shop.Points(t.Printer, n), "Name", d.called(t, m)))
	return nil
}

// reasonPurpose is what a typed reason is sealed for, with the member's key.
const reasonPurpose = "reason"

// tellGift tells a member of points given by hand: a gift is worth a push.
func (d desk) tellGift(t *bot.Turn, id loyalty.MemberID, r book.Receipt) error {
	e := r.Entry()
	_, err := d.Tell(t, id, bot.Gift, bot.PushNow, string(e.Ref), func(p i18n.Printer) bot.Message {
		return bot.Message{
			Title: p.Say(i18n.ReceiptGift, "Points", shop.Points(p, gained(e)), "Shop", d.Name(t.Now, p.Lang)),
			Rows:  []bot.Row{{Label: p.Say(i18n.ReceiptNow), Value: i18n.Number(int64(r.Balance.Available))}},
			Note:  p.Say(i18n.ReceiptRef, "Ref", string(e.Ref), "Date", p.ShortDate(d.Local(t.Now)), "Time", p.Time(d.Local(t.Now))),
		}
	})
	return err
}

// undo takes an act back: /undo REF, or the speaker's last one. A clerk undoes
// their own acts, a manager anybody's.
func (d desk) undo(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	ref, err := d.which(t, me)
	if err != nil {
		return err
	}
	of, err := d.Book.ByRef(t.Tx, ref)
	if err != nil {
		return err
	}
	if of.Actor != me.ID.Actor() && !people.AtLeast(me.Role, people.Manager) {
		return bot.Refuse(i18n.UndoNotYours)
	}
	r, err := d.Book.Undo(t.Tx, ref, d.act(t, me, "undo"))
	if err != nil {
		return err
	}
	m, err := d.Vault.Get(t.Tx, of.Member)
	if err != nil {
		return err
	}
	e := r.Entry()
	n := e.Change()
	if err := d.tellUndone(t, m, r, n, string(ref)); err != nil {
		return err
	}
	if t.Event.Chat.Group {
		t.SayText(i18n.UndoDoneGroup, "Ref", string(ref))
		return nil
	}
	t.MustArrive(string(e.Ref))
	t.SayText(i18n.UndoDone, "Ref", string(ref), "Points", shop.Signed(n), "Name", d.called(t, m))
	return nil
}

// which is the reference given, or that of the speaker's newest act that
// stands.
func (d desk) which(t *bot.Turn, me people.Staff) (loyalty.Ref, error) {
	if t.Args != "" {
		ref, ok := loyalty.ParseRef(t.Args)
		if !ok {
			return "", loyalty.ErrUnknownRef
		}
		return ref, nil
	}
	row, err := d.recent(t, me)
	if err != nil {
		return "", err
	}
	for _, a := range row.Acts {
		e, err := d.Book.ByRef(t.Tx, a.Ref)
		if err != nil {
			return "", err
		}
		mark, err := d.Book.Reversed(t.Tx, e)
		if err != nil {
			return "", err
		}
		if !mark.Whole {
			return a.Ref, nil
		}
	}
	return "", bot.Refuse(i18n.UndoNothing)
}

// tellUndone tells the member of a correction at once, whatever it costs.
func (d desk) tellUndone(t *bot.Turn, m people.Person, r book.Receipt, n loyalty.Points, ref string) error {
	_, err := d.Tell(t, m.ID, bot.Receipt, bot.PushNow, ref, func(p i18n.Printer) bot.Message {
		msg := bot.Message{
			Title: p.Say(i18n.ReceiptUndone, "Points", shop.Signed(n)),
			Rows:  []bot.Row{{Label: p.Say(i18n.ReceiptNow), Value: i18n.Number(int64(r.Balance.Available))}},
			Note:  p.Say(i18n.ReceiptRef, "Ref", ref, "Date", p.ShortDate(d.Local(t.Now)), "Time", p.Time(d.Local(t.Now))),
		}
		if r.Balance.Debt > 0 {
			msg.Text = p.Say(i18n.PointsDebtWhy, "Points", i18n.Number(int64(r.Balance.Debt)))
		}
		return msg
	})
	return err
}
