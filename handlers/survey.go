package handlers

import (
	"errors"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/loyalty/voucher"
)

// survey takes an answer to the question that the speaker was asked: /survey ID
// VALUE, as its buttons carry. Whose answer it is comes from who speaks.
func (c counter) survey(t *bot.Turn) error {
	id, value, _ := strings.Cut(t.Args, " ")
	me := loyalty.MemberID(t.Person.ID)
	a, ok, err := c.Surveys.Of(t.Tx, me, id)
	if err != nil {
		return err
	}
	if !ok {
		return bot.Refuse(i18n.SurveyNone)
	}
	s, _ := c.Surveys.Find(t.Now, id)
	given, err := c.given(t, a.Kind, s, value)
	if err != nil {
		return err
	}
	a, how, err := c.Surveys.Answer(t.Tx, me, id, given, t.Now, string(t.Lang), string(t.Event.Channel))
	switch {
	case err != nil:
		return err
	case how == survey.Already:
		t.SayText(i18n.SurveyAlready)
		return nil
	case a.Late:
		t.SayText(i18n.SurveyLate)
		return nil
	}
	return c.answered(t, s, a, how)
}

// given reads what a button carries, or a typed score.
func (c counter) given(t *bot.Turn, kind loyalty.SurveyKind, s loyalty.Survey, value string) (survey.Given, error) {
	if kind == loyalty.SurveyPoll {
		if o := c.option(t, s, value); o != "" {
			return survey.Given{Option: o}, nil
		}
		return survey.Given{}, bot.Refuse(i18n.BotChooseButton)
	}
	low, high := kind.Range()
	n, ok := readScore(value)
	if !ok || n < low || n > high {
		return survey.Given{}, bot.Refuse(i18n.SurveyRange, "Low", low, "High", high)
	}
	return survey.Given{Score: n}, nil
}

// option is the option of a poll that is meant: by its id, or its name in any
// language.
func (c counter) option(t *bot.Turn, s loyalty.Survey, value string) string {
	for _, o := range s.Options {
		if o == value {
			return o
		}
		for _, l := range i18n.Langs {
			if shop.Same(c.OptionName(i18n.For(l), t.Now, s.ID, o)) == shop.Same(value) {
				return o
			}
		}
	}
	return ""
}

// answered thanks for an answer that counts, calls the managers where it is a bad
// one, and asks why.
func (c counter) answered(t *bot.Turn, s loyalty.Survey, a survey.Answer, how survey.Outcome) error {
	lines := []string{c.thanks(t, s, a, how)}
	called, err := c.alert(t, s, a)
	if err != nil {
		return err
	}
	if called {
		lines = append(lines, t.Word(i18n.SurveyCalled))
	}
	gift, err := c.surveyGift(t, s, a, how)
	if err != nil {
		return err
	}
	msg := bot.Message{Text: strings.Join(append(lines, gift...), "\n")}
	if delighted(a) {
		msg = c.spread(t, s, msg)
	}
	t.Say(msg)
	if how != survey.First {
		return nil
	}
	came, err := c.Missions.Answered(t.Tx, a.Member, book.Act{Op: loyalty.OpID(t.Op("answered")), Actor: loyalty.ByJob("mission"), Now: t.Now}, a.Survey+"/"+a.Wave)
	if err != nil {
		return err
	}
	c.achieved(t, came)
	if s.FollowUp {
		t.Say(c.askWhy(t, s))
	}
	return nil
}

// delighted says that somebody may be asked to recommend the shop.
func delighted(a survey.Answer) bool {
	return a.Kind == loyalty.SurveyNPS && survey.ClassOf(a.Score) == survey.Promoter
}

// thanks are the first words after an answer, by how good it was.
func (c counter) thanks(t *bot.Turn, s loyalty.Survey, a survey.Answer, how survey.Outcome) string {
	if how == survey.Changed {
		answer := c.OptionName(t.Printer, t.Now, s.ID, a.Option)
		if a.Kind != loyalty.SurveyPoll {
			answer = shop.Grade(a.Kind, a.Score)
		}
		return t.Word(i18n.SurveyChanged, "Answer", answer)
	}
	low, high := a.Kind.Range()
	switch {
	case a.Kind == loyalty.SurveyPoll:
		return t.Word(i18n.SurveyPassive)
	case delighted(a) || a.Kind == loyalty.SurveyCSAT && a.Score == high:
		return t.Word(i18n.SurveyPromoter)
	case a.Score <= s.AlertAt || a.Kind == loyalty.SurveyNPS && survey.ClassOf(a.Score) == survey.Detractor || a.Score == low:
		return t.Word(i18n.SurveyDetractor)
	}
	return t.Word(i18n.SurveyPassive)
}

// alert opens a case for a bad answer and tells the store's managers at once, in
// the same commit.
func (c counter) alert(t *bot.Turn, s loyalty.Survey, a survey.Answer) (called bool, err error) {
	bad := a.Kind != loyalty.SurveyPoll && s.ID != "" && a.Score <= s.AlertAt
	if !bad && a.Case == "" {
		return false, nil
	}
	k, fresh, err := c.Surveys.Alert(t.Tx, a, t.Now)
	if err != nil || !fresh {
		return false, err
	}
	return c.tellCase(t, k, i18n.CaseAlert)
}

// tellCase shows a case to the managers of its store under a title.
func (c counter) tellCase(t *bot.Turn, k survey.Case, title i18n.Key) (bool, error) {
	var failed error
	var about people.StaffID // who entered the line that is called wrong
	if k.Wrong {
		about = people.StaffID(k.Visit.Staff)
	}
	told, err := c.CallManagers(t, k.Visit.Store, about, func(p i18n.Printer) bot.Message {
		m, err := c.CaseCard(t.Tx, p, t.Now, k)
		failed = errors.Join(failed, err)
		m.Note = m.Title
		m.Title = p.Say(title, "Name", m.Rows[0].Value)
		return m
	})
	return told, errors.Join(err, failed)
}

// surveyGift gives what an answer brings, once a wave, and says so. What cannot
// be given now, as a reward that is out of stock, is not promised either.
func (c counter) surveyGift(t *bot.Turn, s loyalty.Survey, a survey.Answer, how survey.Outcome) (lines []string, err error) {
	if how != survey.First || s.Points == 0 && s.Reward == "" {
		return nil, nil
	}
	// Who leaves and comes back would have one each time.
	if f, err := c.Facts(t.Tx, loyalty.MemberID(t.Person.ID)); err != nil || f.Returned {
		return nil, err
	}
	if enough, most, err := c.Answered(t.Tx, a.Member, t.Now); enough || err != nil {
		return []string{t.Word(i18n.FraudMembersAnswerDay, "Most", i18n.Number(int64(most)))}, err
	}
	if a, _, err = c.Surveys.Of(t.Tx, a.Member, a.Survey); err != nil { // its case was noted meanwhile
		return nil, err
	}
	if first, err := c.Surveys.Reward(t.Tx, a); err != nil || !first {
		return nil, err
	}
	if err := c.WatchAnswer(t.Tx, a, t.Now); err != nil {
		return nil, err
	}
	source := "survey/" + a.Survey + "/" + a.Wave
	act := book.Act{Op: loyalty.OpID(source + "/" + string(a.Member)), Actor: loyalty.ByJob("survey"), Store: a.Visit.Store, Now: t.Now}
	if s.Points > 0 {
		_, err := c.Book.Grant(t.Tx, a.Member, act, source, s.Points, nil)
		switch {
		case err == nil:
			lines = append(lines, t.Word(i18n.JobsPoints, "Points", shop.Points(t.Printer, s.Points)))
		case !loyalty.Refused(err):
			return nil, err
		}
	}
	if s.Reward == "" {
		return lines, nil
	}
	act.Op += "/voucher"
	v, err := c.Club.Vouchers.Present(t.Tx, a.Member, act, s.Reward, source)
	if err != nil {
		if loyalty.Refused(err) {
			err = nil
		}
		return lines, err
	}
	return append(lines, c.wonVoucher(t, v)), nil
}

func (c counter) wonVoucher(t *bot.Turn, v voucher.Voucher) string {
	name := c.VoucherName(t.Printer, t.Now, v)
	if v.Until.IsZero() {
		return t.Word(i18n.JobsVoucher, "Reward", name)
	}
	return t.Word(i18n.JobsVoucherUntil, "Reward", name, "Date", c.Local(v.Until.Add(-1)))
}

// spread offers who is delighted to say so: to a friend, or publicly.
func (c counter) spread(t *bot.Turn, s loyalty.Survey, m bot.Message) bot.Message {
	if c.Has("invite", t.Now) {
		m.Text += "\n" + t.Word(i18n.SurveyInvite)
		m.Buttons = append(m.Buttons, command(t.Word(i18n.KeyInvite), "invite"))
	}
	if s.ReviewURL != "" {
		m.Buttons = append(m.Buttons, bot.Button{Label: t.Word(i18n.SurveyReview), Do: bot.DoOpen, Value: s.ReviewURL})
	}
	return m
}

// askWhy is the one question after a score.
func (c counter) askWhy(t *bot.Turn, s loyalty.Survey) bot.Message {
	_, own := c.Programme(t.Now).Questions(s.ID, string(t.Lang))
	key := i18n.SurveyWhy
	if len(s.Themes) == 0 {
		key = i18n.SurveyWhyPlain
	}
	m := bot.Message{Text: own}
	if own == "" {
		m.Text = t.Word(key)
	}
	for _, theme := range s.Themes {
		m.Buttons = append(m.Buttons, command(c.ThemeName(t.Printer, t.Now, theme), "why "+s.ID+" "+theme))
	}
	m.Buttons = append(m.Buttons, command(t.Word(i18n.SurveySkip), "why "+s.ID))
	return m
}
