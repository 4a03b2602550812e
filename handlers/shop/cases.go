package shop

import (
	"errors"
	"slices"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// CallManagers tells a store's managers at once, and the owners where none of
// those can be reached. It reports whether anybody was told. An employee whom it is
// about is told as well, and does not count: somebody else has to look at it.
func (s *Shop) CallManagers(t *bot.Turn, at loyalty.Store, about people.StaffID, words func(i18n.Printer) bot.Message) (told bool, err error) {
	all, err := s.Vault.Managers(t.Tx, at)
	if err != nil {
		return false, err
	}
	for _, owners := range []bool{false, true} {
		for _, m := range all {
			if (m.Role == people.Owner) != owners || m.Member == loyalty.MemberID(t.Person.ID) {
				continue
			}
			ok, err := s.Tell(t, m.Member, bot.Receipt, bot.PushNow, "", words)
			if err != nil {
				return told, err
			}
			told = told || ok && m.ID != about
		}
		if told {
			break
		}
	}
	return told, nil
}

// CaseCard is a case as its managers see it: who (masked), the score, the visit,
// and what was said, newest last.
func (s *Shop) CaseCard(r store.Reader, p i18n.Printer, now time.Time, c survey.Case) (m bot.Message, err error) {
	name, err := s.CustomerName(r, p, c.Member)
	if err != nil {
		return m, err
	}
	about, err := s.CaseAbout(r, p, now, c)
	if err != nil {
		return m, err
	}
	m = bot.Message{Title: p.Say(i18n.CaseTitle, "Ref", string(c.Ref)), Rows: []bot.Row{{Label: p.Say(i18n.CaseWho), Value: name}, about}}
	if m.Rows, err = s.visitRows(r, p, now, c.Visit, m.Rows); err != nil {
		return m, err
	}
	rest := c.Notes
	if len(rest) > 5 { // the newest, so that the card stays on one screen
		rest = rest[len(rest)-5:]
	}
	for _, n := range rest {
		words, err := s.OpenWords(r, c.Member, n.Sealed)
		if err != nil {
			return m, err
		}
		if words != "" {
			m.Rows = append(m.Rows, bot.Row{Label: s.speaker(r, p, n, name), Value: words})
		}
	}
	if !c.IsOpen() {
		m.Note = p.Say(i18n.CaseClosedAt, "Date", s.Local(c.Closed), "How", p.Say(HowWords[c.How]))
		if c.Fixed != "" {
			m.Note += " · " + string(c.Fixed)
		}
		if c.Own {
			m.Note += " · " + p.Say(i18n.DisputeOwn)
		}
		return m, nil
	}
	line := "case " + string(c.Ref)
	m.Buttons = []bot.Button{
		{Label: p.Say(i18n.CaseAnswer), Do: bot.DoCommand, Value: line + " answer"},
		{Label: p.Say(i18n.CaseClose), Do: bot.DoCommand, Value: line + " close"},
	}
	if c.Wrong {
		m.Buttons = slices.Insert(m.Buttons, 1, bot.Button{Label: p.Say(i18n.LineCorrect), Do: bot.DoCommand, Value: line + " correct"})
	}
	return m, nil
}

// HowWords are the words for each way to close a case.
var HowWords = map[survey.How]i18n.Key{
	survey.Resolved: i18n.CaseResolved, survey.Called: i18n.CaseCalled, survey.Gifted: i18n.CaseGifted, survey.Nothing: i18n.CaseNothing,
	survey.Explained: i18n.LineExplained,
}

// CustomerName is a customer, masked, for the eyes of employees.
func (s *Shop) CustomerName(r store.Reader, p i18n.Printer, m loyalty.MemberID) (string, error) {
	who, err := s.Whole(r, m)
	if err != nil && !errors.Is(err, people.ErrNobody) && !errors.Is(err, people.ErrErased) {
		return "", err
	}
	if n := Mask(who.Called()); n != "" {
		return n, nil
	}
	return p.Say(i18n.SomeCustomer), nil
}

// visitRows are what the case is about: when, how much, where, and who served.
func (s *Shop) visitRows(r store.Reader, p i18n.Printer, now time.Time, v survey.Visit, rows []bot.Row) ([]bot.Row, error) {
	when := p.ShortDate(s.Local(v.At)) + " " + p.Clock(s.Local(v.At))
	if v.Ref != "" {
		e, err := s.Book.ByRef(r, v.Ref)
		if err != nil && !errors.Is(err, loyalty.ErrUnknownRef) {
			return rows, err
		}
		if err == nil {
			when += " · " + s.Money(p, now, e.Amount)
		}
	}
	if !v.At.IsZero() { // else a line is missing, and nobody knows of when
		rows = append(rows, bot.Row{Label: p.Say(i18n.CaseVisit), Value: when})
	}
	if v.Store != "" && len(s.Programme(now).Stores) > 1 {
		rows = append(rows, bot.Row{Label: p.Say(i18n.CaseStore), Value: s.StoreName(v.Store)})
	}
	if v.Staff == "" {
		return rows, nil
	}
	who, err := s.Vault.StaffByID(r, people.StaffID(v.Staff))
	if errors.Is(err, people.ErrNotStaff) || err == nil && who.Name == "" {
		return rows, nil
	}
	return append(rows, bot.Row{Label: p.Say(i18n.CaseServed), Value: Tidy(who.Name)}), err
}

// speaker names who said something in a case.
func (s *Shop) speaker(r store.Reader, p i18n.Printer, n survey.Note, customer string) string {
	if n.By == "" {
		return customer
	}
	if who, err := s.Vault.StaffByID(r, people.StaffID(n.By)); err == nil && who.Name != "" {
		return Tidy(who.Name)
	}
	return p.Say(i18n.CaseShop)
}
