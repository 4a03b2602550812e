package staff

import (
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
)

// sale records a purchase: /sale WHO AMOUNT [ORDER].
func (d desk) sale(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	m, rest, err := d.who(t)
	if err != nil {
		return err
	}
	amount, order := shop.CutAmount(rest)
	if amount == "" {
		return bot.Refuse(i18n.SaleAmountMissing)
	}
	money, err := shop.ReadMoney(amount, d.Rules(t.Now).Currency)
	if err != nil {
		return err
	}
	return d.sell(t, me, m, money, loyalty.Order(clipOrder(order)))
}

// clipOrder keeps an order's number short; tills print a few letters.
func clipOrder(s string) string {
	r := []rune(strings.TrimSpace(s))
	return string(r[:min(len(r), 40)])
}

// sell gives a sale's points and tells both sides.
func (d desk) sell(t *bot.Turn, me people.Staff, m people.Person, money loyalty.Money, order loyalty.Order) error {
	r, err := d.Book.Earn(t.Tx, m.ID, d.act(t, me, "sale"), money, order)
	if err != nil {
		return err
	}
	e := r.Entry()
	if err := d.remember(t, me, e.Ref); err != nil {
		return err
	}
	if err := d.tellEarned(t, m, r); err != nil {
		return err
	}
	d.confirm(t, m, e, t.Word(i18n.SaleDone,
		"Points", shop.Points(t.Printer, gained(e)), "Name", d.called(t, m), "Money", d.Money(t.Printer, t.Now, money)))
	return nil
}

// gained is how many points an entry gave, on the way or at once.
func gained(e loyalty.Entry) loyalty.Points { return -e.In(loyalty.Issued) }

// tellEarned leaves the member's receipt for points earned. It rides the next
// answer where a push costs money (law 14).
func (d desk) tellEarned(t *bot.Turn, m people.Person, r book.Receipt) error {
	e := r.Entry()
	if gained(e) == 0 {
		return nil // a sale too small for a point is no news
	}
	_, err := d.Tell(t, m.ID, bot.Receipt, bot.RideOnly, string(e.Ref), func(p i18n.Printer) bot.Message {
		msg := bot.Message{
			Title: p.Say(i18n.ReceiptEarned, "Points", shop.Points(p, gained(e))),
			Rows: []bot.Row{
				{Label: p.Say(i18n.ReceiptFor), Value: d.Money(p, t.Now, e.Amount)},
				{Label: p.Say(i18n.ReceiptNow), Value: i18n.Number(int64(r.Balance.Available))},
			},
			Note: p.Say(i18n.ReceiptRef, "Ref", string(e.Ref), "Date", p.ShortDate(d.Local(t.Now)), "Time", p.Time(d.Local(t.Now))),
		}
		if r.Balance.Debt > 0 {
			msg.Rows = append(msg.Rows, bot.Row{Label: p.Say(i18n.PointsOwed), Value: i18n.Number(int64(r.Balance.Debt))})
		}
		if r.Balance.Pending > 0 {
			msg.Rows = append(msg.Rows, bot.Row{Label: p.Say(i18n.PointsPending), Value: i18n.Number(int64(r.Balance.Pending))})
		}
		return msg
	})
	return err
}

// confirm tells the employee what was done. A group hears a line without
// numbers, with a button for the customer (law 12).
func (d desk) confirm(t *bot.Turn, m people.Person, e loyalty.Entry, words string) {
	if t.Event.Chat.Group {
		line := "points"
		if code := t.GroupCode(); code != "" {
			line += " " + bot.GroupMark + code
		}
		t.Say(bot.Message{
			Text:    t.Word(i18n.GroupDone, "Name", orSome(t.Printer, Mask(m.DisplayName))), // not the one told to the shop
			Note:    t.Word(i18n.GroupRef, "Ref", string(e.Ref)),
			Buttons: []bot.Button{{Label: t.Word(i18n.KeyPoints), Do: bot.DoPrivate, Value: line}},
		})
		return
	}
	t.MustArrive(string(e.Ref))
	t.Say(bot.Message{
		Text:    words,
		Note:    t.Word(i18n.GroupRef, "Ref", string(e.Ref)),
		Buttons: []bot.Button{undoButton(t, e.Ref)},
	})
}

// scan is where a card's QR leads, and the button under a member that was found:
// the member is known, the amount is asked.
func (d desk) scan(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	// The card's token is looked up at the first run only: it lives minutes,
	// and the amount may come after that.
	id, err := t.Once("card", func() (string, error) {
		if t.Token { // from find, for this employee only
			return t.Args, nil
		}
		id, err := d.Vault.ReadCard(t.Tx, strings.TrimSpace(t.Args), t.Now)
		return string(id), err
	})
	if err != nil {
		return err
	}
	m, _, err := d.member(t, loyalty.MemberID(id), "", nil)
	if err != nil {
		return err
	}
	currency := d.Rules(t.Now).Currency
	a, ok := t.Ask(bot.Question{
		Key:     "amount",
		Message: bot.Message{Text: t.Word(i18n.ScanAsk, "Name", d.called(t, m))},
		Options: []bot.Option{{Value: "", Label: t.Word(i18n.Cancel)}},
		Parse: func(typed string) (string, error) {
			_, err := shop.ReadMoney(typed, currency)
			return typed, err
		},
	})
	if !ok {
		return nil
	}
	if a.Value == "" {
		t.SayText(i18n.Cancelled)
		return nil
	}
	money, err := shop.ReadMoney(a.Value, currency)
	if err != nil {
		return err
	}
	return d.sell(t, me, m, money, "")
}
