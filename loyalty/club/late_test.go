package club

import (
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// TestSaleToldLate: a sale of two months ago is decided by the rules, the caps
// and the counts of its own day, and its points count from there.
func TestSaleToldLate(t *testing.T) {
	p := cafe()
	p.Gifts = nil
	p.Expiry = loyalty.Expiry{Version: 1, Kind: loyalty.AfterMonths, Months: 3}
	p.Earning.CapDay = 100
	w := newWorld(t, p)
	w.join(ann)
	w.buy(ann, 700) // 70 of that day's 100
	w.days(31)
	w.change(func(p *loyalty.Programme) {
		p.Rate.Points = 10
		p.Earning.CapDay = 0
		p.Expiry.Months = 1
		p.Cards = []loyalty.StampCard{{ID: "tea", Size: 3, Prize: "latte"}}
		p.Tiers.Levels = []loyalty.Level{{ID: "bronze"}, {ID: "silver", At: 1}}
	})
	w.days(29)
	a := w.act("")
	a.At = on(2026, 3, 2).Add(time.Hour)
	out := w.do(func(tx store.Tx) (Outcome, error) { return w.c.Sale(tx, ann, a, loyalty.Sale{Amount: 800}) })
	e := out.Receipt.Entry()
	want(t, "version", e.Programme, 1)
	want(t, "points, of 80", e.Change(), 30)
	want(t, "goes", e.Lot.ExpiresAt, time.Date(2026, 6, 3, 0, 0, 0, 0, taipei).UTC())
	want(t, "stamps, as it was that day's second visit", len(e.Stamps), 0)
	want(t, "rises by the rules of today", out.To, "silver")
	want(t, "left", w.balance(ann).Available, 30+70)
	out = w.refund(out, loyalty.Return{})
	want(t, "taken back", out.Receipt.Entry().Change(), -30)
	sum := loyalty.Points(0)
	for _, b := range w.account(ann).Buckets {
		sum += b.Earned
	}
	want(t, "earned, by the months", sum, 70)
}
