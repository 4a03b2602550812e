package voucher

import (
	"cmp"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Get is one voucher, its State as of now. Refusals: ErrUnknown. In an Update
// it locks the member.
func (d *Desk) Get(r store.Reader, id ID, now time.Time) (Voucher, error) {
	v, ok, err := get(r, id)
	if err == nil && !ok {
		err = ErrUnknown
	}
	v.State = v.StateAt(now)
	return v, err
}

// ByCode is the voucher that a code opens, its State as stored: ask StateAt.
// Refusals: ErrUnknownCode. In an Update it locks the member.
func (d *Desk) ByCode(r store.Reader, code Code) (Voucher, error) {
	at, ok, err := codes.Get(r, d.codeKey(code))
	if err != nil || !ok {
		return Voucher{}, orUnknown(err)
	}
	if err := read(r, at.Member); err != nil {
		return Voucher{}, err
	}
	v, ok, err := vouchers.Get(r, string(at.Member), at.Tail)
	if err != nil || !ok {
		return Voucher{}, orUnknown(err)
	}
	return v, nil
}

func orUnknown(err error) error {
	if err != nil {
		return err
	}
	return ErrUnknownCode
}

// List is the member's vouchers with their State as of now: the open ones that
// lapse soonest first, then the others, newest first. In an Update it locks the
// member.
func (d *Desk) List(r store.Reader, m loyalty.MemberID, now time.Time) ([]Voucher, error) {
	all, _, err := d.all(r, m)
	for i := range all {
		all[i].State = all[i].StateAt(now)
	}
	slices.SortStableFunc(all, func(a, b Voucher) int {
		if open := b.State == Open; open != (a.State == Open) {
			if open {
				return 1
			}
			return -1
		}
		if a.State == Open {
			return cmp.Or(cmp.Compare(timeKey(a.Until), timeKey(b.Until)), a.Issued.Compare(b.Issued))
		}
		return b.Issued.Compare(a.Issued)
	})
	return all, err
}

// all is the member's vouchers as they are stored, those of whom they were
// merged with too; and who that is.
func (d *Desk) all(r store.Reader, m loyalty.MemberID) (list []Voucher, family []loyalty.MemberID, err error) {
	if family, err = d.Book.Family(r, m); err != nil {
		return nil, nil, err
	}
	for _, one := range family {
		for _, v := range vouchers.Scan(r, vouchers.Under(string(one)), &err) {
			list = append(list, v)
		}
	}
	return list, family, err
}

// same reports whether two ids are one person's.
func (d *Desk) same(r store.Reader, a, b loyalty.MemberID) (bool, error) {
	if a == "" || b == "" || a == b {
		return a == b && a != "", nil
	}
	x, err := d.Book.Holder(r, a)
	if err != nil {
		return false, err
	}
	y, err := d.Book.Holder(r, b)
	return x == y, err
}

// Offer is a reward of the catalogue as one member sees it now.
type Offer struct {
	Reward loyalty.Reward
	// Left is how many there are, nil for no bound; Taken how many of a bounded
	// one are out or used. Both are true at this moment.
	Left  *int64
	Taken int64
	// Err is why the member cannot have it now, nil when they can:
	// *NotYetError, ErrOver, ErrLevel, ErrPlan, *SoldOutError, *LimitError,
	// loyalty.ErrFrozen, *loyalty.ShortError.
	Err error
}

// Offers is the catalogue for one member at now: what they can have in the
// programme's order, then what they are only short of points for, the nearest
// first, then the rest. level is their tier, b their balance, both as of now. It
// decides nothing: Redeem looks again. In an Update it locks the member.
func (d *Desk) Offers(r store.Reader, m loyalty.MemberID, now time.Time, level string, b loyalty.Balance) ([]Offer, error) {
	p := d.Programme(now)
	all, family, err := d.all(r, m)
	if err == nil && d.Theirs != nil && b.Debt == 0 {
		var theirs loyalty.Points
		theirs, err = d.Theirs(r, m, now)
		b.Available += theirs
	}
	if err != nil {
		return nil, err
	}
	var list []Offer
	for _, w := range p.Rewards {
		if w.Cost <= 0 {
			continue
		}
		o := Offer{Reward: w}
		if o.Left, o.Taken, err = d.Left(r, w, now); err != nil {
			return nil, err
		}
		plan := func() error { return d.hasPlan(r, w, m, now) }
		o.Err = whyNot(r, p, family, o, all, now, level, plan, b)
		if o.Err != nil && !loyalty.Refused(o.Err) {
			return nil, o.Err
		}
		list = append(list, o)
	}
	slices.SortStableFunc(list, func(a, b Offer) int { return cmp.Compare(a.distance(), b.distance()) })
	return list, nil
}

// whyNot is what Redeem would refuse with, in the order in which it looks.
func whyNot(r store.Reader, p *loyalty.Programme, family []loyalty.MemberID, o Offer, all []Voucher, now time.Time, level string, plan func() error, b loyalty.Balance) error {
	w := o.Reward
	if err := dated(w, now); err != nil {
		return err
	}
	if !allows(p, w, level) {
		return ErrLevel
	}
	if err := plan(); err != nil {
		return err
	}
	if err := limit(r, p, w, family, all, now); err != nil {
		return err
	}
	switch {
	case o.Left != nil && *o.Left <= 0:
		return &SoldOutError{Reward: w.ID}
	case b.Frozen:
		return loyalty.ErrFrozen
	case b.Available < w.Cost:
		return &loyalty.ShortError{Need: w.Cost, Have: b.Available}
	}
	return nil
}

// distance orders offers: 0 for what can be had, the points that are missing,
// and then the rest.
func (o *Offer) distance() int64 {
	switch e := o.Err.(type) {
	case nil:
		return 0
	case *loyalty.ShortError:
		return int64(e.Need - e.Have)
	}
	return int64(^uint64(0) >> 1)
}
