package club

import (
	"time"

	"regulars/loyalty"
)

// Begins is when a birthday or anniversary gift can first be had in a year's
// span, and the period that the gift's row would name; false where it is none of
// the member's. It asks nothing but the arguments, for who reckons with rules
// that are not in force.
func Begins(g *loyalty.Gift, f loyalty.Facts, year int, p *loyalty.Programme) (at time.Time, period string, ok bool) {
	zone := p.Location()
	month, day := f.BirthMonth, f.BirthDay
	if g.Kind == loyalty.GiftAnniversary {
		joined := dateOf(f.Joined, zone)
		month, day = joined.Month(), joined.Day()
	}
	if month == 0 || f.Joined.IsZero() {
		return at, "", false
	}
	s := spanIn(g, yearly(year, month, day))
	if _, ok := calendarSpan(g, f, s.from, zone); !ok {
		return at, "", false
	}
	return midnight(s.from, p), s.period(), true
}
