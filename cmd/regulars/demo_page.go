package main

import (
	"context"
	"slices"
	"strings"

	"regulars/bot"
	"regulars/bot/sim"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// page is what the simulator's page shows of this café.
func (c *cafe) page(w *crew, lang i18n.Lang) sim.PageOptions {
	o := sim.PageOptions{
		Title: c.app.shop.Name(c.app.clock.Now(), lang), Lang: string(lang), Tour: c.tour(w),
		People: []sim.PagePerson{
			{LINE: w.ann}, {Telegram: w.sam, Role: "employee"}, {LINE: w.grace}, {Telegram: w.bo}, {LINE: w.mia, Role: "manager"},
		},
		Words: func(lang, key string, args ...any) string {
			return i18n.For(i18n.Lang(lang)).Say(i18n.Key(key), args...)
		},
		Links: []sim.PageLink{
			{Path: counterPath, Label: said(i18n.CounterPageTitle), Hint: said(i18n.TourCounterPIN, "PIN", samPIN), Open: c.toCounter},
			{Path: consolePath, Label: said(i18n.ConsoleTitle), Open: c.toConsole},
		},
		Cost: func(lang string, n int) string { return c.cost(i18n.For(i18n.Lang(lang)), n) },
	}
	for _, l := range i18n.Langs {
		o.Langs = append(o.Langs, sim.PageLanguage{Tag: string(l), Own: l.Own()})
	}
	return o
}

// cost is what so many pushes cost beyond a plan's free ones, in Taiwan's price
// of NT$0.2 a message (LINE's price list, since 2023-09).
func (c *cafe) cost(p i18n.Printer, messages int) string {
	return p.Money(int64(messages)*20, "TWD", 2)
}

// said is a word in whichever language the page is in.
func said(k i18n.Key, args ...any) func(lang string) string {
	return func(lang string) string { return i18n.For(i18n.Lang(lang)).Say(k, args...) }
}

// tour is the guided first minute. Each step watches the shop itself, not what
// was clicked, so that it is done however one gets there.
func (c *cafe) tour(w *crew) []sim.Step {
	return []sim.Step{
		{Title: said(i18n.TourJoin), Hint: said(i18n.TourJoinHint), Phone: "Ann",
			Done: func() bool { _, ok := c.member(w.ann); return ok }},
		{Title: said(i18n.TourPoints), Hint: said(i18n.TourPointsHint), Phone: "Ann",
			Done: func() bool {
				have := c.balance(w.ann).Available // more than none, where the sale came first
				return heard(w.ann, func(p i18n.Printer) []string { return []string{shop.Points(p, 0)} }) ||
					heard(w.ann, func(p i18n.Printer) []string { return []string{shop.Points(p, have)} })
			}},
		{Title: said(i18n.TourSale), Hint: said(i18n.TourSaleHint), Phone: "Sam",
			Type: func(string) string { return strings.TrimSpace("/sale " + c.card(w.ann) + " 350") },
			Done: func() bool { return c.balance(w.ann).Count.Visits > 0 }},
		{Title: said(i18n.TourReceipt), Hint: said(i18n.TourReceiptHint), Phone: "Ann",
			Done: func() bool {
				return heard(w.ann, func(p i18n.Printer) []string { return []string{p.Say(i18n.ReceiptFor), p.Say(i18n.ReceiptNow)} })
			}},
		{Title: said(i18n.TourGroup), Hint: said(i18n.TourGroupHint), Phone: "Ann",
			Type: func(string) string { return "/points" },
			Done: func() bool {
				return heard(w.ann.In(w.club), func(p i18n.Printer) []string { return []string{p.Say(i18n.BotPrivateHere)} })
			}},
		{Title: said(i18n.TourCounter), Hint: said(i18n.TourCounterHint, "PIN", samPIN), Link: counterPath,
			Done: func() bool { return c.soldAtCounter(w.ann) }},
	}
}

// heard reports whether a phone shows a message with all of these texts, in
// whichever language.
func heard(p sim.Person, texts func(i18n.Printer) []string) bool {
	for _, message := range p.Received() {
		for _, l := range i18n.Langs {
			lacks := func(text string) bool { return !strings.Contains(message, text) }
			if !slices.ContainsFunc(texts(i18n.For(l)), lacks) {
				return true
			}
		}
	}
	return false
}

// member is the person behind a phone, once they have joined.
func (c *cafe) member(p *sim.LinePerson) (m people.Person, ok bool) {
	c.app.db.View(context.Background(), func(r store.Reader) error {
		id, known, err := c.app.shop.Vault.Who(r, shop.Identity(bot.Identity{Channel: "line", User: bot.UserID(p.ID())}))
		if err != nil || !known {
			return err
		}
		m, err = c.app.shop.Vault.Get(r, id)
		ok = err == nil && m.Status == people.Member
		return err
	})
	return m, ok
}

// card is the number on somebody's card, drawn now if it was never looked at;
// "" for a stranger.
func (c *cafe) card(p *sim.LinePerson) (number string) {
	m, ok := c.member(p)
	if !ok {
		return ""
	}
	c.app.db.Update(context.Background(), func(tx store.Tx) error {
		code, err := c.app.shop.Vault.Card(tx, m.ID, c.app.shop.Rand)
		number = code.String()
		return err
	})
	return number
}

// balance is what somebody has here; nothing, for a stranger.
func (c *cafe) balance(p *sim.LinePerson) (b loyalty.Balance) {
	m, ok := c.member(p)
	if !ok {
		return b
	}
	c.app.db.View(context.Background(), func(r store.Reader) (err error) {
		b, err = c.app.shop.Book.Balance(r, m.ID, c.app.clock.Now())
		return err
	})
	return b
}
