package book

import (
	"context"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// A member with three holds, of which one was captured and one has timed out,
// gets the rest back; a second time there is nothing to do.
func TestReleaseAll(t *testing.T) {
	p := plan()
	p.HoldFor = 30 * time.Minute
	s := newShop(t, p)
	update := func(f func(tx store.Tx) error) {
		t.Helper()
		if err := s.db.Update(context.Background(), f); err != nil {
			t.Fatal(err)
		}
	}
	at := func(op string) Act {
		return Act{Op: loyalty.OpID(op), Actor: loyalty.ByJob("test"), Now: s.now}
	}
	update(func(tx store.Tx) error {
		_, err := s.b.Earn(tx, ann, at("earn"), 100, "")
		return err
	})
	hold := func(op string, n loyalty.Points) (ref loyalty.Ref) {
		update(func(tx store.Tx) error {
			r, err := s.b.Hold(tx, ann, at(op), n)
			ref = r.Entry().Ref
			return err
		})
		return ref
	}
	hold("late", 10)
	s.now = s.now.Add(29 * time.Minute)
	used := hold("used", 20)
	hold("open", 30)
	update(func(tx store.Tx) error {
		_, err := s.b.Capture(tx, used, at("capture"), 5)
		return err
	})
	s.now = s.now.Add(2 * time.Minute)
	for _, op := range []string{"leave", "leave again"} {
		update(func(tx store.Tx) error { return s.b.ReleaseAll(tx, ann, at(op)) })
		update(func(tx store.Tx) error {
			b, err := s.b.Balance(tx, ann, s.now)
			if err == nil && (b.Held != 0 || b.Available != 95) {
				t.Errorf("%s: %d held and %d available, want 0 and 95", op, b.Held, b.Available)
			}
			return err
		})
	}
	if faults, err := s.b.Verify(context.Background(), s.db, nil); err != nil || len(faults) > 0 {
		t.Error(faults, err)
	}
}
