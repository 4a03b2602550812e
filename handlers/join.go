package handlers

import (
	"strings"

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
	t.Say(bot.Message{Text: t.Word(i18n.StartAgain, "Name", c.Called(t, m)), Menu: c.Menu(t)})
	return nil
}

// welcome tells a stranger what there is to gain, what is kept of them, and
// offers the one tap.
func (c counter) welcome(t *bot.Turn) error { return c.welcomeWith(t, "") }

// welcomeWith is welcome with something said first.
func (c counter) welcomeWith(t *bot.Turn, first string) error {
	said := []string{first, c.rate(t), t.Word(i18n.WelcomeNotice, "Shop", c.Name(t.Now, t.Lang))}
	m := bot.Message{
		Title:   t.Word(i18n.WelcomeTitle, "Shop", c.Name(t.Now, t.Lang)),
		Text:    paragraphs(said...),
		Buttons: c.welcomeButtons(t),
	}
	if t.Event.Platform == bot.LINE {
		m.Menu = c.Menu(t) // a rich menu is there from the start: let it speak their language
	}
	t.Say(m)
	return nil
}

// paragraphs puts texts below one another with a line between, leaving out the
// empty ones.
func paragraphs(all ...string) string {
	var b strings.Builder
	for _, s := range all {
		if s != "" && b.Len() > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(s)
	}
	return b.String()
}

// welcomeButtons are what a stranger can tap. Where there are several chats to be
// a member in, somebody may have the card in another one.
func (c counter) welcomeButtons(t *bot.Turn) []bot.Button {
	all := []bot.Button{shop.JoinButton(t), command(t.Word(i18n.MenuLanguage), "language")}
	if len(c.Channels) > 1 {
		all = append(all, command(t.Word(i18n.WelcomeLink), "link"))
	}
	return append(all, command(t.Word(i18n.PrivacyButton), "privacy"))
}

// rate says how points are earned, in a sentence; a shop that has none says
// how its stamps come, or nothing.
func (c counter) rate(t *bot.Turn) string {
	rules := c.Rules(t.Now)
	switch r := rules.Rate; {
	case r.Points > 0 && r.Per > 0:
		return t.Word(i18n.WelcomeRate, "Money", c.Money(t.Printer, t.Now, r.Per), "Count", int(r.Points))
	case rules.Earning.PerVisit > 0 || len(rules.Cards) == 0:
		return t.Word(i18n.WelcomePlain)
	}
	return c.stampRule(t, &rules.Cards[0])
}

// join makes a member with one tap under the notice.
func (c counter) join(t *bot.Turn) error {
	m, err := c.Vault.Get(t.Tx, loyalty.MemberID(t.Person.ID))
	if err != nil {
		return err
	}
	if m.Status == people.Member {
		t.Say(bot.Message{Text: t.Word(i18n.JoinAlready), Menu: c.Menu(t)})
		return nil
	}
	if t.Args != "v"+shop.Wording {
		return c.welcome(t)
	}
	if _, err := c.Vault.JoinSaying(t.Tx, m.ID, shop.SaidIn(t, people.ForJoining), t.Now, t.Rand()); err != nil {
		return err
	}
	t.Person.Role = max(t.Person.Role, bot.Member)
	if t.Group != "" {
		if err := c.Segments.SeenIn(t.Tx, m.ID, t.Group); err != nil {
			return err
		}
	}
	first, err := c.begins(t, m.ID)
	if err != nil {
		return err
	}
	t.Say(first)
	if err := c.claimWaiting(t, m.ID, m.ID); err != nil {
		return err
	}
	t.Say(c.tellMore(t))
	return nil
}

// tellMore asks a new member for what helps them: the number, and the birthday
// where there is a gift for it.
func (c counter) tellMore(t *bot.Turn) bot.Message {
	m := bot.Message{Text: t.Word(i18n.JoinedPhone), Buttons: []bot.Button{command(t.Word(i18n.PhoneAdd), "phone")}}
	if gift, ok := c.birthdayGift(t); ok {
		m.Text += "\n" + t.Word(i18n.JoinedBirthday, "Gift", gift)
		m.Buttons = append(m.Buttons, command(t.Word(i18n.GiftsAddDay), "birthday"))
	}
	m.Buttons = append(m.Buttons, command(t.Word(i18n.KeyCard), "card"))
	return m
}

// birthdayGift is what the programme's gift for birthdays is called, if it has
// one.
func (c counter) birthdayGift(t *bot.Turn) (name string, ok bool) {
	id, ok := c.HasGift(loyalty.GiftBirthday, t.Now)
	if !ok {
		return "", false
	}
	return c.giftName(t, id, loyalty.GiftBirthday), true
}

// blocked notes that nothing can be sent to this account any more.
// Typed, it is a word like any other.
func (c counter) blocked(t *bot.Turn) error {
	if t.Event.Kind != bot.Blocked {
		return c.menu(t)
	}
	return c.Vault.SetBlocked(t.Tx, shopIdentity(t), true, t.Now, t.Rand())
}
