package programme

import (
	"fmt"
	"slices"

	"regulars/loyalty"
)

// What may stand where tiers are listed, and where one is named.
const (
	tierList = "ids of [[tier]]"
	oneTier  = "the id of a [[tier]]"
)

// tiers reads the levels and what they count.
func (r *reader) tiers(root *table, p *Programme) {
	written := root.written("tiers")
	t, levels := r.sub(root, "tiers"), r.each(root, "tier", 10)
	ladder := &p.Rules.Tiers
	switch {
	case written && len(levels) == 0:
		r.complain(t.line, "tier", "is missing", "one [[tier]] or more, the lowest first")
	case !written && len(levels) > 0:
		r.complain(levels[0].line, "tiers", "is missing", "[tiers] with by and window")
	}
	r.ladder(t, p, written)
	for i, level := range levels {
		ladder.Levels = append(ladder.Levels, r.level(level, i, p))
	}
}

// ladder reads what all levels have in common.
func (r *reader) ladder(t *table, p *Programme, written bool) {
	l := &p.Rules.Tiers
	if written {
		r.need(t, "by", "spend, points, visits, nights")
		r.need(t, "window", "calendar, rolling, anniversary")
	}
	l.By = loyalty.Measure(r.oneOf(t, "by", "", "spend", "points", "visits", "nights"))
	l.Window = loyalty.Window(r.oneOf(t, "window", "", "calendar", "rolling", "anniversary"))
	l.Months = int(r.whole(t, "months", 0, 1, 36))
	if l.Window == loyalty.WindowRolling {
		r.need(t, "months", "a whole number from 1 to 36")
	} else {
		r.unfit(t, []string{"months"}, nil, "window is not rolling")
	}
	l.GraceDays = int(r.whole(t, "grace_days", 0, 0, 366))
	l.Soft = r.truth(t, "soft_landing", false)
	if t.ask("points") != nil && l.By == loyalty.MeasurePoints {
		rate := r.rate(r.sub(t, "points"), p.Rules.Currency.Digits)
		l.Rate = &rate
	} else {
		r.unfit(t, []string{"points"}, nil, "by is not points")
	}
	nights := func(i loyalty.Item) bool { return i.Nights > 0 }
	if l.By == loyalty.MeasureNights && !slices.ContainsFunc(p.Rules.Earning.Items, nights) {
		r.complain(t.of["by"].line, t.join("by"), "no item has nights to count", "an [[item]] with nights = 1")
	}
}

// level reads the i-th tier.
func (r *reader) level(t *table, i int, p *Programme) loyalty.Level {
	ladder := &p.Rules.Tiers
	l := loyalty.Level{ID: r.id(t, ownID, ownForm, r.known.levels)}
	r.known.levels = append(r.known.levels, l.ID)
	p.say(Level, l.ID, said{name: r.name(t, "the tier's name"), perks: r.perks(t)})
	l.Percent = r.percent(t, "multiply", 100)
	if t.written("expiry") {
		x := r.expiryRule(r.sub(t, "expiry"), p.Rules.Version)
		x.Follow = p.Rules.Expiry.Follow
		l.Expiry = &x
	}
	if i == 0 {
		if v := t.ask("at"); v != nil {
			r.complain(v.line, t.join("at"), "the first tier is everybody's", "no at here")
		}
		return l
	}
	v := r.need(t, "at", "what must be reached, more than for the tier before")
	before := len(r.complaints)
	switch ladder.By {
	case "": // it is not known what at would mean
		return l
	case loyalty.MeasureSpend:
		l.At, _ = r.money(t, "at", p.Rules.Currency.Digits)
	default:
		l.At = r.whole(t, "at", 0, 1, manyPoints)
	}
	if v != nil && len(r.complaints) == before && l.At <= ladder.Levels[i-1].At {
		r.complain(v.line, t.join("at"), fmt.Sprintf("%s does not rise above the tier before", quote(v.text)), "")
	}
	return l
}

// tierIDs reads a list of tiers.
func (r *reader) tierIDs(t *table) []string { return r.some(t, "tiers", tierList, r.known.levels) }
