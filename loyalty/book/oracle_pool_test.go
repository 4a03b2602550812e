package book

import (
	"slices"
)

// borrow brings the oracle what of n points is missing: from the others' points
// that can be spent now, those that go first first. Whoever owes neither borrows nor
// lends, who is frozen lends nothing, and nobody lends what is borrowed.
func (o *oracle) borrow(n int, others []*oracle) string {
	own := len(o.free(o.now))
	if own >= n || o.frozen || o.debt > 0 {
		return ""
	}
	type offered struct {
		of    *oracle
		place int
		*point
	}
	var all []offered
	for i, x := range others {
		at := o.now
		if x.now.After(at) {
			at = x.now
		}
		if x.frozen || x.debt > 0 {
			continue
		}
		for _, p := range x.free(at) {
			if p.home == nil {
				all = append(all, offered{x, i, p})
			}
		}
	}
	if len(all) < n-own {
		return "short"
	}
	slices.SortStableFunc(all, func(a, b offered) int {
		switch {
		case a.lot == b.lot:
			return 0
		case a.lot.ends.Equal(b.lot.ends) && a.place != b.place:
			return a.place - b.place
		case a.lot.before(b.lot):
			return -1
		}
		return 1
	})
	lots := map[*olot]*olot{}
	for _, p := range all[:n-own] {
		l := lots[p.lot]
		if l == nil {
			copied := *p.lot
			l = &copied
			l.number, lots[p.lot] = len(o.lots), l
			o.lots = append(o.lots, l)
		}
		p.state, p.of.wrote = "moved", p.of.now
		o.points = append(o.points, &point{lot: l, state: "free", home: func() { p.of.back(p.point, o) }})
	}
	return ""
}

// back puts a lent point back into its own lot.
func (o *oracle) back(p *point, from *oracle) {
	o.advance(from.now)
	p.state, o.wrote = "free", o.now
	o.after()
}

// useTogether is use with others' points where the own do not suffice.
func (o *oracle) useTogether(n int, use func() string, others []*oracle) string {
	if why := o.borrow(n, others); why != "" {
		return why
	}
	return use()
}
