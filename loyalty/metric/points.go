package metric

import (
	"regulars/loyalty/measure"
	"regulars/loyalty/rollup"
	"regulars/store"
	"time"
)

// worth is what a point costs, in minor units.
func (x *question) worth() (float64, error) {
	v, ok := x.PointValue(x.set, x.q.To)
	if !ok {
		return 0, absent(NoPointValue)
	}
	return v, nil
}

// owed is what the shop owes at the window's end, and what a year's points came
// to.
func (x *question) owed() (l measure.Liability, at time.Time, err error) {
	all, err := x.sums(rollup.Span{From: 0, To: x.span.To})
	if err != nil {
		return l, at, err
	}
	year, err := x.sums(rollup.Span{From: x.span.To - 365, To: x.span.To})
	if err != nil {
		return l, at, err
	}
	return measure.Liability{Points: float64(all.Unspent), Spent: float64(year.Used()), Expired: float64(year.Expired)}, all.at, nil
}

func (x *question) outstanding() (Value, error) {
	l, at, err := x.owed()
	return x.counted(l.Points, 0, at), err
}

func (x *question) liability() (Value, error) {
	l, at, err := x.owed()
	if err == nil {
		l.Value, err = x.worth()
	}
	return x.counted(l.Gross(), int64(l.Points), at), err
}

func (x *question) breakage() (Value, error) {
	l, at, err := x.owed()
	if err != nil {
		return Value{}, err
	}
	b, err := l.Breakage()
	if err != nil {
		return Value{}, absent(NoneLeft)
	}
	return x.counted(100*b, int64(l.Spent+l.Expired), at), nil
}

func (x *question) liabilityNet() (Value, error) {
	l, at, err := x.owed()
	if err == nil {
		l.Value, err = x.worth()
	}
	if err != nil {
		return Value{}, err
	}
	net, err := l.Net()
	if err != nil {
		return Value{}, absent(NoneLeft)
	}
	return x.counted(net, int64(l.Points), at), nil
}

// planChurn is the paid plans' own churn: cancelled or run out, of those at risk.
func (x *question) planChurn() (Value, error) {
	if x.Plans == nil {
		return Value{}, absent(NoPlans)
	}
	var of measure.Share
	err := x.DB.View(x.ctx, func(r store.Reader) (err error) {
		of.Hits, of.Of, err = x.Plans(r, x.q.From, x.q.To)
		return err
	})
	if err != nil {
		return Value{}, err
	}
	return percent(of, NoPlans, time.Time{})
}

// sent is what messages went out in the window.
func (x *question) sent() (m Messages, err error) {
	if x.Messages == nil {
		return m, absent(NoPrices)
	}
	ok := false
	err = x.DB.View(x.ctx, func(r store.Reader) (err error) {
		m, ok, err = x.Messages(r, x.q.From, x.q.To)
		return err
	})
	if err == nil && !ok {
		err = absent(NoPrices)
	}
	return m, err
}

func (x *question) billed() (Value, error) {
	m, err := x.sent()
	return x.counted(float64(m.Billed), m.Billed, time.Time{}), err
}

func (x *question) saved() (Value, error) {
	m, err := x.sent()
	if err == nil && !m.Priced {
		err = absent(NoPrices)
	}
	return x.counted(float64(m.Saved), m.Billed, time.Time{}), err
}
