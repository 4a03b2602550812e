package handlers

import (
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/programme"
	"regulars/loyalty/voice"
)

// donate gives the member's points to a charity: /donate lists them, /donate shelter
// asks how many, /donate shelter 100 asks for a yes.
func (c counter) donate(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	b, err := c.Book.Balance(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	all := c.Rules(t.Now).Charities
	id, number, _ := strings.Cut(t.Args, " ")
	if id == "" && len(all) == 1 {
		id = all[0].ID
	}
	if len(all) == 0 || id == "" {
		t.Say(c.charities(t, all))
		return nil
	}
	to, ok := c.Rules(t.Now).CharityOf(id)
	if !ok {
		return voice.ErrCharity
	}
	if b.Available < to.Minimum {
		return &loyalty.ShortError{Need: to.Minimum, Have: b.Available}
	}
	n, ok, err := c.howMany(t, to, b, number)
	if err != nil || !ok {
		return err
	}
	if yes, ok := c.donateSure(t, to, n); !ok || !yes {
		return nil
	}
	sum, rec, err := c.Voices.Donate(t.Tx, m.ID, book.Act{Op: loyalty.OpID(t.Op("donate")), Actor: loyalty.ByMember(m.ID), Now: t.Now}, id, n)
	if err != nil {
		return err
	}
	t.MustArrive(string(rec.Entry().Ref))
	t.Say(bot.Message{
		Title: t.Word(i18n.DonateThanks),
		Text: t.Word(i18n.DonateDone, "Points", shop.Points(t.Printer, n), "Charity", c.CharityName(t.Printer, t.Now, id)) + "\n" +
			t.Word(i18n.DonateMonth, "Total", shop.Points(t.Printer, sum.Points)),
		Rows: []bot.Row{{Label: t.Word(i18n.RedeemHave), Value: shop.Points(t.Printer, rec.Balance.Available)}},
		Note: t.Word(i18n.GroupRef, "Ref", string(rec.Entry().Ref)), Menu: c.Menu(t),
	})
	return nil
}

// charities are those that the shop pays.
func (c counter) charities(t *bot.Turn, all []loyalty.Charity) bot.Message {
	if len(all) == 0 {
		return bot.Message{Text: t.Word(i18n.DonateNone), Menu: c.Menu(t)}
	}
	msg := bot.Message{Text: t.Word(i18n.DonateTo)}
	for _, x := range all[:min(len(all), bot.MaxCards)] {
		msg.Buttons = append(msg.Buttons, command(c.CharityName(t.Printer, t.Now, x.ID), "donate "+x.ID))
	}
	return msg
}

// howMany is how many points are given: those on the line, a button's, or typed.
func (c counter) howMany(t *bot.Turn, to loyalty.Charity, b loyalty.Balance, line string) (n loyalty.Points, ok bool, err error) {
	read := func(typed string) (string, error) {
		n, err := shop.ReadPoints(typed)
		switch {
		case err != nil:
			return "", err
		case n < to.Minimum:
			return "", &voice.LeastError{Least: to.Minimum}
		case n > b.Available:
			return "", &loyalty.ShortError{Need: n, Have: b.Available}
		}
		return strconv.FormatInt(int64(n), 10), nil
	}
	if line == "" {
		words := c.Programme(t.Now).Words(programme.Charity, to.ID, string(t.Lang))
		q := bot.Question{
			Key: "points", Parse: read,
			Message: bot.Message{
				Title: words.Name, Text: words.About, Note: t.Word(i18n.DonateHowMany, "Least", shop.Points(t.Printer, to.Minimum), "Have", shop.Points(t.Printer, b.Available)),
			},
		}
		for _, times := range []loyalty.Points{1, 2, 5} {
			if n := to.Minimum * times; n <= b.Available {
				q.Options = append(q.Options, bot.Option{Value: strconv.FormatInt(int64(n), 10), Label: shop.Points(t.Printer, n)})
			}
		}
		r, answered := t.Ask(q)
		if !answered {
			return 0, false, nil
		}
		line = r.Value
	}
	if line, err = read(line); err != nil {
		return 0, false, err
	}
	whole, err := strconv.ParseInt(line, 10, 64)
	return loyalty.Points(whole), err == nil, err
}

// donateSure asks before points are gone for good.
func (c counter) donateSure(t *bot.Turn, to loyalty.Charity, n loyalty.Points) (yes, ok bool) {
	number := shop.Points(t.Printer, n)
	msg := bot.Message{
		Text: t.Word(i18n.DonateAsk, "Points", number, "Charity", c.CharityName(t.Printer, t.Now, to.ID)),
		Note: t.Word(i18n.DonateTerms, "Money", c.Money(t.Printer, t.Now, voice.Worth(to, n))),
	}
	r, ok := t.Ask(bot.Question{
		Key: "sure", Message: msg, Terms: strconv.FormatInt(int64(n), 10),
		Options: []bot.Option{{Value: "yes", Label: t.Word(i18n.DonateYes, "Points", number)}, {Value: "no", Label: t.Word(i18n.NotNow)}},
	})
	if ok && r.Value != "yes" {
		t.Say(bot.Message{Text: t.Word(i18n.RedeemKept), Menu: c.Menu(t)})
	}
	return r.Value == "yes", ok
}
