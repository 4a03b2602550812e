package staff

import (
	"slices"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
)

// sale records a purchase: /sale WHO AMOUNT [#item…] [ORDER] [voucher CODE].
func (d desk) sale(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	if no := d.showSale(t); no != nil {
		return no
	}
	m, rest, err := d.who(t)
	if err != nil {
		return err
	}
	b, err := d.readBasket(t, rest)
	if err != nil {
		return err
	}
	return d.sell(t, me, m, b)
}

// showSale answers the bare command with an example, where the shop has items to
// show in it: nothing else says how they are typed.
func (d desk) showSale(t *bot.Turn) error {
	rules := d.Rules(t.Now).Earning
	items := rules.Items
	if len(items) == 0 || strings.TrimSpace(t.Args) != "" || t.Event.Quoted != nil || t.Event.Chat.Group {
		return nil
	}
	i := max(0, slices.IndexFunc(items, func(it loyalty.Item) bool { // one that earns, if there is any
		return !slices.Contains(rules.Exclude, it.ID) && !slices.Contains(rules.Exclude, it.Category)
	}))
	return bot.Refuse(i18n.BasketExample, "Item", d.PartName(t.Printer, t.Now, programme.Item, items[i].ID))
}

// sell records a purchase with all that it brings, and tells both sides.
func (d desk) sell(t *bot.Turn, me people.Staff, m people.Person, b till.Basket) error {
	c := d.call(t, me)
	sold, err := d.Sell(c, m, b)
	if err != nil {
		return err
	}
	d.confirm(t, m, sold.Entry, d.SoldMessage(c, m, sold))
	return nil
}

// confirm tells the employee what was done. A group hears a line without
// numbers, with a button for the customer (law 12).
func (d desk) confirm(t *bot.Turn, m people.Person, e loyalty.Entry, msg bot.Message) {
	if t.Event.Chat.Group {
		line := "points"
		if code := t.GroupCode(); code != "" {
			line += " " + bot.GroupMark + code
		}
		t.Say(bot.Message{
			Text:    t.Word(i18n.GroupDone, "Name", orSome(t.Printer, shop.Mask(m.DisplayName))), // not the one told to the shop
			Note:    t.Word(i18n.GroupRef, "Ref", string(e.Ref)),
			Buttons: []bot.Button{{Label: t.Word(i18n.KeyPoints), Do: bot.DoPrivate, Value: line}},
		})
		return
	}
	t.MustArrive(string(e.Ref))
	msg.Note = t.Word(i18n.GroupRef, "Ref", string(e.Ref))
	msg.Buttons = []bot.Button{undoButton(t, e.Ref)}
	t.Say(msg)
}

// scan is where a card's QR leads, and the button under a member that was found:
// the member is known, the amount is asked, and whatever may follow one.
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
	a, ok := t.Ask(bot.Question{
		Key:     "amount",
		Message: bot.Message{Text: t.Word(i18n.ScanAsk, "Name", d.called(t, m))},
		Options: []bot.Option{{Value: "", Label: t.Word(i18n.Cancel)}},
		Parse: func(typed string) (string, error) {
			_, err := d.readBasket(t, typed)
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
	b, err := d.readBasket(t, a.Value)
	if err != nil {
		return err
	}
	return d.sell(t, me, m, b)
}
