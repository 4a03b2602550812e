package loyalty

import "time"

// Expiry is a rule of when points go. Every rule works in local days and ends
// at a local midnight, exclusive: points are spendable before the instant that
// End gives, and not from it on.
type Expiry struct {
	Version int        // lots remember it
	Kind    ExpiryKind // empty is never
	Months  int        // AfterMonths, Idle: the life; FixedDate: the safe period
	RoundTo Period     // AfterMonths, Idle: the end of which period
	Month   time.Month // FixedDate: the date on which points go, once a year
	Day     int
	// Follow brings points that were earned under an older rule under this one
	// when it takes effect, see [KindTerms]: never sooner than one full period
	// from then. Without it they keep their own.
	Follow bool
}

// ExpiryKind is the family of an expiry rule.
type ExpiryKind string

// The kinds of expiry.
const (
	Never       ExpiryKind = "never"
	AfterMonths ExpiryKind = "after_months"  // N months after earning, to the end of the period
	FixedDate   ExpiryKind = "fixed_date"    // once a year, sparing what is younger than the safe period
	NextYearEnd ExpiryKind = "next_year_end" // the end of the calendar year after the earning
	Idle        ExpiryKind = "idle"          // N months without earning or spending, all go
)

// Period is what an end is rounded up to.
type Period string

// The periods; the empty one is a day.
const (
	ToDay      Period = "day"
	ToMonth    Period = "month"
	ToQuarter  Period = "quarter"
	ToHalfYear Period = "half_year"
	ToYear     Period = "year"
)

// End is the first instant at which points with this base date are gone; the
// zero time means never. The base is the earning, or for Idle the last
// activity.
func (x Expiry) End(base time.Time, zone *time.Location) time.Time {
	y, m, d := base.In(zone).Date()
	switch x.Kind {
	case AfterMonths, Idle:
		y, m, d = addMonths(y, m, d, x.Months)
		return x.RoundTo.end(y, m, d, zone)
	case NextYearEnd:
		return startOfDay(y+2, time.January, 1, zone)
	case FixedDate:
		return x.nextDate(y, m, d, zone)
	default:
		return time.Time{}
	}
}

// nextDate is the first of the yearly dates of which the day lies on or before
// the date less the safe period.
func (x Expiry) nextDate(y int, m time.Month, d int, zone *time.Location) time.Time {
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	for year := y; ; year++ {
		end := clampedDate(year, x.Month, x.Day)
		sy, sm, sd := end.Date()
		sy, sm, sd = addMonths(sy, sm, sd, -x.Months)
		safe := time.Date(sy, sm, sd, 0, 0, 0, 0, time.UTC)
		// Without a safe period the date itself must lie ahead, or points
		// earned on it would be gone before they were given.
		if !day.After(safe) && day.Before(end) {
			return startOfDay(end.Year(), end.Month(), end.Day(), zone)
		}
	}
}

// end is the first instant after the period in which the day lies.
func (p Period) end(y int, m time.Month, d int, zone *time.Location) time.Time {
	months := map[Period]int{ToMonth: 1, ToQuarter: 3, ToHalfYear: 6, ToYear: 12}[p]
	if months == 0 {
		return startOfDay(y, m, d+1, zone)
	}
	last := (int(m)-1)/months*months + months // the period's last month
	return startOfDay(y, time.Month(last+1), 1, zone)
}

// addMonths moves a date by n months and clamps it to that month's last day.
func addMonths(y int, m time.Month, d, n int) (int, time.Month, int) {
	first := time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	return clampedDate(first.Year(), first.Month(), d).Date()
}

// clampedDate is the date, or the month's last day when it has fewer.
func clampedDate(y int, m time.Month, d int) time.Time {
	last := time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC)
	return time.Date(y, m, min(d, last.Day()), 0, 0, 0, 0, time.UTC)
}

// startOfDay is the first instant of a local day. Midnight may be missing or
// come twice where clocks are moved at midnight; time.Date then picks one
// side without saying which.
func startOfDay(y int, m time.Month, d int, zone *time.Location) time.Time {
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	t := time.Date(y, m, d, 0, 0, 0, 0, zone)
	same := func(t time.Time) bool {
		ty, tm, td := t.In(zone).Date()
		return ty == day.Year() && tm == day.Month() && td == day.Day()
	}
	if !same(t) { // midnight was skipped: the day begins where the clock jumped
		_, t = t.ZoneBounds()
	} else if h := t.Add(-time.Hour); same(h) { // midnight came twice: the first
		t = h
	} else if from, _ := t.ZoneBounds(); same(from) && from.Before(t) { // 00:00 missing, time.Date chose later
		t = from
	}
	return t.UTC()
}
