package book

import (
	"fmt"
	"testing"

	"regulars/loyalty"
	"regulars/store"
)

// TestTotalsAreTheSumOfBalances sums over several pages, past an expiry that
// nobody settled.
func TestTotalsAreTheSumOfBalances(t *testing.T) {
	s := newShop(t, plan())
	const members = walkRows + 50
	err := s.db.Update(t.Context(), func(tx store.Tx) error {
		for i := range members {
			m := loyalty.MemberID(fmt.Sprintf("M%06d", i))
			act := Act{Op: loyalty.OpID("sale-" + string(m)), Actor: loyalty.ByJob("test"), Now: s.now}
			if i%2 == 0 {
				act.Now = s.now.AddDate(0, -3, 0) // expired since
			}
			if _, err := s.b.Earn(tx, m, act, 10, ""); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	got, err := s.b.Totals(t.Context(), s.db, s.now, func(int) { calls++ })
	want := Totals{Members: members, Entries: members, Available: 10 * members / 2}
	if err != nil || got != want || calls != members {
		t.Errorf("%+v, %v, %d calls; want %+v", got, err, calls, want)
	}
}
