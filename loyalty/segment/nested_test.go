package segment

import (
	"testing"

	"regulars/loyalty"
	"regulars/store"
)

// merge makes two members one, in the ledger and as persons.
func (w *world) merge(from, into loyalty.MemberID) {
	w.t.Helper()
	act := w.act()
	w.do(func(tx store.Tx) error {
		if _, err := w.desk.Book.Merge(tx, from, into, act); err != nil {
			return err
		}
		return w.desk.Vault.Merge(tx, from, into, w.now, w.rand)
	})
}

// TestMergedTwice: who was merged into somebody who was merged has brought their
// purchases along, and what is brought back of these leaves the store where it was
// bought.
func TestMergedTwice(t *testing.T) {
	w := strict(t)
	ann, bo, cy := w.member("ann"), w.member("bo"), w.member("cy")
	w.sell(ann, 100, "north")
	w.days(1)
	whole := w.sell(ann, 100, "north")
	w.sell(ann, 100, "south")
	w.days(1)
	w.sell(bo, 100, "south")
	w.merge(ann, bo)
	w.days(1)
	w.merge(bo, cy)
	w.refresh()
	if w.in("visits_30 == 4") != 1 || w.in(`store == "north"`) != 1 {
		t.Error("four visits in two stores, the first by name")
	}
	w.refund(whole, 100) // handed back in "main"
	w.refresh()
	if w.in("visits_30 == 3 and spend_30 == 300") != 1 || w.in(`store == "south"`) != 1 || w.in(`"north" in stores`) != 1 {
		t.Error("three visits, one of them in the north")
	}
}
