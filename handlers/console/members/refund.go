package members

import (
	"errors"
	"slices"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
)

// mostItems bounds the items of a sale that a form lists.
const mostItems = 40

func refundFields() []string {
	list := []string{"ref", "all", "amount"}
	for i := range mostItems {
		list = append(list, itemField(i))
	}
	return list
}

func itemField(i int) string { return "item" + i18n.Number(int64(i)) }

// Item is a line of a sale that may come back.
type Item struct {
	Field, Name string
	Quantity    int64
	Amount      loyalty.Money
}

// refundOffer is the sale that a form is about.
type refundOffer struct {
	Line
	Amount, Left loyalty.Money
	Items        []Item
}

func offerRefund(w *work) (any, error) {
	e, err := w.theirs()
	if errors.Is(err, loyalty.ErrUnknownRef) || err == nil && e.Kind != loyalty.KindEarn {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	t, err := w.teller(w.q, w.r, w.m)
	if err != nil {
		return nil, err
	}
	l, err := t.line(entry{Entry: e})
	if err != nil {
		return nil, err
	}
	mark, err := w.Book.Reversed(w.r, e)
	o := refundOffer{Line: l, Amount: e.Amount, Left: e.Amount - mark.Amount}
	for i, x := range e.Lines[:min(len(e.Lines), mostItems)] {
		o.Items = append(o.Items, Item{itemField(i), t.itemName(x), x.Quantity, x.Amount})
	}
	return o, err
}

// refund takes a sale back, or a part of it.
func refund(w *work) (plan, error) {
	of, err := w.theirs()
	if err != nil {
		return plan{}, err
	}
	if err := till.MayRefund(w.q.Me, of); err != nil {
		return plan{}, err
	}
	back, what, err := w.comesBack(of)
	if err != nil {
		return plan{}, err
	}
	rows, err := w.entryRows(of)
	rows = append(rows, w.row(i18n.ConsoleMembersBack, what))
	return plan{Rows: rows, Warn: w.q.Say(i18n.ConsoleMembersTellsThem), do: func(w *work) (done, error) {
		u, err := w.Refund(w.call, of, back)
		return done{said: w.q.Say(i18n.ConsoleMembersRefunded, "Money", w.Money(w.q.P, w.q.Now, u.Receipt.Entry().Amount), "Ref", u.Ref), note: u.Ref, again: u.Receipt.Replayed}, err
	}}, err
}

// comesBack reads what comes back of a sale: items, an amount, or all that is
// left of it.
func (w *work) comesBack(of loyalty.Entry) (back loyalty.Return, what string, err error) {
	t, err := w.teller(w.q, w.r, w.m)
	if err != nil {
		return back, "", err
	}
	for i, l := range of.Lines[:min(len(of.Lines), mostItems)] {
		typed := w.q.Typed(itemField(i))
		if typed == "" || typed == "0" {
			continue
		}
		n, err := shop.ReadPoints(typed) // a whole number
		if err != nil {
			return back, "", err
		}
		back.Lines = append(back.Lines, loyalty.Line{Item: l.Item, Category: l.Category, Quantity: int64(n)})
	}
	amount := w.q.Typed("amount")
	switch {
	case w.q.Typed("all") != "":
		return loyalty.Return{}, w.q.Say(i18n.ConsoleMembersAllLeft), nil
	case amount != "":
		if back.Amount, err = shop.ReadMoney(amount, w.Rules(w.q.Now).Currency); err != nil {
			return back, "", err
		}
		what = w.Money(w.q.P, w.q.Now, back.Amount)
	case len(back.Lines) == 0:
		return back, "", bot.Refuse(i18n.ConsoleMembersHowMuch)
	}
	if items := t.items(back.Lines); items != "" {
		what = w.q.P.List(slices.DeleteFunc([]string{items, what}, func(s string) bool { return s == "" }))
	}
	return back, what, nil
}
