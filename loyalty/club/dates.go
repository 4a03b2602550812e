package club

import (
	"strconv"
	"time"

	"regulars/loyalty"
)

// A date is a local day written as its midnight in UTC, so that days can be
// counted without minding what clocks do at night.

// dateOf is t's local day.
func dateOf(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return date(y, m, d)
}

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// yearly is the day of a year on which a birthday or an anniversary falls: 29
// February is kept on the 28th where there is none.
func yearly(y int, m time.Month, d int) time.Time {
	return date(y, m, min(d, date(y, m+1, 0).Day()))
}

// midnight is the first instant of a local date. On some days clocks skip
// midnight, or have it twice; the rules know when the day before has ended.
func midnight(day time.Time, p *loyalty.Programme) time.Time {
	return p.DayEnd(time.Date(day.Year(), day.Month(), day.Day()-1, 12, 0, 0, 0, p.Location()))
}

// span is the run of dates in which a gift of the calendar can be had.
type span struct {
	from, to time.Time // to is the first one after it
	year     int       // of the day that is celebrated, not of from: the period
}

func (s span) has(day time.Time) bool { return !day.Before(s.from) && day.Before(s.to) }

func (s span) period() string { return strconv.Itoa(s.year) }

// spanAt is the span of a birthday or anniversary gift that today lies in, for
// who was born, or joined, on that day of the year. The years beside today's
// are tried as well: the week of 1 January may begin in December.
func spanAt(g *loyalty.Gift, m time.Month, d int, today time.Time) (span, bool) {
	for y := today.Year() - 1; y <= today.Year()+1; y++ {
		if s := spanIn(g, yearly(y, m, d)); s.has(today) {
			return s, true
		}
	}
	return span{}, false
}

// thanked is for how many days after its own an anniversary's gift can be had.
const thanked = 30

// spanIn is the gift's span around the day.
func spanIn(g *loyalty.Gift, day time.Time) span {
	s := span{from: day, to: day.AddDate(0, 0, 1), year: day.Year()}
	switch {
	case g.Kind == loyalty.GiftAnniversary:
		s.to = day.AddDate(0, 0, thanked+1)
	case g.Around == loyalty.SpanWeek:
		monday := (int(day.Weekday()) + 6) % 7
		s.from = day.AddDate(0, 0, -monday)
		s.to = s.from.AddDate(0, 0, 7)
	case g.Around == loyalty.SpanMonth:
		s.from = date(day.Year(), day.Month(), 1)
		s.to = s.from.AddDate(0, 1, 0)
	}
	return s
}

// calendarSpan is the span in which the member can have this birthday or
// anniversary gift today; false when it is none of theirs now.
func calendarSpan(g *loyalty.Gift, f loyalty.Facts, today time.Time, zone *time.Location) (span, bool) {
	if f.Joined.IsZero() { // no member
		return span{}, false
	}
	if g.Kind == loyalty.GiftAnniversary {
		joined := dateOf(f.Joined, zone)
		s, ok := spanAt(g, joined.Month(), joined.Day(), today)
		return s, ok && s.year > joined.Year()
	}
	if f.BirthMonth == 0 {
		return span{}, false
	}
	s, ok := spanAt(g, f.BirthMonth, f.BirthDay, today)
	return s, ok && !enteredLate(g, f, s, zone)
}

// enteredLate says whether this year's birthday gift is lost because of when
// the birthday was entered or changed (LEDGER.md, 24). Somebody who was a
// member before and was erased may have had this year's already.
func enteredLate(g *loyalty.Gift, f loyalty.Facts, s span, zone *time.Location) bool {
	if f.Returned && dateOf(f.Joined, zone).Year() == s.year {
		return true
	}
	if !f.BirthChanged.IsZero() {
		closed := s.from.AddDate(0, 0, -g.ChangeDays)
		return g.ChangeDays > 0 && !dateOf(f.BirthChanged, zone).Before(closed)
	}
	return g.FirstEntryNext && !f.BirthSet.IsZero() && !dateOf(f.BirthSet, zone).Before(s.from)
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// days is from one date to another.
func days(from, to time.Time) int { return int(to.Sub(from) / (24 * time.Hour)) }

// epochDay is the date of a [loyalty.Tally]'s day.
func epochDay(n int32) time.Time { return date(1970, 1, 1).AddDate(0, 0, int(n)) }
