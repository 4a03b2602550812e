package handlers

import (
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/people"
)

// exports bounds how often one person gets a new link: each opens all there is.
var exports = people.Throttle{Name: "export", Max: 5, Window: time.Hour}

// export gives the speaker everything that is kept of them: a link to a page of their
// own, at once. Where phones cannot reach the program, the request is noted with the
// date by which the law wants it answered, and the managers are told.
func (c counter) export(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(c.PublicURL, "https://") {
		return c.askForData(t, m)
	}
	if often, err := c.enough(t, exports); err != nil || often {
		if often {
			t.SayText(i18n.ExportOften)
		}
		return err
	}
	if _, err := c.Vault.Card(t.Tx, m.ID, t.Rand()); err != nil { // its secret signs the link
		return err
	}
	token, err := c.Vault.ExportToken(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	t.Say(bot.Message{
		Text:    t.Word(i18n.ExportReady, "Time", t.Time(c.Local(t.Now.Add(people.ExportLife)))),
		Buttons: []bot.Button{{Label: t.Word(i18n.ExportOpen), Do: bot.DoOpen, Value: c.PublicURL + "/e/" + token}},
	})
	return nil
}

// askForData leaves the request to the shop's people.
func (c counter) askForData(t *bot.Turn, m people.Person) error {
	q, isNew, err := people.AskForData(t.Tx, m.ID, t.Now, c.AnswerBy(t.Now))
	if err != nil {
		return err
	}
	if isNew {
		_, err = c.tellManagers(t, func(p i18n.Printer) bot.Message {
			name := shop.Tidy(m.Called())
			if name == "" {
				name = p.Say(i18n.SomeCustomer)
			}
			return bot.Message{Text: p.Say(i18n.ExportCall, "Name", name, "Date", c.LastDay(p, q.Due))}
		})
		if err != nil {
			return err
		}
	}
	t.SayText(i18n.ExportAsked, "Shop", c.Name(t.Now, t.Lang), "Date", c.LastDay(t.Printer, q.Due))
	return nil
}
