package voucher

import (
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// reopenFor is how long a voucher is good at least whose sale came back.
const reopenFor = 7 * 24 * time.Hour

// Undo takes back a use that was a mistake: the voucher is open again under its
// old terms, until its old last moment. A digital code stays given, its points
// come back, and the voucher is Void; it is Void too where its points could not
// be set aside again (see the package comment), so look at its State. Refusals:
// ErrUnknown, loyalty.ErrSelf, ErrNotUsed, *LapsedError,
// loyalty.ErrAlreadyReversed.
func (d *Desk) Undo(tx store.Tx, id ID, act book.Act) (Voucher, book.Receipt, error) {
	return d.undo(tx, id, "", act)
}

// UndoUse is Undo of the use that an entry captured the points for: a voucher that
// was used again since keeps its newer use. Refusals: as Undo;
// loyalty.ErrAlreadyReversed for an older use.
func (d *Desk) UndoUse(tx store.Tx, id ID, use loyalty.Ref, act book.Act) (Voucher, book.Receipt, error) {
	return d.undo(tx, id, use, act)
}

// undo takes back the use of a voucher; use is which, "" any.
func (d *Desk) undo(tx store.Tx, id ID, use loyalty.Ref, act book.Act) (Voucher, book.Receipt, error) {
	return d.unuse(tx, id, act, "undo", func(v *Voucher) error {
		if use != "" && use != v.Use {
			return loyalty.ErrAlreadyReversed
		}
		if !v.Until.IsZero() && !act.Now.Before(v.Until) {
			return &LapsedError{At: v.Until}
		}
		return nil
	})
}

// Reopen is Undo for a voucher whose sale was taken back: it can be used again
// for 7 days at least, to the end of that local day, even when its own time is
// over. Refusals: as Undo, but *LapsedError.
func (d *Desk) Reopen(tx store.Tx, id ID, act book.Act) (Voucher, book.Receipt, error) {
	return d.unuse(tx, id, act, "reopen", func(v *Voucher) error {
		least := d.Programme(act.Now).DayEnd(act.Now.Add(reopenFor))
		if !v.Until.IsZero() && v.Until.Before(least) {
			v.Until = least
		}
		return nil
	})
}

func (d *Desk) unuse(tx store.Tx, id ID, act book.Act, verb string, terms func(*Voucher) error) (Voucher, book.Receipt, error) {
	m, _, _ := id.split()
	return d.do(tx, m, act, command{Verb: verb, Voucher: id}, func() (Voucher, book.Receipt, error) {
		v, ok, err := get(tx, id)
		self := false
		if err == nil {
			self, err = d.same(tx, act.Self, m)
		}
		switch {
		case err != nil:
		case !ok:
			err = ErrUnknown
		case self:
			err = loyalty.ErrSelf
		case v.State != Used:
			err = ErrNotUsed
		case v.Kind == loyalty.RewardItem:
			err = terms(&v)
		}
		if err != nil {
			return Voucher{}, book.Receipt{}, err
		}
		return d.reopen(tx, v, act)
	})
}

// reopen gives back what the use captured, and sets it aside again.
func (d *Desk) reopen(tx store.Tx, v Voucher, act book.Act) (Voucher, book.Receipt, error) {
	was, open := v, v.Kind == loyalty.RewardItem
	var rec book.Receipt
	if v.Cost > 0 {
		back := act
		back.Op += ".back"
		var err error
		if rec, err = d.Book.Undo(tx, v.Use, back); err != nil {
			return Voucher{}, rec, err
		}
		// What went home may be what the member's bound lets them use again.
		if err := d.count(tx, &v, back, rec); err != nil {
			return Voucher{}, rec, err
		}
		if open {
			again := act
			again.Op += ".again"
			more, err := d.hold(tx, &v, again)
			if err != nil && !loyalty.Refused(err) {
				return Voucher{}, rec, err
			}
			open = err == nil
			rec.Entries, rec.Balance = append(rec.Entries, more.Entries...), more.Balance
		}
		// What went home and was lent again at once is no news: both are told together.
		if err := d.borrowed(tx, &v, act, rec, nil); err != nil {
			return Voucher{}, rec, err
		}
	}
	v.State, v.UsedAt, v.UsedBy, v.UsedStore, v.Use = Open, never, "", "", ""
	if !open {
		v.State, v.VoidAt, v.Why = Void, act.Now.Round(0).UTC(), WhyUndone
	}
	if v.Stocked {
		if err := relist(tx, &v); err != nil {
			return Voucher{}, rec, err
		}
	}
	if err := d.put(tx, v, never); err != nil || d.Unused == nil {
		return v, rec, err
	}
	return v, rec, d.Unused(tx, was, act)
}

// relist makes a used voucher's stock come back by itself again, and at once
// when the voucher is void.
func relist(tx store.Tx, v *Voucher) error {
	if err := lockStock(tx, v.Reward); err != nil {
		return err
	}
	if err := stockDues.Put(tx, struct{}{}, stockDueKey(v)...); err != nil {
		return err
	}
	if v.State == Open {
		return nil
	}
	return restock(tx, v)
}
