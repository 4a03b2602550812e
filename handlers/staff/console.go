package staff

import (
	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty/people"
)

// console gives a manager the link into the shop's pages for managers: /console.
// It works once, soon, and for what they are at this moment.
func (d desk) console(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	if d.PublicURL == "" {
		return bot.Refuse(i18n.ConsolechatNoAddress)
	}
	token, err := d.Vault.NewConsoleLink(t.Tx, me.ID, t.Now, t.Rand())
	if err != nil {
		return err
	}
	t.Say(bot.Message{
		Title:   t.Word(i18n.ConsolechatTitle),
		Text:    t.Word(i18n.ConsolechatHow, "Time", t.Time(d.Local(t.Now.Add(people.ConsoleLinkLife)))),
		Buttons: []bot.Button{{Label: t.Word(i18n.ConsolechatOpen), Do: bot.DoOpen, Value: d.PublicURL + "/console/in/" + token}},
	})
	return nil
}
