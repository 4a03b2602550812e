package campaign

import (
	"errors"
	"strings"

	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Heard notes a sale that a campaign's coupon was a part of, and lets journeys go
// on that wait for it; it is one of [shop.Shop.Listeners].
func (e *Engine) Heard(tx store.Tx, d club.Deed) error {
	switch d.Kind {
	case club.Used:
		if id, ours := strings.CutPrefix(d.Voucher.Source, source("")); ours {
			return e.deed(tx, d.Member, deedUsed, ID(id), d.Act.Now)
		}
	case club.Bought:
		if err := e.deed(tx, d.Member, deedSale, "", d.Act.Now); err != nil {
			return err
		}
		return e.couponSale(tx, d)
	}
	return nil
}

// couponSale notes which sale a campaign's coupon was a part of.
func (e *Engine) couponSale(tx store.Tx, d club.Deed) error {
	if d.Sale.Voucher == "" {
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
