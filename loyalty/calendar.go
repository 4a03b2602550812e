package loyalty

import "time"

// bucket is the month in which a civil day counts: the calendar month, or,
// where tiers go by the year from joining, the month from that day on. A join
// day that a month lacks is that month's last day.
func (p *Programme) bucket(joined, day time.Time) int32 {
	if p.Tiers.Window != WindowAnniversary {
		return epochDay(firstOfMonth(day, 0))
	}
	_, _, first := joined.In(p.Location()).Date()
	begin := clampedDate(day.Year(), day.Month(), first)
	if begin.After(day) {
		m := firstOfMonth(day, -1)
		begin = clampedDate(m.Year(), m.Month(), first)
	}
	return epochDay(begin)
}

// joined is when the member did: as it is known, or with their first entry,
// which may be the one that takes effect at t.
func (a *Account) joined(f *Facts, t time.Time) time.Time {
	switch {
	case !f.Joined.IsZero():
		return f.Joined
	case a.Seq > 0:
		return a.Count.First
	}
	return t
}

// around reports whether a civil day lies in the span around the birthday: its
// day, the week from Monday to Sunday in which it lies, or its month. The
// birthdays of the years before and after are tried too, as a week may reach
// over new year.
func (f *Facts) around(span Span, day time.Time) bool {
	if f.BirthMonth == 0 {
		return false
	}
	for year := day.Year() - 1; year <= day.Year()+1; year++ {
		born := clampedDate(year, f.BirthMonth, f.BirthDay) // 29 February: the 28th
		first, last := born, born
		switch span {
		case SpanWeek:
			first = born.AddDate(0, 0, -(int(born.Weekday())+6)%7)
			last = first.AddDate(0, 0, 6)
		case SpanMonth:
			first = firstOfMonth(born, 0)
			last = firstOfMonth(born, 1).AddDate(0, 0, -1)
		}
		if !day.Before(first) && !day.After(last) {
			return true
		}
	}
	return false
}
