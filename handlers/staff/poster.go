package staff

import (
	"strings"

	"regulars/bot"
	"regulars/i18n"
)

// poster gives a manager the two pages to print, in the manager's language; the
// pages lead to the others.
func (d desk) poster(t *bot.Turn) error {
	if _, err := d.me(t); err != nil {
		return err
	}
	if !strings.HasPrefix(d.PublicURL, "https://") {
		t.SayText(i18n.PosterNoAddress)
		return nil
	}
	open := func(label i18n.Key, page string) bot.Button {
		return bot.Button{Label: t.Word(label), Do: bot.DoOpen, Value: d.PublicURL + page + string(t.Lang)}
	}
	t.Say(bot.Message{Text: t.Word(i18n.PosterHere), Buttons: []bot.Button{
		open(i18n.PosterOpen, "/poster/"), open(i18n.PosterOpenStaff, "/staffcard/"),
	}})
	return nil
}
