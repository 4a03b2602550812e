package loyalty

import (
	"slices"
	"time"
)

// Draft is what the entries of one operation have in common.
type Draft struct {
	Member   MemberID
	Op       OpID
	Digest   Hash // of the payload, see [Entry]
	Actor    Actor
	Self     MemberID // the member that the acting employee is, if any
	Role     Role
	Approver Actor
	Store    Store
	Reason   []byte // sealed
	Order    Order
	Voucher  string    // what a hold or a spend is for, see [Entry]
	Facts    Facts     // of the member
	At       time.Time // when it took effect; zero is Now
	Now      time.Time // when it is recorded
	// KeepExpired writes no expiry entries, for while the clock is in doubt.
	// What is expired is not spendable all the same, and no hold ends by itself.
	KeepExpired bool
	// Newest is the version in force at Now, with those before it: what time
	// alone does follows the version of its own instant, however early the
	// operation takes effect. nil is the programme of the decision.
	Newest *Programme
	// Kin are the members who are one with this account: points borrowed from them
	// do not go back. It is asked for where the account has borrowed lots.
	Kin []MemberID
	// Spare, unless nil, is an account that nobody needs any more: the decision's own
	// copy is made in its memory.
	Spare *Account
	// After, unless nil, is given the account as it is when all that was decided is
	// applied, for who reckons and keeps no rows: it is theirs.
	After func(*Account)
	// pointsOnly leaves tiers alone, for who asks for points and knows no facts.
	pointsOnly bool
}

// work is one decision in progress: a copy of the account with the entries
// decided so far applied to it.
type work struct {
	a   *Account
	p   *Programme
	d   Draft
	out []Entry
	// since is the instant up to which the account is decided: what an entry
	// at that instant brings about does not happen before it.
	since time.Time
	// counts are the months' counts as the operation found them.
	counts []Tally
	// follows are the changes of rules that lots go through, once looked up.
	follows []*Programme
	looked  bool
	// merging leaves borrowed points where they are: the account that they are from
	// may be the other one of the two at hand. They go home when it is touched next.
	merging bool
	// passed is how many of follows each lot, by its Seq, is done with.
	passed map[uint64]int
}

// begin settles the account and is ready for the operation's own entries.
func begin(a *Account, p *Programme, d Draft) (*work, error) {
	if d.At.IsZero() {
		d.At = d.Now
	}
	d.At, d.Now = d.At.Round(0).UTC(), d.Now.Round(0).UTC() // no monotonic reading
	w := &work{p: p, d: d}
	if w.a = d.Spare; w.a == nil {
		w.a = &Account{}
	}
	a.cloneOver(w.a)
	if err := w.settle(); err != nil {
		return nil, err
	}
	w.counts = a.Buckets // what is settled counts for no tier; the operation's own entries change the copy's
	return w, nil
}

// entry is a new entry of the operation.
func (w *work) entry(k Kind) Entry {
	d := w.d
	return Entry{
		Kind: k, Op: d.Op, Digest: d.Digest, EffectiveAt: d.At, Actor: d.Actor, Role: d.Role,
		Approver: d.Approver, Store: d.Store, Reason: d.Reason, Order: d.Order, Programme: w.p.Version,
	}
}

// put numbers an entry, applies it and adds it to the outcome.
func (w *work) put(e Entry) error {
	e.Form, e.Member, e.Seq = e.Formed(), w.d.Member, w.a.Seq+1
	e.RecordedAt = w.now()
	e.Legs = slices.DeleteFunc(e.Legs, func(l Leg) bool { return l.Points == 0 })
	if err := w.a.Apply(e); err != nil {
		return err
	}
	w.out = append(w.out, e)
	if w.since = w.now(); e.Kind.Automatic() {
		w.since = e.EffectiveAt
	}
	return nil
}

// finish settles what the operation left behind: points that went back to an
// expired lot, points that came back while a debt stands, a tier reached or
// lost.
func (w *work) finish(err error) ([]Entry, error) {
	if err == nil {
		err = w.settle()
	}
	if err == nil {
		err = w.repay(w.now())
	}
	if err == nil {
		err = w.stand()
	}
	if err != nil {
		return nil, err
	}
	if w.d.After != nil {
		w.d.After(w.a)
	}
	return w.out, nil
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// Give decides points given by hand. Refusals: ErrAmount, ErrReason, ErrSelf,
// ErrOverflow, ErrFull.
func Give(a *Account, p *Programme, d Draft, n Points) ([]Entry, error) {
	return byHand(a, p, d, n, KindGive)
}

// byHand is what Give and Adjust upwards have in common.
func byHand(a *Account, p *Programme, d Draft, n Points, k Kind) ([]Entry, error) {
	switch {
	case d.selfDealing():
		return nil, ErrSelf
	case n <= 0:
		return nil, ErrAmount
	case len(d.Reason) == 0:
		return nil, ErrReason
	}
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	return w.finish(w.grant(w.entry(k), n, 0))
}

// selfDealing reports whether an employee acts on their own account.
func (d *Draft) selfDealing() bool { return d.Self != "" && d.Self == d.Member }

// The most of what an account's head can hold, so that it stays well under what
// a row may be.
const (
	maxLots = 3000 // with points left
	maxOpen = 500  // holds, and waiting reversals
)

// grant pays the debt with n points and opens a lot with the rest.
func (w *work) grant(e Entry, n Points, window time.Duration) error {
	if len(w.a.Lots) >= maxLots {
		return ErrFull
	}
	repaid := min(n, w.a.Owed)
	pot := Available
	if rest := n - repaid; rest > 0 {
		o := w.opening(rest)
		if window > 0 {
			o.ActiveAt = w.d.At.Add(window)
		}
		if o.ActiveAt.After(w.now()) {
			pot = Pending
		}
		e.Lot = &o
	}
	e.Legs = []Leg{{Issued, -n}, {Debt, repaid}, {pot, n - repaid}}
	e.RenewsTo = w.renewal(e.Kind)
	return w.put(e)
}
