package club

import (
	"errors"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Undo takes back what ref names, whatever it is: a sale with all that it
// brought, a gift with its voucher, a voucher's use (then it can be used again),
// a voucher that is open, a spend, a hold, a refund that waits. Refusals: as
// [book.Book.Undo], [voucher.Desk.Undo] and [voucher.Desk.Void].
func (c *Club) Undo(tx store.Tx, ref loyalty.Ref, act book.Act) (out Outcome, err error) {
	e, err := c.Book.ByRef(tx, ref)
	if accident(err) != nil {
		return out, err
	}
	if e.Kind == loyalty.KindEarn {
		return c.Refund(tx, ref, act, loyalty.Return{})
	}
	v, err := c.voucherBehind(tx, e, act)
	switch {
	case err != nil:
		return out, err
	case v.ID != "" && e.Kind == loyalty.KindHold:
		v, out.Receipt, err = c.Vouchers.Void(tx, v.ID, act, whyTaken)
		if err == nil && !out.Receipt.Replayed {
			out.Taken = append(out.Taken, Given{Voucher: v})
		}
		return out, err
	case v.ID != "":
		return c.unused(tx, act, func() (voucher.Voucher, book.Receipt, error) { return c.Vouchers.UndoUse(tx, v.ID, ref, act) })
	}
	if out.Receipt, err = c.Book.Undo(tx, ref, act); err != nil || out.Receipt.Replayed {
		return out, err
	}
	switch e.Kind {
	case loyalty.KindGift:
		err = c.undone(tx, act, e, &out)
	case loyalty.KindOpening:
		err = c.forgotten(tx, act, out.Receipt)
	}
	if err == nil && (e.Kind == loyalty.KindGift || e.Kind == loyalty.KindSpend) {
		err = c.did(tx, Deed{Kind: Undone, Member: e.Member, Act: act, Outcome: out, Entry: e})
	}
	return out, err
}

// UndoUse takes back a voucher's use that was a mistake: also of a present, whose
// use is no entry and has no reference. Refusals: as [voucher.Desk.Undo].
func (c *Club) UndoUse(tx store.Tx, id voucher.ID, act book.Act) (Outcome, error) {
	return c.unused(tx, act, func() (voucher.Voucher, book.Receipt, error) { return c.Vouchers.Undo(tx, id, act) })
}

// Reopen is UndoUse for a voucher that can be used for some days again, even when
// its own time is over. Refusals: as [voucher.Desk.Reopen].
func (c *Club) Reopen(tx store.Tx, id voucher.ID, act book.Act) (Outcome, error) {
	return c.unused(tx, act, func() (voucher.Voucher, book.Receipt, error) { return c.Vouchers.Reopen(tx, id, act) })
}

// unused is what follows from taking back a use.
func (c *Club) unused(tx store.Tx, act book.Act, undo func() (voucher.Voucher, book.Receipt, error)) (out Outcome, err error) {
	v, rec, err := undo()
	if out.Receipt = rec; err != nil || rec.Replayed || v.State != voucher.Open {
		return out, err
	}
	x, err := c.look(tx, v.Member, act.Now)
	if err != nil {
		return out, err
	}
	return out, c.returned(tx, x, act, v, &out)
}

// returned tells that a used voucher is open again. One that a gift brought which
// went back meanwhile goes now.
func (c *Club) returned(tx store.Tx, x *member, act book.Act, v voucher.Voucher, out *Outcome) error {
	names, rows, err := x.all(tx)
	if err != nil {
		return err
	}
	for i, row := range rows {
		if row.Undone && row.Voucher == v.ID {
			v, _, err := c.void(tx, x, by(act, "back/"+names[i].String()), names[i], row)
			out.Taken = append(out.Taken, Given{Gift: names[i].gift, Kind: row.Kind, Voucher: v})
			return err
		}
	}
	out.Returned = append(out.Returned, v)
	return nil
}

// voucherBehind is the voucher that an entry set points aside for, or used. It
// is a zero one where there is none, or where its points have been set aside
// again since: then the entry is closed, and the ledger says so.
func (c *Club) voucherBehind(tx store.Tx, e loyalty.Entry, act book.Act) (v voucher.Voucher, err error) {
	id := e.Voucher
	switch e.Kind {
	case loyalty.KindHold, loyalty.KindSpend:
	case loyalty.KindCapture:
		hold, err := c.Book.Numbered(tx, e.Member, e.Of)
		if err != nil {
			return v, err
		}
		id = hold.Voucher
	default:
		return v, nil
	}
	if id == "" {
		return v, nil
	}
	v, err = c.Vouchers.Get(tx, voucher.ID(id), act.Now)
	switch {
	case errors.Is(err, voucher.ErrUnknown):
		return voucher.Voucher{}, nil // swept long ago: what is left is an entry
	case err != nil:
		return voucher.Voucher{}, err
	case e.Kind == loyalty.KindHold && v.Hold != e.Ref:
		return voucher.Voucher{}, nil
	}
	return v, nil
}

// undone marks a gift whose points were taken back by hand, so that it is not
// given again, and takes its voucher back as well.
func (c *Club) undone(tx store.Tx, act book.Act, e loyalty.Entry, out *Outcome) error {
	x, err := c.look(tx, e.Member, act.Now)
	if err != nil {
		return err
	}
	if err := c.takePrizes(tx, x, act, out); err != nil {
		return err
	}
	n := readName(e.Gift)
	row, ok, err := gifts.Get(tx, string(e.Member), n.String())
	row.owner = e.Member
	if err != nil || !ok || row.Ref != e.Ref || row.Undone {
		return err
	}
	if row.Voucher != "" {
		if _, _, err := c.void(tx, x, by(act, "back/"+n.String()), n, row); err != nil {
			return err
		}
	}
	row.Undone, row.Choose = true, nil
	if err := gifts.Put(tx, row, string(e.Member), n.String()); err != nil {
		return err
	}
	g, err := c.asGiven(tx, x, n, row, act.Now)
	out.Taken = append(out.Taken, g)
	return err
}
