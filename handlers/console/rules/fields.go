package rules

import (
	"slices"
	"strings"

	"regulars/handlers/console"
	"regulars/i18n"
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
