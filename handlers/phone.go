package handlers

import (
	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/people"
)

// phone asks for the number: by Telegram's own contact card, which proves it, or
// typed, which an SMS can prove where the shop has a gateway. A number that was
// proven is changed for another that is proven too, if it can be.
func (c counter) phone(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if t.Args == "prove" && c.SMS != "" && !m.Phone.IsZero() && !m.PhoneProven {
		return c.sendDigits(t, forPhone, m.Phone, true)
	}
	telegram := t.Event.Platform == bot.Telegram
	text := i18n.PhoneAsk
	if telegram {
		text = i18n.PhoneAskCard
	}
	r, ok := t.Ask(bot.Question{
		Key:     "phone",
		Message: bot.Message{Text: t.Word(text)},
		Options: []bot.Option{{Value: "", Label: t.Word(i18n.NotNow)}},
		Contact: telegram,
		Parse:   c.parsePhone(t),
	})
	if !ok {
		return nil
	}
	if r.Value == "" {
		return c.later(t)
	}
	return c.keepPhone(t, m, r)
}

func (c counter) keepPhone(t *bot.Turn, m people.Person, r bot.Reply) error {
	p, proven, err := c.givenPhone(t, r)
	switch {
	case err != nil:
		return err
	case proven:
		return c.phoneProven(t, m, p, people.ByContact)
	case m.PhoneProven && m.Phone != p && c.SMS != "":
		return c.sendDigits(t, forPhone, p, true)
	}
	if err := c.Vault.SetPhone(t.Tx, m.ID, p, false, t.Rand()); err != nil {
		return err
	}
	if err := c.agrees(t, m.ID, people.ForPhone, true); err != nil {
		return err
	}
	if err := c.phoneChanged(t, m, p); err != nil {
		return err
	}
	said := bot.Message{Text: t.Word(i18n.PhoneDone, "Phone", p.String()), Menu: c.Menu(t)}
	if c.SMS != "" && !(m.PhoneProven && m.Phone == p) {
		said.Buttons = []bot.Button{command(t.Word(i18n.SMSProve), "phone prove")}
	}
	t.Say(said)
	return nil
}

// phoneProven keeps a number that the member has proven, and brings over what
// was theirs under it before there was a chat.
func (c counter) phoneProven(t *bot.Turn, m people.Person, p people.Phone, how people.Proof) error {
	n, err := c.ClaimFor(t, m.ID, p, how, c.byMember(t, m.ID, "phone"))
	if err != nil {
		return err
	}
	if err := c.Vault.SetPhone(t.Tx, m.ID, p, true, t.Rand()); err != nil {
		return err
	}
	if err := c.agrees(t, m.ID, people.ForPhone, true); err != nil {
		return err
	}
	if err := c.phoneChanged(t, m, p); err != nil {
		return err
	}
	t.Say(bot.Message{Text: t.Word(i18n.PhoneProven, "Phone", p.String()), Menu: c.Menu(t)})
	if n == 0 {
		return nil
	}
	b, err := c.Book.Balance(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	t.SayText(i18n.ImportedDone, "Name", c.Called(t, m), "Points", shop.Points(t.Printer, b.Available))
	return nil
}

// phoneChanged tells the member's other chats that a proven number is another
// one now: whoever holds this phone may have done it.
func (c counter) phoneChanged(t *bot.Turn, m people.Person, p people.Phone) error {
	if !m.PhoneProven || m.Phone == p {
		return nil
	}
	var others []people.Identity
	for _, a := range m.Accounts {
		if a.Identity != shopIdentity(t) && !a.Frozen {
			others = append(others, a.Identity)
		}
	}
	return c.TellChats(t, m.ID, others, func(say i18n.Printer) bot.Message {
		return bot.Message{Text: say.Say(i18n.SMSPhoneTold, "Shop", c.Name(t.Now, say.Lang), "Phone", p.String())}
	})
}

// givenPhone reads a reply to a question for the number. proven says that the
// platform vouches for it.
func (c counter) givenPhone(t *bot.Turn, r bot.Reply) (p people.Phone, proven bool, err error) {
	proven = r.Contact != nil && r.Contact.Own
	typed := r.Value
	if proven && typed != "" && typed[0] != '+' {
		typed = "+" + typed // Telegram's numbers are international, with or without it
	}
	p, err = c.readPhone(t, typed)
	return p, proven, err
}

// parsePhone reads a typed answer as a number.
func (c counter) parsePhone(t *bot.Turn) func(string) (string, error) {
	return func(typed string) (string, error) {
		p, err := c.readPhone(t, typed)
		return p.E164(), err
	}
}

// readPhone reads a number in the shop's countries; its errors have words.
func (c counter) readPhone(t *bot.Turn, typed string) (people.Phone, error) {
	p, err := people.ParsePhone(typed, c.Programme(t.Now).Regions()...)
	if err != nil {
		return p, c.Words(err)
	}
	return p, nil
}
