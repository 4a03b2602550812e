package measure

import (
	"errors"
	"math"
)

// ErrNone: there is nothing to reckon from, as no order for a mean order.
var ErrNone = errors.New("measure: nothing to reckon from")

// Sales is what a window's customers bought. A customer is who had at least one
// order in it that was not wholly refunded.
type Sales struct {
	Orders    int64   // fully refunded ones are out
	Customers int64   // with at least one order
	Again     int64   // of them, with at least two
	Revenue   float64 // net of refunds, in any one unit of money
}

// Add counts one person's orders. Where a day's orders are merged, orders is on
// how many days they bought. Somebody without an order left is no customer,
// though the money that came back of older orders still counts.
func (s *Sales) Add(orders int64, money float64) {
	s.Revenue += money
	if orders <= 0 {
		return
	}
	s.Orders += orders
	s.Customers++
	if orders >= 2 {
		s.Again++
	}
}

// Order is the average order value, in the unit of the revenue; [ErrNone]
// without an order.
func (s Sales) Order() (float64, error) { return over(s.Revenue, float64(s.Orders)) }

// Frequency is the orders a customer; [ErrNone] without a customer.
func (s Sales) Frequency() (float64, error) { return over(float64(s.Orders), float64(s.Customers)) }

// Repeat is the customers with at least two orders of those with at least one.
func (s Sales) Repeat() Share { return Share{Hits: s.Again, Of: s.Customers} }

// over is a/b, and [ErrNone] where there is no b.
func over(a, b float64) (float64, error) {
	if !(b > 0) {
		return 0, ErrNone
	}
	return a / b, nil
}

// Known is the share, 0 to 1, with Wilson's 95 % interval, and [ErrNone] of an
// empty group.
func (s Share) Known() (Interval, error) {
	if s.Of <= 0 {
		return Interval{}, ErrNone
	}
	low, high := s.wilson()
	return Interval{Value: s.Rate(), Low: low, High: high}, nil
}

// Stay is who stayed between two moments, somebody being active at a moment who
// bought in the days before it.
type Stay struct {
	Before int64 // active at the first moment
	Both   int64 // of them, at the second as well
	Lapsed int64 // had bought before the first moment, and were not active at it
	Back   int64 // of them, active at the second
	Now    int64 // active at the second moment, new ones included
}

// Add counts one person: whether they had bought at all before the first moment,
// and whether they were active at each.
func (s *Stay) Add(known, before, now bool) {
	if now {
		s.Now++
	}
	switch {
	case before && now:
		s.Before, s.Both = s.Before+1, s.Both+1
	case before:
		s.Before++
	case known && now:
		s.Lapsed, s.Back = s.Lapsed+1, s.Back+1
	case known:
		s.Lapsed++
	}
}

// Retention is those active at both moments of those active at the first. Who is
// new, or came back, is on neither side: (E − N)/S would count who came back as
// having stayed.
func (s Stay) Retention() Share { return Share{Hits: s.Both, Of: s.Before} }

// Churn is those active at the first moment who are not at the second: what is
// left of the retention, over the same people.
func (s Stay) Churn() Share { return Share{Hits: s.Before - s.Both, Of: s.Before} }

// Reactivation is those who were away at the first moment and are active at the
// second, of all who were away.
func (s Stay) Reactivation() Share { return Share{Hits: s.Back, Of: s.Lapsed} }

// Stickiness is how many of a span's customers come on one of its days, on
// average: the days' customers added up, over the days, over the customers. 1 is
// everybody every day. [ErrNone] without a customer or a day.
func Stickiness(visits, days, customers int64) (float64, error) {
	return over(float64(visits), float64(days)*float64(customers))
}

// Yearly is the churn of a year that a churn over so many years comes to, if the
// same share leaves in every part of it: 1 − (1 − c)^(1/years). [ErrNone] of no
// time, or of what is no share.
func Yearly(churn, years float64) (float64, error) {
	if !(years > 0) || !(churn >= 0 && churn <= 1) {
		return 0, ErrNone
	}
	return 1 - math.Pow(1-churn, 1/years), nil
}
