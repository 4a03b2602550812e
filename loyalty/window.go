package loyalty

import (
	"math"
	"time"
)

// window is a span of local days in which a tier counts; to is exclusive. Both
// are civil days, see civilDay.
type window struct{ from, to time.Time }

// civilDay is the local day of t, kept as midnight in UTC, so that counting
// days does not depend on clocks being moved.
func civilDay(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// dayStart is the first instant of a civil day.
func dayStart(day time.Time, zone *time.Location) time.Time {
	return startOfDay(day.Year(), day.Month(), day.Day(), zone)
}

// epochDay numbers a civil day as a [Tally] does.
func epochDay(day time.Time) int32 { return int32(day.Unix() / (24 * 60 * 60)) }

// moved is the civil day n months on, clamped to that month's last day.
func moved(day time.Time, n int) time.Time {
	y, m, d := addMonths(day.Year(), day.Month(), day.Day(), n)
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// firstOfMonth is the first civil day of a day's month, n months on.
func firstOfMonth(day time.Time, n int) time.Time {
	return time.Date(day.Year(), day.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
}

// windowAt is the window in which a civil day lies, for who joined on another.
// Who joined on 29 February begins a year on the 28th where there is no 29th.
func (t *Tiers) windowAt(day, joined time.Time) window {
	switch t.Window {
	case WindowRolling:
		return window{firstOfMonth(day, 1-t.span()), firstOfMonth(day, 1)}
	case WindowAnniversary:
		begins := func(year int) time.Time { return clampedDate(year, joined.Month(), joined.Day()) }
		y := day.Year()
		if begins(y).After(day) {
			y--
		}
		return window{begins(y), begins(y + 1)}
	default:
		return window{time.Date(day.Year(), 1, 1, 0, 0, 0, 0, time.UTC), time.Date(day.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)}
	}
}

// span is how many months a rolling window has.
func (t *Tiers) span() int { return max(1, t.Months) }

// value is what a window's months sum to. It stops at the largest number
// instead of overflowing: no threshold lies above it.
func (t *Tiers) value(counts []Tally, in window) (n int64) {
	from, to := epochDay(in.from), epochDay(in.to)
	for i := range counts {
		c := &counts[i]
		if c.Bucket < from || c.Bucket >= to {
			continue
		}
		sum, err := add(n, t.measure(c))
		if err != nil {
			return math.MaxInt64
		}
		n = sum
	}
	return n
}

// measure is what a tally adds to what the tiers count.
func (t *Tiers) measure(c *Tally) int64 {
	switch t.By {
	case MeasurePoints:
		return int64(c.Points)
	case MeasureVisits:
		return c.Visits
	case MeasureNights:
		return c.Nights
	default:
		return int64(c.Money)
	}
}

// reached is the highest level whose threshold a value reaches.
func (t *Tiers) reached(value int64) int {
	for i := len(t.Levels) - 1; i > 0; i-- {
		if value >= t.Levels[i].At {
			return i
		}
	}
	return 0
}

// Index is a level's place from the bottom. The lowest is 0, and so is one that
// these tiers do not have.
func (t *Tiers) Index(level string) int {
	for i := range t.Levels {
		if t.Levels[i].ID == level {
			return i
		}
	}
	return 0
}

// name is a level as a [Standing] has it: "" for the lowest.
func (t *Tiers) name(level int) string {
	if level == 0 {
		return ""
	}
	return t.Levels[level].ID
}
