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

// field is one thing of a form: what it is called, where it stands in the file,
// and how it is typed. Its words are console_rules.f_<Word> and, with Hint,
// console_rules.h_<Word>.
type field struct {
	Key  string // in the file; dotted where it does not stand in a list
	Kind kind
	Word string
	Hint bool
	Need bool
	Most int      // letters
	On   bool     // a switch that is on where the file says nothing
	Of   []string // of a list: for elements of these kinds only
	New  bool     // asked only when an element is made
	// Pick gives what can be chosen.
	Pick func(q *console.Request, p *part, g *ground) []console.Option
}

// kind is how a field is typed and written.
type kind int

const (
	whole    kind = iota // a number from 0 on
	decimal              // an amount, or a factor
	line                 // one text
	texts                // one in each language
	wordings             // several in each language, a line each
	date
	hours // two times of day: "14:00-17:00"
	clock // one time of day
	choice
	checks
	flag
	days // "30, 7, 1"
)

// place is where a field stands; an element's fields below it.
func (f field) place(element string) []string {
	if element == "" {
		return strings.Split(f.Key, ".")
	}
	return []string{element, f.Key}
}

// input is one control of a field, as the shared template draws it.
type input struct {
	Name, Label, Hint, Kind, Value, Lang, Mode string
	Options                                    []console.Option
	Checked, Required                          bool
	Length, Rows                               int
}

// shown is a field with its controls. Several of them stand in a fieldset.
type shown struct {
	Label, Hint string
	Group       bool
	Short       bool // of boxes to tick
	Inputs      []input
}

// langs are the shop's languages.
func (g *ground) langs() []string { return g.P.Languages }

// draw is a field with what the file says.
func (f field) draw(q *console.Request, p *part, g *ground, element string) shown {
	s := shown{Label: q.Say(i18n.Key("console_rules.f_" + f.Word))}
	if f.Hint {
		s.Hint = q.Say(i18n.Key("console_rules.h_" + f.Word))
	}
	at := f.place(element)
	in := input{Name: f.Key, Label: s.Label, Hint: s.Hint, Kind: "text", Value: g.F.String(at...), Required: f.Need, Length: f.Most}
	switch f.Kind {
	case whole, decimal:
		in.Mode = "decimal"
	case date:
		in.Kind = "date"
	case clock:
		in.Kind = "time"
	case days:
		in.Value = strings.Trim(in.Value, "[] ")
	case flag:
		in.Kind, in.Checked = "checkbox", g.F.Get(at...) == true || f.On && !g.F.Has(at...)
	case choice:
		in.Kind, in.Options = "select", f.Pick(q, p, g)
	case hours:
		return f.drawHours(q, s, in.Value)
	case checks:
		return f.drawChecks(q, p, g, s, at)
	case texts, wordings:
		return f.drawTexts(g, s, at)
	}
	s.Inputs = []input{in}
	return s
}

func (f field) drawHours(q *console.Request, s shown, value string) shown {
	from, to, _ := strings.Cut(value, "-")
	s.Group = true
	s.Inputs = []input{
		{Name: f.Key + ".from", Label: q.Say(i18n.ConsoleRulesHoursFrom), Kind: "time", Value: strings.TrimSpace(from)},
		{Name: f.Key + ".to", Label: q.Say(i18n.ConsoleRulesHoursTo), Kind: "time", Value: strings.Replace(strings.TrimSpace(to), "24:00", "00:00", 1)},
	}
	return s
}

func (f field) drawChecks(q *console.Request, p *part, g *ground, s shown, at []string) shown {
	s.Group, s.Short = true, true
	on := g.F.Strings(at...)
	for _, o := range f.Pick(q, p, g) {
		s.Inputs = append(s.Inputs, input{Name: f.Key + "." + o.Value, Label: o.Label, Kind: "checkbox", Checked: slices.Contains(on, o.Value)})
	}
	return s
}

// drawTexts has a control a language; a text that serves all stands in the first.
func (f field) drawTexts(g *ground, s shown, at []string) shown {
	s.Group = true
	var all []map[string]string
	if f.Kind == wordings {
		all = g.F.AllTexts(at...)
	} else if t := g.F.Texts(at...); t != nil {
		all = append(all, t)
	}
	for i, l := range g.langs() {
		var lines []string
		for _, t := range all {
			text, ok := t[l]
			if !ok && i == 0 {
				text = t[""]
			}
			lines = append(lines, text)
		}
		in := input{Name: f.Key + "." + l, Label: i18n.Lang(l).Own(), Kind: "text", Lang: l, Length: f.Most, Required: f.Need && i == 0,
			Value: strings.TrimRight(strings.Join(lines, "\n"), "\n")}
		if f.Kind == wordings || f.Most > 100 {
			in.Kind, in.Rows, in.Length = "textarea", 3, 0
		}
		s.Inputs = append(s.Inputs, in)
	}
	return s
}

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
