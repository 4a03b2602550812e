package voucher

import (
	"context"
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
)

// TestTakeUps: 3 lattes in the first month, of which one is used in the third,
// and 1 latte and a present in the third.
func TestTakeUps(t *testing.T) {
	s := newShop(t, plan())
	reward(s.p, "latte", func(r *loyalty.Reward) { r.ValidFor = 365 * 24 * time.Hour })
	s.earn("ann", 1000)
	first := s.must(s.redeem("ann", "latte"))
	s.must(s.redeem("ann", "latte"))
	s.must(s.redeem("ann", "latte"))
	began := s.now
	s.now = s.now.AddDate(0, 2, 0)
	s.must(s.use(first))
	s.must(s.redeem("ann", "latte"))
	s.must(s.present("ann", "prize", "a birthday"))
	q := TakeUpQuery{Until: s.now.Add(time.Hour), Days: 40, Months: []time.Time{began.Add(-time.Hour), began.AddDate(0, 1, 0), s.now.Add(-time.Hour)}}
	all, err := TakeUps(context.Background(), s.db, q)
	if err != nil {
		t.Fatal(err)
	}
	u := all["latte"]
	if u.Taken != 1 || u.Before != 3 || u.Used != 1 || u.UsedOf != 0 || u.Presents != 0 || !slices.Equal(u.Months, []int64{3, 0, 1}) {
		t.Errorf("lattes: %+v", u)
	}
	if p := all["prize"]; p.Presents != 1 || p.Taken != 0 || !slices.Equal(p.Months, []int64{0, 0, 0}) {
		t.Errorf("presents: %+v", p)
	}
	q.Store = "west" // the latte was used in the east
	if all, err = TakeUps(context.Background(), s.db, q); err != nil || all["latte"].Used != 0 || all["latte"].Taken != 1 {
		t.Errorf("of the west: %+v, %v", all["latte"], err)
	}
}
