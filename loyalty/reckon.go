package loyalty

import "slices"

// asked are the rules that a slip is held against, besides those of items: for
// a sale the ones that fit its moment, for what refunds left of it the ones
// that gave it something then.
type asked struct {
	base    bool
	visit   bool // the sale counts as a visit
	perDay  bool // PerVisit is given for it
	level   *Level
	bonuses []*Bonus
	cards   func(id string) bool // nil: all
}

// yield is what a slip gives before the caps.
type yield struct {
	shares  []Share // each above 0
	points  Points  // what they sum to
	qualify Points  // of a tier's measure
	nights  int64
	stamps  []Stamping // Stamps: how many, ever 1 at least
}

// reckon holds a slip against the rules. Every rule rounds by itself, as the
// rate says, and gives no more for less.
func (p *Programme) reckon(s slip, q asked) (y yield, err error) {
	if err := p.countNights(&y, s.lines); err != nil {
		return y, err
	}
	if err := p.countStamps(&y, s, q); err != nil {
		return y, err
	}
	if p.Tiers.Rate != nil {
		if y.qualify, err = p.Tiers.Rate.give(s.total, s.earns); err != nil {
			return y, err
		}
	}
	if s.total < p.Rate.Minimum { // such a sale earns nothing by any rule
		return y, nil
	}
	if err := p.reckonBase(&y, s, q); err != nil {
		return y, err
	}
	return y, p.reckonMore(&y, s, q)
}

// reckonBase is what is given once: the rate's points, a visit's, those of
// pieces.
func (p *Programme) reckonBase(y *yield, s slip, q asked) error {
	if q.base {
		n, err := p.Rate.give(s.total, s.earns)
		if err != nil {
			return err
		}
		if p.Tiers.Rate == nil {
			y.qualify = n
		}
		if err := y.give("base", "", n); err != nil {
			return err
		}
	}
	if q.perDay && s.total > 0 {
		if err := y.give("visit", "", p.Earning.PerVisit); err != nil {
			return err
		}
	}
	for i := range s.lines {
		kind, it := p.Earning.pays(&s.lines[i])
		if it == nil {
			continue
		}
		n, err := mulDiv(int64(it.Points), s.lines[i].Quantity, 1, RoundDown)
		if err != nil {
			return err
		}
		if err := y.give(kind, it.ID, Points(n)); err != nil {
			return err
		}
	}
	return nil
}

// reckonMore is what multiplies the base or comes with it: the tier's percent
// and the bonuses, all of them or the one that gives most.
func (p *Programme) reckonMore(y *yield, s slip, q asked) error {
	if q.level == nil && len(q.bonuses) == 0 || s.earns == 0 {
		return nil
	}
	base, err := p.Rate.give(s.total, s.earns)
	if err != nil {
		return err
	}
	var best struct {
		kind, id string
		n        Points
	}
	offer := func(kind, id string, n Points) error {
		if p.Earning.Stacking != StackBest {
			return y.give(kind, id, n)
		}
		if n > best.n {
			best.kind, best.id, best.n = kind, id, n
		}
		return nil
	}
	if q.level != nil {
		n, err := p.times(base, q.level.Percent)
		if err == nil {
			err = offer("tier/", q.level.ID, n)
		}
		if err != nil {
			return err
		}
	}
	for _, b := range q.bonuses {
		n, err := p.bonus(b, s, base)
		if err == nil {
			err = offer("bonus/", b.ID, n)
		}
		if err != nil {
			return err
		}
	}
	return y.give(best.kind, best.id, best.n)
}

// bonus is what one bonus gives for the slip of which all earns base.
func (p *Programme) bonus(b *Bonus, s slip, base Points) (Points, error) {
	if s.total < b.Minimum {
		return 0, nil
	}
	if len(b.Items) > 0 {
		var amount Money
		found := false
		for i := range s.lines {
			l := &s.lines[i]
			if l.Quantity > 0 && l.among(b.Items) && !l.among(p.Earning.Exclude) {
				found = true
				var err error
				if amount, err = add(amount, l.Amount); err != nil {
					return 0, err
				}
			}
		}
		if !found {
			return 0, nil
		}
		var err error
		if base, err = p.Rate.give(s.total, min(amount, s.earns)); err != nil {
			return 0, err
		}
	}
	more, err := p.times(base, b.Percent)
	if err != nil {
		return 0, err
	}
	return add(more, b.Points)
}

// times is what percent of the base gives above it.
func (p *Programme) times(base Points, percent int64) (Points, error) {
	if percent <= 100 {
		return 0, nil
	}
	n, err := mulDiv(int64(base), percent-100, 100, p.Rate.Rounding)
	return Points(n), err
}

// give adds a rule's points to what it gave already.
func (y *yield) give(kind, id string, n Points) (err error) {
	if n <= 0 {
		return nil
	}
	if y.points, err = add(y.points, n); err != nil {
		return err
	}
	rule := kind + id
	if i := slices.IndexFunc(y.shares, func(s Share) bool { return s.Rule == rule }); i >= 0 {
		y.shares[i].Points += n // below the sum, which fits
		return nil
	}
	y.shares = append(y.shares, Share{rule, n})
	return nil
}

// countNights adds up the nights of all pieces.
func (p *Programme) countNights(y *yield, lines []Line) error {
	for i := range lines {
		_, it := p.Earning.sleeps(&lines[i])
		if it == nil {
			continue
		}
		n, err := mulDiv(it.Nights, lines[i].Quantity, 1, RoundDown)
		if err != nil {
			return err
		}
		if y.nights, err = add(y.nights, n); err != nil {
			return err
		}
	}
	return nil
}

// countStamps adds up the stamps for each card.
func (p *Programme) countStamps(y *yield, s slip, q asked) error {
	for i := range p.Cards {
		c := &p.Cards[i]
		if s.total == 0 || s.total < c.Minimum || q.cards != nil && !q.cards(c.ID) {
			continue
		}
		var n int64
		if len(c.Items) == 0 && q.visit {
			n = 1
		}
		for j := range s.lines {
			if len(c.Items) > 0 && s.lines[j].among(c.Items) {
				n += s.lines[j].Quantity // a sale's pieces are bounded
			}
		}
		if n > 0 {
			y.stamps = append(y.stamps, Stamping{Card: c.ID, Stamps: n})
		}
	}
	return nil
}

// item finds what the programme knows by this name.
func (e *Earning) item(id string) *Item {
	for i := range e.Items {
		if id != "" && e.Items[i].ID == id {
			return &e.Items[i]
		}
	}
	return nil
}

// pays is the rule that gives points for a piece of the line: the item's own,
// or else its category's, and sleeps the one that counts nights.
func (e *Earning) pays(l *Line) (kind string, it *Item) {
	return e.rule(l, func(it *Item) bool { return it.Points > 0 })
}

func (e *Earning) sleeps(l *Line) (kind string, it *Item) {
	return e.rule(l, func(it *Item) bool { return it.Nights > 0 })
}

func (e *Earning) rule(l *Line, says func(*Item) bool) (kind string, it *Item) {
	if it := e.item(l.Item); it != nil && says(it) {
		return "item/", it
	}
	if it := e.item(l.Category); it != nil && says(it) {
		return "category/", it
	}
	return "", nil
}
