package handlers

import (
	"regulars/bot"
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
		Menu: c.Menu(t),
	})
	t.Say(bot.Message{Text: t.Word(i18n.MenuMore), Buttons: c.more(t)})
	return nil
}

// more are the buttons behind the four in sight: first what the member has, then
// what they can do, then what is seldom needed. What the programme has not is
// not there.
func (c counter) more(t *bot.Turn) (all []bot.Button) {
	for _, b := range []bot.Button{
		command(t.Word(i18n.KeyVouchers), "vouchers"),
		command(t.Word(i18n.KeyStamps), "stamps"),
		command(t.Word(i18n.KeyLevel), "level"),
		command(t.Word(i18n.KeyGifts), "gifts"),
		command(t.Word(i18n.KeyActivities), "activities"),
		command(t.Word(i18n.KeyInvite), "invite"),
	} {
		if c.Has(b.Value, t.Now) {
			all = append(all, b)
		}
	}
	if c.Has("redeem", t.Now) { // else it is in sight
		all = append(all, command(t.Word(i18n.KeyHistory), "history"))
	}
	return append(all,
		command(t.Word(i18n.MenuSettings), "settings"),
		command(t.Word(i18n.MenuLanguage), "language"),
		command(t.Word(i18n.MenuTalk), "talk"),
		command(t.Word(i18n.MenuHelp), "help"))
}

// nothing says that there is nothing, and leads to the rewards where the
// programme has any; else it speaks plainly.
func (c counter) nothing(t *bot.Turn, key, plainly i18n.Key) bot.Message {
	if !c.Has("redeem", t.Now) {
		return bot.Message{Text: t.Word(plainly), Menu: c.Menu(t)}
	}
	return bot.Message{Text: t.Word(key), Buttons: []bot.Button{command(t.Word(i18n.KeyRewards), "redeem")}}
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
