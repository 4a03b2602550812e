package book

import (
	"slices"
	"time"

	"regulars/loyalty"
)

// slip is what a sale consists of, or what is left of it.
type slip struct {
	amount int
	lines  []oline
	part   bool // what is left of one
	earns  int  // then: what counts for the rate
}

type oline struct {
	item, category string
	pieces, amount int
	told           int // the amount as it was told, of what comes back
}

// moment is what the rules asked about besides the slip.
type moment struct {
	at    time.Time
	level string
	store string
	visit bool // counts as one
	first bool // of the sales that stand
	facts loyalty.Facts
}

// oshare is what one rule gave.
type oshare struct {
	rule   string
	points int
}

// rate counts points by taking the price of one away as often as it goes.
func rate(r loyalty.Rate, total, earns int) int {
	if total < int(r.Minimum) || r.Points <= 0 || earns <= 0 {
		return 0
	}
	return part(earns*int(r.Points), int(r.Per), r.Rounding)
}

func part(n, of int, round loyalty.Rounding) (k int) {
	for ; n >= of; n -= of {
		k++
	}
	if round == loyalty.RoundUp && n > 0 || round == loyalty.RoundNearest && 2*n >= of {
		k++
	}
	return k
}

func (l *oline) among(names []string) bool {
	return slices.Contains(names, l.item) || l.category != "" && slices.Contains(names, l.category)
}

// known is what the programme says of an item: its own, or its category's where
// it has none.
func known(p *loyalty.Programme, l *oline) (points, nights int, rule string) {
	for _, it := range p.Earning.Items {
		if it.ID == l.category && l.category != "" {
			points, nights, rule = int(it.Points), int(it.Nights), "category/"+it.ID
		}
	}
	for _, it := range p.Earning.Items {
		if it.ID == l.item {
			if it.Points != 0 {
				points, rule = int(it.Points), "item/"+it.ID
			}
			if it.Nights != 0 {
				nights = int(it.Nights)
			}
		}
	}
	return points, nights, rule
}

// eligible is the amount of the slip that earns by the rate.
func (s *slip) eligible(p *loyalty.Programme) int {
	n := s.amount
	if s.part {
		return s.earns
	}
	for _, l := range s.lines {
		if l.among(p.Earning.Exclude) {
			n -= l.amount
		}
	}
	return max(0, n)
}

func (s *slip) nights(p *loyalty.Programme) (n int) {
	for _, l := range s.lines {
		_, each, _ := known(p, &l)
		n += each * l.pieces
	}
	return n
}

func (s *slip) qualifies(p *loyalty.Programme) int {
	r := p.Rate
	if p.Tiers.Rate != nil {
		r = *p.Tiers.Rate
	}
	return rate(r, s.amount, s.eligible(p))
}

// stamps is what the slip puts on a card.
func (s *slip) stamps(c loyalty.StampCard, visit bool) (n int) {
	if s.amount < int(c.Minimum) {
		return 0
	}
	if len(c.Items) == 0 {
		if visit && s.amount > 0 {
			return 1
		}
		return 0
	}
	for _, l := range s.lines {
		if l.among(c.Items) {
			n += l.pieces
		}
	}
	return n
}

// shares are what the rules of p give for the slip, caps left out. Where only
// is told, only these rules are asked, and only what a slip can change about
// them: the lines, the amount, the minimum.
func shares(p *loyalty.Programme, s *slip, m *moment, only []oshare) (out []oshare) {
	if s.amount < int(p.Rate.Minimum) {
		return nil
	}
	asked := func(rule string) bool {
		return only == nil || slices.ContainsFunc(only, func(o oshare) bool { return o.rule == rule })
	}
	give := func(rule string, n int) {
		if n > 0 && asked(rule) {
			out = append(out, oshare{rule, n})
		}
	}
	base := rate(p.Rate, s.amount, s.eligible(p))
	give("base", base)
	if m.visit && s.amount > 0 {
		give("visit", int(p.Earning.PerVisit))
	}
	pieces := map[string]int{}
	var named []string
	for _, l := range s.lines {
		if n, _, rule := known(p, &l); n > 0 {
			if pieces[rule] == 0 {
				named = append(named, rule)
			}
			pieces[rule] += n * l.pieces
		}
	}
	for _, rule := range named {
		give(rule, pieces[rule])
	}
	if s.eligible(p) == 0 { // excluded items count for no bonus, and so does a sale of nothing else
		return out
	}
	var extra []oshare
	for i, l := range p.Tiers.Levels {
		if i > 0 && l.ID == m.level || i == 0 && lowest(p, m.level) {
			extra = append(extra, oshare{"tier/" + l.ID, more(base, l.Percent, p)})
		}
	}
	for _, b := range p.Earning.Bonuses {
		if only == nil && !fitsMoment(&b, p, m) || s.amount < int(b.Minimum) {
			continue
		}
		of := base
		if len(b.Items) > 0 {
			have, amount := false, 0
			for _, l := range s.lines {
				if l.among(b.Items) && !l.among(p.Earning.Exclude) {
					have = true
					amount += l.amount
				}
			}
			if !have {
				continue
			}
			of = rate(p.Rate, s.amount, min(amount, s.eligible(p)))
		}
		extra = append(extra, oshare{"bonus/" + b.ID, more(of, b.Percent, p) + int(b.Points)})
	}
	if p.Earning.Stacking == loyalty.StackBest && only == nil {
		var best []oshare
		for _, e := range extra {
			if e.points > 0 && (best == nil || e.points > best[0].points) {
				best = []oshare{e}
			}
		}
		extra = best
	}
	for _, e := range extra {
		give(e.rule, e.points)
	}
	return out
}

// more is what a percent adds to the base.
func more(base int, percent int64, p *loyalty.Programme) int {
	if percent <= 100 {
		return 0
	}
	return part(base*int(percent-100), 100, p.Rate.Rounding)
}

// lowest reports whether a level is the lowest of p, as one is that p lacks.
func lowest(p *loyalty.Programme, level string) bool {
	for i, l := range p.Tiers.Levels {
		if i > 0 && l.ID == level {
			return false
		}
	}
	return true
}

// fitsMoment asks what of a bonus has nothing to do with the slip.
func fitsMoment(b *loyalty.Bonus, p *loyalty.Programme, m *moment) bool {
	local := m.at.In(p.Zone)
	day := dateOf(m.at, p.Zone)
	minute := local.Hour()*60 + local.Minute()
	switch {
	case b.FromHour < b.ToHour && (minute < b.FromHour || minute >= b.ToHour):
		return false
	case b.FromHour > b.ToHour && minute < b.FromHour && minute >= b.ToHour:
		return false
	case b.FromHour > b.ToHour && minute < b.ToHour:
		day = day.prev() // the night belongs to the day on which it began
	}
	level := m.level
	if lowest(p, level) {
		level = ""
	}
	switch {
	case len(b.Levels) > 0 && !slices.Contains(b.Levels, level),
		len(b.Weekdays) > 0 && !slices.Contains(b.Weekdays, day.weekday()),
		len(b.Stores) > 0 && !slices.Contains(b.Stores, loyalty.Store(m.store)),
		m.at.Before(b.From), !b.To.IsZero() && !m.at.Before(b.To),
		b.First && !m.first,
		b.Birthday != "" && !birthday(b.Birthday, m.facts, day),
		b.Birthday != "" && !m.facts.BirthChanged.IsZero() && m.at.Sub(m.facts.BirthChanged) < 30*24*time.Hour:
		return false
	}
	return true
}

// birthday looks whether a day lies in the span around a birthday, by going
// through the span's days.
func birthday(span loyalty.Span, f loyalty.Facts, day date) bool {
	for y := day.y - 1; y <= day.y+1 && f.BirthMonth != 0; y++ {
		born := date{y, int(f.BirthMonth), f.BirthDay}
		born.d = min(born.d, daysIn(born.y, born.m))
		first, n := born, 1
		switch span {
		case loyalty.SpanWeek:
			for first.weekday() != time.Monday {
				first = first.prev()
			}
			n = 7
		case loyalty.SpanMonth:
			first.d, n = 1, daysIn(born.y, born.m)
		}
		for range n {
			if first == day {
				return true
			}
			first = first.next()
		}
	}
	return false
}

func total(list []oshare) (n int) {
	for _, s := range list {
		n += s.points
	}
	return n
}

// left is the slip without what came back: lines, and money without a line,
// which comes off everything in proportion, of pieces only whole ones. The
// field docs say "what is left" only; like this nothing grows when more comes
// back, and refunds in any series end at the same.
func (g *grant) left() *slip {
	loose := g.refunded
	for _, b := range g.back {
		loose -= b.amount
	}
	off := func(n int) int { return n * loose / g.slip.amount }
	s := &slip{amount: g.slip.amount - g.refunded}
	earns := g.slip.eligible(g.rules)
	s.earns = earns - off(earns)
	for _, l := range g.slip.lines {
		pieces, amount := l.pieces, l.amount
		b := g.cameBack(l.item)
		l.pieces = max(0, pieces-b.pieces-off(pieces))
		l.amount = max(0, amount-b.amount-off(amount))
		if !l.among(g.rules.Earning.Exclude) {
			s.earns -= b.amount
		}
		if l.pieces > 0 {
			s.lines = append(s.lines, l)
		}
	}
	s.earns = max(0, min(s.earns, s.amount))
	s.part = true
	return s
}

// cameBack is what came back of an item by name.
func (g *grant) cameBack(item string) (b oline) {
	for _, l := range g.back {
		if l.item == item {
			b.pieces += l.pieces
			b.amount += l.amount
		}
	}
	return b
}

// takes is the money that b takes, and which of its lines the sale has. Lines
// of which it has too few pieces are too much, and what it does not have is
// money only.
func (g *grant) takes(b back) (amount int, lines []oline, why string) {
	left := g.slip.amount - g.refunded
	for _, l := range b.lines {
		i := slices.IndexFunc(g.slip.lines, func(s oline) bool { return s.item == l.item })
		if i < 0 {
			amount += l.amount
			if l.amount == 0 {
				return 0, nil, "amount"
			}
			continue
		}
		came, sold := g.cameBack(l.item), g.slip.lines[i]
		if l.pieces > sold.pieces-came.pieces {
			return 0, nil, "excess"
		}
		l.amount = l.pieces * sold.amount / sold.pieces // prices are whole
		amount += l.amount
		lines = append(lines, l)
	}
	switch {
	case b.amount > 0:
		amount = b.amount
	case len(b.lines) == 0:
		return left, nil, ""
	}
	if amount > left {
		return 0, nil, "excess"
	}
	return amount, lines, ""
}
