package staff

import (
	"cmp"
	"errors"

	"regulars/bot"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
)

// undo takes an act back: /undo REF, /undo and a voucher's code, or the
// speaker's last one. A clerk undoes their own acts, a manager anybody's.
func (d desk) undo(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	u, err := d.takeBack(t, me)
	if err != nil {
		return err
	}
	if u.Waited() {
		t.SayText(i18n.RefundWaitsNot, "Order", string(u.Of.Order))
		return nil
	}
	if t.Event.Chat.Group {
		t.SayText(i18n.UndoDoneGroup, "Ref", u.Ref)
		return nil
	}
	t.MustArrive(cmp.Or(string(u.Receipt.Entry().Ref), u.Ref))
	t.Say(d.UndoneMessage(d.call(t, me), u))
	return nil
}

// takeBack undoes what the command names.
func (d desk) takeBack(t *bot.Turn, me people.Staff) (u till.Undone, err error) {
	c := d.call(t, me)
	if t.Token { // the use of a present, which has no reference
		return d.Undo(c, till.Done{Voucher: voucher.ID(t.Args)})
	}
	which, err := d.which(t, c)
	if err != nil {
		return u, err
	}
	slip, ok, err := d.slipOf(t)
	if err != nil {
		return u, err
	}
	if ok {
		return d.Undo(c, till.Done{Ref: slip.Ref})
	}
	if which.Ref != "" {
		_, err = d.Book.ByRef(t.Tx, which.Ref)
		if code, ok := voucher.ParseCode(t.Args); ok && errors.Is(err, loyalty.ErrUnknownRef) {
			return d.UndoCode(c, code)
		}
	}
	return d.Undo(c, which)
}

// which is the reference given, or the speaker's newest act that stands.
func (d desk) which(t *bot.Turn, c *till.Call) (till.Done, error) {
	if t.Args != "" {
		ref, ok := loyalty.ParseRef(t.Args)
		if !ok {
			return till.Done{}, loyalty.ErrUnknownRef
		}
		return till.Done{Ref: ref}, nil
	}
	last, ok, err := d.Last(c)
	if err == nil && !ok {
		err = bot.Refuse(i18n.UndoNothing)
	}
	return last, err
}
