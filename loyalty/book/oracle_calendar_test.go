package book

import (
	"time"

	"regulars/loyalty"
)

// The oracle's calendar counts days and months one by one.

// date is a civil day.
type date struct{ y, m, d int }

func dateOf(t time.Time, zone *time.Location) date {
	y, m, d := t.In(zone).Date()
	return date{y, int(m), d}
}

func (a date) before(b date) bool {
	return a.y < b.y || a.y == b.y && (a.m < b.m || a.m == b.m && a.d < b.d)
}

func (a date) next() date {
	if a.d++; a.d <= daysIn(a.y, a.m) {
		return a
	}
	return date{a.y, a.m, 1}.months(1)
}

func (a date) prev() date {
	if a.d > 1 {
		return date{a.y, a.m, a.d - 1}
	}
	b := date{a.y, a.m, 1}.months(-1)
	return date{b.y, b.m, daysIn(b.y, b.m)}
}

func (a date) days(n int) date {
	for range n {
		a = a.next()
	}
	return a
}

// months is the same day n months on, or that month's last.
func (a date) months(n int) date {
	for ; n > 0; n-- {
		if a.m++; a.m > 12 {
			a.y, a.m = a.y+1, 1
		}
	}
	for ; n < 0; n++ {
		if a.m--; a.m < 1 {
			a.y, a.m = a.y-1, 12
		}
	}
	return date{a.y, a.m, min(a.d, daysIn(a.y, a.m))}
}

func (a date) weekday() time.Weekday {
	return time.Date(a.y, time.Month(a.m), a.d, 0, 0, 0, 0, time.UTC).Weekday()
}

// number is how tallies name the day.
func (a date) number() int32 {
	return int32(time.Date(a.y, time.Month(a.m), a.d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// begins is the day's first instant: quarters of an hour back from noon for as
// long as it is that day.
func (a date) begins(zone *time.Location) time.Time {
	t := time.Date(a.y, time.Month(a.m), a.d, 12, 0, 0, 0, zone)
	for dateOf(t.Add(-15*time.Minute), zone) == a {
		t = t.Add(-15 * time.Minute)
	}
	return t
}

func daysIn(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// ends is when points with this base go under a rule; zero is never.
func ends(x loyalty.Expiry, base time.Time, zone *time.Location) time.Time {
	day := dateOf(base, zone)
	switch x.Kind {
	case loyalty.AfterMonths, loyalty.Idle:
		last := day.months(x.Months)
		span := map[loyalty.Period]int{loyalty.ToMonth: 1, loyalty.ToQuarter: 3, loyalty.ToHalfYear: 6, loyalty.ToYear: 12}[x.RoundTo]
		after := last.next()
		for span > 0 && (after.d != 1 || (after.m-1)%span != 0) {
			after = after.next()
		}
		return after.begins(zone)
	case loyalty.NextYearEnd:
		return date{day.y + 2, 1, 1}.begins(zone)
	case loyalty.FixedDate:
		// The first of the dates ahead that spares nothing as old as this.
		for y := day.y; ; y++ {
			due := date{y, int(x.Month), 1}
			due.d = min(x.Day, daysIn(y, due.m))
			if day.before(due) && !due.months(-x.Months).before(day) {
				return due.begins(zone)
			}
		}
	}
	return time.Time{}
}
