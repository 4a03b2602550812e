package handlers

import (
	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// start greets whoever comes: by following, by a first word, or by /start.
func (c counter) start(t *bot.Turn) error {
	m, err := c.Vault.Get(t.Tx, loyalty.MemberID(t.Person.ID))
	if err != nil {
		return err
	}
	if t.Person.Role == bot.Anyone { // an employee need not be a member
		return c.welcome(t)
	}
	t.Say(bot.Message{Text: t.Word(i18n.StartAgain, "Name", c.Called(t, m)), Menu: shop.Menu(t)})
	return nil
}

// welcome tells a stranger what there is to gain, what is kept of them, and
// offers the one tap.
func (c counter) welcome(t *bot.Turn) error {
	m := bot.Message{
		Title:   t.Word(i18n.WelcomeTitle, "Shop", c.Name(t.Now, t.Lang)),
		Text:    c.rate(t) + "\n\n" + t.Word(i18n.WelcomeNotice, "Shop", c.Name(t.Now, t.Lang)),
		Buttons: c.welcomeButtons(t),
	}
	if t.Event.Platform == bot.LINE {
		m.Menu = shop.Menu(t) // a rich menu is there from the start: let it speak their language
	}
	t.Say(m)
	return nil
}

// welcomeButtons are what a stranger can tap. Where there are several chats to be
// a member in, somebody may have the card in another one.
func (c counter) welcomeButtons(t *bot.Turn) []bot.Button {
	all := []bot.Button{shop.JoinButton(t), command(t.Word(i18n.MenuLanguage), "language")}
	if len(c.Channels) > 1 {
		all = append(all, command(t.Word(i18n.WelcomeLink), "link"))
	}
	return all
}

// rate says how points are earned, in a sentence.
func (c counter) rate(t *bot.Turn) string {
	r := c.Rules(t.Now).Rate
	if r.Points <= 0 || r.Per <= 0 {
		return t.Word(i18n.WelcomePlain)
	}
	return t.Word(i18n.WelcomeRate, "Money", c.Money(t.Printer, t.Now, r.Per), "Count", int(r.Points))
}

// join makes a member with one tap under the notice.
func (c counter) join(t *bot.Turn) error {
	m, err := c.Vault.Get(t.Tx, loyalty.MemberID(t.Person.ID))
	if err != nil {
		return err
	}
	if m.Status == people.Member {
		t.Say(bot.Message{Text: t.Word(i18n.JoinAlready), Menu: shop.Menu(t)})
		return nil
	}
	if t.Args != "v"+shop.Wording {
		return c.welcome(t)
	}
	if _, err := c.Vault.Join(t.Tx, loyalty.MemberID(t.Person.ID), shop.Wording, t.Now, t.Rand()); err != nil {
		return err
	}
	t.Person.Role = max(t.Person.Role, bot.Member)
	t.Say(bot.Message{
		Title: t.Word(i18n.JoinedTitle),
		Text:  t.Word(i18n.JoinedText, "Shop", c.Name(t.Now, t.Lang)),
		Menu:  shop.Menu(t),
	})
	t.Say(bot.Message{
		Text: t.Word(i18n.JoinedPhone),
		Buttons: []bot.Button{
			command(t.Word(i18n.PhoneAdd), "phone"),
			command(t.Word(i18n.KeyCard), "card"),
		},
	})
	return nil
}

// blocked notes that nothing can be sent to this account any more.
// Typed, it is a word like any other.
func (c counter) blocked(t *bot.Turn) error {
	if t.Event.Kind != bot.Blocked {
		return c.menu(t)
	}
	return c.Vault.SetBlocked(t.Tx, shopIdentity(t), true, t.Rand())
}
