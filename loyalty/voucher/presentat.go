package voucher

import (
	"slices"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// PresentAt is Present for a voucher that is used in these stores and no others;
// with none, where the reward is.
func (d *Desk) PresentAt(tx store.Tx, m loyalty.MemberID, act book.Act, reward, source string, stores []loyalty.Store) (Voucher, error) {
	return d.present(tx, m, act, reward, source, func(_ *loyalty.Programme, v *Voucher) {
		if len(stores) > 0 {
			v.Stores = slices.Clone(stores)
		}
	})
}
