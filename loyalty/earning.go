package loyalty

import "time"

// Earning is what a sale gives besides the rate: see [Programme.Rate] for that.
// The zero Earning adds nothing.
type Earning struct {
	// Exclude are items and categories that earn nothing by the rate, and count
	// for no bonus; their amount still counts as money spent and towards every
	// minimum.
	Exclude []string
	// PerVisit is given for a visit: a sale, of which VisitsADay count on one
	// local day (0: all of them).
	PerVisit   Points
	VisitsADay int
	Items      []Item
	Bonuses    []Bonus
	Stacking   Stacking
	// The most that sales give a member: by one sale, on a local day, in a
	// local calendar month (with tiers by the year from joining: in a month from
	// the day of it). 0 is no bound. What goes over is not given. A sale told
	// late counts on its own day; the account remembers the newest 8 days with
	// sales and 37 months.
	CapSale, CapDay, CapMonth Points
}

// Item is something that the shop sells and the programme knows by name.
type Item struct {
	ID       string
	Category string
	// Points are for each piece, besides the rate, even of what is excluded from
	// it; Nights are how many a piece counts, for tiers by nights. An ID that is
	// a category's says both for its items that have none of their own.
	Points Points
	Nights int64
}

// Stacking says what happens when several bonuses fit a sale.
type Stacking string

// The ways to stack; the empty one adds.
const (
	StackAdd  Stacking = "add"  // each adds to the base: 2× and 1.5× together give 2.5×
	StackBest Stacking = "best" // only the one that gives most in all; the tier's percent is one of them
)

// Bonus gives more for sales that fit all of its conditions; an empty condition
// fits every sale.
type Bonus struct {
	ID string
	// Percent multiplies: 200 is double. 100 or 0 multiplies nothing.
	Percent int64
	// Points are added once a sale, besides.
	Points Points

	Levels   []string       // tiers; "" is the lowest
	Plans    []string       // paid plans, of which one must run
	Weekdays []time.Weekday // in local time, as are all times here
	Days     []int          // of the month: member days, as in 8, 18, 28
	FromHour int            // minutes since midnight by the clock on the wall; with FromHour == ToHour all day
	ToHour   int            // exclusive; may lie before FromHour, over midnight: what is after it is the day before's
	From, To time.Time      // From inclusive, To exclusive
	Stores   []Store
	// "": any day; SpanDay, SpanWeek (Monday to Sunday), SpanMonth: around the
	// birthday. One that was changed within 30 days brings nothing.
	Birthday Span
	First    bool     // the member's first sale that stands, ever
	Items    []string // items or categories; a sale must have one, and only their lines are multiplied
	Minimum  Money    // the sale's amount at least
}
