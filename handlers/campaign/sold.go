package campaign

import (
	"errors"
	"strings"

	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Heard notes a sale that a campaign's coupon was a part of; it is one of
// [shop.Shop.Listeners].
func (e *Engine) Heard(tx store.Tx, d club.Deed) error {
	if d.Kind != club.Bought || d.Sale.Voucher == "" {
		return nil
	}
	v, err := e.Shop.Club.Vouchers.Get(tx, voucher.ID(d.Sale.Voucher), d.Act.Now)
	if errors.Is(err, voucher.ErrUnknown) {
		return nil
	}
	name, ours := strings.CutPrefix(v.Source, source(""))
	if err != nil || !ours {
		return err
	}
	row, known, err := taps.Get(tx, name, string(v.Member))
	if err != nil || !known {
		return err
	}
	row.Sale = loyalty.Ref(d.Outcome.Receipt.Entry().Ref)
	return taps.Put(tx, row, name, string(v.Member))
}
