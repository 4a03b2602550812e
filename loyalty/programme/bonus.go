package programme

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
)

// bonuses reads what gives more at times.
func (r *reader) bonuses(root *table, p *Programme) {
	var ids []string
	for _, t := range r.each(root, "bonus", 50) {
		b := r.bonus(t, p, ids)
		for _, other := range p.Rules.Earning.Bonuses {
			if v := t.of["hours"]; v != nil && p.Rules.Earning.Stacking == loyalty.StackAdd && clash(b, other) {
				r.complain(v.line, t.join("hours"), fmt.Sprintf("overlap with those of bonus %q, which has the same conditions", other.ID),
					`hours apart, or earn.stacking = "best"`)
			}
		}
		ids = append(ids, b.ID)
		p.Rules.Earning.Bonuses = append(p.Rules.Earning.Bonuses, b)
	}
}

func (r *reader) bonus(t *table, p *Programme, ids []string) loyalty.Bonus {
	b := loyalty.Bonus{ID: r.id(t, ownID, ownForm, ids)}
	p.say(Bonus, b.ID, said{name: r.texts(t, "name", longName)})
	b.Percent = r.percent(t, "multiply", 101)
	b.Points = loyalty.Points(r.points(t, "points"))
	if !t.written("multiply") && b.Points == 0 {
		r.complain(t.line, t.path, "gives nothing", "multiply = 2, points = 10, or both")
	}
	b.Levels = r.tierIDs(t)
	b.Plans = r.plansOf(t)
	b.Weekdays = r.weekdays(t)
	b.Days = r.monthDays(t)
	b.FromHour, b.ToHour = r.hours(t)
	b.From, b.To = r.dates(t, p.Rules.Zone)
	b.Stores = r.storeIDs(t, p)
	b.Birthday = loyalty.Span(r.oneOf(t, "birthday", "", "day", "week", "month"))
	b.First = r.truth(t, "first_purchase", false)
	b.Items = r.some(t, "items", goodsList, r.known.goods)
	least, _ := r.money(t, "minimum", p.Rules.Currency.Digits)
	b.Minimum = loyalty.Money(least)
	return b
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (r *reader) weekdays(t *table) (days []time.Weekday) {
	for _, w := range r.some(t, "weekdays", "mon, tue, wed, thu, fri, sat, sun", weekdays) {
		if d := slices.Index(weekdays, w); d >= 0 {
			days = append(days, time.Weekday(d))
		}
	}
	return days
}

// hours are minutes since midnight. They may run over midnight.
func (r *reader) hours(t *table) (from, to int) {
	const allowed = `two times of day in quotes, as in "14:00-17:00"`
	s, line := r.text(t, "hours", allowed)
	if line == 0 {
		return 0, 0
	}
	first, last, _ := strings.Cut(s, "-")
	a, err1 := time.Parse("15:04", strings.TrimSpace(first))
	last = strings.TrimSpace(last)
	if last == "24:00" { // people write the end of a day so
		last = "00:00"
	}
	b, err2 := time.Parse("15:04", last)
	switch {
	case err1 != nil || err2 != nil:
		r.complain(line, t.join("hours"), quote(s)+" are no hours", allowed)
	case a.Equal(b):
		r.complain(line, t.join("hours"), quote(s)+" begin and end together", allowed+"; leave them out for the whole day")
	}
	return a.Hour()*60 + a.Minute(), b.Hour()*60 + b.Minute()
}

// clash reports whether two bonuses differ in nothing but hours, which overlap:
// where bonuses add up that is one bonus written twice.
func clash(a, b loyalty.Bonus) bool {
	if b.FromHour == b.ToHour || !overlap(a.FromHour, a.ToHour, b.FromHour, b.ToHour) {
		return false
	}
	return slices.Equal(a.Levels, b.Levels) && slices.Equal(a.Plans, b.Plans) && slices.Equal(a.Weekdays, b.Weekdays) && slices.Equal(a.Days, b.Days) && slices.Equal(a.Stores, b.Stores) &&
		slices.Equal(a.Items, b.Items) && a.From.Equal(b.From) && a.To.Equal(b.To) &&
		a.Birthday == b.Birthday && a.First == b.First && a.Minimum == b.Minimum
}

// overlap reports whether two spans of a day share a minute: then one of them
// holds the other's beginning.
func overlap(a, aEnd, b, bEnd int) bool {
	within := func(at, from, to int) bool {
		if from < to {
			return at >= from && at < to
		}
		return at >= from || at < to
	}
	return within(a, b, bEnd) || within(b, a, aEnd)
}

// storeIDs reads a list of stores.
func (r *reader) storeIDs(t *table, p *Programme) (stores []loyalty.Store) {
	known := make([]string, 0, len(p.Stores))
	for _, s := range p.Stores {
		known = append(known, string(s.ID))
	}
	for _, id := range r.some(t, "stores", "ids of [[store]]", known) {
		stores = append(stores, loyalty.Store(id))
	}
	return stores
}
