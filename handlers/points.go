package handlers

import (
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

func shopIdentity(t *bot.Turn) people.Identity { return shop.Identity(t.Event.Identity()) }

// points shows the balance, what is on its way, and what will lapse next.
func (c counter) points(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	b, err := c.Book.Balance(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	t.Say(bot.Message{
		Title: shop.Points(t.Printer, b.Available),
		Text:  c.debt(t, b),
		Rows:  c.balanceRows(t, b),
		Note:  c.rate(t),
		Buttons: []bot.Button{
			command(t.Word(i18n.KeyCard), "card"),
			command(t.Word(i18n.KeyHistory), "history"),
		},
		Replace: true,
	})
	return nil
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
		// Points go at an instant; people think of the last day they are good.
		last := c.Local(b.Next.At.Add(-1))
		rows = append(rows, bot.Row{
			Label: t.Word(i18n.PointsNext, "Date", t.Date(last)),
			Value: i18n.Number(int64(b.Next.Points)),
		})
	}
	return rows
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
