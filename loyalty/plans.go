package loyalty

import (
	"slices"
	"time"
)

// Plan is a membership that members pay for: its perks hold while it runs.
// Payment is made and recorded elsewhere; nothing is charged by itself.
type Plan struct {
	ID    string
	Price Money // of one period, in minor units
	Every Span  // SpanMonth or SpanYear
	// Trial is how many days somebody may try it for nothing, once ever; 0: none.
	Trial int
	// Remind are so many days before the end at which its owner is reminded, most
	// first; none: never.
	Remind []int
	// Grace is how many days its perks go on after an end that was not cancelled;
	// what is paid in them counts from that end.
	Grace    int
	CashBack CashBack
	Refund   PlanRefund
	// RefundDays is, for PlanRefundFull, how many days after a period began all of it
	// comes back.
	RefundDays int
}

// CashBack is a part of a plan's year of purchases that comes back once, as a
// voucher of its own worth. The zero one is none.
type CashBack struct {
	Percent int64  // hundredths of a percent: 200 is 2 %
	Cap     Money  // the most of one year; 0 is no bound
	Reward  string // whose voucher it is
}

// PlanRefund says what comes back of what was paid for time that is left.
type PlanRefund string

// The ways to refund a plan; the empty one gives nothing back.
const (
	PlanRefundNone    PlanRefund = "none"
	PlanRefundProRata PlanRefund = "pro-rata" // the days that are left, of the period's days
	PlanRefundFull    PlanRefund = "full"     // all, within RefundDays; nothing afterwards
)

// Plan finds a paid plan by its id.
func (p *Programme) Plan(id string) (Plan, bool) {
	for _, x := range p.Plans {
		if x.ID == id {
			return x, true
		}
	}
	return Plan{}, false
}

// PlanEnd is when the n-th period of a plan ends (exclusive) that began on from's
// local day: that day n months or years later begins, or the month's last day
// where it has no such day. Each end is counted from the beginning, so that who
// began on the 31st pays to the 28th and then to the 31st again.
func (p *Programme) PlanEnd(x Plan, from time.Time, n int) time.Time {
	if x.Every == SpanYear {
		n *= 12
	}
	return dayStart(moved(civilDay(from, p.Location()), n), p.Location()).UTC()
}

// PlanYear is the year of a plan that began at from in which t lies: the first
// begins at from, and each other on that day of the year.
func (p *Programme) PlanYear(from, t time.Time) (begins, ends time.Time) {
	year := func(n int) time.Time {
		if n == 0 {
			return from
		}
		return dayStart(moved(civilDay(from, p.Location()), 12*n), p.Location()).UTC()
	}
	n := 0
	for ; !t.Before(year(n + 1)); n++ {
	}
	return year(n), year(n + 1)
}

// PlanBack is how much comes back, by the plan's rule, at now of an amount that
// was paid for the time from (inclusive) to (exclusive). Time that has not begun comes
// back whole, unless the rule is to give nothing back. A part of a period counts
// by its whole local days: the day of now is used up. It is rounded to the
// currency's smallest unit, halves up.
func (p *Programme) PlanBack(x Plan, amount Money, from, to, now time.Time) Money {
	switch {
	case x.Refund == PlanRefundNone || x.Refund == "" || !now.Before(to):
		return 0
	case now.Before(from):
		return amount
	case x.Refund == PlanRefundFull:
		if p.daysBetween(from, now) < x.RefundDays {
			return amount
		}
		return 0
	}
	whole := p.daysBetween(from, to)
	left := min(max(0, p.daysBetween(now, to)-1), whole)
	back, err := mulDiv(int64(amount), int64(left), int64(max(1, whole)), RoundNearest)
	if err != nil { // never: left is at most whole
		return 0
	}
	return Money(back)
}

// daysBetween counts local days from a's to b's.
func (p *Programme) daysBetween(a, b time.Time) int {
	return int(epochDay(civilDay(b, p.Location())) - epochDay(civilDay(a, p.Location())))
}

// Of is the cash-back of purchases that come to spent: rounded down to the
// currency's smallest unit, at most the cap.
func (c CashBack) Of(spent Money) Money {
	if spent <= 0 || c.Percent <= 0 {
		return 0
	}
	n, err := mulDiv(int64(spent), c.Percent, 100_00, RoundDown)
	if err != nil || c.Cap > 0 && Money(n) > c.Cap {
		return c.Cap
	}
	return Money(n)
}

// AnyPlan reports whether have has one of wanted; an empty wanted asks for none.
func AnyPlan(wanted, have []string) bool {
	return len(wanted) == 0 || slices.ContainsFunc(wanted, func(id string) bool { return slices.Contains(have, id) })
}
