package programme

import (
	"math"
	"time"

	"regulars/loyalty"
)

// Price is what a month of pushed LINE messages costs, from a day on. Counted
// are people who are written to, not bubbles; replies cost nothing.
type Price struct {
	From     time.Time     // the start of a local day; zero: ever since
	Fee      loyalty.Money // of the month, with or without messages
	Included int64         // messages that the fee pays for
	Extra    []Step        // what further ones cost; none: there are no more to be had

	digits int // of the currency
}

// Step is the price of messages beyond the included ones, up to so many of
// these; the last step has no end (Upto 0).
type Step struct {
	Upto int64
	Each int64 // in millionths of the currency's usual unit
}

// Cost is what a month with n messages costs in all. ok is false where so many
// cannot be had; then it is what as many as can be had cost.
func (p *Price) Cost(n int64) (m loyalty.Money, ok bool) {
	return p.Fee + p.extra(max(0, n-p.Included)), n <= p.Included || len(p.Extra) > 0
}

// extra is what n messages beyond the included ones cost, rounded up.
func (p *Price) extra(n int64) loyalty.Money {
	var sum, done int64 // of millionths
	for _, s := range p.Extra {
		upto := n
		if s.Upto > 0 {
			upto = min(n, s.Upto)
		}
		if upto > done {
			sum = add(sum, times(upto-done, s.Each))
			done = upto
		}
	}
	unit := int64(1_000_000)
	for range p.digits {
		unit /= 10
	}
	m := sum / unit
	if sum%unit > 0 {
		m++
	}
	return loyalty.Money(m)
}

// Saved is what n messages were worth that did not have to be pushed, in a month
// with so many that were: beyond the included ones what these would have
// cost; within them, and where no others can be had, their share of the fee,
// since others can go in their place.
func (p *Price) Saved(pushed, n int64) loyalty.Money {
	within := min(n, max(0, p.Included-pushed))
	if len(p.Extra) == 0 {
		within = n
	}
	var share loyalty.Money
	if p.Included > 0 {
		share = loyalty.Money(times(int64(p.Fee), within) / p.Included)
	}
	over := max(0, pushed-p.Included)
	return share + p.extra(over+n-within) - p.extra(over)
}

// times and add stop at the largest number rather than overflow.
func times(a, b int64) int64 {
	if a != 0 && b > math.MaxInt64/2/a {
		return math.MaxInt64 / 2
	}
	return a * b
}

func add(a, b int64) int64 { return min(a, math.MaxInt64/2) + min(b, math.MaxInt64/2) }

// priced are LINE's plans by market, cautiously: extra messages at the dearest
// price of their range where LINE names a falling one. Fees are before tax.
var priced = map[string]map[string][]Price{
	"TW": { // since September 2023
		"light":  {{From: on(2023, time.September), Included: 200}},
		"medium": {{From: on(2023, time.September), Fee: 800, Included: 3000}},
		"high":   {{From: on(2023, time.September), Fee: 1200, Included: 6000, Extra: []Step{{Each: 200_000}}}},
	},
	"JP": { // since June 2023
		"communication": {{From: on(2023, time.June), Included: 200}},
		"light":         {{From: on(2023, time.June), Fee: 5000, Included: 5000}},
		"standard":      {{From: on(2023, time.June), Fee: 15000, Included: 30000, Extra: []Step{{50_000, 3_000_000}, {0, 2_800_000}}}},
	},
}

// planCurrency are the currencies of priced.
var planCurrency = map[string]string{"TW": "TWD", "JP": "JPY"}

func on(year int, month time.Month) time.Time {
	return time.Date(year, month, 1, 0, 0, 0, 0, time.FixedZone("", 9*60*60))
}
