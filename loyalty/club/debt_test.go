package club

import (
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
)

// TestDebtWithStampsAndTier: points spent, prize and tier's gift used, then the
// sales come back. The points are owed, the stamps too, the tier is lost; what
// comes next pays the debt before it is spendable, and fills the card again.
func TestDebtWithStampsAndTier(t *testing.T) {
	p := cafe()
	p.Earning.VisitsADay = 0
	p.Gifts = nil
	w := newWorld(t, p)
	var sales []Outcome
	for range 3 {
		sales = append(sales, w.buy(ann, 400)) // 120 points, silver, a full card
	}
	want(t, "level", sales[2].To, "silver")
	w.use(sales[2].Vouchers[0])
	w.use(w.redeem(ann, "mug"))
	w.use(w.redeem(ann, "mug"))
	for _, s := range sales {
		w.refund(s, loyalty.Return{})
	}
	b, a := w.balance(ann), w.account(ann)
	want(t, "owed", b.Debt, 100)
	want(t, "spendable", b.Available, 0)
	want(t, "level after", a.Standing.Level, "")
	want(t, "on the card", a.Cards["coffee"], loyalty.Stamps{Have: -3, Filled: 1})
	for range 5 {
		w.buy(ann, 210) // 105 points
	}
	b, a = w.balance(ann), w.account(ann)
	want(t, "owed in the end", b.Debt, 0)
	want(t, "spendable in the end", b.Available, 5)
	want(t, "level in the end", a.Standing.Level, "silver")
	want(t, "on the card in the end", a.Cards["coffee"], loyalty.Stamps{Have: 2, Filled: 1})
	out := w.buy(ann, 10)
	want(t, "prizes", len(out.Filled), 1)
	want(t, "vouchers used and open", w.vouchers(ann)[voucher.Used]*10+w.vouchers(ann)[voucher.Open], 31)
}
