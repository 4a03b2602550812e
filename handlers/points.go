package handlers

import (
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
)

func shopIdentity(t *bot.Turn) people.Identity { return shop.Identity(t.Event.Identity()) }

// points shows the balance, what is on its way, and what will lapse next; and
// in a row each the tier and the stamp cards.
func (c counter) points(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	v, err := c.Book.View(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	b := v.Balance
	msg := bot.Message{
		Title:   shop.Points(t.Printer, b.Available),
		Text:    c.debt(t, b),
		Rows:    c.balanceRows(t, b),
		Note:    c.rate(t),
		Buttons: c.pointsButtons(t),
		Replace: true,
	}
	theirs, err := c.Households.Theirs(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	if theirs > 0 {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.FamilyTheirs), Value: i18n.Number(int64(theirs))})
	}
	c.addStanding(t, v, &msg)
	hint, err := c.hint(t, m.ID)
	if err != nil {
		return err
	}
	moves, err := c.pulls(t, m.ID, v)
	if err != nil {
		return err
	}
	msg.Text = lines(msg.Text, moves, hint)
	t.Say(msg)
	return nil
}

// lines joins those that say something.
func lines(all ...string) string {
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), "\n")
}

// pointsButtons lead to what can be done with points.
func (c counter) pointsButtons(t *bot.Turn) (all []bot.Button) {
	if c.Has("redeem", t.Now) {
		all = append(all, command(t.Word(i18n.KeyRewards), "redeem"))
	}
	return append(all, command(t.Word(i18n.KeyCard), "card"), command(t.Word(i18n.KeyHistory), "history"))
}

// balanceRows are the parts of a balance that are worth a line.
func (c counter) balanceRows(t *bot.Turn, b loyalty.Balance) (rows []bot.Row) {
	add := func(key i18n.Key, n loyalty.Points) {
		if n > 0 {
			rows = append(rows, bot.Row{Label: t.Word(key), Value: i18n.Number(int64(n))})
		}
	}
	add(i18n.PointsPending, b.Pending)
	add(i18n.PointsHeld, b.Held)
	add(i18n.PointsOwed, b.Debt)
	if !b.Next.At.IsZero() && b.Next.Points > 0 {
		rows = append(rows, bot.Row{Label: c.goodUntil(t, b.Next.At), Value: i18n.Number(int64(b.Next.Points))})
	}
	return rows
}

// goodUntil says until when points are good that go at an instant.
func (c counter) goodUntil(t *bot.Turn, end time.Time) string {
	return c.GoodUntil(t.Printer, t.Now, end)
}

// addStanding adds the tier and the stamp cards to what is said of the points.
func (c counter) addStanding(t *bot.Turn, v book.View, msg *bot.Message) {
	if c.Has("level", t.Now) {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.PointsLevel), Value: c.levelName(t, v.Progress.Standing.Level)})
	}
	cards := c.Rules(t.Now).Cards
	for _, card := range cards {
		msg.Rows = append(msg.Rows, bot.Row{
			Label: c.Programme(t.Now).Words(programme.Card, card.ID, string(t.Lang)).Name,
			Value: i18n.Number(max(0, v.Cards[card.ID].Have)) + "/" + i18n.Number(card.Size),
		})
	}
	if len(cards) == 1 {
		msg.Dots = c.dots(t, cards[0], v.Cards[cards[0].ID].Have)
	}
}

// debt says why nothing can be spent, if that is so.
func (c counter) debt(t *bot.Turn, b loyalty.Balance) string {
	var all []string
	if b.Debt > 0 {
		all = append(all, t.Word(i18n.PointsDebtWhy, "Points", i18n.Number(int64(b.Debt))))
	}
	if b.Frozen {
		all = append(all, t.Word(i18n.RefuseFrozen))
	}
	return strings.Join(all, "\n")
}
