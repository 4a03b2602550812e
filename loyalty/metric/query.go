package metric

import (
	"errors"
	"time"

	"regulars/loyalty"
)

// Query is which window and whom a metric is of.
type Query struct {
	// From and To are instants; the window is the local days from that of From up
	// to, not including, that of To.
	From, To time.Time
	// Store is one branch, "" the whole shop. What is of people, not of purchases
	// (see [Info]), is then of those who buy most there.
	Store loyalty.Store
	// Segment is a segment's name or an expression, "" everybody. Who is in it is
	// decided now, not at the window's time.
	Segment string
}

// Before is the window as long, just before this one.
func (q Query) Before() Query {
	q.From, q.To = q.From.AddDate(0, 0, -days(q.From, q.To)), q.From
	return q
}

// YearBefore is the same days a year earlier.
func (q Query) YearBefore() Query {
	q.From, q.To = q.From.AddDate(-1, 0, 0), q.To.AddDate(-1, 0, 0)
	return q
}

// days is how many dates lie between two instants, however long their days are.
func days(from, to time.Time) int {
	to = to.In(from.Location())
	date := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(date(to).Sub(date(from)).Hours() / 24)
}

// The reasons why a metric has no number.
const (
	NoOrders      = "no_orders"       // nobody bought in the window
	NoAnswers     = "no_answers"      // nobody answered
	TooFew        = "too_few"         // fewer than 30 answers, or people
	NeedsRepeat   = "needs_repeat"    // too few came again for the models
	NoFit         = "no_fit"          // the purchases do not pin the models down
	SpendTied     = "spend_tied"      // who comes often spends more: the model does not hold
	NobodyBefore  = "nobody_before"   // nobody was active before (retention), or away (reactivation)
	NobodyLeft    = "nobody_left"     // no churn: nobody's time as a customer has an end
	Nobody        = "nobody"          // no member is meant
	NoPointValue  = "no_point_value"  // what a point is worth is not set and no reward says
	NoneLeft      = "no_points_left"  // no point was ever spent or expired
	NoPlans       = "no_plans"        // no paid plan ran
	NoPrices      = "no_prices"       // what messages cost is not known, or they cost nothing
	WholeShopOnly = "whole_shop_only" // cannot be had of a store or a segment
	PartOnly      = "needs_segment"   // of everybody it is 50 by its making
	NowOnly       = "now_only"        // of a segment it is known as of now only
	NotKept       = "not_kept"        // nobody counted at that time
	NotYet        = "not_yet"         // is being reckoned: ask again soon
)

// Caveats of a number that there is.
const (
	Historic = "historic" // of the past only, no forecast
)

// Value is a metric's number, or why there is none.
type Value struct {
	Name Name
	Unit Unit
	// Number is in Unit; it means nothing where Missing is not "".
	Number float64
	// Low and High are the ends of the 95 % interval, where HasMargin.
	Low, High float64
	HasMargin bool
	// N is how many stand behind the number: orders, people, answers.
	N int64
	// Missing is why there is no number, "" where there is one.
	Missing string
	// Caveat is what must be said beside the number, "" mostly.
	Caveat string
	// AsOf is up to when what it rests on is known.
	AsOf time.Time
}

// Known says that there is a number.
func (v Value) Known() bool { return v.Missing == "" }

// Step is how wide the windows of a series are.
type Step string

// The steps. Weeks begin on Monday.
const (
	Day   Step = "day"
	Week  Step = "week"
	Month Step = "month"
)

// Point is one window of a series, [From, To), cut to the query's.
type Point struct {
	From, To time.Time
	Value    Value
}

// ErrWindow: a window that ends before it begins, or a series of too many steps.
var ErrWindow = errors.New("metric: that window cannot be")

// ErrName: there is no metric of that name.
var ErrName = errors.New("metric: no such metric")

// MostPoints is how many points a series may have.
const MostPoints = 400
