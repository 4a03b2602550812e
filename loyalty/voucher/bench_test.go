package voucher

import (
	"context"
	"fmt"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
	"regulars/store/mem"
)

// BenchmarkRedeemAndUse is a sale, a redemption and its use, of a reward without
// and with a stock.
func BenchmarkRedeemAndUse(b *testing.B) {
	for _, id := range []string{"once", "mug"} {
		b.Run(id, func(b *testing.B) {
			p := plan()
			reward(p, "mug", func(r *loyalty.Reward) { r.Stock = count(1 << 40) })
			reward(p, "once", func(r *loyalty.Reward) { r.Cost, r.PerPerson = 30, 0 })
			s := newShop(b, p)
			s.db = mem.New()
			n := 0
			for b.Loop() {
				m := loyalty.MemberID(fmt.Sprintf("01HM%022d", n/20)) // twenty each
				err := s.db.Update(context.Background(), func(tx store.Tx) error {
					a := book.Act{Op: loyalty.OpID(fmt.Sprint("e", n)), Actor: sam, Store: "east", Now: s.now}
					if _, err := s.d.Book.Earn(tx, m, a, 30, ""); err != nil {
						return err
					}
					a.Op += "r"
					v, _, err := s.d.Redeem(tx, m, a, id)
					if err != nil {
						return err
					}
					a.Op += "u"
					_, _, err = s.d.Use(tx, s.d.CodeOf(v), a)
					return err
				})
				if n++; err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkEarnAndSpend is a sale and a spend without vouchers, to compare with.
func BenchmarkEarnAndSpend(b *testing.B) {
	s := newShop(b, plan())
	s.db = mem.New()
	n := 0
	for b.Loop() {
		m := loyalty.MemberID(fmt.Sprintf("01HM%022d", n/20))
		err := s.db.Update(context.Background(), func(tx store.Tx) error {
			a := book.Act{Op: loyalty.OpID(fmt.Sprint("e", n)), Actor: sam, Now: s.now}
			if _, err := s.d.Book.Earn(tx, m, a, 30, ""); err != nil {
				return err
			}
			a.Op += "s"
			_, err := s.d.Book.Spend(tx, m, a, 30)
			return err
		})
		if n++; err != nil {
			b.Fatal(err)
		}
	}
}
