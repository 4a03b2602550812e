package handlers

import (
	"strings"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// card shows what an employee scans: a QR that lives minutes, and the number
// as a bar code for a till's scanner.
func (c counter) card(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if m.Frozen {
		return loyalty.ErrFrozen
	}
	number, err := c.Vault.Card(t.Tx, m.ID, t.Rand())
	if err != nil {
		return err
	}
	if t.Args == "bar" {
		t.Say(bot.Message{
			Picture: &bot.Picture{Code128: number.Bare(), Alt: t.Word(i18n.CardBarAlt)},
			Note:    number.String(),
			Buttons: []bot.Button{command(t.Word(i18n.CardNew), "card")},
		})
		return nil
	}
	life := c.Programme(t.Now).CardLife()
	token, err := c.Vault.CardToken(t.Tx, m.ID, t.Now, life)
	if err != nil {
		return err
	}
	b, err := c.Book.Balance(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	msg := bot.Message{
		Title: c.Called(t, m),
		Rows: []bot.Row{
			{Label: t.Word(i18n.CardPoints), Value: i18n.Number(int64(b.Available))},
			{Label: t.Word(i18n.CardNumber), Value: number.String()},
		},
		Note:    t.Word(i18n.CardUntil, "Time", t.Time(c.Local(t.Now.Add(life)))),
		Picture: &bot.Picture{QR: c.CardLink(t.Event.Channel, token), Alt: t.Word(i18n.CardAlt)},
		Buttons: []bot.Button{
			command(t.Word(i18n.CardNew), "card"),
			command(t.Word(i18n.CardBar), "card bar"),
		},
	}
	if live, err := c.liveCard(t, m); err != nil {
		return err
	} else if live != "" {
		msg.Buttons = append(msg.Buttons, bot.Button{Label: t.Word(i18n.LiveOpen), Do: bot.DoOpen, Value: live})
	}
	t.Say(msg)
	return nil
}

// liveCard is the address of the speaker's live card, "" where the shop has no
// address that phones can open. It opens the card for hours, so it is given in
// private only, where /card is.
func (c counter) liveCard(t *bot.Turn, m people.Person) (string, error) {
	if !strings.HasPrefix(c.PublicURL, "https://") {
		return "", nil
	}
	token, err := c.Vault.LiveToken(t.Tx, m.ID, t.Now, people.LiveLife)
	return c.PublicURL + "/m/" + token, err
}
