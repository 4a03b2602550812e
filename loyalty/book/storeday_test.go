package book

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// TestCapsOfAStore: what is given in a store is bounded for all together, whoever
// gives it: employees, owners, the shop's own till. Another store is not meant, nor
// the day after.
func TestCapsOfAStore(t *testing.T) {
	s := newShop(t, nil)
	s.rulesOf(changed(plan(), noon.AddDate(0, 0, -1), func(p *loyalty.Programme) {
		p.StoreCaps = map[loyalty.Store]loyalty.Cap{"east": {GiveAct: 60, GiveDay: 100, SaleDay: 250}}
	}))
	give := func(who loyalty.Actor, at loyalty.Store, n loyalty.Points) error {
		a := s.act(who)
		a.Store = at
		_, err := s.do(func(tx store.Tx) (Receipt, error) { return s.b.Give(tx, ann, a, n) })
		return err
	}
	var limit *loyalty.LimitError
	if err := give(sam, "east", 61); !errors.As(err, &limit) || limit.Span != loyalty.SpanStoreAct || limit.Limit != 60 {
		t.Errorf("61 at once: %v", err)
	}
	for _, who := range []loyalty.Actor{sam, "staff/kim"} {
		if err := give(who, "east", 50); err != nil {
			t.Errorf("%s gave 50: %v", who, err)
		}
	}
	if err := give("key/7KQ", "east", 1); !errors.As(err, &limit) || limit.Span != loyalty.SpanStoreDay || limit.Used != 100 {
		t.Errorf("1 more, by the till's key: %v", err)
	}
	if err := give(sam, "pier", 61); err != nil {
		t.Errorf("another store: %v", err)
	}
	done, refused := s.parallel(10, func(i int, tx store.Tx) (Receipt, error) {
		a := s.act(loyalty.Actor(fmt.Sprintf("staff/%d", i)))
		a.Store = "east"
		return s.b.Earn(tx, loyalty.MemberID(fmt.Sprintf("m%d", i)), a, 100, loyalty.Order(fmt.Sprint(i)))
	})
	if done != 2 || refused != 8 {
		t.Errorf("ten sales of 100 points at once under a cap of 250: %d done, %d refused", done, refused)
	}
	s.now = s.now.Add(24 * time.Hour)
	if err := give(sam, "east", 50); err != nil {
		t.Errorf("the day after: %v", err)
	}
}
