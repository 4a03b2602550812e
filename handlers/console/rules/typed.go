package rules

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/programme/edit"
)

var (
	wholeForm   = regexp.MustCompile(`^[0-9]{1,12}$`)
	decimalForm = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,4})?$`)
	clockForm   = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
)

// narrow is a number as it is typed in whichever writing, without what groups
// its digits.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．':
			return '.'
		case r == ',' || r == '，' || r == ' ':
			return -1
		}
		return r
	}, s)
}

// errLeft says that a field was left empty.
var errLeft = errors.New("rules: nothing was typed")

// typed is what was typed, as the file takes it; errLeft for nothing. What is
// wrong is noted.
func (f field) typed(q *console.Request, p *part, g *ground, element string) (any, error) {
	s := q.Typed(f.Key)
	switch f.Kind {
	case checks:
		return f.typedChecks(q, p, g)
	case texts:
		return f.typedTexts(q, g, element)
	case wordings:
		return f.typedWordings(q, g)
	case hours:
		return f.typedHours(q)
	case flag:
		on := s != ""
		if !g.F.Has(f.place(element)...) && on == f.On {
			return nil, errLeft
		}
		return on, nil
	}
	if s == "" {
		if f.Need {
			q.Wrong(f.Key, q.Say(i18n.ConsoleRulesMissing))
		}
		return nil, errLeft
	}
	return f.typedOne(q, p, g, s)
}

func (f field) typedOne(q *console.Request, p *part, g *ground, s string) (any, error) {
	ok, wrong := true, i18n.ConsoleRulesNumber
	var v any = s
	switch f.Kind {
	case whole:
		ok = wholeForm.MatchString(narrow(s))
		n, _ := strconv.ParseInt(narrow(s), 10, 64)
		v = n
	case decimal:
		ok, v = decimalForm.MatchString(narrow(s)), edit.Number(narrow(s))
	case date:
		_, err := time.Parse(time.DateOnly, s)
		ok, v, wrong = err == nil, edit.Date(s), i18n.ConsoleRulesDate
	case clock:
		ok, wrong = clockForm.MatchString(s), i18n.ConsoleRulesClock
	case choice:
		ok, wrong = slices.ContainsFunc(f.Pick(q, p, g), func(o console.Option) bool { return o.Value == s }), i18n.ConsoleRulesChoice
	case days:
		v, ok = typedDays(s)
		wrong = i18n.ConsoleRulesDays
	}
	if !ok {
		q.Wrong(f.Key, q.Say(wrong))
		return nil, errLeft
	}
	return v, nil
}

func typedDays(s string) (all []int, ok bool) {
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",，、 ;", r) }) {
		n, err := strconv.Atoi(narrow(part))
		if err != nil {
			return nil, false
		}
		all = append(all, n)
	}
	return all, len(all) > 0
}

// typedChecks keeps the file's order, and what the form does not offer.
func (f field) typedChecks(q *console.Request, p *part, g *ground) (any, error) {
	var all []string
	for _, o := range f.Pick(q, p, g) {
		if q.Typed(f.Key+"."+o.Value) != "" {
			all = append(all, o.Value)
		}
	}
	if len(all) == 0 {
		return nil, errLeft
	}
	return all, nil
}

// typedTexts keeps the languages that the shop does not speak.
func (f field) typedTexts(q *console.Request, g *ground, element string) (any, error) {
	var all edit.Texts
	was := g.F.Texts(f.place(element)...)
	for _, l := range g.langs() {
		if s := q.Typed(f.Key + "." + l); s != "" {
			all = append(all, edit.Text{Lang: l, Text: s})
		}
	}
	first := g.langs()[0]
	switch _, one := was[""]; {
	case len(all) == 0:
		if f.Need {
			q.Wrong(f.Key+"."+first, q.Say(i18n.ConsoleRulesMissing))
		}
		return nil, errLeft
	case f.Need && all[0].Lang != first:
		q.Wrong(f.Key+"."+first, q.Say(i18n.ConsoleRulesMissing))
		return nil, errLeft
	case one && len(all) == 1 && all[0].Lang == first:
		return edit.Texts{{Text: all[0].Text}}, nil
	}
	for l, s := range was {
		if l != "" && !slices.Contains(g.langs(), l) {
			all = append(all, edit.Text{Lang: l, Text: s})
		}
	}
	return all, nil
}

// typedWordings has a wording a line; the first lines of all languages are one.
func (f field) typedWordings(q *console.Request, g *ground) (any, error) {
	lines, most := map[string][]string{}, 0
	for _, l := range g.langs() {
		for s := range strings.SplitSeq(q.Text(f.Key+"."+l), "\n") {
			if s = strings.TrimSpace(s); s != "" {
				lines[l] = append(lines[l], s)
			}
		}
		most = max(most, len(lines[l]))
	}
	var all []edit.Texts
	for i := range most {
		var t edit.Texts
		for _, l := range g.langs() {
			if i < len(lines[l]) {
				t = append(t, edit.Text{Lang: l, Text: lines[l][i]})
			}
		}
		all = append(all, t)
	}
	switch len(all) {
	case 0:
		return nil, errLeft
	case 1:
		return all[0], nil
	}
	return all, nil
}

func (f field) typedHours(q *console.Request) (any, error) {
	from, to := q.Typed(f.Key+".from"), q.Typed(f.Key+".to")
	switch {
	case from == "" && to == "":
		return nil, errLeft
	case !clockForm.MatchString(from):
		q.Wrong(f.Key+".from", q.Say(i18n.ConsoleRulesClock))
		return nil, errLeft
	case !clockForm.MatchString(to):
		q.Wrong(f.Key+".to", q.Say(i18n.ConsoleRulesClock))
		return nil, errLeft
	}
	return fmt.Sprintf("%s-%s", from, to), nil
}
