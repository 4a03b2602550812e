package handlers

import (
	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
)

// menu shows what can be done here. It is also what words that mean nothing to
// the bot get, once.
func (c counter) menu(t *bot.Turn) error {
	if t.Event.Chat.Group {
		t.Say(bot.Message{
			Text: t.Word(i18n.MenuGroup),
			Buttons: []bot.Button{
				{Label: t.Word(i18n.KeyPoints), Do: bot.DoPrivate, Value: groupLine(t, "points")},
				{Label: t.Word(i18n.KeyCard), Do: bot.DoPrivate, Value: groupLine(t, "card")},
			},
		})
		return nil
	}
	if t.Person.Role == bot.Anyone {
		return c.welcome(t)
	}
	t.Say(bot.Message{
		Text: t.Word(i18n.MenuText),
		Menu: shop.Menu(t),
	})
	more := []bot.Button{
		command(t.Word(i18n.MenuSettings), "settings"),
		command(t.Word(i18n.MenuLanguage), "language"),
		command(t.Word(i18n.MenuTalk), "talk"),
		command(t.Word(i18n.MenuHelp), "help"),
	}
	t.Say(bot.Message{Text: t.Word(i18n.MenuMore), Buttons: more})
	return nil
}

// groupLine is a command line that carries which group its button stood in.
func groupLine(t *bot.Turn, name string) string {
	if code := t.GroupCode(); code != "" {
		return name + " " + bot.GroupMark + code
	}
	return name
}

// greetGroup says who came, shortly; a group is for people.
func (c counter) greetGroup(t *bot.Turn) error {
	if t.Event.Kind != bot.BotJoined {
		return c.menu(t)
	}
	p := i18n.For(c.Lang)
	t.Say(bot.Message{
		Text: p.Say(i18n.GroupHello, "Shop", c.Name(t.Now, c.Lang)),
		Buttons: []bot.Button{
			{Label: p.Say(i18n.KeyPoints), Do: bot.DoPrivate, Value: groupLine(t, "points")},
			{Label: p.Say(i18n.JoinButton), Do: bot.DoPrivate, Value: groupLine(t, "join")},
		},
	})
	return nil
}
