package loyalty

import "time"

// Earning is what a sale gives besides the rate: see [Programme.Rate] for that.
// The zero Earning adds nothing.
type Earning struct {
	// Exclude are items and categories that earn nothing by the rate, and count
	// for no bonus; their amount still counts as money spent.
	Exclude []string
	// PerVisit is given for a visit: a sale, of which VisitsADay count on one
	// local day (0: all of them).
	PerVisit   Points
	VisitsADay int
	Items      []Item
	Bonuses    []Bonus
	Stacking   Stacking
	// The most that sales give a member: by one sale, on a local day, in a
	// local calendar month. 0 is no bound. What goes over is not given.
	CapSale, CapDay, CapMonth Points
}

// Item is something that the shop sells and the programme knows by name.
type Item struct {
	ID       string
	Category string
	Points   Points // for each piece, besides the rate
	Nights   int64  // a piece counts for so many nights, for tiers by nights
}

// Stacking says what happens when several bonuses fit a sale.
type Stacking string

// The ways to stack; the empty one adds.
const (
	StackAdd  Stacking = "add"  // each adds to the base: 2× and 1.5× together give 2.5×
	StackBest Stacking = "best" // only the one that gives most
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
	Weekdays []time.Weekday // in local time, as are all times here
	FromHour int            // minutes since midnight; with FromHour == ToHour all day
	ToHour   int            // may lie before FromHour, over midnight
	From, To time.Time      // From inclusive, To exclusive
	Stores   []Store
	Birthday Span     // "": any day; SpanDay, SpanWeek, SpanMonth: around the birthday
	First    bool     // the member's first sale only
	Items    []string // items or categories; only their lines are multiplied
	Minimum  Money    // the sale's amount at least
}
