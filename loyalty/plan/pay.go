package plan

import (
	"errors"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

var errRefs = errors.New("plan: no free reference was found in 100 draws")

// sameOrder is for how long an order number under which a plan was paid is that
// payment told again; afterwards tills have begun anew with their numbers.
const sameOrder = 20 * 24 * time.Hour

// Pay is what somebody paid.
type Pay struct {
	Plan   string
	Amount loyalty.Money // of one period
	Order  loyalty.Order // "" for none
	// Any lets the amount be another one than the price: a manager agreed to it.
	Any bool
}

// Paid is what a payment did.
type Paid struct {
	Payment  Payment
	Run      Run
	Began    bool // a new run, and none that goes on
	Replayed bool // it was recorded before under this order number
}

// Record notes a payment for one period of a plan: it begins now, or goes on from
// its end. A plan that was cancelled and still runs goes on. Told again with its
// order number, it is what it was. Refusals: ErrUnknown, loyalty.ErrSelf,
// loyalty.ErrAmount, *PriceError, *OtherError.
func (d *Desk) Record(tx store.Tx, m loyalty.MemberID, act book.Act, pay Pay) (Paid, error) {
	x, state, err := d.Stand(tx, m, act.Now)
	if err != nil {
		return Paid{}, err
	}
	if old, ok, err := d.byOrder(tx, m, pay, act.Now); err != nil || ok {
		return Paid{Payment: old, Run: x, Replayed: true}, err
	}
	p := d.Programme(act.Now)
	terms, ok := p.Plan(pay.Plan)
	switch {
	case !ok:
		return Paid{}, ErrUnknown
	case act.Self != "":
		if self, err := d.same(tx, act.Self, m); err != nil || self {
			return Paid{}, orSelf(err)
		}
	}
	goesOn, err := pay.fits(terms, x, state)
	if err != nil {
		return Paid{}, err
	}
	if !goesOn {
		if x, err = d.fresh(tx, m, act.Now); err != nil {
			return Paid{}, err
		}
	}
	y, from := d.extended(p, terms, x, goesOn, act.Now)
	z, err := d.note(tx, x, y, act, Payment{Plan: pay.Plan, Amount: pay.Amount, Order: pay.Order, From: from, To: y.To, Version: p.Version})
	if err != nil {
		return Paid{}, err
	}
	if pay.Order != "" {
		if err := orders.Put(tx, z.Number, string(z.Member), string(pay.Order)); err != nil {
			return Paid{}, err
		}
	}
	began := !goesOn || x.Began.IsZero()
	err = d.count(tx, pay.Plan, act.Now, func(c *Day) {
		c.Paid += pay.Amount
		switch {
		case !goesOn:
			c.Began++
		case !began:
			c.Renewed++
		}
	})
	y.Last = z.Number
	return Paid{Payment: z, Run: y, Began: began}, err
}

// fits says whether a payment goes on with the run that there is, or why it cannot be
// taken.
func (pay Pay) fits(terms loyalty.Plan, x Run, state State) (goesOn bool, err error) {
	switch {
	case pay.Amount <= 0:
		return false, loyalty.ErrAmount
	case pay.Amount != terms.Price && !pay.Any:
		return false, &PriceError{terms.Price}
	case state != None && state != Grace && x.Plan != pay.Plan:
		return false, &OtherError{x.Plan, x.To}
	}
	return state != None && x.Plan == pay.Plan, nil
}

// Until is when the time that a payment would buy ends, exclusive, and whether it goes
// on with a plan that runs; it records nothing. Refusals: as Record, but
// loyalty.ErrSelf.
func (d *Desk) Until(r store.Reader, m loyalty.MemberID, pay Pay, now time.Time) (to time.Time, goesOn bool, err error) {
	x, state, err := d.Stand(r, m, now)
	if err != nil {
		return to, false, err
	}
	p := d.Programme(now)
	terms, ok := p.Plan(pay.Plan)
	if !ok {
		return to, false, ErrUnknown
	}
	if goesOn, err = pay.fits(terms, x, state); err != nil {
		return to, false, err
	}
	y, _ := d.extended(p, terms, x, goesOn, now)
	return y.To, goesOn, nil
}

// extended is the run with one more period, and when that begins.
func (d *Desk) extended(p *loyalty.Programme, terms loyalty.Plan, x Run, goesOn bool, now time.Time) (y Run, from time.Time) {
	y = x
	switch {
	case !goesOn:
		y = x.anew(terms.ID, now)
		y.Began, from = y.From, y.From
	case x.Began.IsZero(): // after its trial
		y.Began, from = x.To, x.To
	default:
		from = x.To
	}
	y.Periods++
	y.Cancelled = time.Time{}
	y.To = p.PlanEnd(terms, y.Began, y.Periods)
	return y, from
}

// fresh is the row in which a person's next run begins, once whatever ran before is
// written down to have ended.
func (d *Desk) fresh(tx store.Tx, m loyalty.MemberID, now time.Time) (Run, error) {
	family, err := d.Book.Family(tx, m)
	if err != nil {
		return Run{}, err
	}
	for _, one := range family {
		x, err := run(tx, one)
		if err == nil && x.Plan != "" && x.Over.IsZero() {
			_, err = d.overNow(tx, x, now)
		}
		if err != nil {
			return x, err
		}
	}
	return run(tx, family[0])
}

// anew is a run that begins in this one's place.
func (x *Run) anew(plan string, now time.Time) Run {
	return Run{Plan: plan, From: now.Round(0).UTC(), Tried: x.Tried, Owed: x.Owed, Waiting: x.Waiting, Due: x.Due, member: x.member}
}

// note stores a payment with the run that it makes of another.
func (d *Desk) note(tx store.Tx, was, is Run, act book.Act, z Payment) (Payment, error) {
	last, err := newest(tx, is.member)
	if err != nil {
		return z, err
	}
	z.Member, z.Number = is.member, last+1
	if z.Ref, err = d.newRef(tx, z.Member, z.Number); err != nil {
		return z, err
	}
	before := was
	before.Due = time.Time{}
	z.At, z.By, z.Store, z.Was = act.Now.Round(0).UTC(), act.Actor, act.Store, &before
	if is.First == 0 { // a run that begins
		is.First = z.Number
	}
	is.Last, is.Version = z.Number, z.Version
	if err := payments.Put(tx, z, string(z.Member), numberKey(z.Number)); err != nil {
		return z, err
	}
	return z, d.put(tx, is, act.Now)
}

// newest is the number of the member's newest payment; 0: there is none.
func newest(r store.Reader, m loyalty.MemberID) (n int, err error) {
	for _, z := range payments.Scan(r, payments.Under(string(m)), &err) {
		n = z.Number
	}
	return n, err
}

// byOrder is the payment that an order number was for a short while ago.
func (d *Desk) byOrder(r store.Reader, m loyalty.MemberID, pay Pay, now time.Time) (z Payment, ok bool, err error) {
	if pay.Order == "" {
		return z, false, nil
	}
	family, err := d.Book.Family(r, m)
	if err != nil {
		return z, false, err
	}
	for _, one := range family {
		n, ok, err := orders.Get(r, string(one), string(pay.Order))
		if err != nil {
			return z, false, err
		}
		if !ok {
			continue
		}
		z, ok, err = payments.Get(r, string(one), numberKey(n))
		if err != nil || ok && z.Taken.IsZero() && z.Plan == pay.Plan && now.Sub(z.At) < sameOrder {
			return z, err == nil, err
		}
	}
	return z, false, nil
}

// Try begins a plan's trial for the member themselves; returned says that they
// were a member before under another id, who may have had it. Refusals: ErrUnknown,
// ErrTried, ErrRuns, *OtherError.
func (d *Desk) Try(tx store.Tx, m loyalty.MemberID, act book.Act, plan string, returned bool) (Paid, error) {
	x, state, err := d.Stand(tx, m, act.Now)
	if err != nil {
		return Paid{}, err
	}
	p := d.Programme(act.Now)
	terms, ok := p.Plan(plan)
	switch {
	case !ok:
		return Paid{}, ErrUnknown
	case state != None && x.Plan == plan:
		return Paid{}, ErrRuns
	case state != None:
		return Paid{}, &OtherError{x.Plan, x.To}
	}
	if can, err := d.MayTry(tx, m, act.Now, plan, returned); err != nil || !can {
		return Paid{}, orTried(err)
	}
	if x, err = d.fresh(tx, m, act.Now); err != nil {
		return Paid{}, err
	}
	y := x.anew(plan, act.Now)
	y.To = p.DayEnd(act.Now.In(p.Location()).AddDate(0, 0, terms.Trial-1)).UTC()
	y.Tried = append(slices.Clone(x.Tried), plan)
	z, err := d.note(tx, x, y, act, Payment{Plan: plan, Trial: true, From: y.From, To: y.To, Version: p.Version})
	if err != nil {
		return Paid{}, err
	}
	return Paid{Payment: z, Run: y, Began: true}, d.count(tx, plan, act.Now, func(c *Day) { c.Began++; c.Tried++ })
}

// MayTry reports whether the member may still try a plan for nothing: who has paid
// for it, or tried it, knows it.
func (d *Desk) MayTry(r store.Reader, m loyalty.MemberID, now time.Time, plan string, returned bool) (bool, error) {
	x, state, err := d.Stand(r, m, now)
	terms, ok := d.Programme(now).Plan(plan)
	if err != nil || !ok || terms.Trial == 0 || returned || state != None || slices.Contains(x.Tried, plan) {
		return false, err
	}
	all, err := d.Payments(r, m)
	return !slices.ContainsFunc(all, func(z Payment) bool { return z.Plan == plan && z.Taken.IsZero() }), err
}

// Payments are a person's, trials too, newest first. In an Update it locks them.
func (d *Desk) Payments(r store.Reader, m loyalty.MemberID) (list []Payment, err error) {
	family, err := d.Book.Family(r, m)
	if err != nil {
		return nil, err
	}
	for _, one := range family {
		if err := lock(r, one); err != nil {
			return nil, err
		}
		for _, z := range payments.Scan(r, payments.Under(string(one)), &err) {
			list = append(list, z)
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(list, func(a, b Payment) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return b.Number - a.Number
	})
	return list, nil
}

// Payment finds a payment by its reference. Refusal: ErrRef.
func (d *Desk) Payment(r store.Reader, ref loyalty.Ref) (z Payment, err error) {
	at, ok, err := refs.Get(r, string(ref))
	if err == nil && ok {
		if err = lock(r, at.Member); err == nil {
			z, ok, err = payments.Get(r, string(at.Member), numberKey(at.Number))
		}
	}
	if err == nil && !ok {
		err = ErrRef
	}
	return z, err
}

// same reports whether two members are one person.
func (d *Desk) same(r store.Reader, a, b loyalty.MemberID) (bool, error) {
	x, err := d.Book.Holder(r, a)
	if err != nil {
		return false, err
	}
	y, err := d.Book.Holder(r, b)
	return x == y, err
}

func orSelf(err error) error {
	if err != nil {
		return err
	}
	return loyalty.ErrSelf
}

func orTried(err error) error {
	if err != nil {
		return err
	}
	return ErrTried
}
