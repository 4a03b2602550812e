package handlers

import (
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/club"
	"regulars/loyalty/programme"
)

// begins does the ledger's side of joining, and says what the new member has
// been given: stamps to begin with, the welcome gift, and what the friend who
// sent them brings. Somebody who comes back gets none of it again.
func (c counter) begins(t *bot.Turn, id loyalty.MemberID) (bot.Message, error) {
	msg := bot.Message{
		Title: t.Word(i18n.JoinedTitle),
		Text:  t.Word(i18n.JoinedText, "Shop", c.Name(t.Now, t.Lang)),
		Menu:  c.Menu(t),
	}
	out, err := c.Club.Join(t.Tx, id, book.Act{
		Op: loyalty.OpID(t.Op("join")), Actor: loyalty.ByMember(id), Now: t.Now,
	})
	if err != nil {
		return msg, err
	}
	a, err := c.Book.Account(t.Tx, id)
	if err != nil {
		return msg, err
	}
	stamps, dots := c.stampsBegun(t, &a)
	lines := append(stamps, c.welcomed(t, out)...)
	for _, g := range out.Gifts {
		t.MustArrive(string(g.Ref))
	}
	sent, err := c.sentBy(t, id)
	if err != nil {
		return msg, err
	}
	msg.Text = paragraphs(msg.Text, strings.Join(append(lines, sent...), "\n"))
	msg.Dots, msg.Buttons = dots, c.welcomedButtons(t, out)
	return msg, nil
}

// stampsBegun are the cards that do not begin empty, and the dots of the first.
func (c counter) stampsBegun(t *bot.Turn, a *loyalty.Account) (lines []string, dots *bot.Dots) {
	for _, card := range c.Rules(t.Now).Cards {
		have := a.Cards[card.ID].Have
		if have <= 0 {
			continue
		}
		lines = append(lines, t.Word(i18n.JoinedStart, "Card", c.Programme(t.Now).Words(programme.Card, card.ID, string(t.Lang)).Name,
			"Have", i18n.Number(have), "Size", i18n.Number(card.Size)))
		if dots == nil {
			dots = c.dots(t, card, have)
		}
	}
	return lines, dots
}

// welcomed are the gifts of joining, a line each.
func (c counter) welcomed(t *bot.Turn, out club.Outcome) (lines []string) {
	for _, g := range out.Gifts {
		name := c.giftName(t, g.Gift, g.Kind)
		if what := c.worth(t, g.Points, g.Voucher.Reward); what != "" {
			lines = append(lines, t.Word(i18n.JoinedGift, "Gift", name, "What", what))
		}
	}
	for _, o := range out.Choices {
		lines = append(lines, t.Word(i18n.JoinedChoose, "Gift", c.giftName(t, o.Gift, o.Kind)))
	}
	return lines
}

// welcomedButtons lead to what was given.
func (c counter) welcomedButtons(t *bot.Turn, out club.Outcome) (all []bot.Button) {
	if len(out.Choices) > 0 {
		all = append(all, command(t.Word(i18n.KeyGifts), "gifts"))
	}
	if len(out.Vouchers) > 0 {
		all = append(all, command(t.Word(i18n.KeyVouchers), "vouchers"))
	}
	return all
}

// worth is points, a reward, or both, in words; "" for nothing.
func (c counter) worth(t *bot.Turn, n loyalty.Points, reward string) string {
	name := ""
	if reward != "" {
		name = c.reward(t, reward).Name
	}
	switch points := shop.Points(t.Printer, n); {
	case n > 0 && name != "":
		return t.Word(i18n.InviteWith, "Points", points, "Reward", name)
	case n > 0:
		return points
	}
	return name
}

// sentBy says what a new member gets because a friend sent them, if one did.
func (c counter) sentBy(t *bot.Turn, id loyalty.MemberID) ([]string, error) {
	facts, err := c.Facts(t.Tx, id)
	if err != nil {
		return nil, err
	}
	// They joined a moment ago; asked again, it tells whether somebody sent them.
	bound, err := c.Club.Referrals.Joined(t.Tx, id, facts, t.Now)
	if err != nil || !bound {
		return nil, err
	}
	r := c.Rules(t.Now).Referral
	gift := c.worth(t, r.FriendPoints, r.FriendReward)
	if gift == "" {
		return nil, nil
	}
	return []string{t.Word(i18n.FriendJoined, "Purchase", c.firstPurchase(t), "Gift", gift)}, nil
}

// firstPurchase is what a friend has to do, as part of a sentence.
func (c counter) firstPurchase(t *bot.Turn) string {
	if least := c.Rules(t.Now).Referral.Minimum; least > 0 {
		return t.Word(i18n.InvitePurchaseMin, "Money", c.Money(t.Printer, t.Now, least))
	}
	return t.Word(i18n.InvitePurchase)
}
