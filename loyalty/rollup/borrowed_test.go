package rollup

import (
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// TestBorrowedPointsAreTheirStores: points that a household lent are settled with the
// store that gave them to who lent, not with where they were borrowed.
func TestBorrowedPointsAreTheirStores(t *testing.T) {
	w := strict(t)
	ann, bob := w.member("ann"), w.member("bob")
	w.sell(bob, "eve", "north", 100)
	act := w.act("eve", "south")
	act.Pool = []loyalty.MemberID{bob}
	w.play(func(tx store.Tx) (book.Receipt, error) { return w.book.Spend(tx, ann, act, 60) })
	w.refresh()
	list, err := w.desk.Settlement(t.Context(), MonthOf(w.today()))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].From != "north" || list[0].To != "south" || list[0].Points != 60 {
		t.Errorf("settled %+v", list)
	}
}
