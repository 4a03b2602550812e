package metric

import (
	"context"
	"time"

	"regulars/loyalty/measure"
	"regulars/loyalty/rollup"
)

// CohortTable is who came back, month by month.
type CohortTable struct {
	Months []time.Time // each row's, the first day of it, local; the last may still run
	Table  *measure.Cohorts
	AsOf   time.Time
	// Missing is [NotYet] or "".
	Missing string
}

// mostMonths is how many months a table of cohorts may have.
const mostMonths = 36

// Cohorts is a table of the last so many months (12 where it is 0, 36 at most) up
// to that of a query's last day: a row for who first bought in each. Of a store,
// first is first there.
func (d *Desk) Cohorts(ctx context.Context, q Query, months int) (t CohortTable, err error) {
	x, err := d.ask(ctx, q)
	if err != nil {
		return t, err
	}
	if months <= 0 {
		months = 12
	}
	months = min(months, mostMonths)
	last := x.q.To.AddDate(0, 0, -1)
	for i := range months {
		t.Months = append(t.Months, time.Date(last.Year(), last.Month()-time.Month(months-1-i), 1, 0, 0, 0, 0, last.Location()))
	}
	s := rollup.Span{From: x.day(t.Months[0]), To: x.span.To}
	got, err := remember(x, "cohorts", s, func(ctx context.Context, w rollup.Where) (*CohortTable, error) { return x.cohorts(ctx, t.Months, w) })
	v := Value{}
	if err = missing(&v, err); err == nil && got != nil {
		return *got, nil
	}
	t.Table, t.Missing = measure.NewCohorts(months), v.Missing
	return t, err
}

// day is the number of an instant's local day.
func (x *question) day(t time.Time) int32 { return x.Daily.Span(t, t, x.now).From }

func (x *question) cohorts(ctx context.Context, months []time.Time, w rollup.Where) (*CohortTable, error) {
	t := &CohortTable{Months: months, Table: measure.NewCohorts(len(months))}
	starts := make([]int32, 0, len(months)+1)
	for _, m := range months {
		starts = append(starts, x.day(m))
	}
	starts = append(starts, x.span.To)
	ever, err := x.Daily.Customers(ctx, rollup.Span{From: 0, To: x.span.To}, w)
	if err != nil {
		return nil, err
	}
	t.AsOf = ever.AsOf
	first := func(day int32) int { // the month of a day, −1 before the table
		i := len(months) - 1
		for i >= 0 && starts[i] > day {
			i--
		}
		return i
	}
	for c := range ever.All() {
		t.Table.First(first(c.First))
	}
	for i := range months {
		month, err := x.Daily.Customers(ctx, rollup.Span{From: starts[i], To: starts[i+1]}, w)
		if err != nil {
			return nil, err
		}
		for c := range month.All() {
			if one, ok := ever.Of(c.Ordinal); ok {
				t.Table.Bought(first(one.First), i)
			}
		}
	}
	return t, nil
}

// RFM is the buyers of the last 365 days by recency, frequency and money.
type RFM struct {
	Grid    measure.Grid // money in minor units; a cell's name is measure.KindAt's
	Kinds   map[measure.Kind]measure.Cell
	Scale   measure.Scale // where the fifths end: a day's number, orders, minor units
	Missing string
	AsOf    time.Time
}

// RFMGrid is the grid of a segment and of those who buy most in a store, as of
// now: the fifths are everybody's, and were found in the night.
func (d *Desk) RFMGrid(ctx context.Context, q Query) (RFM, error) {
	c, why, err := d.Census(ctx, q.Segment, q.Store)
	if err == nil && why == "" && c.Scale == (measure.Scale{}) {
		why = NoOrders
	}
	return RFM{Grid: c.Grid, Kinds: c.Grid.Kinds(), Scale: c.Scale, Missing: why, AsOf: c.At}, err
}
