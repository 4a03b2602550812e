package staff

import (
	"errors"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// refund takes a purchase back, or a part of it: /refund REF [AMOUNT | #item… |
// all], or by its order number /refund WHO ORDER [the same]. A clerk refunds
// their own sales, a manager anybody's.
func (d desk) refund(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	of, rest, err := d.saleOf(t)
	var none *noSale
	if errors.As(err, &none) {
		return d.refundLater(t, me, none)
	}
	if err != nil {
		return err
	}
	if err := till.MayRefund(me, of); err != nil {
		return err
	}
	back, err := d.readReturn(t, of, rest)
	if err != nil {
		return err
	}
	c := d.call(t, me)
	u, err := d.Refund(c, of, back)
	if err != nil {
		return err
	}
	return d.refunded(t, c, u)
}

// saleOf is the sale that the command names, and what is left of its arguments.
func (d desk) saleOf(t *bot.Turn) (of loyalty.Entry, rest []string, err error) {
	words := strings.Fields(apart(t.Args))
	if len(words) > 0 {
		if ref, ok := loyalty.ParseRef(words[0]); ok {
			of, err = d.Book.ByRef(t.Tx, ref)
			if err == nil || !errors.Is(err, loyalty.ErrUnknownRef) {
				return of, words[1:], err
			}
		}
	}
	if len(words) == 0 && t.Event.Quoted == nil {
		return of, nil, bot.Refuse(i18n.RefundMissing)
	}
	m, typed, err := d.anyone(t)
	var no *bot.Refusal
	if errors.As(err, &no) && no.Text.Key == i18n.WhoUnread { // nor a reference
		return of, nil, loyalty.ErrUnknownRef
	}
	if err != nil {
		return of, nil, err
	}
	return d.byOrder(t, m, strings.Fields(apart(typed)))
}

// byOrder is a member's sale by the order number at the front of words, which
// may be of several words.
func (d desk) byOrder(t *bot.Turn, m people.Person, words []string) (of loyalty.Entry, rest []string, err error) {
	if len(words) == 0 {
		return of, nil, bot.Refuse(i18n.RefundWhich, "Name", d.called(t, m))
	}
	for n := min(len(words), longest); n > 0; n-- {
		order := clipOrder(strings.Join(words[:n], " "))
		of, known, err := d.Book.ByOrder(t.Tx, m.ID, loyalty.Order(order))
		if err != nil || known {
			return of, words[n:], err
		}
	}
	return of, nil, &noSale{m, words[0], words[1:]}
}

// readReturn reads what comes back of a sale: an amount, items, or all.
func (d desk) readReturn(t *bot.Turn, of loyalty.Entry, words []string) (r loyalty.Return, err error) {
	if r.Lines, words, err = d.lines(t, words, of.Lines); err != nil {
		return r, err
	}
	rest := strings.Join(words, " ")
	for _, l := range i18n.Langs {
		if shop.Same(rest) == shop.Same(i18n.For(l).Say(i18n.RefundAll)) {
			return r, nil
		}
	}
	if rest == "" {
		return r, nil
	}
	amount, more := shop.CutAmount(rest)
	r.Amount, err = shop.ReadMoney(strings.TrimSpace(amount+" "+more), d.Rules(t.Now).Currency)
	return r, err
}

// refunded tells the employee.
func (d desk) refunded(t *bot.Turn, c *till.Call, u till.Undone) error {
	of, out, m, e := u.Of, u.Outcome, u.Member, u.Receipt.Entry()
	if t.Event.Chat.Group {
		t.SayText(i18n.RefundDoneGroup, "Ref", string(of.Ref))
		return nil
	}
	t.MustArrive(string(e.Ref))
	p, b := t.Printer, out.Receipt.Balance
	lines := []string{t.Word(i18n.RefundDone, "Name", d.called(t, m), "Money", d.Money(p, t.Now, e.Amount), "Points", shop.Signed(e.Change()))}
	lines = append(lines, d.WentBack(p, t.Now, out)...)
	lines = append(lines, d.Moved(p, t.Now, out, d.called(t, m))...)
	msg := bot.Message{Text: strings.Join(lines, "\n"), Note: t.Word(i18n.GroupRef, "Ref", string(e.Ref))}
	d.AddStamps(p, t.Now, &msg, u.Cards)
	msg.Rows = append(msg.Rows, d.GoodUntil(p, out)...)
	if b.Debt > 0 {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.PointsOwed), Value: i18n.Number(int64(b.Debt))})
	}
	t.Say(msg)
	return nil
}
