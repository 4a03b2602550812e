package till

import (
	"errors"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
)

// Refund takes a sale back, or the part of it that r says, and tells the member
// at once. A clerk refunds their own sales, a manager anybody's. The entry of the
// refund is the [Undone]'s own. Refusals: as [club.Club.Refund], and in words.
func (t Till) Refund(c *Call, of loyalty.Entry, r loyalty.Return) (u Undone, err error) {
	if err := MayRefund(c.Me, of); err != nil {
		return u, err
	}
	was, err := t.PaidWith(c, of)
	if err != nil {
		return u, err
	}
	u.Of = of
	u.Outcome, err = t.Club.Refund(c.Tx, of.Ref, c.Act("refund"), r)
	var excess *loyalty.ExcessError
	switch {
	case errors.Is(err, loyalty.ErrAmount) && len(r.Lines) > 0: // the items had no prices
		return u, bot.Refuse(i18n.RefundHowMuch)
	case errors.As(err, &excess) && excess.Left == 0: // these items came back before
		return u, loyalty.ErrAlreadyReversed
	}
	if err != nil {
		return u, err
	}
	if err := t.Uncount(c, was, u.Outcome); err != nil {
		return u, err
	}
	return u, t.tellRefunded(c, &u)
}

// MayRefund refuses what is no sale, and a clerk what somebody else sold.
func MayRefund(me people.Staff, of loyalty.Entry) error {
	if of.Kind != loyalty.KindEarn {
		return bot.Refuse(i18n.RefundOnlySales)
	}
	return MayUndo(me, of.Actor)
}

func (t Till) tellRefunded(c *Call, u *Undone) (err error) {
	if u.Member, err = t.Owner(c.Tx, u.Of.Member); err != nil {
		return err
	}
	if u.Cards, err = t.Stamped(c, u.Member.ID, u.Receipt); err != nil {
		return err
	}
	if err := t.TellElsewhere(c, u.Outcome); err != nil {
		return err
	}
	e := u.Receipt.Entry()
	u.Ref = string(e.Ref)
	return t.TellMember(c, u.Member.ID, bot.PushNow, u.Ref, func(p i18n.Printer) []bot.Message {
		msg := t.Corrected(c, p, *u)
		msg.Rows = append([]bot.Row{{Label: p.Say(i18n.RefundFor), Value: t.Money(p, c.Now, e.Amount)}}, msg.Rows...)
		return []bot.Message{msg}
	})
}

// Adjust corrects a member's points by hand, up or down, never into debt, and
// tells them at once. reason is sealed for them. Refusals: as [book.Book.Adjust].
func (t Till) Adjust(c *Call, m people.Person, n loyalty.Points, reason []byte) (Undone, error) {
	act := c.Act("adjust")
	act.Reason = reason
	return t.adjust(c, m, act, n)
}

// adjust is Adjust with the particulars of whoever may.
func (t Till) adjust(c *Call, m people.Person, act book.Act, n loyalty.Points) (u Undone, err error) {
	if u.Receipt, err = t.Book.Adjust(c.Tx, m.ID, act, n); err != nil {
		return u, err
	}
	u.Member, u.Of = m, u.Receipt.Entry()
	u.Ref = string(u.Of.Ref)
	if u.Receipt.Replayed {
		return u, nil
	}
	if err := t.Remember(c, Done{Ref: u.Of.Ref, At: c.Now}); err != nil {
		return u, err
	}
	return u, t.TellMember(c, m.ID, bot.PushNow, u.Ref, func(p i18n.Printer) []bot.Message {
		return []bot.Message{t.Corrected(c, p, u)}
	})
}

// Withdraw takes an open voucher from a member, whose points for it are theirs
// again, and tells them at once. Refusals: as [voucher.Desk.Void].
func (t Till) Withdraw(c *Call, v voucher.Voucher) (voucher.Voucher, error) {
	v, rec, err := t.Club.Vouchers.Void(c.Tx, v.ID, c.Act("withdraw"), WhyWithdrawn)
	if err != nil || rec.Replayed {
		return v, err
	}
	m, err := t.Owner(c.Tx, v.Member)
	if err != nil {
		return v, err
	}
	return v, t.TellMember(c, m.ID, bot.PushNow, string(rec.Entry().Ref), func(p i18n.Printer) []bot.Message {
		msg := bot.Message{Text: p.Say(i18n.ConsoleMembersWithdrawnTold, "Reward", t.VoucherName(p, c.Now, v), "Shop", t.Name(c.Now, p.Lang))}
		if v.Cost > 0 {
			msg.Rows = []bot.Row{
				{Label: p.Say(i18n.EntryRelease), Value: shop.Signed(rec.Entry().Change())},
				{Label: p.Say(i18n.ReceiptNow), Value: i18n.Number(int64(rec.Balance.Available))},
			}
			msg.Note = t.RefNote(p, c.Now, string(rec.Entry().Ref))
		}
		return []bot.Message{msg}
	})
}

// WhyWithdrawn stands on a voucher that an employee took back.
const WhyWithdrawn = "withdrawn"
