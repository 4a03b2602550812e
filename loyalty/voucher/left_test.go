package voucher

import (
	"context"
	"testing"

	"regulars/store"
)

// A manager sees how many of a limited reward went in the local week; what was
// given back counts, for it was asked for, and a new week begins at nought.
func TestLately(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 1000)
	if err := s.do(func(tx store.Tx) error {
		_, _, err := s.d.AddCodes(tx, "song", []string{"A", "B", "C"}, s.now)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want := func(when, reward string, lately int64) {
		t.Helper()
		if err := s.db.View(context.Background(), func(r store.Reader) error {
			w, _ := s.p.Reward(reward)
			n, err := s.d.Lately(r, w, s.now)
			if n != lately {
				t.Errorf("%s: %d of %s, want %d", when, n, reward, lately)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, reward := range []string{"mug", "song", "latte"} {
		want("at first", reward, 0)
	}
	s.must(s.cancel(ann, s.must(s.redeem(ann, "mug"))))
	s.must(s.redeem(ann, "mug"))
	s.must(s.redeem(ann, "song"))
	s.must(s.redeem(ann, "song"))
	s.must(s.redeem(ann, "latte"))
	want("on Tuesday", "mug", 2)
	want("on Tuesday", "song", 2)
	want("without a bound", "latte", 0)
	s.now = start.AddDate(0, 0, 5)
	want("on Sunday", "mug", 2)
	want("on Sunday", "song", 2)
	s.now = start.AddDate(0, 0, 6)
	want("on Monday", "mug", 0)
	want("on Monday", "song", 0)
	s.must(s.redeem(ann, "song"))
	s.must(s.redeem(ann, "mug"))
	want("on Monday, again", "song", 1)
	want("on Monday, again", "mug", 1)
	s.clean()
}
