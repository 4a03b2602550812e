package rules

import (
	"strconv"
	"strings"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
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

// called is what a reward is called.
func called(q *console.Request, id string) string {
	return q.Shop().Programme(q.Now).Words(programme.Reward, id, string(q.P.Lang)).Name
}

// pool is a reward that gives codes.
type pool struct {
	ID, Name    string
	Left, Total int64
}

func (p *part) codes(q *console.Request, _ Book) (console.Answer, error) {
	var all []pool
	for _, r := range q.Shop().Rules(q.Now).Rewards {
		if r.Kind == loyalty.RewardCode {
			all = append(all, pool{ID: r.ID, Name: called(q, r.ID)})
		}
	}
	err := q.View(func(rd store.Reader) (err error) {
		for i := range all {
			if all[i].Left, all[i].Total, err = q.Shop().Club.Vouchers.Pool(rd, all[i].ID); err != nil {
				return err
			}
		}
		return nil
	})
	if q.WantsCSV() {
		var rows [][]string
		for _, c := range all {
			rows = append(rows, []string{c.Name, strconv.FormatInt(c.Left, 10), strconv.FormatInt(c.Total, 10)})
		}
		return q.CSV("codes", []string{q.Say(key("f_", "reward")), q.Say(key("f_", "left")), q.Say(key("f_", "total"))}, rows), err
	}
	return q.Page("rules_codes.html", q.Say(key("l_", "codes")), all), err
}

type poolPage struct {
	pool
	Can bool
}

// poolOf is the pool that the address names.
func poolOf(q *console.Request) (d poolPage, ok bool, err error) {
	r, ok := q.Shop().Rules(q.Now).Reward(q.R.PathValue("id"))
	if !ok || r.Kind != loyalty.RewardCode {
		return d, false, nil
	}
	d.pool, d.Can = pool{ID: r.ID, Name: called(q, r.ID)}, changes(q)
	err = q.View(func(rd store.Reader) (err error) {
		d.Left, d.Total, err = q.Shop().Club.Vouchers.Pool(rd, r.ID)
		return err
	})
	return d, true, err
}

func (p *part) codesOf(q *console.Request, _ Book) (console.Answer, error) {
	d, ok, err := poolOf(q)
	if !ok {
		return q.Gone(), err
	}
	return q.Page("rules_pool.html", d.Name, d), err
}

// together is how many codes go into one transaction, longCode how many bytes
// one may have, and mostCodes how many come at once: each is sealed by itself.
const (
	together  = 500
	longCode  = 1024
	mostCodes = 20_000
)

// addCodes puts codes into a pool: those that were pasted, a line each, or a
// file's first column. They are never shown again.
func (p *part) addCodes(q *console.Request, _ Book) (console.Answer, error) {
	d, ok, err := poolOf(q)
	if !ok || err != nil {
		return q.Gone(), err
	}
	again := func() (console.Answer, error) { return q.Again(p.codesOf(q, nil)) }
	if !mayChange(q) {
		return again()
	}
	text := q.Text("codes")
	if strings.TrimSpace(text) == "" {
		_, body, ok := q.Upload("file")
		if !ok {
			return again()
		}
		text = string(body)
	}
	codes, long := splitCodes(text)
	switch {
	case long > 0:
		q.Wrong("codes", q.Say(i18n.ConsoleRulesCodeLong, "Line", long, "Most", longCode))
	case len(codes) == 0:
		q.Wrong("codes", q.Say(i18n.ConsoleRulesNoCodes))
	case len(codes) > mostCodes:
		q.Wrong("codes", q.Say(i18n.ConsoleRulesManyCodes, "Most", i18n.Number(mostCodes)))
	}
	if q.Bad() {
		return again()
	}
	added, twice := 0, 0
	for i := 0; i < len(codes); i += together {
		var more, known int
		err := q.Update(func(tx store.Tx) (err error) {
			more, known, err = q.Shop().Club.Vouchers.AddCodes(tx, d.ID, codes[i:min(i+together, len(codes))], q.Now)
			if err != nil {
				return err
			}
			return q.Audit(tx, i18n.ConsoleRulesDidCodes, about, "", "", d.ID+" +"+strconv.Itoa(more))
		})
		if err != nil {
			return console.Answer{}, err
		}
		added, twice = added+more, twice+known
	}
	d, _, err = poolOf(q)
	return q.Go("/console/rules/codes", q.Say(i18n.ConsoleRulesCodesAdded, "Added", i18n.Number(int64(added)), "Twice", i18n.Number(int64(twice)),
		"Name", shop.Tidy(d.Name), "Left", i18n.Number(d.Left))), err
}

// splitCodes are the lines' first columns that say something; long is the number
// of the first one that is too long, 0 for none.
func splitCodes(text string) (codes []string, long int) {
	n := 0
	for line := range strings.SplitSeq(strings.TrimPrefix(text, "\ufeff"), "\n") {
		n++
		first, _, _ := strings.Cut(strings.TrimRight(line, "\r"), ",")
		first, _, _ = strings.Cut(first, "\t")
		first = strings.Trim(strings.TrimSpace(first), `"`)
		if first == "" {
			continue
		}
		if len(first) > longCode && long == 0 {
			long = n
		}
		codes = append(codes, first)
	}
	return codes, long
}
