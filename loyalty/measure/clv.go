package measure

import "math"

// Delta is the weeks of a month in the lifetime value.
const Delta = 4.345

// CLV is what a buyer's purchases of the coming twelve months are worth today:
// what they will be, month by month, times what one is, discounted by d a month
// (0.01 is one in a hundred). The unit is that of the spending; multiply by the
// margin for profit. h and s are of the same buyer.
func CLV(m BGNBD, g GammaGamma, h History, s Spender, d float64) float64 {
	worth, before := 0.0, 0.0
	for month := 1; month <= 12; month++ {
		by := m.Expected(h, float64(month)*Delta)
		worth += (by - before) / math.Pow(1+d, float64(month))
		before = by
	}
	return worth * g.Mean(s)
}

// Plain is what the plain lifetime value is reckoned from, all over one window
// and one set of people. Revenue and the result are in one unit of money.
type Plain struct {
	Revenue float64 // net of refunds
	Orders  int64   // fully refunded ones are out
	Buyers  int64   // with at least one order
	Years   float64 // the window's length
	Churn   float64 // a year's: the share of active buyers who stop, above 0 to 1
	Margin  float64 // 0 to 1; 1 gives revenue
}

// Simple is the historic lifetime value: mean order × orders a buyer and year ×
// years a buyer stays (1/churn) × margin. It says what buyers were worth so far,
// if the years to come are like the window; [ErrTooFew] without an order, a
// buyer, a window or anybody who left.
func (p Plain) Simple() (float64, error) {
	if p.Orders <= 0 || p.Buyers <= 0 || !(p.Years > 0) || !(p.Churn > 0) {
		return 0, ErrTooFew
	}
	order := p.Revenue / float64(p.Orders)
	aYear := float64(p.Orders) / float64(p.Buyers) / p.Years
	return order * aYear / p.Churn * p.Margin, nil
}
