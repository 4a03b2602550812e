package programme

import (
	"slices"

	"regulars/loyalty"
)

// Category is the part under which names of categories stand.
const Category Part = "category"

// What [recommend] can tell of.
var recommended = []string{"rewards", "categories", "items"}

// recommend reads [recommend], and the names that members read of categories.
func (r *reader) recommend(root *table, p *Programme) {
	var named []string
	tables := r.each(root, "category", 100)
	for _, t := range tables {
		id := r.id(t, itemID, itemForm, named)
		named = append(named, id)
		p.say(Category, id, said{name: r.name(t, "what members read of the category")})
		if slices.Contains(r.known.items, id) {
			r.complain(t.of["id"].line, t.join("id"), quote(id)+" is an item's id", "another word")
		}
	}
	written := root.written("recommend")
	t := r.sub(root, "recommend")
	of := r.some(t, "of", "what is recommended", recommended)
	days := int(r.whole(t, "days", 365, 30, 1100))
	least := r.whole(t, "least", 5, 3, 1000)
	if !written {
		return
	}
	if !t.written("of") {
		of = []string{"rewards"}
	}
	has := func(what string) bool { return slices.Contains(of, what) }
	p.Rules.Recommend = loyalty.Recommend{Rewards: has("rewards"), Categories: has("categories"), Items: has("items"), Days: days, Least: least}
	if has("categories") && len(tables) == 0 {
		r.complain(t.of["of"].line, t.join("of"), "no category has a name that members can read", "a [[category]] with id and name, or no categories")
	}
}

// levers reads [levers]: each is a table of its own, or true.
func (r *reader) levers(root *table, p *Programme) {
	t := r.sub(root, "levers")
	for _, l := range loyalty.AllLevers {
		v := t.ask(string(l))
		if v == nil {
			continue
		}
		rule := loyalty.LeverRule{Lever: l, Holdout: 10}
		on := false
		if v.table == nil {
			on = r.truth(t, string(l), false)
		} else {
			one := r.sub(t, string(l))
			on = r.truth(one, "on", true)
			rule.Holdout = int(r.whole(one, "holdout", 10, 0, 90))
		}
		if !on {
			continue
		}
		if why := idle(&p.Rules, l); why != "" {
			r.complain(v.line, t.join(string(l)), "has nothing to speak of", why)
		}
		p.Rules.Levers = append(p.Rules.Levers, rule)
	}
}

// idle is what a lever asks for that the programme has not; "" where it can be
// pulled.
func idle(p *loyalty.Programme, l loyalty.Lever) string {
	sold := slices.ContainsFunc(p.Rewards, func(w loyalty.Reward) bool { return w.Cost > 0 })
	switch l {
	case loyalty.LeverGoal, loyalty.LeverFraming:
		if !sold && len(p.Tiers.Levels) < 2 {
			return "a [[reward]] with a cost, or a second [[tier]]"
		}
	case loyalty.LeverSocial, loyalty.LeverScarcity:
		if !sold {
			return "a [[reward]] with a cost"
		}
	case loyalty.LeverEndowment:
		if !slices.ContainsFunc(p.Cards, func(c loyalty.StampCard) bool { return c.Start > 0 }) {
			return "a [[stamp_card]] with a start"
		}
	}
	return ""
}

// Named says that the file has a name for a part, in whatever language.
func (p *Programme) Named(part Part, id string) bool {
	s, known := p.words[named{part, id}]
	return known && len(s.name) > 0
}
