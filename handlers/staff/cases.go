package staff

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
)

// mostCases is how many open cases one list shows; the oldest come first.
const mostCases = 10

// cases lists the open cases of the speaker's store: /cases.
func (d desk) cases(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	list, err := survey.OpenCases(t.Tx, d.storeOf(me))
	if err != nil {
		return err
	}
	if len(list) == 0 {
		t.SayText(i18n.CaseNone)
		return nil
	}
	slices.SortFunc(list, func(a, b survey.Opened) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(string(a.Ref), string(b.Ref)))
	})
	m := bot.Message{Title: t.Word(i18n.CaseList)}
	for _, o := range list[:min(len(list), mostCases)] {
		name, err := d.maskedName(t, o.Member)
		if err != nil {
			return err
		}
		about := strconv.Itoa(o.Score)
		if o.Wrong {
			about = t.Word(i18n.LineDoubt)
		}
		m.Rows = append(m.Rows, bot.Row{Label: string(o.Ref) + " · " + name, Value: about + " · " + shop.Span(t.Printer, t.Now.Sub(o.At))})
		m.Buttons = append(m.Buttons, bot.Button{Label: name + " · " + about, Do: bot.DoCommand, Value: "case " + string(o.Ref)})
	}
	if more := len(list) - mostCases; more > 0 {
		m.Note = t.Word(i18n.CaseMore, "Count", more)
	}
	t.Say(m)
	return nil
}

// storeOf is the store whose cases an employee looks after; "" are all.
func (d desk) storeOf(me people.Staff) loyalty.Store {
	if me.Role == people.Owner {
		return ""
	}
	return me.Store
}

// caseOf shows a case, answers its customer, corrects what they say is wrong, or closes
// it: /case REF, /case REF answer, /case REF correct, /case REF close HOW. The reference is public: who may is looked up.
func (d desk) caseOf(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	words := strings.Fields(t.Args)
	if len(words) == 0 {
		return d.cases(t)
	}
	ref, ok := loyalty.ParseRef(words[0])
	if !ok {
		return bot.Refuse(i18n.CaseUnknown)
	}
	k, ok, err := d.Surveys.Case(t.Tx, ref)
	if err != nil {
		return err
	}
	if at := d.storeOf(me); !ok || at != "" && k.Visit.Store != "" && k.Visit.Store != at {
		return bot.Refuse(i18n.CaseUnknown)
	}
	switch strings.Join(words[1:], " ") {
	case "answer":
		return d.answerCase(t, me, k)
	case "close":
		return d.closeCase(t, me, k)
	case "correct":
		return d.correctLine(t, me, k)
	}
	m, err := d.CaseCard(t.Tx, t.Printer, t.Now, k)
	t.Say(m)
	return err
}

// answerCase passes what the speaker types on to the customer.
func (d desk) answerCase(t *bot.Turn, me people.Staff, k survey.Case) error {
	name, err := d.maskedName(t, k.Member)
	if err != nil {
		return err
	}
	r, ok := t.Ask(bot.Question{
		Key: "words", Terms: string(k.Ref), Message: bot.Message{Text: t.Word(i18n.CaseAskWords, "Name", name)},
		Options: []bot.Option{{Value: "", Label: t.Word(i18n.NotNow)}},
		Parse: func(text string) (string, error) {
			if text = shop.Typed(text); text == "" {
				return "", bot.Refuse(i18n.CaseEmpty)
			}
			return text, nil
		},
	})
	if !ok {
		return nil
	}
	if r.Value == "" {
		m, err := d.CaseCard(t.Tx, t.Printer, t.Now, k)
		t.Say(m)
		return err
	}
	k, err = d.AnswerCase(t.Tx, t.Tell, t.Now, me, k, r.Value)
	if errors.Is(err, shop.ErrUnreached) {
		return bot.Refuse(i18n.CaseUnreached, "Name", name)
	}
	if err != nil {
		return err
	}
	done := bot.Message{Text: t.Word(i18n.CaseSent, "Name", name)}
	if k.IsOpen() {
		done.Buttons = []bot.Button{{Label: t.Word(i18n.CaseClose), Do: bot.DoCommand, Value: "case " + string(k.Ref) + " close"}}
	}
	t.Say(done)
	return nil
}

// closeCase asks what was done, and closes the case. One that is closed already
// is shown as it is.
func (d desk) closeCase(t *bot.Turn, me people.Staff, k survey.Case) error {
	if !k.IsOpen() {
		m, err := d.CaseCard(t.Tx, t.Printer, t.Now, k)
		t.Say(m)
		return err
	}
	if _, err := d.MayClose(t.Tx, me, k); err != nil {
		return err
	}
	q := bot.Question{Key: "how", Terms: string(k.Ref), Message: bot.Message{Text: t.Word(i18n.CaseAskHow, "Ref", string(k.Ref))}}
	for _, how := range k.Ways() {
		q.Options = append(q.Options, bot.Option{Value: string(how), Label: t.Word(shop.HowWords[how])})
	}
	r, ok := t.Ask(q)
	if !ok {
		return nil
	}
	if err := d.CloseCase(t.Tx, t.Tell, t.Now, me, k, survey.How(r.Value), ""); err != nil {
		return err
	}
	t.SayText(i18n.CaseClosed, "Ref", string(k.Ref))
	return nil
}

// maskedName is a customer of whom a case is.
func (d desk) maskedName(t *bot.Turn, m loyalty.MemberID) (string, error) {
	return d.CustomerName(t.Tx, t.Printer, m)
}
