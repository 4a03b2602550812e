package shop

import (
	"slices"
	"time"

	"regulars/bot"
	"regulars/i18n"
)

// law is what binds a shop that asks people for their data, by its country.
type law struct {
	answer int    // days in which a request for a copy is to be answered
	name   string // a key of the notice: which law, and where to complain
}

// laws are those of the markets the program is sold in. The days are those for a
// copy of what is kept:
//
//	TW  Personal Data Protection Act, art. 13 (1): 15 days, which may be extended once
//	HK  Personal Data (Privacy) Ordinance (cap. 486), s. 19 (1): 40 days
//	JP  Act on the Protection of Personal Information, art. 33 (2): without delay;
//	    two weeks are what its regulator's guidelines for businesses live up to
//	TH  Personal Data Protection Act B.E. 2562, s. 30: 30 days
//	CN  Personal Information Protection Law, art. 45 (2) and 50: in time; 15 working
//	    days by GB/T 35273-2020, 8.7, here 15 days
//	EU  General Data Protection Regulation, art. 12 (3): one month, here 30 days
var laws = map[string]law{
	"TW": {15, "tw"}, "HK": {40, "hk"}, "JP": {14, "jp"}, "TH": {30, "th"}, "CN": {15, "cn"},
}

// inEurope are the countries where the GDPR holds, with the EEA, and the United
// Kingdom, whose own one says the same.
var inEurope = map[string]bool{
	"AT": true, "BE": true, "BG": true, "CY": true, "CZ": true, "DE": true, "DK": true, "EE": true, "ES": true, "FI": true,
	"FR": true, "GB": true, "GR": true, "HR": true, "HU": true, "IE": true, "IS": true, "IT": true, "LI": true, "LT": true,
	"LU": true, "LV": true, "MT": true, "NL": true, "NO": true, "PL": true, "PT": true, "RO": true, "SE": true, "SI": true, "SK": true,
}

// lawOf is a country's; of one that the program does not know, nothing is named and
// the tightest date holds.
func lawOf(country string) law {
	if inEurope[country] {
		return law{30, "eu"}
	}
	if l, ok := laws[country]; ok {
		return l
	}
	return law{14, "other"}
}

// Law names what binds the shop, as the notice's texts do: "tw", "hk", "jp", "th",
// "cn", "eu", or "other".
func (s *Shop) Law(now time.Time) string { return lawOf(s.Programme(now).Country).name }

// AnswerWithin is in how many days a request for a copy is to be answered.
func (s *Shop) AnswerWithin(now time.Time) int { return lawOf(s.Programme(now).Country).answer }

// AnswerBy is the last moment for a request that is made now.
func (s *Shop) AnswerBy(now time.Time) time.Time {
	return s.Rules(now).DayEnd(s.Local(now).AddDate(0, 0, s.AnswerWithin(now)-1))
}

// lineCompany is who runs LINE, as it is called in Japanese and elsewhere.
var lineCompany = map[bool]string{true: "LINEヤフー株式会社", false: "LY Corporation"}

// GivenTo is who else gets to see something of members, and what: those who carry
// messages. Programs of the shop's own that are told what happens get ids alone.
func (s *Shop) GivenTo(p i18n.Printer) (list []string) {
	for _, to := range []struct {
		platform bot.Platform
		words    i18n.Key
		company  string
	}{{bot.LINE, i18n.PrivacyToLINE, lineCompany[p.Lang == i18n.Ja]}, {bot.Telegram, i18n.PrivacyToTelegram, "Telegram FZ-LLC"}} {
		if slices.ContainsFunc(s.Channels, func(c Channel) bool { return c.Platform == to.platform }) {
			list = append(list, p.Say(to.words, "Company", to.company))
		}
	}
	if s.SMS != "" {
		list = append(list, p.Say(i18n.PrivacyToSMS))
	}
	return list
}
