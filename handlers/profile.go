package handlers

import (
	"unicode"
	"unicode/utf8"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/people"
)

// name asks what to call the member, and says why.
func (c counter) name(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	r, ok := t.Ask(bot.Question{
		Key:     "name",
		Message: bot.Message{Text: t.Word(i18n.NameAsk)},
		Options: []bot.Option{{Value: "", Label: t.Word(i18n.NotNow)}},
		Parse:   parseName,
	})
	if !ok {
		return nil
	}
	if r.Value == "" {
		return c.later(t)
	}
	if err := c.Vault.SetName(t.Tx, m.ID, r.Value, t.Rand()); err != nil {
		return err
	}
	if err := c.agrees(t, m.ID, people.ForName, true); err != nil {
		return err
	}
	t.SayText(i18n.NameDone, "Name", r.Value)
	return nil
}

// parseName takes 1 to 60 letters with at least one that is one.
func parseName(typed string) (string, error) {
	n := shop.Tidy(typed)
	hasLetter := false
	for _, r := range n {
		hasLetter = hasLetter || unicode.IsLetter(r)
	}
	if !hasLetter || utf8.RuneCountInString(typed) > 60 {
		return "", bot.Refuse(i18n.RefuseName)
	}
	return n, nil
}

// birthday asks for the day, for the gift; the year may be left out.
func (c counter) birthday(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	why := t.Word(i18n.BirthdayAsk)
	if gift, ok := c.birthdayGift(t); ok {
		why = t.Word(i18n.BirthdayGift, "Gift", gift)
	}
	r, ok := t.Ask(bot.Question{
		Key:     "birthday",
		Message: bot.Message{Text: why},
		Options: []bot.Option{{Value: "", Label: t.Word(i18n.NotNow)}},
		Parse: func(typed string) (string, error) {
			b, err := people.ParseBirthday(typed, t.Now)
			if err != nil {
				return "", bot.Refuse(i18n.RefuseDate, "Text", shop.Tidy(typed))
			}
			return b.ISO(), nil
		},
	})
	if !ok {
		return nil
	}
	if r.Value == "" {
		return c.later(t)
	}
	b, err := people.ParseBirthday(r.Value, t.Now)
	if err != nil {
		return err
	}
	if err := c.Vault.SetBirthday(t.Tx, m.ID, b, t.Now, t.Rand()); err != nil {
		return err
	}
	if err := c.agrees(t, m.ID, people.ForBirthday, true); err != nil {
		return err
	}
	t.SayText(i18n.BirthdayDone)
	return nil
}

// later ends a question that was put off.
func (c counter) later(t *bot.Turn) error {
	t.Say(bot.Message{Text: t.Word(i18n.LaterText), Menu: c.Menu(t)})
	return nil
}
