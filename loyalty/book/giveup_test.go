package book

import (
	"context"
	"testing"

	"regulars/loyalty"
	"regulars/store"
)

// Who leaves with points, some of them set aside, leaves nothing outstanding;
// doing it again changes nothing, and the ledger is whole.
func TestGiveUp(t *testing.T) {
	s := newShop(t, plan())
	act := func(op string) Act {
		return Act{Op: loyalty.OpID(op), Actor: loyalty.ByMember(ann), Reason: []byte("left"), Now: s.now}
	}
	steps := []func(tx store.Tx) error{
		func(tx store.Tx) error { _, err := s.b.Earn(tx, ann, act("earn"), 100, ""); return err },
		func(tx store.Tx) error { _, err := s.b.Hold(tx, ann, act("hold"), 30); return err },
		func(tx store.Tx) error { return s.b.GiveUp(tx, ann, act("leave")) },
		func(tx store.Tx) error { return s.b.GiveUp(tx, ann, act("leave again")) },
		func(tx store.Tx) error { return s.b.GiveUp(tx, "01STRANGERSTRANGERSTRANGER", act("stranger")) },
	}
	for i, f := range steps {
		if err := s.db.Update(context.Background(), f); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	totals, err := s.b.Totals(context.Background(), s.db, s.now, nil)
	if err != nil || totals.Available != 0 || totals.Held != 0 {
		t.Errorf("outstanding afterwards: %+v, %v", totals, err)
	}
	if faults, err := s.b.Verify(context.Background(), s.db, nil); err != nil || len(faults) > 0 {
		t.Error(faults, err)
	}
}
