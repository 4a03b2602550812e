package shop

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"regulars/i18n"
)

// BreachLaws are what the markets ask of a shop after a breach, by when and of whom.
// The articles stand in the words:
//
//	Taiwan     Personal Data Protection Act art. 12; Enforcement Rules art. 22
//	Hong Kong  PCPD, Guidance on Data Breach Handling and Data Breach Notifications (2023); PDPO, DPP 4
//	Japan      APPI art. 26; Enforcement Rules art. 7 to 10
//	Thailand   PDPA B.E. 2562 s. 37(4), and the PDPC's notification on breaches (2022)
//	China      Personal Information Protection Law art. 57, for members who are there
//	EU         GDPR art. 33 and 34, for members who are there
var BreachLaws = []i18n.Key{i18n.BreachLawTW, i18n.BreachLawHK, i18n.BreachLawJP, i18n.BreachLawTH, i18n.BreachLawCN, i18n.BreachLawEU}

// BreachFacts are what is known of a breach, for its notices.
type BreachFacts struct {
	Since, Until      time.Time
	People, Unreached int
	Data              []Datum
}

// FactsOf sums up whom a breach touched.
func FactsOf(b Breach, all []Touched) (f BreachFacts) {
	f.Since, f.Until, f.People = b.Since, b.Until, len(all)
	any := map[Datum]bool{}
	for _, t := range all {
		if !t.Reachable() {
			f.Unreached++
		}
		for _, d := range t.Data {
			any[d] = true
		}
	}
	for _, d := range Data {
		if any[d] {
			f.Data = append(f.Data, d)
		}
	}
	return f
}

// BreachNotice is the draft of a notice, [i18n.BreachToAuthority] or
// [i18n.BreachToPeople], in a language; what only people know is marked in it.
// Who answers for it and whom to ask are those whom the privacy notice names.
func (s *Shop) BreachNotice(l i18n.Lang, notice i18n.Key, f BreachFacts) string {
	p, at := i18n.For(l), s.Programme(s.Clock.Now()).Privacy
	return strings.TrimSpace(p.Say(notice,
		"Shop", cmp.Or(at.Controller, s.Name(s.Clock.Now(), l)), "Contact", cmp.Or(at.Contact, s.PublicURL, "…"), "From", s.breachMoment(p, f.Since), "To", s.breachMoment(p, f.Until),
		"People", i18n.Number(int64(f.People)), "Unreached", i18n.Number(int64(f.Unreached)), "Data", DataWords(p, f.Data)))
}

func (s *Shop) breachMoment(p i18n.Printer, t time.Time) string {
	t = s.Local(t)
	return p.Date(t) + " " + p.Time(t)
}

// DataWords lists kinds of data in a language.
func DataWords(p i18n.Printer, all []Datum) string {
	var words []string
	for _, d := range all {
		words = append(words, p.Say(DatumKey(d)))
	}
	return p.List(words)
}

// TouchedHead and Row are the columns of the list of whom a breach touched, as a file
// has them.
var TouchedHead = []string{"member", "status", "name", "phone", "language", "data", "first", "last", "by", "reach"}

// Row is one of them; cells are not guarded against spreadsheets yet.
func (t Touched) Row() []string {
	data := make([]string, len(t.Data))
	for i, d := range t.Data {
		data[i] = string(d)
	}
	return []string{
		string(t.Member), string(t.Status), t.Name, t.Phone, t.Language, strings.Join(data, " "),
		t.First.UTC().Format(time.RFC3339), t.Last.UTC().Format(time.RFC3339), strings.Join(t.By, " "), strings.Join(t.Reach, " "),
	}
}

// ReadBreachTime reads a moment that was typed, on the shop's clock: a day, or a day
// with a time. A day alone is its beginning, or where end its last moment.
func (s *Shop) ReadBreachTime(text string, end bool) (time.Time, error) {
	zone := s.zone()
	for _, form := range []string{"2006-01-02 15:04", "2006-01-02T15:04", time.RFC3339} {
		if t, err := time.ParseInLocation(form, text, zone); err == nil {
			return t, nil
		}
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return t, &BreachTimeError{text}
	}
	if end {
		t = t.AddDate(0, 0, 1).Add(-time.Nanosecond)
	}
	return t, nil
}

// BreachTimeError reports a moment that cannot be read.
type BreachTimeError struct{ Text string }

// Error is for operators.
func (e *BreachTimeError) Error() string {
	return strconv.Quote(e.Text) + " is no moment; write 2026-11-22, or 2026-11-22 14:30 on the shop's clock"
}
