package shop

import (
	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty/people"
)

// PurposeName is what a purpose is called.
func PurposeName(p people.Purpose) i18n.Key {
	return map[people.Purpose]i18n.Key{
		people.ForJoining: i18n.PrivacyJoin, people.ForPromo: i18n.SettingsNews, people.ForTaste: i18n.PrivacyTaste, people.ForName: i18n.SettingsName,
		people.ForPhone: i18n.SettingsPhone, people.ForBirthday: i18n.SettingsBirthday, people.ForBoard: i18n.PrivacyBoards,
	}[p]
}

// WordPlace says where somebody gave their word, "" where nobody noted it.
func (s *Shop) WordPlace(p i18n.Printer, w people.Where) string {
	switch w.Place {
	case people.InChat:
		return s.Label(bot.ChannelName(w.Channel))
	case people.AtTill:
		return p.Say(i18n.PrivacyAtTill)
	case people.FromFile:
		return p.Say(i18n.PrivacyFromFile)
	}
	return ""
}

// ConsentLine is a yes or no of somebody's history in a line.
func (s *Shop) ConsentLine(p i18n.Printer, e people.ConsentEvent) string {
	answer := p.Say(map[bool]i18n.Key{true: i18n.PrivacyYes, false: i18n.PrivacyNo}[e.Given])
	if at := s.WordPlace(p, e.Where); at != "" {
		return p.Say(i18n.PrivacyWas, "What", p.Say(PurposeName(e.Purpose)), "Answer", answer, "Place", at)
	}
	return p.Say(i18n.PrivacyWasBefore, "What", p.Say(PurposeName(e.Purpose)), "Answer", answer)
}
