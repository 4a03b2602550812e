package shop

import (
	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
	"time"
)

// leavesLines closes what a member who leaves had to say about their lines.
func (s *Shop) leavesLines(tx store.Tx, d club.Deed) error {
	if d.Kind != club.Left {
		return nil
	}
	return s.Surveys.Left(tx, d.Member, d.Act.Now)
}

// Doubted is the entry that a case is about; ok is false where one is missing.
func (s *Shop) Doubted(r store.Reader, c survey.Case) (e loyalty.Entry, ok bool, err error) {
	if c.Line == 0 {
		return e, false, nil
	}
	list, err := s.Book.History(r, c.Member, c.Line+1, 1)
	if err != nil || len(list) == 0 || list[0].Seq != c.Line {
		return e, false, err
	}
	return list[0], true, nil
}

// CaseAbout is what a case is about: a score, or a line of the customer's history.
func (s *Shop) CaseAbout(r store.Reader, p i18n.Printer, now time.Time, c survey.Case) (bot.Row, error) {
	if !c.Wrong {
		return bot.Row{Label: p.Say(i18n.CaseGave), Value: Grade(c.Kind, c.Score)}, nil
	}
	e, ok, err := s.Doubted(r, c)
	if err != nil || !ok {
		return bot.Row{Label: p.Say(i18n.LineRow), Value: p.Say(i18n.LineMissing)}, err
	}
	value := s.EntryWords(p, now, e) + "  " + Signed(e.Change())
	if e.Ref != "" {
		value += " · " + string(e.Ref)
	}
	return bot.Row{Label: p.Say(i18n.LineRow), Value: value}, nil
}

// CloseCase closes a case, and tells a customer who doubted a line what became of it: with
// their next answer where a message costs money, as what they lost they are told at once by
// whoever corrects it. Refusals: as MayClose.
func (s *Shop) CloseCase(tx store.Tx, tell func(bot.Telling), now time.Time, me people.Staff, c survey.Case, how survey.How, with loyalty.Ref) error {
	own, err := s.MayClose(tx, me, c)
	if err != nil {
		return err
	}
	c.Fixed, c.Own = with, own
	c, err = s.Surveys.Close(tx, c, string(me.ID), how, now)
	if err != nil || !c.Wrong {
		return err
	}
	to, p, ok, err := s.Reach(tx, c.Member)
	if err != nil || !ok {
		return err
	}
	msg := bot.Message{Text: p.Say(i18n.LineLeft), Buttons: []bot.Button{{Label: p.Say(i18n.CaseReplyButton), Do: bot.DoCommand, Value: "reply " + string(c.Ref)}}}
	switch {
	case with != "":
		msg.Text = p.Say(i18n.LineRight, "Ref", string(with))
	case how == survey.Resolved:
		msg.Text = p.Say(i18n.LineSettled)
	}
	tell(bot.Telling{Person: bot.PersonID(c.Member), To: to, Class: bot.Receipt, Carriage: bot.RideOnly, Messages: []bot.Message{msg}})
	return nil
}

// MayClose refuses an employee who would close what they complain of themselves, or a
// complaint about a line that they entered. own says that they did enter it, and that
// nobody else of the shop could look at it: then they may, and the case says so.
func (s *Shop) MayClose(r store.Reader, me people.Staff, c survey.Case) (own bool, err error) {
	if err := notOwn(me, c); err != nil || !c.Wrong || c.Visit.Staff == "" || c.Visit.Staff != string(me.ID) {
		return false, err
	}
	all, err := s.Vault.AllStaff(r)
	if err != nil {
		return false, err
	}
	for _, who := range all {
		if who.ID != me.ID && looksAfter(who, c) && notOwn(who, c) == nil {
			return false, bot.Refuse(i18n.DisputeOwnLine)
		}
	}
	return true, nil
}

// looksAfter says whether a case is one of those that an employee sees.
func looksAfter(who people.Staff, c survey.Case) bool {
	here := who.Role == people.Owner || c.Visit.Store == "" || who.WorksAt(c.Visit.Store)
	return who.Active && here && people.AtLeast(who.Role, people.Manager)
}

// notOwn refuses an employee who would answer or close what they complain of
// themselves. Owners have nobody above them who could.
func notOwn(me people.Staff, c survey.Case) error {
	if me.Role != people.Owner && me.Member != "" && me.Member == c.Member {
		return loyalty.ErrSelf
	}
	return nil
}
