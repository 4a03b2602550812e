package club

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Coming is a gift that the member does not have yet, and what it waits for:
// exactly one of From, Visits, Level and Birthday is set.
type Coming struct {
	Gift     string
	Kind     loyalty.GiftKind
	From     time.Time // when it can be had
	Visits   int64     // how many more visits bring it
	Level    string    // which tier brings it
	Birthday bool      // the shop must know the member's birthday first
}

// Coming lists what the member has to look forward to, in the programme's order:
// birthdays and anniversaries, the next visit that brings something, tiers
// above theirs. What comes back to the silent is left out: nobody is to wait for
// it. In an Update it locks the member.
func (c *Club) Coming(r store.Reader, m loyalty.MemberID, now time.Time) (list []Coming, err error) {
	x, err := c.peek(r, m, now)
	if err != nil {
		return nil, err
	}
	if err := c.know(r, x); err != nil {
		return nil, err
	}
	a, err := c.account(r, x)
	if err != nil {
		return nil, err
	}
	names, _, err := x.all(r)
	if err != nil {
		return nil, err
	}
	for i := range x.rules.Gifts {
		g := &x.rules.Gifts[i]
		may, err := c.may(r, x, g.Levels)
		if err != nil {
			return nil, err
		}
		if k, ok := x.coming(g, a.Standing.Level, names); ok && (may || g.Kind == loyalty.GiftTier) {
			k.Gift, k.Kind = g.ID, g.Kind
			list = append(list, k)
		}
	}
	return list, nil
}

// coming is what one gift waits for by a member of a tier; had are the names of those that the member
// was given.
func (x *member) coming(g *loyalty.Gift, level string, had []name) (k Coming, ok bool) {
	switch g.Kind {
	case loyalty.GiftBirthday:
		if x.facts.BirthMonth == 0 {
			return Coming{Birthday: true}, true
		}
		k.From, ok = x.nextSpan(g, x.facts.BirthMonth, x.facts.BirthDay, had)
	case loyalty.GiftAnniversary:
		if !x.facts.Joined.IsZero() {
			day := dateOf(x.facts.Joined, x.zone)
			k.From, ok = x.nextSpan(g, day.Month(), day.Day(), had)
		}
	case loyalty.GiftVisit:
		k.Visits = g.Visit - x.card.Visits
		if g.Every && g.Visit > 0 {
			k.Visits = g.Visit - x.card.Visits%g.Visit
		}
		ok = k.Visits > 0
	case loyalty.GiftTier:
		k.Level, ok = g.Level, x.rank(g.Level) > x.rank(level)
	}
	return k, ok
}

// nextSpan is when the next span of a gift of the calendar begins that lies
// ahead and is not lost by how late the day was told.
func (x *member) nextSpan(g *loyalty.Gift, m time.Month, d int, had []name) (time.Time, bool) {
	joined := x.facts.Joined
	for y := x.today.Year(); y <= x.today.Year()+2; y++ {
		s := spanIn(g, yearly(y, m, d))
		this := append(x.instead(g, s.period()), name{g.ID, s.period()})
		switch {
		case !s.from.After(x.today), slices.ContainsFunc(this, func(n name) bool { return slices.Contains(had, n) }):
		case g.Kind == loyalty.GiftBirthday && enteredLate(g, x.facts, s, x.zone):
		case g.Kind == loyalty.GiftAnniversary && s.year <= dateOf(joined, x.zone).Year():
		default:
			return midnight(s.from, x.rules), true
		}
	}
	return time.Time{}, false
}
