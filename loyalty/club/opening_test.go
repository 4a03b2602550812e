package club

import (
	"context"
	"testing"

	"regulars/loyalty"
	"regulars/store"
)

func TestRememberedPurchasesCountAndBringNothing(t *testing.T) {
	w := newWorld(t, cafe())
	remember := func(ago int, amount loyalty.Money) loyalty.Ref {
		a := w.act("")
		a.At = w.now.AddDate(0, 0, -ago)
		return w.do(func(tx store.Tx) (out Outcome, err error) {
			out.Receipt, err = w.c.Remember(tx, ann, a, loyalty.Sale{Amount: amount})
			return out, err
		}).Receipt.Entry().Ref
	}
	refs := []loyalty.Ref{remember(40, 400), remember(30, 400), remember(20, 300), remember(10, 50)}
	if a := w.account(ann); a.Standing.Level != "silver" || a.Count.Visits != 4 || w.balance(ann).Available != 0 || len(w.gifts(ann)) != 0 {
		t.Errorf("level %q, %d visits, %d points, gifts %v", a.Standing.Level, a.Count.Visits, w.balance(ann).Available, w.gifts(ann))
	}
	w.undo(refs[3])
	if out := w.buy(ann, 100); len(out.Gifts) != 0 {
		t.Errorf("the fourth visit that stands is no fifth: %+v", out.Gifts)
	}
	w.days(1)
	if out := w.buy(ann, 100); len(out.Gifts) != 1 || out.Gifts[0].Gift != "fifth" {
		t.Errorf("the fifth visit: %+v", out.Gifts)
	}
	faults, err := w.c.Book.Verify(context.Background(), w.db, nil)
	if err != nil || len(faults) > 0 {
		t.Errorf("verify: %v %v", faults, err)
	}
}
