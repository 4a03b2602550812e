package handlers

import (
	"strings"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
)

// stamps shows the speaker's stamp cards: how full they are, what fills them
// and what a full one gives.
func (c counter) stamps(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if !c.Has("stamps", t.Now) {
		t.Say(bot.Message{Text: t.Word(i18n.StampsNone), Menu: c.Menu(t)})
		return nil
	}
	a, err := c.Book.Account(t.Tx, m.ID)
	if err != nil {
		return err
	}
	var cards []bot.Message
	list := c.Rules(t.Now).Cards
	for i := range list[:min(len(list), bot.MaxCards)] {
		card := c.stampCard(t, &list[i], a.Cards[list[i].ID])
		first, err := c.endowed(t, m.ID, &list[i], a.Cards[list[i].ID])
		if err != nil {
			return err
		}
		card.Text = lines(card.Text, first)
		cards = append(cards, card)
	}
	msg := bot.Message{Cards: cards}
	if len(cards) == 1 {
		msg = cards[0]
	}
	if msg, err = c.withPrizes(t, m.ID, msg); err != nil {
		return err
	}
	t.Say(msg)
	return nil
}

// stampCard is one stamp card of the speaker's.
func (c counter) stampCard(t *bot.Turn, card *loyalty.StampCard, mine loyalty.Stamps) bot.Message {
	dots := c.dots(t, *card, mine.Have)
	lines := []string{dots.Alt, c.stampRule(t, card)}
	if card.Prize != "" {
		lines = append(lines, t.Word(i18n.StampsPrize, "Reward", c.reward(t, card.Prize).Name))
	}
	msg := bot.Message{
		Title: c.Programme(t.Now).Words(programme.Card, card.ID, string(t.Lang)).Name,
		Text:  strings.Join(lines, "\n"),
		Dots:  dots,
	}
	if mine.Filled > 0 {
		msg.Note = t.Word(i18n.StampsFilled, "Count", int(mine.Filled))
	}
	return msg
}

// dots draws a stamp card. A card may owe a stamp after a refund; nobody needs
// to see less than none.
func (c counter) dots(t *bot.Turn, card loyalty.StampCard, have int64) *bot.Dots {
	have = max(0, have)
	return &bot.Dots{Have: int(have), Size: int(card.Size), Alt: t.Word(i18n.StampsHave, "Have", i18n.Number(have), "Size", i18n.Number(card.Size))}
}

// stampRule says what brings a stamp.
func (c counter) stampRule(t *bot.Turn, card *loyalty.StampCard) string {
	least := c.Money(t.Printer, t.Now, card.Minimum)
	if len(card.Items) > 0 {
		rule := t.Word(i18n.StampsItems, "Items", c.itemNames(t, card.Items))
		if card.Minimum > 0 {
			rule += "\n" + t.Word(i18n.StampsMinimum, "Money", least)
		}
		return rule
	}
	rule := t.Word(i18n.StampsVisit)
	if card.Minimum > 0 {
		rule = t.Word(i18n.StampsVisitMinimum, "Money", least)
	}
	if most := c.Rules(t.Now).Earning.VisitsADay; most > 0 {
		rule += "\n" + t.Word(i18n.StampsADay, "Count", most)
	}
	return rule
}

// itemNames are what the shop calls these items, and those of these categories,
// in a row.
func (c counter) itemNames(t *bot.Turn, ids []string) string {
	var names []string
	for _, id := range ids {
		known := len(names)
		for _, item := range c.Rules(t.Now).Earning.Items {
			if item.ID == id || item.Category == id {
				names = append(names, c.Programme(t.Now).Words(programme.Item, item.ID, string(t.Lang)).Name)
			}
		}
		if len(names) == known {
			names = append(names, id) // the till's own word
		}
	}
	return t.List(names)
}

// withPrizes adds the way to what full cards gave, where something of it is
// still to be had.
func (c counter) withPrizes(t *bot.Turn, id loyalty.MemberID, msg bot.Message) (bot.Message, error) {
	waiting, err := c.Club.Open(t.Tx, id, t.Now)
	if err != nil {
		return msg, err
	}
	mine, err := c.Club.Vouchers.List(t.Tx, id, t.Now)
	if err != nil {
		return msg, err
	}
	for _, v := range mine {
		if v.State == voucher.Open && strings.HasPrefix(v.Source, prize) {
			msg.Buttons = append(msg.Buttons, command(t.Word(i18n.KeyVouchers), "vouchers"))
			break
		}
	}
	for _, g := range waiting {
		if strings.HasPrefix(g.Gift, prize) {
			msg.Buttons = append(msg.Buttons, command(t.Word(i18n.KeyGifts), "gifts"))
			break
		}
	}
	if len(msg.Buttons) > 0 {
		msg.Text = strings.TrimPrefix(msg.Text+"\n"+t.Word(i18n.StampsReady), "\n")
	}
	return msg, nil
}

// prize begins the names of gifts, and the sources of vouchers, that a full
// stamp card brought.
const prize = "stamp/"
