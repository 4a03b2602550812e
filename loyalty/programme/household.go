package programme

import (
	"slices"
	"time"

	"regulars/loyalty"
)

// household reads [household].
func (r *reader) household(root *table, p *Programme) {
	written := root.written("household")
	t := r.sub(root, "household")
	h := loyalty.Household{
		Size:       int(r.whole(t, "size", 6, 2, 20)),
		Spend:      loyalty.HouseholdSpend(r.oneOf(t, "spend", "all", "all", "owner")),
		JoinsAYear: int(r.whole(t, "joins_a_year", 2, 1, 100)),
		Wait:       time.Duration(r.whole(t, "wait_days", 0, 0, 365)) * 24 * time.Hour,
		MonthMost:  loyalty.Points(r.whole(t, "month_most", 0, 0, 1_000_000_000)),
	}
	if !written {
		return
	}
	if !slices.ContainsFunc(p.Rules.Rewards, func(w loyalty.Reward) bool { return w.Cost > 0 }) {
		r.complain(t.line, "household", "there is nothing to use points for", "a [[reward]] with a cost")
	}
	p.Rules.Household = h
}

// statusMatch reads [status_match].
func (r *reader) statusMatch(root *table, p *Programme) {
	written := root.written("status_match")
	t := r.sub(root, "status_match")
	m := loyalty.StatusMatch{
		Levels:    r.some(t, "tiers", "ids of [[tier]]", r.higher(p)),
		Days:      int(r.whole(t, "days", 90, 1, 1100)),
		Challenge: r.whole(t, "challenge", 0, 0, 1_000_000_000),
		KeepDays:  int(r.whole(t, "keep_days", 0, 0, 1100)),
	}
	m.Programmes, _ = r.words(t, "programmes", "a list of names, as in [\"Star Alliance Gold\"]")
	if !written {
		return
	}
	if p.Rules.Tiers.By == loyalty.MeasureSpend || p.Rules.Tiers.By == "" { // written as people write money
		for range p.Rules.Currency.Digits {
			m.Challenge *= 10
		}
	}
	switch {
	case len(p.Rules.Tiers.Levels) < 2:
		r.complain(t.line, "status_match", "there is no tier to be matched", "a second [[tier]]")
		return
	case m.Challenge > 0 && m.KeepDays <= m.Days:
		r.complain(t.line, t.join("keep_days"), "a challenge keeps the tier for no longer than it has without", "more than days")
	case m.Challenge == 0 && t.written("keep_days"):
		r.complain(t.line, t.join("challenge"), "is missing", "how much of the tiers' measure keeps the tier for keep_days")
	}
	if !t.written("tiers") {
		m.Levels = r.higher(p)
	}
	p.Rules.Match = m
}

// higher are the ids of all levels but the lowest.
func (r *reader) higher(p *Programme) (ids []string) {
	for i, l := range p.Rules.Tiers.Levels {
		if i > 0 {
			ids = append(ids, l.ID)
		}
	}
	return ids
}
