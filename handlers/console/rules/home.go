package rules

import (
	"strings"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/programme"
	"regulars/store"
)

// section is a card of the first page.
type section struct {
	Name, To string
	Count    int // of a list
	List     bool
}

// waits is a version that has not begun.
type waits struct {
	programme.Version
	Begins string
}

type homePage struct {
	*ground
	Begins   string
	Sections []section
	Waiting  []waits
	Can      bool
	Wrong    []complained // of a file that was not taken in
}

func (p *part) home(q *console.Request, b Book) (console.Answer, error) {
	g, err := stand(q, b)
	if err != nil {
		return console.Answer{}, err
	}
	d := homePage{ground: g, Begins: begins(q, g.Version), Can: changes(q)}
	for _, list := range []string{"bonus", "reward", "gift", "nudge", "survey"} {
		d.Sections = append(d.Sections, section{q.Say(key("l_", list)), "/console/rules/list/" + list, len(g.F.Names(list)), true})
	}
	for _, page := range []string{"shop", "earn", "codes", "pictures", "versions", "file"} {
		d.Sections = append(d.Sections, section{Name: q.Say(key("l_", page)), To: "/console/rules/" + page})
	}
	for _, v := range waiting(b) {
		d.Waiting = append(d.Waiting, waits{v, begins(q, v)})
	}
	if g.Stray {
		if _, _, err := b.Consider(g.Text, b.Soon()); err != nil {
			d.Wrong = complaintsOf(q, err)
		}
	}
	return q.Page("rules_home.html", q.Say(i18n.ConsoleRules), d), nil
}

// row is an element in its list.
type row struct {
	Name, To string
	Cells    []string
	Off      bool
}

type listPage struct {
	*ground
	List  string
	Heads []string
	Rows  []row
	Add   bool
	Can   bool
}

// columns are what lists say of their elements.
var columns = map[string][]field{
	"bonus":  {{Key: "weekdays", Kind: checks, Word: "weekdays"}, {Key: "hours", Word: "hours"}, {Key: "multiply", Word: "multiply"}, {Key: "points", Word: "bonus_points"}, {Key: "from", Word: "from"}, {Key: "to", Word: "to"}},
	"reward": {{Key: "cost", Word: "cost"}, {Key: "stock", Word: "left"}, {Key: "from", Word: "from"}, {Key: "to", Word: "to"}},
	"gift":   {{Key: "kind", Word: "gift_kind"}, {Key: "points", Word: "points"}, {Key: "rewards", Kind: checks, Word: "rewards"}},
	"nudge":  {{Key: "on", Kind: flag, Word: "on"}, {Key: "days", Kind: days, Word: "days"}},
	"survey": {{Key: "kind", Word: "survey_kind"}, {Key: "share", Word: "share"}, {Key: "points", Word: "points"}},
}

func (p *part) list(q *console.Request, b Book) (console.Answer, error) {
	g, err := stand(q, b)
	if err != nil {
		return console.Answer{}, err
	}
	name := q.R.PathValue("list")
	s := sheets[name]
	if s == nil || !s.List {
		return q.Gone(), nil
	}
	d := listPage{ground: g, List: name, Can: changes(q), Add: changes(q) && s.Adds}
	for _, c := range columns[name] {
		d.Heads = append(d.Heads, q.Say(key("f_", c.Word)))
	}
	for _, id := range g.F.Names(name) {
		r := row{Name: named(q, g, name, id), To: "/console/rules/list/" + name + "/" + id}
		if g.Query() != "" {
			r.To += "?v=" + g.Query()
		}
		for _, c := range columns[name] {
			cell, err := p.cell(q, g, name, id, c)
			if err != nil {
				return console.Answer{}, err
			}
			r.Cells = append(r.Cells, cell)
		}
		d.Rows = append(d.Rows, r)
	}
	if q.WantsCSV() {
		rows := make([][]string, len(d.Rows))
		for i, r := range d.Rows {
			rows[i] = append([]string{r.Name}, r.Cells...)
		}
		return q.CSV(name, append([]string{q.Say(key("l_", name))}, d.Heads...), rows), nil
	}
	return q.Page("rules_list.html", q.Say(key("l_", name)), d), nil
}

// cell is what a list says of one thing.
func (p *part) cell(q *console.Request, g *ground, list, id string, c field) (string, error) {
	at := []string{list + "#" + id, c.Key}
	s := g.F.String(at...)
	switch c.Key {
	case "weekdays":
		return chosen(g.F.Strings(at...), words("d_", weekdays...)(q, p, g)), nil
	case "rewards":
		return chosen(g.F.Strings(at...), rewards(q, p, g)), nil
	case "stock":
		return p.left(q, g, id)
	case "multiply":
		if s != "" {
			s = "×" + s
		}
	case "kind":
		s = q.Say(key(list[:1]+"_", s))
	case "on":
		s = q.Say(i18n.ConsoleRulesOn)
		if g.F.Get(at...) == false {
			s = q.Say(i18n.ConsoleRulesOff)
		}
	case "days":
		s = strings.Trim(s, "[] ")
	}
	return s, nil
}

func chosen(ids []string, from []console.Option) string {
	var names []string
	for _, o := range from {
		for _, id := range ids {
			if o.Value == id {
				names = append(names, o.Label)
			}
		}
	}
	return strings.Join(names, ", ")
}

// left is how many of a reward there are, "" for no bound or a new one.
func (p *part) left(q *console.Request, g *ground, id string) (s string, err error) {
	r, ok := g.P.Rules.Reward(id)
	if !ok {
		return "", nil
	}
	err = q.View(func(rd store.Reader) error {
		n, taken, err := q.Shop().Club.Vouchers.Left(rd, r, q.Now)
		if err == nil && n != nil {
			s = q.Say(i18n.ConsoleRulesLeft, "Left", i18n.Number(*n), "Taken", i18n.Number(taken))
		}
		return err
	})
	return s, err
}
