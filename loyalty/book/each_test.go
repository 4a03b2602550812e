package book

import (
	"context"
	"fmt"
	"testing"

	"regulars/loyalty"
	"regulars/store"
)

// viewCount counts the Views of a store.
type viewCount struct {
	store.DB
	views int
}

func (c *viewCount) View(ctx context.Context, f func(store.Reader) error) error {
	c.views++
	return c.DB.View(ctx, f)
}

// TestEachSeesEverybodyOnce: in order, over several short Views.
func TestEachSeesEverybodyOnce(t *testing.T) {
	s := newShop(t, plan())
	const members = 2*eachRows + 50
	name := func(i int) loyalty.MemberID { return loyalty.MemberID(fmt.Sprintf("M%06d", i)) }
	err := s.db.Update(t.Context(), func(tx store.Tx) error {
		for i := range members {
			act := Act{Op: loyalty.OpID("sale-" + name(i)), Actor: loyalty.ByJob("test"), Now: s.now}
			if _, err := s.b.Earn(tx, name(i), act, 10, ""); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	db, seen := &viewCount{DB: s.db}, 0
	err = s.b.Each(t.Context(), db, func(_ store.Reader, m loyalty.MemberID, a *loyalty.Account) error {
		if m != name(seen) || a.Pots[loyalty.Available] != 10 {
			t.Fatalf("number %d is %s with %v", seen, m, a.Pots)
		}
		seen++
		return nil
	})
	if err != nil || seen != members || db.views != 3 {
		t.Errorf("%d of %d in %d Views, %v", seen, members, db.views, err)
	}
}
