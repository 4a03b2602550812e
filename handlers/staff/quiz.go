package staff

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/chance"
	"regulars/loyalty/people"
)

// quiz asks a question in the group where it is said: /quiz ID; in private it
// lists the programme's questions, or takes one of the manager's own: /quiz own.
func (d desk) quiz(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	switch {
	case !d.Has("quiz", t.Now):
		return chance.ErrOff
	case t.Event.Chat.Group:
		return d.askGroup(t, me)
	case t.Args == "own" && d.Rules(t.Now).Play.Quiz.Most > 0:
		return d.ownQuiz(t, me)
	}
	return d.quizzes(t)
}

// askGroup asks a question here.
func (d desk) askGroup(t *bot.Turn, me people.Staff) error {
	run, err := d.Chance.Ask(t.Tx, d.act(t, me, "quiz"), t.GroupCode(), strings.TrimSpace(t.Args))
	if err != nil {
		return err
	}
	p := i18n.For(d.Lang)
	msg := bot.Message{
		Title: p.Say(i18n.QuizTitle), Text: d.QuizText(p, t.Now, run.Question),
		Note: p.Say(i18n.QuizTerms, "Points", shop.Points(p, run.Points), "Number", run.First),
	}
	for i := range run.Choices {
		msg.Buttons = append(msg.Buttons, bot.Button{Label: d.QuizChoice(p, t.Now, run.Question, i), Do: bot.DoPrivate, Value: "guess " + run.ID + "-" + strconv.Itoa(i)})
	}
	t.Say(msg)
	return nil
}

// mostListed is how many questions one message lists.
const mostListed = 10

// quizzes lists the programme's questions and how each is asked.
func (d desk) quizzes(t *bot.Turn) error {
	play := d.Rules(t.Now).Play
	msg := bot.Message{Text: t.Word(i18n.QuizList)}
	for _, q := range play.Quizzes[:min(len(play.Quizzes), mostListed)] {
		msg.Rows = append(msg.Rows, bot.Row{Label: d.QuizText(t.Printer, t.Now, chance.Question{Quiz: q.ID}), Value: "/quiz " + q.ID})
	}
	if len(msg.Rows) == 0 {
		msg.Text = t.Word(i18n.QuizNone)
	}
	if play.Quiz.Most > 0 {
		msg.Buttons = []bot.Button{{Label: t.Word(i18n.QuizOwn), Do: bot.DoCommand, Value: "quiz own"}}
	}
	t.Say(msg)
	return nil
}

// ownQuiz takes a manager's question, its choices and its points, one after the
// other. It is asked here so that the group does not read which one is right.
func (d desk) ownQuiz(t *bot.Turn, me people.Staff) error {
	text, ok := t.Ask(bot.Question{Key: "text", Message: bot.Message{Text: t.Word(i18n.QuizAskText)}, Parse: readQuestion})
	if !ok {
		return nil
	}
	list, ok := t.Ask(bot.Question{Key: "choices", Message: bot.Message{Text: t.Word(i18n.QuizAskChoices)}, Parse: func(s string) (string, error) {
		choices := readChoices(s)
		if choices == nil {
			return "", bot.Refuse(i18n.QuizBadChoices)
		}
		return strings.Join(choices, ","), nil
	}})
	if !ok {
		return nil
	}
	gives, ok := t.Ask(bot.Question{Key: "points", Message: bot.Message{Text: t.Word(i18n.QuizAskPoints)}, Parse: func(s string) (string, error) {
		if _, _, ok := readGives(s); !ok {
			return "", bot.Refuse(i18n.QuizBadPoints)
		}
		return s, nil
	}})
	if !ok {
		return nil
	}
	n, first, _ := readGives(gives.Value)
	act := d.act(t, me, "draft")
	q := chance.Question{Text: text.Value, Points: n, First: first}
	q.Choices, q.Answer = d.Chance.Mix(act.Op, strings.Split(list.Value, ","))
	id, err := d.Chance.Draft(t.Tx, act, q)
	if err != nil {
		return err
	}
	line := "/quiz " + id
	t.Say(bot.Message{Text: t.Word(i18n.QuizReady, "Line", line), Buttons: []bot.Button{{Label: t.Word(i18n.QuizCopy), Do: bot.DoCopy, Value: line}}})
	return nil
}

func readQuestion(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if n := utf8.RuneCountInString(s); n == 0 || n > 200 {
		return "", bot.Refuse(i18n.QuizLong)
	}
	return s, nil
}

// readChoices are two to five different answers, as people part them in any of
// our languages; nil when they are not.
func readChoices(s string) (all []string) {
	for _, one := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",，、\n", r) }) {
		one = shop.Tidy(one)
		if one == "" || utf8.RuneCountInString(one) > 20 || slices.Contains(all, one) {
			return nil
		}
		all = append(all, one)
	}
	if len(all) < 2 || len(all) > 5 {
		return nil
	}
	return all
}

// readGives are points for each, and how many people.
func readGives(s string) (n loyalty.Points, first int, ok bool) {
	a, rest := shop.CutAmount(s)
	b, rest := shop.CutAmount(rest)
	n, err := shop.ReadPoints(a)
	first, wrong := strconv.Atoi(b)
	return n, first, err == nil && wrong == nil && first > 0 && first <= 1000 && strings.TrimSpace(rest) == ""
}
