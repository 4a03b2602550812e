package handlers

import (
	"slices"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// settings shows what the shop knows of the speaker and what they agreed to,
// each with its button.
func (c counter) settings(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	t.Say(c.settingsOf(t, m))
	return nil
}

// settingsOf is the settings as a message.
func (c counter) settingsOf(t *bot.Turn, m people.Person) bot.Message {
	or := func(s string) string {
		if s == "" {
			return t.Word(i18n.SettingsNone)
		}
		return s
	}
	phone, birthday := "", ""
	if !m.Phone.IsZero() {
		phone = m.Phone.String()
	}
	if !m.Birthday.IsZero() {
		birthday = t.Word(i18n.SettingsKnown)
	}
	msg := bot.Message{
		Title: t.Word(i18n.MenuSettings),
		Rows: []bot.Row{
			{Label: t.Word(i18n.SettingsName), Value: or(shop.Tidy(m.Name))},
			{Label: t.Word(i18n.SettingsPhone), Value: or(phone)},
			{Label: t.Word(i18n.SettingsBirthday), Value: or(birthday)},
			{Label: t.Word(i18n.MenuLanguage), Value: t.Lang.Own()},
			{Label: t.Word(i18n.SettingsNews), Value: c.onOff(t, m.Agreed(people.ForPromo))},
			{Label: t.Word(i18n.SettingsQuiet), Value: c.onOff(t, m.Quiet)},
		},
		Buttons: []bot.Button{
			command(t.Word(i18n.SettingsName), "name"),
			command(t.Word(i18n.SettingsPhone), "phone"),
			command(t.Word(i18n.SettingsBirthday), "birthday"),
			command(t.Word(i18n.MenuLanguage), "language"),
			command(c.turn(t, i18n.SettingsNewsOn, i18n.SettingsNewsOff, m.Agreed(people.ForPromo)), "news"+c.other(m.Agreed(people.ForPromo))),
			command(c.turn(t, i18n.SettingsQuietOn, i18n.SettingsQuietOff, m.Quiet), "quiet"+c.other(m.Quiet)),
			command(t.Word(i18n.SettingsLink), "link"),
			command(t.Word(i18n.PrivacyButton), "privacy"),
			command(t.Word(i18n.SettingsLeave), "leave"),
		},
		Replace: true,
	}
	if here, ok := m.Account(shopIdentity(t)); ok && len(m.Accounts) > 1 {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.ChainsHere), Value: c.onOff(t, here.Quiet)})
		msg.Buttons = slices.Insert(msg.Buttons, 6, command(c.turn(t, i18n.ChainsHereOn, i18n.ChainsHereOff, here.Quiet), "quiet here"+c.other(here.Quiet)))
	}
	return msg
}

func (c counter) onOff(t *bot.Turn, on bool) string {
	if on {
		return t.Word(i18n.SettingsOn)
	}
	return t.Word(i18n.SettingsOff)
}

// turn labels the button that changes a switch.
func (c counter) turn(t *bot.Turn, on, off i18n.Key, is bool) string {
	if is {
		return t.Word(off)
	}
	return t.Word(on)
}

// other is the argument that changes a switch: saying it twice changes nothing.
func (c counter) other(is bool) string {
	if is {
		return " off"
	}
	return " on"
}

// news gives or takes back the consent to marketing messages.
func (c counter) news(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	on, words := t.Args == "on", ""
	if on || t.Args == "off" {
		if err := c.agrees(t, m.ID, people.ForPromo, on); err != nil {
			return err
		}
		key := i18n.NewsOff
		if on {
			key = i18n.NewsOn
		}
		words = t.Word(key)
	}
	return c.showSettings(t, m.ID, words)
}

// quiet stops everything that the member did not ask for, or allows it again.
func (c counter) quiet(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if here, ok := strings.CutPrefix(t.Args, "here "); ok {
		return c.quietHere(t, m, here)
	}
	on, words := t.Args == "on", ""
	if on || t.Args == "off" {
		if err := c.Vault.SetQuiet(t.Tx, m.ID, on, t.Rand()); err != nil {
			return err
		}
		key := i18n.QuietOff
		if on {
			key = i18n.QuietOn
		}
		words = t.Word(key)
	}
	return c.showSettings(t, m.ID, words)
}

// quietHere is quiet in this chat alone, for who has several with the shop.
func (c counter) quietHere(t *bot.Turn, m people.Person, to string) error {
	words := ""
	if to == "on" || to == "off" {
		if err := c.Vault.SetQuietAt(t.Tx, shopIdentity(t), to == "on", t.Rand()); err != nil {
			return err
		}
		words = t.Word(map[string]i18n.Key{"on": i18n.ChainsQuiet, "off": i18n.ChainsSpeak}[to])
	}
	return c.showSettings(t, m.ID, words)
}

// showSettings shows the settings as they are after a change, and says what it
// means.
func (c counter) showSettings(t *bot.Turn, id loyalty.MemberID, words string) error {
	m, err := c.Vault.Get(t.Tx, id)
	if err != nil {
		return err
	}
	msg := c.settingsOf(t, m)
	msg.Text = words
	t.Say(msg)
	return nil
}

// language offers the languages, and speaks the chosen one from then on.
func (c counter) language(t *bot.Turn) error {
	for _, l := range i18n.Langs {
		if t.Args == string(l) {
			return c.speak(t, l)
		}
	}
	msg := bot.Message{Text: t.Word(i18n.LanguageAsk)}
	for _, l := range i18n.Langs {
		msg.Buttons = append(msg.Buttons, command(l.Own(), "language "+string(l)))
	}
	t.Say(msg)
	return nil
}

func (c counter) speak(t *bot.Turn, l i18n.Lang) error {
	if err := c.Vault.SetLanguage(t.Tx, loyalty.MemberID(t.Person.ID), string(l), t.Rand()); err != nil {
		return err
	}
	t.Person.Lang, t.Printer = l, i18n.For(l)
	if t.Person.Role == bot.Anyone {
		return c.welcome(t)
	}
	t.Say(bot.Message{Text: t.Word(i18n.LanguageDone), Menu: c.Menu(t)})
	return nil
}
