package book

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// TestEarnWritesFewRows: head, entry, reference and outcome; the due index only
// when the next date changes; order and employee's day where there are any.
func TestEarnWritesFewRows(t *testing.T) {
	db := mem.New()
	s := newShop(t, plan())
	s.db = db
	earn := func(who loyalty.Actor, order loyalty.Order) int {
		before := db.Writes()
		a := s.act(who)
		s.must(func(tx store.Tx) (Receipt, error) { return s.b.Earn(tx, ann, a, 10, order) })
		return db.Writes() - before
	}
	if n := earn(sam, "A1"); n != 7 {
		t.Errorf("the first sale writes %d rows", n)
	}
	if n := earn(sam, "A2"); n != 6 {
		t.Errorf("an employee's sale writes %d rows", n)
	}
	if n := earn(loyalty.ByJob("till"), ""); n != 4 {
		t.Errorf("a till's sale writes %d rows", n)
	}
}

func benchShop(b *testing.B) *shop {
	s := newShop(b, plan())
	s.db = mem.New()
	for range 3 {
		s.now = s.now.Add(24 * time.Hour)
		s.earn(ann, 10, "")
	}
	return s
}

// BenchmarkBalance is a look at an account with three lots.
func BenchmarkBalance(b *testing.B) {
	s := benchShop(b)
	for b.Loop() {
		s.balance(ann)
	}
}

// BenchmarkEarn is a sale and a spend, so that the account keeps three lots.
func BenchmarkEarn(b *testing.B) {
	s := benchShop(b)
	n := 0
	for b.Loop() {
		err := s.db.Update(context.Background(), func(tx store.Tx) error {
			a := Act{Op: loyalty.OpID(fmt.Sprint("b", n)), Actor: sam, Now: s.now}
			if _, err := s.b.Earn(tx, ann, a, 10, ""); err != nil {
				return err
			}
			a.Op += "s"
			_, err := s.b.Spend(tx, ann, a, 10)
			return err
		})
		if n++; err != nil {
			b.Fatal(err)
		}
	}
}

// TestFullAccountFitsItsRows: at the most lots that the rules allow, head and
// entry stay under what a row may be, and one lot more is refused.
func TestFullAccountFitsItsRows(t *testing.T) {
	a := loyalty.Account{Seq: 1 << 40, RecordedAt: noon, Pots: map[loyalty.Pot]loyalty.Points{}}
	const each = 1 << 40
	for i := range 3000 {
		end := noon.AddDate(1, 0, 0).UTC().Add(time.Duration(i))
		a.Lots = append(a.Lots, loyalty.Lot{
			Seq:       uint64(1<<39 + i),
			Opening:   loyalty.Opening{Granted: 2 * each, Rule: 100, Base: noon.UTC().Add(1), ExpiresAt: end, Idle: true},
			Remaining: each, Consumed: each / 2, Reversed: each / 2,
		})
	}
	a.Pots[loyalty.Available], a.Pots[loyalty.Issued] = 3000*each, -3000*each
	d := loyalty.Draft{Member: ann, Op: "x", Actor: sam, Now: noon, Reason: []byte("r")}
	if _, err := loyalty.Give(&a, plan(), d, 1); reason(err) != loyalty.ErrFull.Error() {
		t.Errorf("one lot more: %v", err)
	}
	spend, err := loyalty.Spend(&a, plan(), d, 3000*each)
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]any{"head": a, "entry": spend[0]} {
		raw, err := store.Encode(row)
		if err != nil || len(raw) > store.MaxValue {
			t.Errorf("%s: %d bytes, %v", name, len(raw), err)
		}
	}
}

// BenchmarkPurchase is one purchase of a member who has come for a year, under
// the plainest programme and under the richest; it is not committed, so that
// each finds the same account.
func BenchmarkPurchase(b *testing.B) {
	rich := richPlan()
	rich.Expiry.Months, rich.ReturnWindow = 12, 0
	plain := plan()
	plain.Expiry.Months = 12
	latte := basket()
	latte.Order = ""
	b.Run("plain", func(b *testing.B) { benchPurchase(b, plain, loyalty.Sale{Amount: 120}) })
	b.Run("rich", func(b *testing.B) { benchPurchase(b, rich, latte) })
}

var errNotCommitted = errors.New("not committed")

func benchPurchase(b *testing.B, p *loyalty.Programme, sale loyalty.Sale) {
	s := newShop(b, p)
	s.db = mem.New()
	for i := range 20 {
		s.now = s.now.AddDate(0, 0, 1)
		if i < 12 {
			s.now = s.now.AddDate(0, 1, -1)
		}
		a := s.act(sam)
		rec := s.must(func(tx store.Tx) (Receipt, error) { return s.b.Sell(tx, ann, a, sale) })
		if i < 17 { // three lots are left
			spend := s.act(sam)
			s.must(func(tx store.Tx) (Receipt, error) { return s.b.Spend(tx, ann, spend, rec.Entry().Change()) })
		}
	}
	s.now = s.now.Add(time.Hour)
	a := s.act(sam)
	a.Store = "main"
	b.ReportAllocs()
	for b.Loop() {
		err := s.db.Update(context.Background(), func(tx store.Tx) error {
			if _, err := s.b.Sell(tx, ann, a, sale); err != nil {
				return err
			}
			return errNotCommitted
		})
		if !errors.Is(err, errNotCommitted) {
			b.Fatal(err)
		}
	}
}
