package handlers

import (
	"slices"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/survey"
)

// typed stands in a command's arguments for the words that were just typed.
const typed = "*"

// why takes the second answer: /why ID THEME tags it, /why ID leaves it, and with
// typed words it is a comment.
func (c counter) why(t *bot.Turn) error {
	id, what, _ := strings.Cut(t.Args, " ")
	me := loyalty.MemberID(t.Person.ID)
	s, _ := c.Surveys.Find(t.Now, id)
	if what == typed {
		return c.comment(t, me, id)
	}
	if what != "" && !slices.Contains(s.Themes, what) {
		return bot.Refuse(i18n.BotButtonOld)
	}
	_, ok, err := c.Surveys.Explain(t.Tx, me, id, nil, what, t.Now)
	switch {
	case err != nil:
		return err
	case !ok:
		return bot.Refuse(i18n.SurveyNone)
	case what == "":
		t.SayText(i18n.SurveySkipped)
	default:
		t.SayText(i18n.SurveyTagged, "Theme", c.ThemeName(t.Printer, t.Now, what))
	}
	return nil
}

// comment keeps what the speaker typed, sealed, and passes it on to the managers
// where their answer opened a case.
func (c counter) comment(t *bot.Turn, me loyalty.MemberID, id string) error {
	words := shop.Typed(t.Event.Text)
	a, ok, err := c.Surveys.Of(t.Tx, me, id)
	if err != nil || !ok {
		return bot.Refuse(i18n.SurveyNone)
	}
	sealed, err := c.SealWords(t.Tx, a.Member, words)
	if err != nil {
		return err
	}
	if a, ok, err = c.Surveys.Explain(t.Tx, me, id, sealed, "", t.Now); err != nil {
		return err
	}
	if !ok {
		return bot.Refuse(i18n.SurveyNone)
	}
	t.SayText(i18n.SurveyHeard)
	if a.Case == "" {
		return nil
	}
	return c.noteCase(t, a.Case, sealed, i18n.CaseSaid)
}

// reply takes what a customer writes back about their case: /reply REF asks for
// it, and typed words after the shop wrote go there by themselves.
func (c counter) reply(t *bot.Turn) error {
	ref, what, _ := strings.Cut(t.Args, " ")
	k, ok, err := c.Surveys.Case(t.Tx, loyalty.Ref(ref))
	if err != nil {
		return err
	}
	mine, err := c.isMine(t, k.Member)
	if err != nil {
		return err
	}
	if !ok || !mine {
		return bot.Refuse(i18n.BotButtonOld)
	}
	words := shop.Typed(t.Event.Text)
	if what != typed {
		r, ok := t.Ask(bot.Question{Key: "words", Terms: ref, Message: bot.Message{Text: t.Word(i18n.CaseReplyAsk)}, Parse: c.readWords, Options: []bot.Option{{Value: "", Label: t.Word(i18n.NotNow)}}})
		if !ok {
			return nil
		}
		if r.Value == "" {
			t.SayText(i18n.SurveySkipped)
			return nil
		}
		words = r.Value
	}
	sealed, err := c.SealWords(t.Tx, k.Member, words)
	if err != nil {
		return err
	}
	t.SayText(i18n.CaseReplyDone)
	return c.noteCase(t, k.Ref, sealed, i18n.CaseWrote)
}

// isMine says whether the speaker is a member, or who they were merged into.
func (c counter) isMine(t *bot.Turn, m loyalty.MemberID) (bool, error) {
	if m == "" {
		return false, nil
	}
	family, err := c.Book.Family(t.Tx, loyalty.MemberID(t.Person.ID))
	return slices.Contains(family, m), err
}

// readWords takes any typed words.
func (c counter) readWords(text string) (string, error) {
	if text = shop.Typed(text); text == "" {
		return "", bot.Refuse(i18n.CaseEmpty)
	}
	return text, nil
}

// noteCase adds a customer's words to a case, which they open again, and tells
// the managers.
func (c counter) noteCase(t *bot.Turn, ref loyalty.Ref, sealed []byte, title i18n.Key) error {
	k, ok, err := c.Surveys.Case(t.Tx, ref)
	if err != nil || !ok {
		return err
	}
	if k, err = c.Surveys.Note(t.Tx, k, survey.Note{At: t.Now.UTC(), Sealed: sealed}); err != nil {
		return err
	}
	enough, err := c.enough(t, notes)
	if err != nil || enough {
		return err
	}
	_, err = c.tellCase(t, k, title)
	return err
}

// waits gives the first thing of a kind that the speaker's typed words may be
// about.
func (c counter) waits(t *bot.Turn, is func(survey.Wait) bool) (survey.Wait, bool, error) {
	list, err := c.Surveys.Waits(t.Tx, loyalty.MemberID(t.Person.ID), t.Now)
	i := slices.IndexFunc(list, is)
	if err != nil || i < 0 {
		return survey.Wait{}, false, err
	}
	return list[i], true, nil
}

// hearsReply takes plain words for what the customer writes back.
func (c counter) hearsReply(t *bot.Turn) (string, bool, error) {
	w, ok, err := c.waits(t, func(w survey.Wait) bool { return w.Case != "" })
	return string(w.Case) + " " + typed, ok && shop.Typed(t.Event.Text) != "", err
}

// hearsWhy takes plain words for the second answer, but a number for a score.
func (c counter) hearsWhy(t *bot.Turn) (string, bool, error) {
	if _, number := readScore(t.Event.Text); number || shop.Typed(t.Event.Text) == "" {
		return "", false, nil
	}
	w, ok, err := c.waits(t, func(w survey.Wait) bool { return w.Why })
	return w.Survey + " " + typed, ok, err
}

// hearsScore takes a typed number for the answer to an open question, or to the
// one just answered, and a poll's option by its name.
func (c counter) hearsScore(t *bot.Turn) (args string, mine bool, err error) {
	n, number := readScore(t.Event.Text)
	_, mine, err = c.waits(t, func(w survey.Wait) bool {
		s, ok := c.Surveys.Find(t.Now, w.Survey)
		low, high := s.Kind.Range()
		switch {
		case !ok:
			return false
		case s.Kind == loyalty.SurveyPoll:
			args = c.option(t, s, t.Event.Text)
		case number && n >= low && n <= high:
			args = t.Event.Text
		default:
			return false
		}
		if args == "" {
			return false
		}
		args = s.ID + " " + args
		return true
	})
	return args, mine, err
}
