package book

import (
	"strconv"

	"regulars/loyalty"
	"regulars/store"
)

// ReleaseAll gives back what is left in each of the member's open holds, the
// oldest first, as [Book.Release] does one: before an account is erased or
// merged, so that nothing is left that nobody can ask for. Each hold is an
// operation of its own under act.Op with its number. No open hold is no error.
func (b *Book) ReleaseAll(tx store.Tx, m loyalty.MemberID, act Act) error {
	if _, err := b.Settle(tx, m, act.Now); err != nil { // holds may have timed out
		return err
	}
	a, err := b.Account(tx, m)
	if err != nil {
		return err
	}
	holder, err := b.Holder(tx, m)
	if err != nil {
		return err
	}
	for _, h := range a.Holds {
		hold, err := b.Numbered(tx, holder, h.Seq)
		if err != nil {
			return err
		}
		one := act
		one.Op += loyalty.OpID("." + strconv.FormatUint(h.Seq, 10))
		if _, err := b.Release(tx, hold.Ref, one); err != nil {
			return err
		}
	}
	return nil
}
