package admin

import (
	"context"
	"errors"
	"fmt"

	"regulars/loyalty/survey"
)

// maxFaults is how many faults verify prints; the rest is counted.
const maxFaults = 50

// verify reads every page and row of the store, and holds every member's chain
// of entries, all that is derived from it (the sums of days too), every voucher
// and every receipt's code against the rules.
func (d Desk) verify(ctx context.Context, _ map[string]string, out Out) error {
	if d.Check != nil {
		err := d.Check(ctx, func(done, total uint64) { out.Progress(int64(done), int64(total)) })
		if err != nil {
			return err
		}
		out.Say("store: every page and row is whole")
	}
	faults, err := d.Shop.Book.Verify(ctx, d.DB, func(n int) { out.Progress(int64(n), 0) })
	nameFaults(out, faults)
	switch {
	case err != nil:
		return err
	case len(faults) > 0:
		return fmt.Errorf("the ledger has %s, named above.\nWhere a row differs from its entries, `regulars rebuild` puts it right; a bad entry needs the newest backup that is clean",
			count(len(faults), "fault", "faults"))
	}
	if err := errors.Join(d.vouchersWhole(ctx, out), d.receiptsWhole(ctx, out), d.surveysWhole(ctx, out), d.campaignsWhole(ctx, out), d.figuresWhole(ctx, out)); err != nil {
		return err
	}
	root, _, err := d.Shop.Book.Root(ctx, d.DB)
	if err != nil {
		return err
	}
	sum, err := d.Shop.Book.Totals(ctx, d.DB, d.now(), nil)
	if err != nil {
		return err
	}
	out.Say("all whole: %s, %s, root %s", count(sum.Members, "account", "accounts"), count(sum.Entries, "entry", "entries"), root)
	return nil
}

// nameFaults prints faults, not too many.
func nameFaults[F fmt.Stringer](out Out, faults []F) {
	for i, f := range faults {
		if i == maxFaults {
			out.Say("… and %d more", len(faults)-maxFaults)
			return
		}
		out.Say("✗ %s", f)
	}
}

// surveysWhole holds answers and cases against their lists.
func (d Desk) surveysWhole(ctx context.Context, out Out) error {
	faults, err := survey.Verify(ctx, d.DB, d.now())
	for i, f := range faults {
		if i < maxFaults {
			out.Say("✗ %s", f)
		}
	}
	if err == nil && len(faults) > 0 {
		err = fmt.Errorf("the surveys have %s, named above; no points hang on them, the newest clean backup has the rows", count(len(faults), "fault", "faults"))
	}
	return err
}

// figuresWhole makes the sums of all days once more and holds each stored row
// against them.
func (d Desk) figuresWhole(ctx context.Context, out Out) error {
	faults, err := d.Shop.Rollups.Check(ctx, func(n int) { out.Progress(int64(n), 0) })
	for i, f := range faults {
		if i < maxFaults {
			out.Say("✗ %s", f)
		}
	}
	if err == nil && len(faults) > 0 {
		err = fmt.Errorf("the figures have %s, named above; `regulars rebuild` makes them anew from the ledger", count(len(faults), "fault", "faults"))
	}
	return err
}

// rebuild writes anew what is derived from the entries where it differs, and the
// sums of all days.
func (d Desk) rebuild(ctx context.Context, args map[string]string, out Out) error {
	if err := d.rebuildLedger(ctx, args, out); err != nil {
		return err
	}
	members := 0
	err := d.Shop.Rollups.Rebuild(ctx, d.now(), func(done, of int) {
		members = max(members, of)
		out.Progress(int64(done), int64(of))
	})
	if err == nil {
		out.Say("figures: every day was summed up anew, of %s", count(members, "member", "members"))
	}
	return err
}

func (d Desk) rebuildLedger(ctx context.Context, _ map[string]string, out Out) error {
	n, err := d.Shop.Book.Rebuild(ctx, d.DB, func(members int) { out.Progress(int64(members), 0) })
	if n == 0 && err == nil {
		out.Say("nothing differed: every derived row is what the entries give")
		return nil
	}
	if n > 0 {
		out.Say("%s differed from the entries and %s written anew or removed", count(n, "row", "rows"), map[bool]string{true: "was", false: "were"}[n == 1])
	}
	if err != nil {
		return errors.Join(err, errors.New("`regulars verify` names every fault"))
	}
	return nil
}
