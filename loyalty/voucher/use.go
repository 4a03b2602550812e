package voucher

import (
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Use takes a voucher at the counter: its points are captured. act.Store is
// where, act.Actor an employee or a job (a till), never a member. Of many that
// use one code at once, one does, and the others are told when and where.
// Refusals: ErrStaff, ErrUnknownCode, loyalty.ErrSelf, *UsedError,
// *LapsedError, ErrVoid, *StoreError, loyalty.ErrFrozen, *loyalty.ConflictError.
func (d *Desk) Use(tx store.Tx, code Code, act book.Act) (Voucher, book.Receipt, error) {
	at, known, err := codes.Get(tx, d.codeKey(code))
	if err != nil {
		return Voucher{}, book.Receipt{}, err
	}
	return d.do(tx, at.Member, act, command{Verb: "use", Code: code}, func() (Voucher, book.Receipt, error) {
		if strings.HasPrefix(string(act.Actor), "member/") {
			return Voucher{}, book.Receipt{}, ErrStaff
		}
		if !known {
			return Voucher{}, book.Receipt{}, ErrUnknownCode
		}
		v, ok, err := vouchers.Get(tx, string(at.Member), at.Tail)
		if err != nil {
			return v, book.Receipt{}, err
		}
		if !ok {
			return v, book.Receipt{}, ErrUnknownCode
		}
		return d.use(tx, v, act)
	})
}

// queuedFor is how long after it was done a use is told at most for its own time
// to count: a till or a counter without a network keeps it for so long.
const queuedFor = 24 * time.Hour

// lateFor reports whether v was open when act was done, and is no more as act is
// told: it was used in time.
func (v *Voucher) lateFor(act book.Act) bool {
	lapsed := v.State == Expired || v.StateAt(act.Now) == Expired
	return lapsed && !act.At.IsZero() && act.At.Before(v.Until) && act.Now.Sub(act.At) <= queuedFor
}

func (d *Desk) use(tx store.Tx, v Voucher, act book.Act) (Voucher, book.Receipt, error) {
	was := v.Until
	if v.State == Expired {
		was = never // it is due no more
	}
	refuse := func(err error) (Voucher, book.Receipt, error) { return Voucher{}, book.Receipt{}, err }
	if self, err := d.same(tx, act.Self, v.Member); err != nil || self {
		return refuse(orSelf(err))
	}
	late := v.lateFor(act)
	if err := v.open(act.Now); err != nil && !late {
		return refuse(err)
	}
	if len(v.Stores) > 0 && !slices.Contains(v.Stores, act.Store) {
		return refuse(&StoreError{Stores: v.Stores})
	}
	a, err := d.Book.Account(tx, v.Member)
	if err != nil {
		return refuse(err)
	}
	if a.Frozen { // whoever stole the card must not eat the cake
		return refuse(loyalty.ErrFrozen)
	}
	ours, err := inStock(tx, &v)
	if err != nil || !ours && !late {
		return refuse(orLapsed(err, &v))
	}
	var rec book.Receipt
	if v.Cost > 0 {
		rec, err = d.Book.Capture(tx, v.Hold, act, 0)
		if late && err == error(loyalty.ErrHoldClosed) {
			rec, err = d.payLate(tx, &v, act)
		}
		if err != nil {
			return Voucher{}, rec, d.closed(tx, &v, err)
		}
	}
	if v.State == Expired || !ours {
		if err := retake(tx, &v); err != nil {
			return refuse(err)
		}
	}
	if v.Stocked { // it stays used, and no longer comes back by itself
		if err := stockDues.Delete(tx, stockDueKey(&v)...); err != nil {
			return refuse(err)
		}
	}
	v.State, v.Use = Used, rec.Entry().Ref
	v.UsedAt, v.UsedBy, v.UsedStore = act.Now.Round(0).UTC(), act.Actor, act.Store
	if err := d.put(tx, v, was); err != nil || d.Used == nil {
		return v, rec, err
	}
	return v, rec, d.Used(tx, v, act)
}

// payLate takes the points of a voucher that was used in time and lapsed in the
// ledger since: those that came back are set aside once more. Forfeited ones are
// gone already, and it costs no others. Who has spent them since is refused.
func (d *Desk) payLate(tx store.Tx, v *Voucher, act book.Act) (book.Receipt, error) {
	if v.OnExpiry == loyalty.FateForfeit {
		v.Cost = 0
		return book.Receipt{}, nil
	}
	again, took := act, act
	again.Op, again.At = act.Op+".again", act.Now
	took.Op, took.At = act.Op+".took", act.Now
	held := *v
	held.Until = act.Now.Add(time.Minute) // the ledger holds nothing for a time that is over
	rec, err := d.setAside(tx, &held, again)
	if err != nil {
		if loyalty.Refused(err) {
			err = &LapsedError{At: v.Until}
		}
		return rec, err
	}
	v.Hold = held.Hold
	return d.Book.Capture(tx, v.Hold, took, 0)
}

func orSelf(err error) error {
	if err != nil {
		return err
	}
	return loyalty.ErrSelf
}

// open refuses a voucher that is not open at now.
func (v *Voucher) open(now time.Time) error {
	switch v.StateAt(now) {
	case Used:
		return &UsedError{At: v.UsedAt, Store: v.UsedStore, By: v.UsedBy, Ref: v.Use}
	case Void:
		return ErrVoid
	case Expired:
		return &LapsedError{At: v.Until}
	}
	return nil
}

// closed says why an open voucher's hold is closed: the ledger's clock, which
// never goes back, is past its last moment, or somebody released it there.
func (d *Desk) closed(tx store.Tx, v *Voucher, err error) error {
	if err != loyalty.ErrHoldClosed {
		return err
	}
	a, aerr := d.Book.Account(tx, v.Member)
	if aerr != nil {
		return aerr
	}
	if !v.Until.IsZero() && !a.RecordedAt.Before(v.Until) {
		return &LapsedError{At: v.Until}
	}
	return ErrVoid
}

func orLapsed(err error, v *Voucher) error {
	if err != nil {
		return err
	}
	return &LapsedError{At: v.Until}
}

// Cancel gives an open voucher back for its owner: the points return to their
// lots. Where the terms would keep them it is refused with ErrForfeit, as the
// voucher is then worth more than nothing. Refusals: ErrUnknown (also for
// somebody else's), ErrForfeit, *UsedError, *LapsedError, ErrVoid.
func (d *Desk) Cancel(tx store.Tx, m loyalty.MemberID, id ID, act book.Act) (Voucher, book.Receipt, error) {
	return d.do(tx, m, act, command{Verb: "cancel", Member: m, Voucher: id}, func() (Voucher, book.Receipt, error) {
		who, _, _ := id.split()
		if own, err := d.same(tx, who, m); err != nil || !own {
			if err == nil {
				err = ErrUnknown
			}
			return Voucher{}, book.Receipt{}, err
		}
		return d.withdraw(tx, id, act, WhyCancelled, true)
	})
}

// Void withdraws an open voucher, whatever its terms: the points return to
// their lots. why is a word for programs that stands on the voucher. Refusals:
// ErrUnknown, loyalty.ErrSelf, *UsedError, *LapsedError, ErrVoid.
func (d *Desk) Void(tx store.Tx, id ID, act book.Act, why string) (Voucher, book.Receipt, error) {
	m, _, _ := id.split()
	return d.do(tx, m, act, command{Verb: "void", Voucher: id, Why: why}, func() (Voucher, book.Receipt, error) {
		if self, err := d.same(tx, act.Self, m); err != nil || self {
			return Voucher{}, book.Receipt{}, orSelf(err)
		}
		return d.withdraw(tx, id, act, why, false)
	})
}

func (d *Desk) withdraw(tx store.Tx, id ID, act book.Act, why string, byOwner bool) (Voucher, book.Receipt, error) {
	v, ok, err := get(tx, id)
	if err == nil && !ok {
		err = ErrUnknown
	}
	if err == nil {
		err = v.open(act.Now)
	}
	if err == nil && byOwner && v.OnCancel == loyalty.FateForfeit {
		err = ErrForfeit
	}
	if err != nil {
		return Voucher{}, book.Receipt{}, err
	}
	var rec book.Receipt
	if v.Cost > 0 {
		if rec, err = d.Book.Release(tx, v.Hold, act); err != nil {
			err = d.closed(tx, &v, err)
		}
		if err != nil && err != error(ErrVoid) { // released in the ledger already: then only the row is left to do
			return Voucher{}, rec, err
		}
		if err := d.count(tx, &v, act, rec); err != nil {
			return Voucher{}, rec, err
		}
		if err := d.borrowed(tx, &v, act, rec, nil); err != nil {
			return Voucher{}, rec, err
		}
	}
	if err := restock(tx, &v); err != nil {
		return Voucher{}, rec, err
	}
	was := v.Until
	v.State, v.VoidAt, v.Why = Void, act.Now.Round(0).UTC(), why
	return v, rec, d.put(tx, v, was)
}

// VoidAll withdraws every open voucher of a member, as Void does, before they
// leave or are erased, and before the book's ReleaseAll or GiveUp, which know
// holds only. Each is an operation of its own under act.Op with its id. It gives
// those that it withdrew.
func (d *Desk) VoidAll(tx store.Tx, m loyalty.MemberID, act book.Act, why string) ([]Voucher, error) {
	all, err := d.List(tx, m, act.Now)
	if err != nil {
		return nil, err
	}
	var gone []Voucher
	for _, v := range all {
		if v.State != Open {
			continue
		}
		_, tail, _ := v.ID.split()
		one := act
		one.Op += loyalty.OpID("." + tail)
		v, _, err := d.Void(tx, v.ID, one, why)
		if loyalty.Refused(err) { // its hold was closed in the ledger
			continue
		}
		if err != nil {
			return nil, err
		}
		gone = append(gone, v)
	}
	return gone, nil
}
