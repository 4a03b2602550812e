package club

import (
	"testing"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// BenchmarkSale is a purchase by a member with a year of them behind, through
// the club under a programme that has one of everything, and beside it the same
// in the ledger alone under one that has a rate and nothing else.
func BenchmarkSale(b *testing.B) {
	plain := &loyalty.Programme{Version: 1, Zone: taipei, Rate: loyalty.Rate{Points: 1, Per: 10}}
	for _, c := range []struct {
		name string
		p    *loyalty.Programme
		club bool
	}{{"ledger, plain", plain, false}, {"ledger, everything", cafe(), false}, {"club, plain", plain, true}, {"club, everything", cafe(), true}} {
		b.Run(c.name, func(b *testing.B) {
			w := newWorld(b, c.p)
			w.db = mem.New()
			w.c.Vouchers.Programme, w.c.Referrals.Programme = w.c.Programme, w.c.Programme
			for range 52 {
				w.buy(ann, 200)
				w.days(7)
			}
			b.ResetTimer()
			for range b.N {
				a := w.act("")
				err := w.update(func(tx store.Tx) (err error) {
					if c.club {
						_, err = w.c.Sale(tx, ann, a, loyalty.Sale{Amount: 200})
					} else {
						_, err = w.c.Book.Sell(tx, ann, a, loyalty.Sale{Amount: 200})
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
				if w.n%20 == 0 { // who buys spends
					b.StopTimer()
					spendAll(b, w)
					b.StartTimer()
				}
			}
		})
	}
}

// spendAll closes Ann's lots.
func spendAll(b *testing.B, w *world) {
	b.Helper()
	a := w.act("")
	err := w.update(func(tx store.Tx) error {
		_, err := w.c.Book.Spend(tx, ann, a, w.balance(ann).Available)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}
