package programme

import (
	"math"
	"slices"

	"regulars/loyalty"
)

// items reads what the shop sells by name.
func (r *reader) items(root *table, p *Programme) {
	tables := r.each(root, "item", 200)
	for _, t := range tables {
		i := loyalty.Item{ID: r.id(t, itemID, itemForm, r.known.items)}
		var line int
		if i.Category, line = r.text(t, "category", itemForm); line > 0 && !itemID.MatchString(i.Category) {
			r.complain(line, t.join("category"), quote(i.Category)+" is not an id", itemForm)
		}
		i.Points = loyalty.Points(r.points(t, "points"))
		i.Nights = r.whole(t, "nights", 0, 0, 100)
		p.say(Item, i.ID, said{name: r.texts(t, "name", longName)})
		r.known.items = append(r.known.items, i.ID)
		p.Rules.Earning.Items = append(p.Rules.Earning.Items, i)
	}
	r.known.goods = slices.Clone(r.known.items)
	for n, i := range p.Rules.Earning.Items {
		switch {
		case i.Category == "":
		case slices.Contains(r.known.items, i.Category): // it would be open which of the two is meant
			r.complain(tables[n].of["category"].line, "item.category", quote(i.Category)+" is an item's id", "another word")
		case !slices.Contains(r.known.goods, i.Category):
			r.known.goods = append(r.known.goods, i.Category)
		}
	}
}

// goodsList says what may stand where items are listed.
const goodsList = "ids or categories of [[item]]"

// earn reads the rate and its bounds.
func (r *reader) earn(t *table, p *Programme) {
	digits := p.Rules.Currency.Digits
	p.Rules.Rate = r.rate(t, digits)
	e := &p.Rules.Earning
	e.Exclude = r.some(t, "exclude", goodsList, r.known.goods)
	e.PerVisit = loyalty.Points(r.points(t, "per_visit"))
	e.VisitsADay = int(r.whole(t, "visits_a_day", 0, 0, 100))
	e.Stacking = loyalty.Stacking(r.oneOf(t, "stacking", "add", "add", "best"))
	most := func(key string) loyalty.Points { return loyalty.Points(r.whole(t, key, 0, 0, math.MaxInt64)) }
	e.CapSale, e.CapDay, e.CapMonth = most("cap_sale"), most("cap_day"), most("cap_month")
}

// rate reads how an amount becomes points.
func (r *reader) rate(t *table, digits int) loyalty.Rate {
	const allowed = "the amount that earns the points"
	points := r.whole(t, "points", 1, 1, 1_000_000)
	r.need(t, "per", allowed)
	per, line := r.money(t, "per", digits)
	if line > 0 && per == 0 {
		r.complain(line, t.join("per"), "must be more than nothing", allowed)
	}
	least, _ := r.money(t, "minimum", digits)
	return loyalty.Rate{
		Points: loyalty.Points(points), Per: loyalty.Money(per), Minimum: loyalty.Money(least),
		Rounding: loyalty.Rounding(r.oneOf(t, "rounding", "down", "down", "nearest", "up")),
	}
}
