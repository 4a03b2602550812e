package admin

import (
	"context"
	"errors"
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
