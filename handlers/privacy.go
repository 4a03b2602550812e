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

// privacy shows what the speaker agreed to and gave, each with a button that takes it
// back: "privacy promo off" changes a word, "privacy drop phone" deletes something,
// "privacy past" is the history.
func (c counter) privacy(t *bot.Turn) error {
	me, err := c.Vault.Get(t.Tx, loyalty.MemberID(t.Person.ID))
	if err != nil {
		return err
	}
	if err := t.Tx.Lock(people.Subject(me.ID)); err != nil {
		return err
	}
	if me.Status != people.Member {
		t.Say(bot.Message{Text: t.Word(i18n.PrivacyStranger, "Shop", c.Name(t.Now, t.Lang)), Buttons: c.noticeButton(t)})
		return nil
	}
	what, to, _ := strings.Cut(t.Args, " ")
	if what == "past" {
		return c.consentsPast(t, me)
	}
	said, err := c.rethink(t, me, what, to)
	if err != nil {
		return err
	}
	return c.sayPrivacy(t, me.ID, said)
}

// rethink changes what a button asked for, and says what that means; anything else
// changes nothing.
func (c counter) rethink(t *bot.Turn, m people.Person, what, to string) (said string, err error) {
	on := to == "on"
	switch {
	case what == "drop":
		return c.drop(t, m, people.Purpose(to))
	case to != "on" && to != "off":
		return "", nil
	case what == string(people.ForPromo):
		said = t.Word(map[bool]i18n.Key{true: i18n.NewsOn, false: i18n.NewsOff}[on])
		return said, c.agrees(t, m.ID, people.ForPromo, on)
	case what == string(people.ForTaste):
		said = t.Word(map[bool]i18n.Key{true: i18n.PrivacyTasteText, false: i18n.PrivacyTasteOver}[on])
		if !on {
			if err := c.Recommend.Forget(t.Tx, m.ID); err != nil {
				return "", err
			}
		}
		return said, c.agrees(t, m.ID, people.ForTaste, on)
	}
	return "", nil
}

// agrees notes the speaker's yes or no, with the words and the chat it was given in.
func (c counter) agrees(t *bot.Turn, id loyalty.MemberID, p people.Purpose, yes bool) error {
	return c.Vault.Agree(t.Tx, id, p, yes, shop.SaidIn(t, p), t.Now, t.Rand())
}

// drop deletes what the member gave, which takes the yes to its use back.
func (c counter) drop(t *bot.Turn, m people.Person, p people.Purpose) (said string, err error) {
	switch p {
	case people.ForName:
		err = c.Vault.SetName(t.Tx, m.ID, "", t.Rand())
	case people.ForPhone:
		err = c.Vault.SetPhone(t.Tx, m.ID, people.Phone{}, false, t.Rand())
	case people.ForBirthday:
		err = c.Vault.SetBirthday(t.Tx, m.ID, people.Birthday{}, t.Now, t.Rand())
	case people.ForBoard:
		_, err = c.Missions.BoardsLeave(t.Tx, m.ID)
	default:
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return t.Word(i18n.PrivacyDropped, "What", t.Word(shop.PurposeName(p))), c.agrees(t, m.ID, p, false)
}

// boardOver takes the yes to boards back with the last of them.
func (c counter) boardOver(t *bot.Turn, id loyalty.MemberID) error {
	groups, err := c.Missions.Boards(t.Tx, id)
	if err != nil || len(groups) > 0 {
		return err
	}
	return c.agrees(t, id, people.ForBoard, false)
}

// purpose is a line of the screen, and the button that changes it, if one does.
type purpose struct {
	row  bot.Row
	does bot.Button
}

// sayPrivacy shows the screen as it is after a change.
func (c counter) sayPrivacy(t *bot.Turn, id loyalty.MemberID, said string) error {
	m, err := c.Vault.Get(t.Tx, id)
	if err != nil {
		return err
	}
	lines, err := c.purposes(t, m)
	if err != nil {
		return err
	}
	if said == "" {
		said = t.Word(i18n.PrivacyText)
	}
	msg := bot.Message{Title: t.Word(i18n.PrivacyTitle), Text: said, Replace: true}
	for _, l := range lines {
		msg.Rows = append(msg.Rows, l.row)
		if l.does.Label != "" {
			msg.Buttons = append(msg.Buttons, l.does)
		}
	}
	msg.Buttons = append(msg.Buttons, command(t.Word(i18n.PrivacyPast), "privacy past"), command(t.Word(i18n.ExportButton), "export"))
	msg.Buttons = append(append(msg.Buttons, c.noticeButton(t)...), command(t.Word(i18n.SettingsLeave), "leave"))
	t.Say(msg)
	return nil
}

// purposes are the lines: those of a switch first, then what was given.
func (c counter) purposes(t *bot.Turn, m people.Person) ([]purpose, error) {
	all := []purpose{
		{row: bot.Row{Label: t.Word(i18n.PrivacyJoin), Value: c.since(t, m, people.ForJoining, t.Word(i18n.SettingsOn))}},
		c.switched(t, m, people.ForPromo, m.Agreed(people.ForPromo), i18n.SettingsNewsOn, i18n.SettingsNewsOff),
	}
	if c.Rules(t.Now).Recommend.On() {
		all = append(all, c.switched(t, m, people.ForTaste, !m.Declined(people.ForTaste), i18n.PrivacyTasteOn, i18n.PrivacyTasteOff))
	}
	all = append(all,
		c.told(t, m, people.ForName, m.Name != "", i18n.PrivacyDropName),
		c.told(t, m, people.ForPhone, !m.Phone.IsZero(), i18n.PrivacyDropPhone),
		c.told(t, m, people.ForBirthday, !m.Birthday.IsZero(), i18n.PrivacyDropBirthday))
	groups, err := c.Missions.Boards(t.Tx, m.ID)
	if len(groups) > 0 {
		all = append(all, c.told(t, m, people.ForBoard, true, i18n.PrivacyDropBoards))
	}
	return all, err
}

// switched is a purpose that is on or off.
func (c counter) switched(t *bot.Turn, m people.Person, p people.Purpose, is bool, on, off i18n.Key) purpose {
	return purpose{
		row:  bot.Row{Label: t.Word(shop.PurposeName(p)), Value: c.since(t, m, p, c.onOff(t, is))},
		does: command(c.turn(t, on, off, is), "privacy "+string(p)+c.other(is)),
	}
}

// told is something that the member told.
func (c counter) told(t *bot.Turn, m people.Person, p people.Purpose, is bool, drop i18n.Key) (l purpose) {
	l.row = bot.Row{Label: t.Word(shop.PurposeName(p)), Value: t.Word(i18n.SettingsNone)}
	if is {
		l.row.Value = c.since(t, m, p, t.Word(i18n.SettingsKnown))
		l.does = command(t.Word(drop), "privacy drop "+string(p))
	}
	return l
}

// since adds to how it stands since when, and where it was said; what nobody was
// asked stands as it is.
func (c counter) since(t *bot.Turn, m people.Person, p people.Purpose, stands string) string {
	said, ok := m.Consents[p]
	if !ok {
		return stands
	}
	all := []string{stands, t.Word(i18n.PrivacySince, "Date", t.Date(c.Local(said.At)))}
	if at := c.WordPlace(t.Printer, said.Where); at != "" {
		all = append(all, at)
	}
	return strings.Join(all, " · ")
}

// noticeButton opens the whole notice, where phones can reach it.
func (c counter) noticeButton(t *bot.Turn) []bot.Button {
	if !strings.HasPrefix(c.PublicURL, "https://") {
		return nil
	}
	return []bot.Button{{Label: t.Word(i18n.PrivacyNotice), Do: bot.DoOpen, Value: c.PublicURL + "/privacy?lang=" + string(t.Lang)}}
}

// mostPast is how many words back the history goes on one screen; an export has all.
const mostPast = 10

// consentsPast lists what the speaker said, newest first.
func (c counter) consentsPast(t *bot.Turn, m people.Person) error {
	all, err := people.ConsentsOf(t.Tx, m.ID)
	if err != nil {
		return err
	}
	slices.Reverse(all)
	msg := bot.Message{
		Title: t.Word(i18n.PrivacyPastTitle), Note: t.Word(i18n.PrivacyPastNote), Replace: true,
		Buttons: []bot.Button{command(t.Word(i18n.ExportButton), "export"), command(t.Word(i18n.PrivacyButton), "privacy")},
	}
	for _, e := range all[:min(len(all), mostPast)] {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Date(c.Local(e.At)), Value: c.ConsentLine(t.Printer, e)})
	}
	t.Say(msg)
	return nil
}
