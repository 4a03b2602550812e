package handlers

import (
	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
)

// talk calls a person of the shop and keeps the bot quiet meanwhile, so that
// the two can talk in the platform's own chat.
func (c counter) talk(t *bot.Turn) error {
	m, err := c.Vault.Get(t.Tx, loyalty.MemberID(t.Person.ID))
	if err != nil {
		return err
	}
	told, err := c.tellManagers(t, func(p i18n.Printer) bot.Message {
		name := shop.Tidy(m.Called())
		if name == "" {
			name = p.Say(i18n.SomeCustomer)
		}
		return bot.Message{
			Text: p.Say(i18n.TalkCall, "Name", name),
			Note: p.Say(i18n.TalkWhere, "Channel", c.Label(t.Event.Channel)),
		}
	})
	if err != nil {
		return err
	}
	t.Mute(t.Now.Add(bot.MuteFor))
	key := i18n.TalkDone
	if !told {
		key = i18n.TalkWait // nobody is enrolled as a manager yet; the shop reads its chat
	}
	t.Say(bot.Message{Text: t.Word(key), Buttons: []bot.Button{command(t.Word(i18n.TalkBack), "back")}})
	return nil
}

// back lets the bot speak again before the time.
func (c counter) back(t *bot.Turn) error {
	t.Unmute()
	return c.menu(t)
}

// tellManagers tells each of the shop's managers who is not the speaker.
func (c counter) tellManagers(t *bot.Turn, words func(i18n.Printer) bot.Message) (told bool, err error) {
	managers, err := c.Vault.Managers(t.Tx, "")
	if err != nil {
		return false, err
	}
	for _, m := range managers {
		if m.Member == loyalty.MemberID(t.Person.ID) {
			continue
		}
		ok, err := c.Tell(t, m.Member, bot.Receipt, bot.PushNow, "", words)
		if err != nil {
			return told, err
		}
		told = told || ok
	}
	return told, nil
}
