package plan

import (
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/club"
	"regulars/store"
)

// Cancel ends a plan at the end of what is paid, without a grace: nothing is
// renewed, and nobody is reminded. A payment before that end takes it back.
// Refusals: ErrNone, ErrEnded.
func (d *Desk) Cancel(tx store.Tx, m loyalty.MemberID, act book.Act) (Run, error) {
	x, state, err := d.Stand(tx, m, act.Now)
	switch {
	case err != nil:
		return x, err
	case state == Ending:
		return x, ErrEnded
	case state == None:
		return x, ErrNone
	}
	x.Cancelled = act.Now.Round(0).UTC()
	if err := d.count(tx, x.Plan, act.Now, func(c *Day) { c.Cancelled++ }); err != nil {
		return x, err
	}
	if state == Grace { // nothing is left of it
		return d.overNow(tx, x, act.Now)
	}
	return x, d.put(tx, x, act.Now)
}

// Backs is what of a payment comes back.
type Backs struct {
	Payment Payment
	Back    loyalty.Money
}

// Refundable is what of a person's running plan comes back at now by the rules under
// which it was paid, the oldest payment first. In an Update it locks them.
func (d *Desk) Refundable(r store.Reader, m loyalty.MemberID, now time.Time) (x Run, list []Backs, sum loyalty.Money, err error) {
	x, state, err := d.Stand(r, m, now)
	if err != nil || state == None {
		return x, nil, 0, orNone(err)
	}
	for n := x.First; n <= x.Last; n++ {
		z, ok, err := payments.Get(r, string(x.member), numberKey(n))
		if err != nil {
			return x, nil, 0, err
		}
		if !ok || z.Trial || !z.Taken.IsZero() || !z.BackAt.IsZero() || !now.Before(z.To) {
			continue
		}
		p := d.terms(now, z.Version)
		terms, _ := p.Plan(z.Plan)
		back := p.PlanBack(terms, z.Amount, z.From, z.To, now)
		list, sum = append(list, Backs{z, back}), sum+back
	}
	return x, list, sum, nil
}

func orNone(err error) error {
	if err != nil {
		return err
	}
	return ErrNone
}

// terms are the rules of a version; those of now where it is not known any more.
func (d *Desk) terms(now time.Time, version int) *loyalty.Programme {
	p := d.Programme(now)
	if old := p.Numbered(version); old != nil {
		return old
	}
	return p
}

// Refund notes that what the rules give was paid back, and ends the plan now, without
// a grace and without this year's cash-back. Refusals: ErrNone, ErrNoMoney,
// loyalty.ErrSelf.
func (d *Desk) Refund(tx store.Tx, m loyalty.MemberID, act book.Act) (x Run, sum loyalty.Money, err error) {
	if act.Self != "" {
		if self, err := d.same(tx, act.Self, m); err != nil || self {
			return x, 0, orSelf(err)
		}
	}
	x, list, sum, err := d.Refundable(tx, m, act.Now)
	if err != nil {
		return x, 0, err
	}
	if sum == 0 {
		return x, 0, ErrNoMoney
	}
	for _, b := range list {
		z := b.Payment
		z.Back, z.BackAt, z.BackBy = b.Back, act.Now.Round(0).UTC(), act.Actor
		if err := payments.Put(tx, z, string(z.Member), numberKey(z.Number)); err != nil {
			return x, 0, err
		}
	}
	if err := d.count(tx, x.Plan, act.Now, func(c *Day) { c.Back += sum }); err != nil {
		return x, 0, err
	}
	x.Refunded = true
	x, err = d.over(tx, x, act.Now)
	return x, sum, err
}

// overNow ends a run whose own end is past, by what somebody did, with the cash-back of
// its last year.
func (d *Desk) overNow(tx store.Tx, x Run, now time.Time) (Run, error) {
	out := Done{Member: x.member, Run: x, At: now}
	if err := d.settleYears(tx, &x, now, true, &out); err != nil {
		return x, err
	}
	x, err := d.over(tx, x, now)
	if err != nil {
		return x, err
	}
	return x, d.tell(tx, out)
}

// tell tells of cash-back that came or went.
func (d *Desk) tell(tx store.Tx, out Done) error {
	if d.Told == nil || len(out.Gave)+len(out.Fell) == 0 {
		return nil
	}
	return d.Told(tx, out)
}

// over writes down that a run has ended: at its own end, or at now where that lies
// before. Cash-back of its last year is the caller's to have given.
func (d *Desk) over(tx store.Tx, x Run, now time.Time) (Run, error) {
	if now.Before(x.To) {
		x.To = now.Round(0).UTC()
	}
	x.Over = now.Round(0).UTC()
	if err := d.count(tx, x.Plan, now, func(c *Day) { c.Ended++ }); err != nil {
		return x, err
	}
	return x, d.put(tx, x, now)
}

// TakeBack undoes a payment that was recorded by mistake: the plan is as it was
// before it. It is refused once the plan has ended or its year's cash-back was
// given since. Refusals: ErrRef, ErrLater, loyalty.ErrSelf.
func (d *Desk) TakeBack(tx store.Tx, ref loyalty.Ref, act book.Act) (z Payment, x Run, err error) {
	if z, err = d.Payment(tx, ref); err != nil {
		return z, x, err
	}
	if act.Self != "" {
		if self, err := d.same(tx, act.Self, z.Member); err != nil || self {
			return z, x, orSelf(err)
		}
	}
	if x, err = run(tx, z.Member); err != nil {
		return z, x, err
	}
	settled, err := d.settledSince(tx, z)
	if err != nil {
		return z, x, err
	}
	if x.Last != z.Number || !z.Taken.IsZero() || !z.BackAt.IsZero() || !x.Over.IsZero() || settled || z.Was == nil {
		return z, x, ErrLater
	}
	began := z.Was.Plan != z.Plan || !z.Was.Over.IsZero()
	z.Taken = act.Now.Round(0).UTC()
	is := x
	x = *z.Was
	x.member, x.Due, x.Owed, x.Waiting, x.Tried = z.Member, is.Due, is.Owed, is.Waiting, is.Tried
	if is.Cancelled.After(z.At) { // they said so since
		x.Cancelled = is.Cancelled
	}
	if err := payments.Put(tx, z, string(z.Member), numberKey(z.Number)); err != nil {
		return z, x, err
	}
	err = d.count(tx, z.Plan, z.At, func(c *Day) {
		c.Paid -= z.Amount
		switch {
		case began && z.Trial:
			c.Began, c.Tried = c.Began-1, c.Tried-1
		case began:
			c.Began--
		case !z.Was.Began.IsZero():
			c.Renewed--
		}
	})
	if err != nil {
		return z, x, err
	}
	return z, x, d.put(tx, x, act.Now)
}

// Heard acts upon what members do: a purchase of which something came back, or that is
// told late, changes its year's cash-back, and who leaves has no plan any more.
func (d *Desk) Heard(tx store.Tx, deed club.Deed) error {
	switch deed.Kind {
	case club.Bought, club.Returned:
		if len(d.Programme(deed.Act.Now).Plans) == 0 {
			return nil
		}
		return d.changed(tx, deed.Entry, deed.Act.Now)
	case club.Left:
		return d.left(tx, deed.Member, deed.Act.Now)
	}
	return nil
}

func (d *Desk) left(tx store.Tx, m loyalty.MemberID, now time.Time) error {
	family, err := d.Book.Family(tx, m)
	if err != nil {
		return err
	}
	for _, one := range family {
		x, err := run(tx, one)
		waits := len(x.Waiting) > 0
		x.Waiting = nil
		switch {
		case err != nil:
		case x.Plan != "" && x.Over.IsZero():
			_, err = d.over(tx, x, now)
		case waits:
			err = d.put(tx, x, now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// settled is the moment whose year is the run's next to be given: its years are
// counted on from the last that was.
func (x *Run) settled() time.Time {
	if x.Years.IsZero() {
		return x.Began
	}
	return x.Years
}
