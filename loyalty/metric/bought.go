package metric

import (
	"context"
	"fmt"
	"time"

	"regulars/loyalty/measure"
	"regulars/loyalty/rollup"
)

// bought is a window's customers in a few numbers.
type bought struct {
	measure.Sales               // money in minor units
	Days          int64         // on which each of them bought, added up
	Merged        measure.Share // repeat customers where a day's orders are one
	at            time.Time
}

func (x *question) bought(s rollup.Span) (bought, error) {
	return remember(x, "bought", s, func(ctx context.Context, w rollup.Where) (b bought, err error) {
		list, err := x.Daily.Customers(ctx, s, w)
		if err != nil {
			return b, err
		}
		b.at = list.AsOf
		for c := range list.All() {
			b.Add(int64(c.Orders), float64(c.Money))
			b.Days += int64(c.Days)
			if c.Days >= 2 {
				b.Merged.Hits++
			}
		}
		b.Merged.Of = b.Customers
		return b, nil
	})
}

func (x *question) customers() (Value, error) {
	b, err := x.bought(x.span)
	return x.counted(float64(b.Customers), b.Orders, b.at), err
}

func (x *question) order() (Value, error) {
	s, err := x.sums(x.span)
	if err != nil {
		return Value{}, err
	}
	v, err := measure.Sales{Revenue: float64(s.Money()), Orders: s.Orders}.Order()
	if err != nil {
		return Value{}, absent(NoOrders)
	}
	return x.counted(v, s.Orders, s.at), nil
}

func (x *question) often() (Value, error) {
	b, err := x.bought(x.span)
	if err != nil {
		return Value{}, err
	}
	v, err := b.Frequency()
	if err != nil {
		return Value{}, absent(NoOrders)
	}
	return x.counted(v, b.Customers, b.at), nil
}

func (x *question) again() (Value, error) { return x.repeat(x.span) }

func (x *question) againEver() (Value, error) {
	return x.repeat(rollup.Span{From: 0, To: x.span.To})
}

func (x *question) repeat(s rollup.Span) (Value, error) {
	b, err := x.bought(s)
	if err != nil {
		return Value{}, err
	}
	share := b.Repeat()
	if x.set.MergeDays {
		share = b.Merged
	}
	return percent(share, NoOrders, b.at)
}

// stickDays is the month of [Stickiness].
const stickDays = 30

func (x *question) sticky() (Value, error) {
	b, err := x.bought(rollup.Span{From: x.span.To - stickDays, To: x.span.To})
	if err != nil {
		return Value{}, err
	}
	v, err := measure.Stickiness(b.Days, stickDays, b.Customers)
	if err != nil {
		return Value{}, absent(NoOrders)
	}
	return x.counted(100*v, b.Customers, b.at), nil
}

func (x *question) active() (Value, error) {
	b, err := x.bought(x.trailing(0))
	return x.counted(float64(b.Customers), b.Orders, b.at), err
}

// trailing is the days in which who is active bought, at the window's end (0) or
// so many times that long before it.
func (x *question) trailing(before int32) rollup.Span {
	n := int32(x.set.ActiveDays)
	to := x.span.To - before*n
	return rollup.Span{From: to - n, To: to}
}

// stayed is who stayed, with as of when.
type stayed struct {
	measure.Stay
	at time.Time
}

// stay compares who was active at the window's end with who was so many days
// before as active looks back, so that nobody is in both for one purchase. Who
// was away before is looked for only where that is asked.
func (x *question) stay(away bool) (stayed, error) {
	return remember(x, fmt.Sprint("stay ", away), x.trailing(0), func(ctx context.Context, w rollup.Where) (s stayed, err error) {
		now, err := x.Daily.Customers(ctx, x.trailing(0), w)
		if err != nil {
			return s, err
		}
		before, err := x.Daily.Customers(ctx, x.trailing(1), w)
		if err != nil {
			return s, err
		}
		past := &rollup.Customers{}
		if away {
			if past, err = x.Daily.Customers(ctx, rollup.Span{From: 0, To: x.trailing(1).From}, w); err != nil {
				return s, err
			}
		}
		s.at = now.AsOf
		for c := range now.All() {
			_, was := before.Of(c.Ordinal)
			_, known := past.Of(c.Ordinal)
			s.Add(known, was, true)
		}
		gone := func(list *rollup.Customers, was bool) {
			for c := range list.All() {
				_, is := now.Of(c.Ordinal)
				_, both := before.Of(c.Ordinal)
				if !is && both == was {
					s.Add(true, was, false)
				}
			}
		}
		gone(before, true)
		gone(past, false)
		return s, nil
	})
}

// stay is a metric that is a share of those of before.
func stay(away bool, of func(measure.Stay) measure.Share) func(*question) (Value, error) {
	return func(x *question) (Value, error) {
		s, err := x.stay(away)
		if err != nil {
			return Value{}, err
		}
		return percent(of(s.Stay), NobodyBefore, s.at)
	}
}

// clvSimple is the historic lifetime value: of the window's orders, and of the
// churn as it is at the window's end.
func (x *question) clvSimple() (Value, error) {
	b, err := x.bought(x.span)
	if err != nil {
		return Value{}, err
	}
	s, err := x.stay(false)
	switch {
	case err != nil:
		return Value{}, err
	case b.Orders == 0:
		return Value{}, absent(NoOrders)
	case s.Before == 0:
		return Value{}, absent(NobodyBefore)
	case s.Both == s.Before:
		return Value{}, absent(NobodyLeft)
	}
	churn, err := measure.Yearly(s.Churn().Rate(), float64(x.set.ActiveDays)/365.25)
	if err != nil {
		return Value{}, absent(NobodyLeft)
	}
	v, err := measure.Plain{
		Revenue: b.Revenue, Orders: b.Orders, Buyers: b.Customers, Years: float64(x.span.Days()) / 365.25, Churn: churn, Margin: x.set.Margin,
	}.Simple()
	if err != nil {
		return Value{}, absent(NoOrders)
	}
	return Value{Number: v, N: b.Customers, AsOf: b.at, Caveat: Historic}, nil
}
