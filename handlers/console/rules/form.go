package rules

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/programme"
	"regulars/loyalty/programme/edit"
)

// target is what a form is about.
type target struct {
	Sheet   *sheet
	ID      string // of an element; fresh for a new one
	Kind    string // of an element
	New     bool
	element string // its place in the file, of a new one where nothing is; "" for a page's own keys
}

// fresh is the id that addresses have for an element that is made.
const fresh = "+"

// aim finds what the address is about; false: nothing.
func aim(q *console.Request, g *ground) (t target, ok bool) {
	name := q.R.PathValue("list")
	if name == "" {
		name = path.Base(q.R.URL.Path)
	}
	t.Sheet, t.ID = sheets[name], q.R.PathValue("id")
	switch {
	case t.Sheet == nil || t.Sheet.List != (t.ID != ""):
		return t, false
	case !t.Sheet.List:
		return t, true
	case t.ID == fresh:
		t.New, t.Kind, t.element = true, q.Typed("kind"), name+"#"+fresh // where nothing stands
		return t, t.Sheet.Adds
	}
	t.element = name + "#" + t.ID
	t.Kind = g.F.String(t.element, "kind")
	if name == "reward" && t.Kind == "" {
		t.Kind = "item"
	}
	return t, g.F.Has(t.element)
}

// fields are those that the form has.
func (t target) fields() (all []field) {
	for _, f := range t.Sheet.Fields {
		if !f.New && f.fits(t.Kind) {
			all = append(all, f)
		}
	}
	return all
}

// kinds is the question of which kind a new element is; nil where all are alike.
func (t target) kinds() *field {
	for _, f := range t.Sheet.Fields {
		if f.New {
			return &f
		}
	}
	return nil
}

// Path is the form's address.
func (t target) Path() string {
	if !t.Sheet.List {
		return "/console/rules/" + t.Sheet.Name
	}
	return "/console/rules/list/" + t.Sheet.Name + "/" + url.PathEscape(t.ID)
}

// back is where the form leads afterwards.
func (t target) back(g *ground) string {
	to := "/console/rules"
	if t.Sheet.List {
		to += "/list/" + t.Sheet.Name
	}
	if g.Query() != "" {
		to += "?v=" + g.Query()
	}
	return to
}

// title is what the form is called.
func (t target) title(q *console.Request, g *ground) string {
	switch {
	case !t.Sheet.List:
		return q.Say(key("l_", t.Sheet.Name))
	case t.New:
		return q.Say(key("new_", t.Sheet.Name))
	}
	return named(q, g, t.Sheet.Name, t.ID)
}

// named is what an element is called in the manager's language.
func named(q *console.Request, g *ground, list, id string) string {
	name := ""
	switch list {
	case "nudge":
		return q.Say(key("n_", g.F.String("nudge#"+id, "kind")))
	default:
		name = g.P.Words(programme.Part(list), id, string(q.P.Lang)).Name
	}
	if name == "" && list == "gift" {
		return q.Say(key("g_", g.F.String("gift#"+id, "kind")))
	}
	if name == "" {
		return id
	}
	return name
}

// formPage is the data of a form's page.
type formPage struct {
	*ground
	T      target
	Fields []shown
	Kinds  []console.Option // to choose from first
	Can    bool
	Drop   bool
	Back   string
	Looks  []look
	Fill   string // the fields that a wording may have
	Left   string // of a reward
}

func (p *part) form(q *console.Request, b Book) (console.Answer, error) {
	g, err := stand(q, b)
	if err != nil {
		return console.Answer{}, err
	}
	t, ok := aim(q, g)
	if !ok {
		return q.Gone(), nil
	}
	return p.formPage(q, g, t)
}

func (p *part) formPage(q *console.Request, g *ground, t target) (console.Answer, error) {
	d := formPage{ground: g, T: t, Back: t.back(g), Can: changes(q) && (!t.Sheet.Owner || q.Owner())}
	d.Drop = d.Can && t.Sheet.Drops && !t.New
	if ask := t.kinds(); t.New && ask != nil && t.Kind == "" {
		d.Kinds = ask.Pick(q, p, g)
		return q.Page("rules_kind.html", t.title(q, g), d), nil
	}
	for _, f := range t.fields() {
		if s := f.draw(q, p, g, t.element); len(s.Inputs) > 0 {
			d.Fields = append(d.Fields, s)
		}
	}
	var err error
	switch t.Sheet.Name {
	case "nudge":
		d.Fill = strings.Join(fills(t.Kind), " ")
		d.Looks, err = p.looks(q, g, t)
	case "reward":
		d.Left, err = p.left(q, g, t.ID)
	}
	return q.Page("rules_form.html", t.title(q, g), d), err
}

// typed is what the form says of one field; Value nil where it was left empty.
type typed struct {
	field
	Value any
}

// read takes the form in; what is wrong is noted.
func (p *part) read(q *console.Request, g *ground, t target) (all []typed) {
	for _, f := range t.fields() {
		v, err := f.typed(q, p, g, t.element)
		switch {
		case err != nil:
			v = nil
		case f.Kind == choice && !g.F.Has(f.place(t.element)...) && v == f.Pick(q, p, g)[0].Value:
			v = nil // what it is anyway
		}
		if f.Kind == checks && len(f.Pick(q, p, g)) == 0 {
			continue // was not asked
		}
		all = append(all, typed{f, v})
	}
	return all
}

// write makes the changes to the text.
func (p *part) write(q *console.Request, b Book, g *ground, t target, all []typed) (*edit.File, error) {
	f, err := edit.New([]byte(g.Version.Text))
	if err != nil {
		return nil, err
	}
	if t.New {
		pairs := []edit.Pair{{Key: "id", Value: freshID(q, b, g, t)}}
		if t.Kind != "" && !(t.Sheet.Name == "reward" && t.Kind == "item") {
			pairs = append(pairs, edit.Pair{Key: "kind", Value: t.Kind})
		}
		for _, x := range all {
			if x.Value != nil {
				pairs = append(pairs, edit.Pair{Key: x.Key, Value: x.Value})
			}
		}
		if f.Add(t.Sheet.Name, pairs...) != nil {
			q.Wrong("", q.Say(i18n.ConsoleRulesShape))
		}
		return f, nil
	}
	for _, x := range all {
		at := x.place(t.element)
		if x.Value == nil {
			err = f.Unset(at...)
		} else {
			err = f.Set(x.Value, at...)
		}
		if err != nil {
			q.Wrong("", q.Say(i18n.ConsoleRulesShape))
		}
	}
	return f, nil
}

var notID = regexp.MustCompile(`[^a-z0-9]+`)

// freshID is an id that no version of the programme has had.
func freshID(q *console.Request, b Book, g *ground, t target) string {
	taken := map[string]bool{}
	for _, v := range b.Versions() {
		if f, err := edit.New([]byte(v.Text)); err == nil {
			for _, n := range f.Names(t.Sheet.Name) {
				taken[n] = true
			}
		}
	}
	if t.Sheet.Name == "nudge" || t.Sheet.Name == "gift" {
		if !taken[t.Kind] {
			return t.Kind
		}
	}
	slug := strings.Trim(notID.ReplaceAllString(strings.ToLower(q.Typed("name.en")), "-"), "-")
	slug = strings.Trim(slug[:min(len(slug), 24)], "-")
	if slug == "" {
		slug = t.Sheet.Name
	}
	for n, id := 2, slug; ; n++ {
		if !taken[id] {
			return id
		}
		id = fmt.Sprintf("%s-%d", slug, n)
	}
}

// change takes a form: its review first, then its save.
func (p *part) change(q *console.Request, b Book) (console.Answer, error) {
	g, err := stand(q, b)
	if err != nil {
		return console.Answer{}, err
	}
	t, ok := aim(q, g)
	if !ok {
		return q.Gone(), nil
	}
	if ask := t.kinds(); t.New && ask != nil && !slices.ContainsFunc(ask.Pick(q, p, g), func(o console.Option) bool { return o.Value == t.Kind }) {
		return q.Gone(), nil
	}
	again := func() (console.Answer, error) { return q.Again(p.formPage(q, g, t)) }
	if !mayChange(q) {
		return again()
	}
	f, err := p.write(q, b, g, t, p.read(q, g, t))
	if err != nil {
		return console.Answer{}, err
	}
	if q.Bad() {
		return again()
	}
	if q.Typed("look") != "" { // without a script the form is sent for its preview
		return p.formPage(q, g, t)
	}
	return p.settle(q, b, g, settling{wish: wish{Ops: f.Ops()}, T: t, Title: t.title(q, g), Action: t.Path(), Back: t.back(g), Again: again})
}

// drop takes an element out.
func (p *part) drop(q *console.Request, b Book) (console.Answer, error) {
	g, err := stand(q, b)
	if err != nil {
		return console.Answer{}, err
	}
	t, ok := aim(q, g)
	if !ok || t.New || !t.Sheet.Drops {
		return q.Gone(), nil
	}
	again := func() (console.Answer, error) { return q.Again(p.formPage(q, g, t)) }
	if !mayChange(q) {
		return again()
	}
	f, err := edit.New([]byte(g.Version.Text))
	if err == nil {
		err = f.Drop(t.element)
	}
	if errors.Is(err, edit.ErrShape) {
		q.Wrong("", q.Say(i18n.ConsoleRulesShape))
		return again()
	}
	if err != nil {
		return console.Answer{}, err
	}
	return p.settle(q, b, g, settling{wish: wish{Ops: f.Ops()}, T: t, Title: t.title(q, g), Action: t.Path() + "/drop", Back: t.back(g), Again: again})
}
