package handlers

import (
	"errors"
	"fmt"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/chance"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
)

// play shows what can be played: /play; or has a go, after all odds were told and
// a yes: /play daily; or shows what is behind the seal: /play seal.
func (c counter) play(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	all, err := c.Chance.Offers(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	switch {
	case t.Args != "":
		for _, o := range all {
			if c.meansGame(t, o.ID) {
				return c.goAt(t, m, o)
			}
		}
		if t.Args == "seal" {
			return c.playSeal(t)
		}
		return chance.ErrNoGame
	case len(all) == 0:
		t.Say(bot.Message{Text: t.Word(i18n.PlayNone), Menu: c.Menu(t)})
		return nil
	case len(all) == 1:
		t.Args = all[0].ID
		return c.goAt(t, m, all[0])
	}
	msg := bot.Message{Text: t.Word(i18n.PlayChoose)}
	for _, o := range all {
		msg.Buttons = append(msg.Buttons, command(c.GameName(t.Printer, t.Now, o.ID), "play "+o.ID))
	}
	msg.Buttons = append(msg.Buttons, command(t.Word(i18n.PlayCheck), "play seal"))
	t.Say(msg)
	return nil
}

// meansGame says whether the words typed name this game: by its id, or its name in
// any language.
func (c counter) meansGame(t *bot.Turn, id string) bool {
	if t.Args == id {
		return true
	}
	for _, l := range i18n.Langs {
		if strings.EqualFold(t.Args, c.Programme(t.Now).Words(programme.Game, id, string(l)).Name) {
			return true
		}
	}
	return false
}

// goAt tells a game's odds, asks, and has a go.
func (c counter) goAt(t *bot.Turn, m people.Person, o chance.Offer) error {
	if o.Err != nil {
		return c.noGo(t, o)
	}
	b, err := c.Book.Balance(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	label := t.Word(i18n.PlayGoFree)
	if o.Price > 0 {
		label = t.Word(i18n.PlayGoPoints, "Points", shop.Points(t.Printer, o.Price))
		if b.Available < o.Price {
			return &loyalty.ShortError{Need: o.Price, Have: b.Available}
		}
	}
	r, ok := t.Ask(bot.Question{
		Key: "go", Terms: oddsTerms(&o), Message: c.oddsPage(t, o, b),
		Options: []bot.Option{{Value: "yes", Label: label}, {Value: "no", Label: t.Word(i18n.NotNow)}},
	})
	if !ok {
		return nil
	}
	if r.Value != "yes" {
		t.Say(bot.Message{Text: t.Word(i18n.PlayKept), Menu: c.Menu(t)})
		return nil
	}
	x, err := c.Chance.Play(t.Tx, m.ID, book.Act{Op: loyalty.OpID(t.Op("play")), Actor: loyalty.ByMember(m.ID), Now: t.Now}, o.ID)
	if err != nil {
		return err
	}
	if x.Paid != "" {
		t.MustArrive(string(x.Paid))
	}
	t.Again("play " + o.ID)
	return c.sayDraw(t, m, o, x)
}

// noGo says why there is no go now, and what brings one.
func (c counter) noGo(t *bot.Turn, o chance.Offer) error {
	if errors.Is(o.Err, chance.ErrNoGo) && o.FreePer == loyalty.SpanVisit {
		return &bot.Refusal{Text: i18n.T(i18n.PlayNoGoVisit, "Money", c.Money(t.Printer, t.Now, max(1, o.Minimum))), Cause: o.Err}
	}
	return o.Err
}

// oddsTerms is what a go is agreed to besides the words: its price, and what it may
// bring.
func oddsTerms(o *chance.Offer) string {
	terms := fmt.Sprint(o.Price)
	for _, f := range o.Fields {
		out := f.Left != nil && *f.Left == 0
		terms += fmt.Sprintf(" %s %d %d %s %v", f.ID, f.Odds, f.Points, f.Reward, out)
	}
	return terms
}

// oddsPage is a game with all its odds, before a go.
func (c counter) oddsPage(t *bot.Turn, o chance.Offer, b loyalty.Balance) bot.Message {
	w := c.Programme(t.Now).Words(programme.Game, o.ID, string(t.Lang))
	msg := bot.Message{Title: w.Name, Text: w.About, Note: t.Word(i18n.PlaySeal, "Seal", o.Commitment[:12])}
	for _, f := range o.Fields {
		odds := shop.Odds(f.Odds)
		value := t.Word(i18n.PlayOdds, "Odds", odds)
		switch {
		case f.Left == nil:
		case *f.Left == 0:
			value = t.Word(i18n.PlayOddsOut, "Odds", odds, "Prize", c.PrizeName(t.Printer, t.Now, o.ID, o.Prize(f.Instead)))
		default:
			value = t.Word(i18n.PlayOddsLeft, "Odds", odds, "Number", i18n.Number(*f.Left))
		}
		msg.Rows = append(msg.Rows, bot.Row{Label: c.PrizeName(t.Printer, t.Now, o.ID, &f.GamePrize), Value: value})
	}
	if o.FreeNow > 0 {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.PlayFreeNow), Value: i18n.Number(o.FreeNow)})
	} else {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.PlayPrice), Value: shop.Points(t.Printer, o.Price)},
			bot.Row{Label: t.Word(i18n.PlayHave), Value: shop.Points(t.Printer, b.Available)})
	}
	return msg
}

// sayDraw tells what a go brought: the fields around the one that was drawn, the
// prize, and the number under which the draw can be checked.
func (c counter) sayDraw(t *bot.Turn, m people.Person, o chance.Offer, x chance.Draw) error {
	g := o.Game
	z := g.Prize(x.Given)
	name := c.PrizeName(t.Printer, t.Now, g.ID, z)
	msg := bot.Message{Title: t.Word(i18n.PlayWon, "Prize", name)}
	if z.Nothing() {
		msg.Title = t.Word(i18n.PlayLost)
	}
	lines := []string{c.strip(t, &g, x.Drawn)}
	if x.Given != x.Drawn {
		lines = append(lines, t.Word(i18n.PlayInstead, "Prize", c.PrizeName(t.Printer, t.Now, g.ID, g.Prize(x.Drawn))))
	}
	switch {
	case x.Voucher != "":
		v, err := c.Club.Vouchers.Get(t.Tx, x.Voucher, t.Now)
		if err != nil {
			return err
		}
		page, err := c.voucherPage(t, v)
		if err != nil {
			return err
		}
		msg.Photo, msg.Rows, msg.Picture, msg.Buttons = photo(c.reward(t, v.Reward)), page.Rows, page.Picture, page.Buttons
		lines = append(lines, page.Text)
	case x.Points > 0:
		lines = append(lines, t.Word(i18n.PlayPoints))
	case z.Nothing():
		lines = append(lines, t.Word(i18n.PlayLostText))
	}
	msg.Text = strings.Join(lines, "\n")
	if x.Points > 0 || x.Cost > 0 {
		b, err := c.Book.Balance(t.Tx, m.ID, t.Now)
		if err != nil {
			return err
		}
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.PlayHave), Value: shop.Points(t.Printer, b.Available)})
	}
	msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.PlayTicket), Value: ticketOf(&x)})
	again, err := c.mayAgain(t, m, g.ID)
	if err != nil {
		return err
	}
	if again {
		msg.Buttons = append(msg.Buttons, command(t.Word(i18n.PlayAgain), "play "+g.ID))
	}
	msg.Buttons = append(msg.Buttons, command(t.Word(i18n.PlayCheck), "play seal"))
	t.Say(msg)
	return nil
}

// mayAgain reports whether another go could be had right now.
func (c counter) mayAgain(t *bot.Turn, m people.Person, game string) (bool, error) {
	all, err := c.Chance.Offers(t.Tx, m.ID, t.Now)
	if err != nil {
		return false, err
	}
	b, err := c.Book.Balance(t.Tx, m.ID, t.Now)
	for _, o := range all {
		if o.ID == game && o.Err == nil {
			return b.Available >= o.Price, err
		}
	}
	return false, err
}

// ticketOf is a draw's ticket without its game and day, which people see above it:
// "3F09AC81B2D4-01".
func ticketOf(x *chance.Draw) string {
	part := strings.Split(x.Ticket, "/")
	return fmt.Sprintf("%s-%02d", strings.ToUpper(part[2]), x.N)
}

// strip draws in letters where the wheel came to rest, between its neighbours; a
// scratch card shows its one field, rubbed free.
func (c counter) strip(t *bot.Turn, g *loyalty.Game, drawn string) string {
	name := func(i int) string {
		return c.PrizeName(t.Printer, t.Now, g.ID, &g.Prizes[(i+len(g.Prizes))%len(g.Prizes)])
	}
	for i := range g.Prizes {
		switch {
		case g.Prizes[i].ID != drawn:
		case g.Kind == loyalty.GameScratch:
			return "░░ " + name(i) + " ░░"
		default:
			return name(i-1) + " · ▶ " + name(i) + " ◀ · " + name(i+1)
		}
	}
	return ""
}
