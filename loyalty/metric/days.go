package metric

import (
	"slices"
	"time"
)

// dayStart is the beginning of an instant's local day.
func (d *Desk) dayStart(t time.Time) time.Time {
	y, m, day := t.In(d.zone(t)).Date()
	return time.Date(y, m, day, 0, 0, 0, 0, d.zone(t))
}

// nextDay is the beginning of the local day after an instant's.
func (d *Desk) nextDay(t time.Time) time.Time {
	y, m, day := t.In(d.zone(t)).Date()
	return time.Date(y, m, day+1, 0, 0, 0, 0, d.zone(t))
}

// Trailing is the window of the last n local days, today included.
func (d *Desk) Trailing(now time.Time, n int) Query {
	to := d.nextDay(now)
	return Query{From: to.AddDate(0, 0, -n), To: to}
}

// local is the query with its instants at the beginning of their local days.
func (d *Desk) local(q Query) (Query, error) {
	q.From, q.To = d.dayStart(q.From), d.dayStart(q.To)
	if q.To.Before(q.From) {
		return q, ErrWindow
	}
	return q, nil
}

// steps are the windows of a series: whole days, weeks from Monday or months,
// the first and the last cut to the query's.
func steps(q Query, step Step) ([]Query, error) {
	var list []Query
	for from := q.From; from.Before(q.To); {
		to := next(from, step)
		if to.After(q.To) {
			to = q.To
		}
		part := q
		part.From, part.To = from, to
		if list = append(list, part); len(list) > MostPoints {
			return nil, ErrWindow
		}
		from = to
	}
	return list, nil
}

// next is where the step that an instant lies in ends.
func next(from time.Time, step Step) time.Time {
	y, m, day := from.Date()
	switch step {
	case Month:
		m, day = m+1, 1
	case Week:
		day += 7 - (int(from.Weekday())+6)%7
	default:
		day++
	}
	return time.Date(y, m, day, 0, 0, 0, 0, from.Location())
}

// sortBy sorts by what two elements' pointers tell.
func sortBy[T any](list []T, compare func(a, b *T) int) {
	slices.SortStableFunc(list, func(a, b T) int { return compare(&a, &b) })
}
