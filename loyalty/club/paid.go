package club

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// paid is which sale a use of a voucher paid a part of: the last that said so.
type paid struct {
	Sale uint64    `json:"sale"`
	Used time.Time `json:"used"` // which use: a voucher that came back is used again
}

var payments = store.NewTable[paid]("clubpaid/", store.Locked, store.FirstPart("member"))

// paidBy notes the voucher that paid a part of a sale: one of the member's own
// that is used. Any other is noted nowhere, and so never comes back by it.
func (c *Club) paidBy(tx store.Tx, x *member, act book.Act, sale loyalty.Entry) error {
	if sale.Voucher == "" {
		return nil
	}
	v, err := c.Vouchers.Get(tx, voucher.ID(sale.Voucher), act.Now)
	if err != nil || !slices.Contains(x.family(), v.Member) || v.State != voucher.Used {
		return accident(err)
	}
	return payments.Put(tx, paid{sale.Seq, v.UsedAt}, string(x.id), sale.Voucher)
}

// reopen gives back the voucher that paid a part of a sale which is gone, once
// for each use.
func (c *Club) reopen(tx store.Tx, x *member, act book.Act, sale loyalty.Entry, out *Outcome) error {
	if sale.Voucher == "" {
		return nil
	}
	v, err := c.Vouchers.Get(tx, voucher.ID(sale.Voucher), act.Now)
	if err != nil {
		return accident(err)
	}
	row, ok, err := payments.Get(tx, string(sale.Member), string(v.ID))
	if err != nil || !ok || row.Sale != sale.Seq || !v.UsedAt.Equal(row.Used) {
		return err
	}
	v, _, err = c.Vouchers.Reopen(tx, v.ID, by(act, "reopen"))
	if err != nil {
		return accident(err)
	}
	return c.returned(tx, x, act, v, out)
}
