package home

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/survey"
	"regulars/store"
)

// caseLine is an open case in the list.
type caseLine struct {
	survey.Opened
	Name, Wait string
}

func (h *page) cases(q *console.Request) (console.Answer, error) {
	var list []caseLine
	err := q.View(func(r store.Reader) error {
		all, err := survey.OpenCases(r, q.At)
		if err != nil {
			return err
		}
		slices.SortFunc(all, func(a, b survey.Opened) int {
			return cmp.Or(a.At.Compare(b.At), strings.Compare(string(a.Ref), string(b.Ref)))
		})
		for _, o := range all[:min(len(all), 200)] {
			name, err := q.CustomerName(r, o.Member)
			if err != nil {
				return err
			}
			list = append(list, caseLine{o, name, shop.Span(q.P, q.Now.Sub(o.At))})
		}
		return nil
	})
	return q.Page("home_cases.html", q.Say(i18n.ConsoleHomeCases), list), err
}

// caseData is one case's page.
type caseData struct {
	survey.Case
	Rows []bot.Row
	Note string
	Hows []console.Option
	Open bool
}

func (h *page) caseOf(q *console.Request) (console.Answer, error) {
	d := caseData{}
	found := false
	err := q.View(func(r store.Reader) (err error) {
		d.Case, found, err = h.theCase(q, r)
		if err != nil || !found {
			return err
		}
		q.Shows(shop.WayCase, d.Member)
		m, err := h.Shop.CaseCard(r, q.P, q.Now, d.Case)
		d.Rows, d.Note, d.Open = m.Rows, m.Note, d.IsOpen()
		return err
	})
	if err != nil || !found {
		return q.Gone(), err
	}
	for _, how := range d.Ways() {
		d.Hows = append(d.Hows, console.Option{Value: string(how), Label: q.Say(shop.HowWords[how])})
	}
	return q.Page("home_case.html", q.Say(i18n.CaseTitle, "Ref", string(d.Ref)), &d), nil
}

// theCase is the case of the address, if it is for who asks.
func (h *page) theCase(q *console.Request, r store.Reader) (survey.Case, bool, error) {
	ref, ok := loyalty.ParseRef(q.R.PathValue("ref"))
	if !ok {
		return survey.Case{}, false, nil
	}
	k, ok, err := h.Shop.Surveys.Case(r, ref)
	if err != nil || !ok || k.Visit.Store != "" && !q.Sees(k.Visit.Store) {
		return k, false, err
	}
	return k, true, nil
}

// onCase does something with the case of the address in one transaction.
func (h *page) onCase(q *console.Request, said func() string, f func(store.Tx, *shop.Letters, survey.Case) error) (console.Answer, error) {
	err := h.update(q, "case-"+q.R.PathValue("ref")+"-"+q.Now.Format(time.RFC3339Nano), func(tx store.Tx, l *shop.Letters) error {
		k, ok, err := h.theCase(q, tx)
		if err == nil && !ok {
			err = bot.Refuse(i18n.CaseUnknown)
		}
		if err != nil {
			return err
		}
		return f(tx, l, k)
	})
	if q.WrongBy("", err) {
		return q.Again(h.caseOf(q))
	}
	return q.Go("/console/cases/"+q.R.PathValue("ref"), said()), err
}

// answerCase passes words on to the customer, as /case does.
func (h *page) answerCase(q *console.Request) (console.Answer, error) {
	op, ok := q.Op()
	if !ok {
		return q.Incomplete()
	}
	words := strings.TrimSpace(shop.Typed(q.Text("words")))
	if words == "" {
		q.Wrong("words", q.Say(i18n.CaseEmpty))
		return q.Again(h.caseOf(q))
	}
	if len([]rune(words)) > 1000 {
		q.Wrong("words", q.Say(i18n.ConsoleHomeLong, "Most", 1000))
		return q.Again(h.caseOf(q))
	}
	name := ""
	return h.onCase(q, func() string { return q.Say(i18n.CaseSent, "Name", name) }, func(tx store.Tx, l *shop.Letters, k survey.Case) (err error) {
		if name, err = q.CustomerName(tx, k.Member); err != nil {
			return err
		}
		if again, err := q.Once(tx, op); err != nil || again {
			return err // sent twice, it is said once
		}
		if _, err = h.Shop.AnswerCase(tx, l.Tell, q.Now, q.Me, k, words); errors.Is(err, shop.ErrUnreached) {
			return bot.Refuse(i18n.CaseUnreached, "Name", name)
		}
		if err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsoleHomeDidAnswer, string(k.Member), k.Member, "", string(k.Ref))
	})
}

// closeCase closes it, with what was done.
func (h *page) closeCase(q *console.Request) (console.Answer, error) {
	how := survey.How(q.Typed("how"))
	if !slices.Contains(survey.Hows, how) && how != survey.Explained {
		q.Wrong("how", q.Say(i18n.ConsoleHomeChoose))
		return q.Again(h.caseOf(q))
	}
	ref := q.R.PathValue("ref")
	return h.onCase(q, func() string { return q.Say(i18n.CaseClosed, "Ref", ref) }, func(tx store.Tx, l *shop.Letters, k survey.Case) error {
		if !k.IsOpen() || !slices.Contains(k.Ways(), how) {
			return nil // somebody was faster
		}
		if err := h.Shop.CloseCase(tx, l.Tell, q.Now, q.Me, k, how, ""); err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsoleHomeDidClose, string(k.Member), k.Member, "", string(k.Ref))
	})
}

// callLine is somebody who asked for a person.
type callLine struct {
	shop.Call
	Name, Where, Wait string
}

func (h *page) calls(q *console.Request) (console.Answer, error) {
	var list []callLine
	err := q.View(func(r store.Reader) error {
		all, err := h.Shop.Calls(r, q.Now)
		if err != nil {
			return err
		}
		for _, c := range all[:min(len(all), 200)] {
			name, err := q.CustomerName(r, c.Member)
			if err != nil {
				return err
			}
			list = append(list, callLine{c, name, h.Shop.Label(c.Channel), shop.Span(q.P, q.Now.Sub(c.At))})
		}
		return nil
	})
	return q.Page("home_calls.html", q.Say(i18n.ConsoleHomeCalls), list), err
}

// callDone takes somebody off the list and lets the bot speak to them again.
func (h *page) callDone(q *console.Request) (console.Answer, error) {
	m := loyalty.MemberID(q.Typed("id"))
	err := q.Update(func(tx store.Tx) error {
		c, ok, err := h.Shop.CallOf(tx, m)
		if err != nil || !ok {
			return err
		}
		if err := errors.Join(bot.Unmute(tx, c.Lane), h.Shop.CallOver(tx, m)); err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsoleHomeDidCall, string(m), m, "", "")
	})
	return q.Go("/console/calls", q.Say(i18n.ConsoleHomeCallDone)), err
}
