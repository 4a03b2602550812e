package book

import (
	"context"
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
