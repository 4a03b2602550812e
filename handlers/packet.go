package handlers

import (
	"errors"
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/chance"
)

// piece opens a red packet for the speaker: its button in the group leads to
// /piece ID here, where nobody else reads what was in it.
func (c counter) piece(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	p, err := c.Chance.Take(t.Tx, m.ID, book.Act{Op: loyalty.OpID(t.Op("piece")), Actor: loyalty.ByMember(m.ID), Now: t.Now}, t.Args)
	if errors.Is(err, loyalty.ErrSelf) {
		return bot.Refuse(i18n.PacketOwn)
	}
	if err != nil {
		return err
	}
	n := shop.Points(t.Printer, p.Points)
	if p.Again {
		t.SayText(i18n.PacketHad, "Points", n)
		return nil
	}
	if err := c.WatchPiece(t.Tx, m.ID, p, t.Now); err != nil {
		return err
	}
	t.Say(bot.Message{
		Title: t.Word(i18n.PacketGot, "Points", n),
		Text:  t.Word(i18n.PacketPlace, "Place", p.Place, "Pieces", p.Packet.Pieces),
		Rows:  []bot.Row{{Label: t.Word(i18n.PlayHave), Value: shop.Points(t.Printer, p.Balance.Available)}},
	})
	return nil
}

// guess answers a quiz that was asked in a group: its choices lead to /guess
// ID-NUMBER here.
func (c counter) guess(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	id, digits, _ := strings.Cut(t.Args, "-")
	choice, err := strconv.Atoi(digits)
	if err != nil {
		return chance.ErrNoQuiz
	}
	run, g, err := c.Chance.Answer(t.Tx, m.ID, book.Act{Op: loyalty.OpID(t.Op("guess")), Actor: loyalty.ByMember(m.ID), Now: t.Now}, id, choice)
	right := func() string { return c.QuizChoice(t.Printer, t.Now, run.Question, run.Question.Answer) }
	switch {
	case errors.Is(err, chance.ErrGuessed):
		lines := []string{t.Word(i18n.QuizHad, "Choice", c.QuizChoice(t.Printer, t.Now, run.Question, g.Choice))}
		if !run.Open(t.Now) {
			lines = append(lines, t.Word(i18n.QuizAnswer, "Choice", right()))
		}
		t.Say(bot.Message{Text: strings.Join(lines, "\n")})
		return nil
	case errors.Is(err, chance.ErrLate):
		t.Say(bot.Message{Text: t.Word(i18n.QuizOver) + "\n" + t.Word(i18n.QuizAnswer, "Choice", right())})
		return nil
	case errors.Is(err, loyalty.ErrSelf):
		return bot.Refuse(i18n.PacketOwn)
	case err != nil:
		return err
	case !g.Right:
		t.Say(bot.Message{Title: t.Word(i18n.QuizWrong), Text: t.Word(i18n.QuizWrongText)})
		return nil
	}
	msg := bot.Message{Title: t.Word(i18n.QuizRight), Text: t.Word(i18n.QuizSlow)}
	if g.Points > 0 {
		msg.Text = t.Word(i18n.QuizWon, "Points", shop.Points(t.Printer, g.Points), "Place", g.Place)
	}
	t.Say(msg)
	return nil
}
