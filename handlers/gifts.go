package handlers

import (
	"errors"
	"slices"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/club"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
)

// gifts shows what waits for the member, or else what will come and when:
// /gifts; and takes one, which may be a choice: /gifts birthday.
func (c counter) gifts(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	open, err := c.Club.Open(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	if t.Args != "" {
		for _, g := range open {
			if g.Gift == t.Args {
				return c.takeGift(t, m, g)
			}
		}
		return club.ErrNoGift
	}
	switch len(open) {
	case 0:
		return c.nothingWaits(t, m)
	case 1:
		t.Args = open[0].Gift
		return c.takeGift(t, m, open[0])
	}
	t.Say(c.waiting(t, open))
	return nil
}

// waiting lists several gifts, each with its button.
func (c counter) waiting(t *bot.Turn, open []club.Open) bot.Message {
	msg := bot.Message{Title: t.Word(i18n.GiftsWait)}
	for _, g := range open[:min(len(open), bot.MaxCards)] {
		card := c.giftWords(t, g)
		card.Buttons = []bot.Button{command(t.Word(i18n.GiftsTake), "gifts "+g.Gift)}
		msg.Cards = append(msg.Cards, card)
	}
	return msg
}

// giftWords are what a gift is, and until when it can be had.
func (c counter) giftWords(t *bot.Turn, g club.Open) bot.Message {
	var what []string
	if g.Points > 0 {
		what = append(what, shop.Points(t.Printer, g.Points))
	}
	if len(g.Rewards) > 1 {
		what = append(what, t.Word(i18n.GiftsChoose))
	} else if len(g.Rewards) == 1 {
		what = append(what, c.reward(t, g.Rewards[0]).Name)
	}
	msg := bot.Message{Title: c.giftName(t, g.Gift, g.Kind), Text: strings.Join(what, "\n")}
	if !g.Until.IsZero() {
		msg.Note = t.Word(i18n.GiftsUntil, "Date", t.Date(c.Local(g.Until.Add(-1))))
	}
	return msg
}

// giftNames are what gifts are called that the shop gave no name.
var giftNames = map[loyalty.GiftKind]i18n.Key{
	loyalty.GiftWelcome: i18n.GiftWelcome, loyalty.GiftBirthday: i18n.GiftBirthday, loyalty.GiftAnniversary: i18n.GiftAnniversary,
	loyalty.GiftVisit: i18n.GiftVisit, loyalty.GiftComeback: i18n.GiftComeback, loyalty.GiftTier: i18n.GiftTier,
}

// giftName is what a gift is called; a prize is called by its stamp card.
func (c counter) giftName(t *bot.Turn, id string, kind loyalty.GiftKind) string {
	p := c.Programme(t.Now)
	if card, ok := strings.CutPrefix(id, "stamp/"); ok {
		return t.Word(i18n.GiftPrize, "Card", p.Words(programme.Card, card, string(t.Lang)).Name)
	}
	known := slices.ContainsFunc(p.Rules.Gifts, func(g loyalty.Gift) bool { return g.ID == id })
	if name := p.Words(programme.Gift, id, string(t.Lang)).Name; known && name != "" {
		return name
	}
	return t.Word(giftNames[kind])
}

// takeGift asks which of its rewards the member would like, and gives it.
func (c counter) takeGift(t *bot.Turn, m people.Person, g club.Open) error {
	left, err := c.stillThere(t, g.Rewards)
	if err != nil {
		return err
	}
	if len(left) == 0 && len(g.Rewards) > 0 {
		return bot.Refuse(i18n.GiftsGone)
	}
	q := bot.Question{Key: "which", Message: c.giftWords(t, g)}
	for _, id := range left {
		q.Options = append(q.Options, bot.Option{Value: id, Label: c.reward(t, id).Name})
	}
	if len(g.Rewards) < 2 {
		q.Options = []bot.Option{{Value: strings.Join(g.Rewards, ""), Label: t.Word(i18n.GiftsTake)}}
	}
	const later = "-" // no reward's id
	q.Options = append(q.Options, bot.Option{Value: later, Label: t.Word(i18n.NotNow)})
	r, ok := t.Ask(q)
	if !ok {
		return nil
	}
	if r.Value == later {
		t.Say(bot.Message{Text: t.Word(i18n.GiftsKept), Note: q.Message.Note, Menu: c.Menu(t)})
		return nil
	}
	given, err := c.Club.Claim(t.Tx, m.ID, book.Act{
		Op: loyalty.OpID(t.Op("claim")), Actor: loyalty.ByMember(m.ID), Now: t.Now,
	}, g.Gift, r.Value)
	var soldOut *voucher.SoldOutError
	if errors.As(err, &soldOut) {
		return &bot.Refusal{Text: i18n.T(i18n.GiftsGone), Cause: err, Buttons: []bot.Button{command(t.Word(i18n.KeyGifts), "gifts")}}
	}
	if err != nil {
		return err
	}
	return c.gave(t, m, g, given)
}

// stillThere are those of some rewards that are not sold out.
func (c counter) stillThere(t *bot.Turn, rewards []string) (list []string, err error) {
	for _, id := range rewards {
		w, _ := c.Rules(t.Now).Reward(id)
		left, _, err := c.Club.Vouchers.Left(t.Tx, w, t.Now)
		if err != nil {
			return nil, err
		}
		if left == nil || *left > 0 {
			list = append(list, id)
		}
	}
	return list, nil
}

// gave says what was taken: points, and the voucher ready for the counter.
func (c counter) gave(t *bot.Turn, m people.Person, g club.Open, given club.Given) error {
	t.MustArrive(string(given.Ref))
	if given.Voucher.ID == "" {
		b, err := c.Book.Balance(t.Tx, m.ID, t.Now)
		if err != nil {
			return err
		}
		t.Again("points")
		t.Say(bot.Message{
			Title: t.Word(i18n.ReceiptEarned, "Points", shop.Points(t.Printer, given.Points)),
			Text:  t.Word(i18n.GiftsTaken),
			Rows:  []bot.Row{{Label: t.Word(i18n.RedeemHave), Value: shop.Points(t.Printer, b.Available)}},
			Menu:  c.Menu(t),
		})
		return nil
	}
	t.Again("voucher " + handle(given.Voucher) + " " + again)
	msg, err := c.voucherPage(t, given.Voucher)
	msg.Text = t.Word(i18n.GiftsTaken) + "\n" + msg.Text
	if g.Points > 0 {
		msg.Rows = append(msg.Rows, bot.Row{Label: c.giftName(t, g.Gift, g.Kind), Value: shop.Points(t.Printer, given.Points)})
	}
	t.Say(msg)
	return err
}

// nothingWaits says what will come and when. Where that is a birthday's gift and
// the day is not known, it says what for the shop asks.
func (c counter) nothingWaits(t *bot.Turn, m people.Person) error {
	coming, err := c.Club.Coming(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	if len(coming) == 0 {
		t.Say(c.nothing(t, i18n.GiftsNever, i18n.GiftsNothing))
		return nil
	}
	msg := bot.Message{}
	lines := []string{t.Word(i18n.GiftsNone)}
	for _, k := range coming {
		lines = append(lines, c.ahead(t, k))
		if k.Birthday && len(msg.Buttons) == 0 {
			msg.Buttons = []bot.Button{command(t.Word(i18n.GiftsAddDay), "birthday")}
		}
	}
	msg.Text = strings.Join(lines, "\n")
	t.Say(msg)
	return nil
}

// ahead is a gift to come as a line.
func (c counter) ahead(t *bot.Turn, k club.Coming) string {
	name := c.giftName(t, k.Gift, k.Kind)
	switch {
	case k.Birthday:
		return t.Word(i18n.GiftsBirthday, "Gift", name)
	case k.Visits > 0:
		return t.Word(i18n.GiftsNextVisit, "Gift", name, "Count", int(k.Visits))
	case k.Level != "":
		return t.Word(i18n.GiftsNextLevel, "Gift", name, "Tier", c.levels(t, []string{k.Level}))
	}
	return t.Word(i18n.GiftsNextDay, "Gift", name, "Date", t.Date(c.Local(k.From)))
}
