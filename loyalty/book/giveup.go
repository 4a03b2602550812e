package book

import (
	"regulars/loyalty"
	"regulars/store"
)

// GiveUp takes back every point that the member has, those set aside and those
// still pending included: an account whose owner leaves owes nobody anything,
// and what is outstanding must not count it. No points are no error; act.Reason
// is asked for.
func (b *Book) GiveUp(tx store.Tx, m loyalty.MemberID, act Act) error {
	if err := b.ReleaseAll(tx, m, act); err != nil {
		return err
	}
	act.Op += ".rest"
	_, err := b.do(tx, act, command{Verb: loyalty.KindAdjust, Member: m}, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		return loyalty.GiveUp(o.account, o.programme, d)
	})
	return err
}
