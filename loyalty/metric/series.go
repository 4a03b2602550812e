package metric

import (
	"context"
	"slices"
	"time"

	"regulars/loyalty/rollup"
)

// prefetched is days that were read at once, for a series.
type prefetched struct {
	days []rollup.DaySums
	at   time.Time
}

// sum adds up a span of them.
func (p *prefetched) sum(s rollup.Span) summed {
	out := summed{at: p.at}
	first, _ := slices.BinarySearchFunc(p.days, s.From, func(d rollup.DaySums, day int32) int { return int(d.Day - day) })
	for i := first; i < len(p.days) && p.days[i].Day < s.To; i++ {
		out.Add(p.days[i].Sums)
	}
	return out
}

// fromSums are the metrics, besides totals, that look at nothing but days' sums.
var fromSums = []Name{AverageOrder, Outstanding, Liability, Breakage, LiabilityNet}

// prefetch reads all days that a series of a metric looks at, where it looks at
// days' sums only.
func (x *question) prefetch(n Name) error {
	s := x.span
	if _, ok := totals[n]; !ok && !slices.Contains(fromSums, n) {
		return nil
	}
	if slices.Contains(fromSums[1:], n) {
		s.From = 0
	}
	w, err := x.in()
	if err != nil {
		return err
	}
	at, err := x.Daily.AsOf(x.ctx)
	if err != nil {
		return err
	}
	list, err := x.Daily.Sums(x.ctx, s, w)
	x.days = &prefetched{list, at}
	return err
}

// Series is a metric in each day, week or month of a window, the first and the
// last cut to it; a state is as of each one's end. Errors are those of [Desk.Value];
// ErrWindow also of more than [MostPoints] steps.
func (d *Desk) Series(ctx context.Context, n Name, q Query, step Step) ([]Point, error) {
	info, ok := InfoOf(n)
	if !ok {
		return nil, ErrName
	}
	x, err := d.ask(ctx, q)
	if err != nil {
		return nil, err
	}
	parts, err := steps(x.q, step)
	if err != nil {
		return nil, err
	}
	points := make([]Point, len(parts))
	for i, p := range parts {
		points[i] = Point{From: p.From, To: p.To, Value: Value{Name: n, Unit: info.Unit}}
	}
	all := Value{}
	if err := x.prefetch(n); err != nil {
		err = missing(&all, err)
		for i := range points {
			points[i].Value.Missing = all.Missing
		}
		return points, err
	}
	return points, together(len(parts), func(i int) (err error) {
		part := *x
		part.q, part.span = parts[i], x.Daily.Span(parts[i].From, parts[i].To, x.now)
		points[i].Value, err = part.value(n)
		return err
	})
}
