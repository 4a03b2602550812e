package book

import (
	"context"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// TestOnceStoresNoOutcome: whoever has rows of his own against doing it twice
// gets the same entry and no outcome beside it; without them it is done again.
func TestOnceStoresNoOutcome(t *testing.T) {
	s := newShop(t, plan())
	open := func(m loyalty.MemberID, once bool) Receipt {
		act := Act{Op: loyalty.OpID("open/" + string(m)), Actor: loyalty.ByJob("import"), Now: s.now, Once: once}
		var rec Receipt
		err := s.db.Update(context.Background(), func(tx store.Tx) (err error) {
			rec, err = s.b.OpenBalance(tx, m, act, 50, time.Time{})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return rec
	}
	outcomes := func() (n int) {
		err := s.db.View(context.Background(), func(r store.Reader) (err error) {
			for range ops.Scan(r, ops.All(), &err) {
				n++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	second := loyalty.MemberID("01HBOB00000000000000000000")
	open(ann, false)
	if again := open(ann, false); !again.Replayed || again.Balance.Available != 50 || outcomes() != 1 {
		t.Errorf("with an outcome: %+v, %d outcomes", again, outcomes())
	}
	open(second, true)
	if again := open(second, true); again.Replayed || again.Balance.Available != 100 || outcomes() != 1 {
		t.Errorf("without: %+v, %d outcomes", again, outcomes())
	}
	if faults, err := s.b.Verify(context.Background(), s.db, nil); err != nil || len(faults) > 0 {
		t.Error(faults, err)
	}
}
