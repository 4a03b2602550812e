package handlers

import (
	"strconv"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
)

// doubts bounds how many lines somebody calls wrong in a day.
var doubts = people.Throttle{Name: "doubt", Max: 6, Window: 24 * time.Hour}

// wrong takes down that a line of the speaker's history is wrong, or that one is missing:
// a page of lines to tap, what is wrong in the speaker's words, and a case that a manager
// answers. The lines are the speaker's own, whatever page the button carries.
func (c counter) wrong(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	before, err := c.from(t, m.ID)
	if err != nil {
		return err
	}
	lines, _, err := c.movements(t, m.ID, before)
	if err != nil {
		return err
	}
	e, ok, err := c.whichLine(t, lines)
	if err != nil || !ok {
		return err
	}
	ask := i18n.LineWords
	if e.Seq == 0 {
		ask = i18n.LineWordsMissing
	}
	said, ok := t.Ask(bot.Question{
		Key: "words", Terms: strconv.FormatUint(e.Seq, 10), Message: bot.Message{Text: t.Word(ask)}, Parse: c.readWords,
		Options: []bot.Option{{Value: "", Label: t.Word(i18n.NotNow)}},
	})
	if !ok {
		return nil
	}
	if said.Value == "" {
		t.SayText(i18n.LineNever)
		return nil
	}
	return c.doubt(t, m, e, said.Value)
}

// whichLine asks which line is meant; a zero entry is one that is missing.
func (c counter) whichLine(t *bot.Turn, lines []loyalty.Entry) (e loyalty.Entry, ok bool, err error) {
	q := bot.Question{Key: "line", Message: bot.Message{Text: t.Word(i18n.LineWhich)}}
	var terms []string
	for _, e := range lines {
		label := t.ShortDate(c.Local(e.EffectiveAt)) + " " + shop.Signed(e.Change()) + " " + c.EntryWords(t.Printer, t.Now, e)
		seq := strconv.FormatUint(e.Seq, 10)
		q.Options, terms = append(q.Options, bot.Option{Value: seq, Label: label}), append(terms, seq)
	}
	q.Options = append(q.Options, bot.Option{Value: "0", Label: t.Word(i18n.LineMissing)})
	q.Terms = strings.Join(terms, " ") // a new line since: the page is shown anew
	r, ok := t.Ask(q)
	if !ok {
		return e, false, nil
	}
	for _, e := range lines {
		if strconv.FormatUint(e.Seq, 10) == r.Value {
			return e, true, nil
		}
	}
	return e, true, nil
}

// doubt opens the case, or adds to the line's own, and tells the managers.
func (c counter) doubt(t *bot.Turn, m people.Person, e loyalty.Entry, words string) error {
	often, err := c.enough(t, doubts)
	if err != nil {
		return err
	}
	if often {
		return bot.Refuse(i18n.LineOften)
	}
	sealed, err := c.SealWords(t.Tx, m.ID, words)
	if err != nil {
		return err
	}
	var v survey.Visit
	if e.Seq > 0 {
		by, _ := strings.CutPrefix(string(e.Actor), "staff/")
		if !e.Actor.Staff() {
			by = ""
		}
		v = survey.Visit{At: e.EffectiveAt, Ref: e.Ref, Store: e.Store, Staff: by}
	}
	k, _, err := c.Surveys.Doubt(t.Tx, m.ID, e.Seq, v, survey.Note{At: t.Now.UTC(), Sealed: sealed})
	if err != nil {
		return err
	}
	t.SayText(i18n.LineDone, "Ref", string(k.Ref))
	_, err = c.tellCase(t, k, i18n.LineAlert)
	return err
}
