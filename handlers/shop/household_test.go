package shop

import (
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// Who was taken for a member of a household by mistake is in none when the merge is
// undone, and the member is in it again.
func TestAnUndoneMergeGivesTheHouseholdBack(t *testing.T) {
	w := newAudience(t, 2)
	a, b := loyalty.MemberID(w.all[0]), loyalty.MemberID(w.all[1])
	rules := *w.s.Rules(w.now)
	rules.Household = loyalty.Household{Size: 3}
	w.s.Households.Programme = func(time.Time) *loyalty.Programme { return &rules }
	w.update(func(tx store.Tx) error { _, _, err := w.s.Households.Invite(tx, a, "invite", w.now); return err })
	w.merge(w.all[0], w.all[1])
	w.update(func(tx store.Tx) error {
		_, err := w.s.Unmerge(tx, a, book.Act{Op: "unmerge", Actor: loyalty.ByStaff("boss"), Role: people.Manager, Now: w.now, Reason: []byte("x")})
		return err
	})
	w.update(func(tx store.Tx) error {
		_, theirs, err := w.s.Households.Of(tx, a)
		if err != nil {
			return err
		}
		_, stranger, err := w.s.Households.Of(tx, b)
		if !theirs || stranger {
			t.Errorf("the member is in it: %t, the stranger: %t", theirs, stranger)
		}
		return err
	})
}
