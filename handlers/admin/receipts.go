package admin

import (
	"context"
	"errors"

	"regulars/loyalty/receipt"
)

// receiptsWhole holds every sale without a member against what leads to it and,
// where somebody has its points, against the ledger.
func (d Desk) receiptsWhole(ctx context.Context, out Out) error {
	faults, err := d.Shop.Slips().Check(ctx, d.DB)
	nameFaults(out, faults)
	switch {
	case err != nil:
		return err
	case len(faults) > 0:
		return errors.New("the receipts' codes have " + count(len(faults), "fault", "faults") + ", named above.\nRestore the newest backup that is clean, or take each of them back with /undo and its reference")
	}
	return nil
}

// receipts writes the sales without a member, and who has the points of each. Their
// codes are not in it: whoever has one has its points.
func (e *exporting) receipts(ctx context.Context) error {
	s, err := e.new("receipts", "ref", "amount", "order", "actor", "store", "at", "issued", "until", "state", "member", "entry", "ended", "by")
	if err != nil {
		return err
	}
	return receipt.All(ctx, e.DB, func(x receipt.Slip) error {
		x.Digest = nil
		return s.add(x, string(x.Ref), x.Amount, string(x.Order), string(x.Actor), string(x.Store), x.At, x.Issued, x.Until,
			string(x.State), string(x.Member), string(x.Entry), x.Ended, string(x.By))
	})
}
