package book

import (
	"regulars/loyalty"
	"regulars/store"
)

// GiveUp takes back every point that the member could still spend, those set
// aside included: an account whose owner leaves owes nobody anything, and what
// is outstanding must not count it. Points still pending stay until their
// return window ends. No points are no error; act.Reason is asked for.
func (b *Book) GiveUp(tx store.Tx, m loyalty.MemberID, act Act) error {
	if err := b.ReleaseAll(tx, m, act); err != nil {
		return err
	}
	left, err := b.Balance(tx, m, act.Now)
	if err != nil || left.Available == 0 {
		return err
	}
	act.Op += ".rest"
	_, err = b.Adjust(tx, m, act, -left.Available)
	return err
}
