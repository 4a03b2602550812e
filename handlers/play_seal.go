package handlers

import (
	"strconv"
	"time"

	"regulars/bot"
	"regulars/i18n"
)

// mostDrawn is how many of their own draws a member is shown at once.
const mostDrawn = 10

// formulas are how a seal and a draw follow from a day's number; see [loyalty.Seed].
// They are no words, and the same in every language.
const formulas = "SEAL = SHA-256(“regulars draws ” + DAY + LF + NUMBER)\nDRAW = HMAC-SHA256(NUMBER, NAME + LF + 0x0000000000000000)[0:8] mod 10000"

// playSeal shows what anybody needs to draw again: today's seal, yesterday's with the
// number behind it, and the speaker's own draws of that day: /play seal.
func (c counter) playSeal(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	rules := c.Rules(t.Now)
	today := c.Local(t.Now)
	before := time.Date(today.Year(), today.Month(), today.Day()-1, 12, 0, 0, 0, today.Location())
	day := rules.Day(before)
	msg := bot.Message{Title: t.Word(i18n.PlayCheckTitle), Text: t.Word(i18n.PlayCheckText) + "\n" + formulas, Rows: []bot.Row{
		{Label: t.Word(i18n.PlayCheckSeal, "Date", rules.Day(t.Now)), Value: c.Chance.Commitment(rules.Day(t.Now))},
		{Label: t.Word(i18n.PlayCheckSeal, "Date", day), Value: c.Chance.Commitment(day)},
		{Label: t.Word(i18n.PlayCheckSeed, "Date", day), Value: c.Chance.Revealed(day, t.Now)},
	}}
	mine, err := c.Chance.Drawn(t.Tx, m.ID, day)
	for _, x := range mine[:min(len(mine), mostDrawn)] {
		prize := x.Drawn
		if g, ok := c.Rules(x.At).Play.Game(x.Game); ok && g.Prize(x.Drawn) != nil {
			prize = c.PrizeName(t.Printer, x.At, g.ID, g.Prize(x.Drawn))
		}
		msg.Rows = append(msg.Rows, bot.Row{Label: x.Ticket, Value: strconv.FormatInt(x.Number, 10) + " · " + prize})
	}
	t.Say(msg)
	return err
}
