package metric

import (
	"context"
	"runtime"
	"slices"
	"sync"
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
	return points, x.each(n, parts, points)
}

// each answers the parts, some at a time.
func (x *question) each(n Name, parts []Query, points []Point) error {
	var working sync.WaitGroup
	var once sync.Once
	var failed error
	slots := make(chan struct{}, max(1, runtime.GOMAXPROCS(0)-1))
	for i, p := range parts {
		slots <- struct{}{}
		working.Go(func() {
			defer func() { <-slots }()
			part := *x
			part.q, part.span = p, x.Daily.Span(p.From, p.To, x.now)
			v, err := part.value(n)
			if err != nil {
				once.Do(func() { failed = err })
				return
			}
			points[i].Value = v
		})
	}
	working.Wait()
	return failed
}
