package loyalty

import (
	"slices"
	"time"
)

// Undo decides to take an entry back: a sale or a gift is reversed (what
// refunds left of it), a spend or a capture gives its points back to their own
// lots, a hold is released, a waiting reversal waits no longer. Before calling it, whoever keeps the rows puts the
// entry's mark and its closed lots on the account. Refusals:
// ErrAlreadyReversed, ErrSelf, *KindError, ErrHoldClosed, *ShortError (policy
// ReverseRefuse).
func Undo(a *Account, p *Programme, d Draft, of *Entry) ([]Entry, error) {
	if d.selfDealing() {
		return nil, ErrSelf
	}
	switch {
	case of.Kind == KindHold:
		return Release(a, p, d, of)
	case of.Kind == KindSpend, of.Kind == KindCapture:
		return giveBack(a, p, d, of)
	case of.grants():
		return Refund(a, p, d, of, Return{})
	case of.Kind == KindWait:
		return stopWaiting(a, p, d, of)
	default:
		return nil, &KindError{of.Kind}
	}
}

// grants reports whether the entry gave points that can be reversed.
func (e *Entry) grants() bool {
	return e.Kind == KindEarn || e.Kind == KindGive || e.Kind == KindGift || e.Kind == KindAdjust && e.In(Issued) < 0
}

// giveBack returns a spend's points to the lots they came from, with their own
// expiry; what has expired meanwhile goes at once.
func giveBack(a *Account, p *Programme, d Draft, of *Entry) ([]Entry, error) {
	if a.Marks[of.Seq].Whole {
		return nil, ErrAlreadyReversed
	}
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	e := w.entry(KindUndo)
	e.Of, e.Parts = of.Seq, slices.Clone(of.Parts)
	n := sum(of.Parts)
	e.Legs = []Leg{{Redeemed, -n}, {Available, n}}
	return w.finish(w.put(e))
}

// stopWaiting forgets a reversal that waits for a sale which will not come.
func stopWaiting(a *Account, p *Programme, d Draft, of *Entry) ([]Entry, error) {
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(w.a.Waits, func(x Wait) bool { return x.Seq == of.Seq }) {
		return nil, ErrAlreadyReversed
	}
	e := w.entry(KindUndo)
	e.Of, e.Order = of.Seq, of.Order
	return w.finish(w.put(e))
}

// Refund decides to take back a sale's points for amount of its money, or for
// all that is left of it when amount is 0. Refunds that sum to the whole sale
// take back exactly its points. Refusals: ErrAlreadyReversed, *ExcessError,
// ErrAmount, ErrSelf, *KindError, *ShortError (policy ReverseRefuse).
func Refund(a *Account, p *Programme, d Draft, of *Entry, r Return) ([]Entry, error) {
	amount := r.Amount
	switch {
	case d.selfDealing():
		return nil, ErrSelf
	case amount < 0:
		return nil, ErrAmount
	case !of.grants() || amount > 0 && of.Kind != KindEarn:
		return nil, &KindError{of.Kind}
	}
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	return w.finish(w.reverse(of, amount, 0))
}

// reverse takes back amount of a sale (0: the rest), for the waiting reversal
// wait (0: for none).
func (w *work) reverse(of *Entry, amount Money, wait uint64) error {
	m := w.a.Marks[of.Seq]
	if m.Whole {
		return ErrAlreadyReversed
	}
	left := of.Amount - m.Amount
	if amount > left {
		return &ExcessError{amount, left}
	}
	e := w.entry(KindReverse)
	e.Of, e.For, e.Order, e.Sale = of.Seq, wait, of.Order, of.Kind == KindEarn
	e.Amount = amount
	if amount == 0 {
		e.Amount = left
	}
	e.Whole = e.Amount == left
	n, err := w.p.takenBack(of, m, left-e.Amount)
	if err != nil {
		return err
	}
	if e.Parts, e.Legs, err = w.collect(n, of.Seq); err != nil {
		return err
	}
	return w.put(e)
}

// takenBack is how many points go now, when left of the sale's money stays and
// m was taken back before. The sale keeps the points that a sale of what is
// left would have earned; where the rate has changed since, its own points in
// proportion. It never gives points.
func (p *Programme) takenBack(of *Entry, m Mark, left Money) (Points, error) {
	given := -of.In(Issued)
	if left == 0 {
		return given - m.Points, nil
	}
	keep, err := p.Earn(left)
	if err != nil {
		return 0, err
	}
	if n, err := p.Earn(of.Amount); err != nil || of.Programme != p.Version || n != given {
		k, err := mulDiv(int64(given), int64(left), int64(of.Amount), p.Rate.Rounding)
		if err != nil {
			return 0, err
		}
		keep = Points(k)
	}
	return max(0, given-keep-m.Points), nil
}

// collect takes n points for a reversal: from the reversed lot (its expired
// points too, as nobody should owe for what they lost unused), then from
// pending ones, then in the order of spending; then the programme's policy
// decides.
func (w *work) collect(n Points, own uint64) ([]Part, []Leg, error) {
	mine, others := w.reversible(own)
	took, legs := take(n, []Lot{mine})
	rest := n - sum(took)
	if k := min(rest, mine.Expired); k > 0 {
		took = append(took, Part{Lot: own, Points: k, Expired: true})
		legs = append(legs, Leg{Expired, -k})
		rest -= k
	}
	more, moreLegs := take(rest, others)
	took, legs, rest = append(took, more...), append(legs, moreLegs...), rest-sum(more)
	legs = append(legs, Leg{Issued, n})
	switch {
	case rest == 0:
	case w.p.Reversal == ReverseRefuse:
		return nil, nil, &ShortError{n, n - rest}
	case w.p.Reversal == ReverseUpTo:
		legs = append(legs, Leg{WrittenOff, -rest})
	default:
		legs = append(legs, Leg{Debt, -rest})
	}
	return took, legs, nil
}

// reversible is the lot own, closed or not (none: a zero one), and the others
// that a reversal may take from, in its order.
func (w *work) reversible(own uint64) (mine Lot, others []Lot) {
	mine = w.a.Shelf[own]
	for _, l := range w.a.Lots {
		if l.Seq == own {
			mine = l
		} else if l.Pending {
			others = append(others, l)
		}
	}
	for _, l := range w.spendable(w.now()) {
		if l.Seq != own {
			others = append(others, l)
		}
	}
	return mine, others
}

// Await decides that a reversal whose sale is not known yet waits for it.
// amount 0 is the whole sale. Refusals: ErrAmount, ErrSelf, ErrFull.
func Await(a *Account, p *Programme, d Draft, r Return) ([]Entry, error) {
	amount := r.Amount
	switch {
	case d.selfDealing():
		return nil, ErrSelf
	case amount < 0 || d.Order == "":
		return nil, ErrAmount
	}
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	if len(w.a.Waits) >= maxOpen {
		return nil, ErrFull
	}
	e := w.entry(KindWait)
	e.Amount = amount
	return w.finish(w.put(e))
}

// waitFor is how long a reversal waits. Tills use their numbers again, and a
// number typed wrong must not take back a stranger's sale months later.
const waitFor = 30 * 24 * time.Hour

// applyWaits applies the reversals that waited for this sale, each once, as
// far as there is something left to take back.
func (w *work) applyWaits(sale Entry) error {
	if sale.Order == "" {
		return nil
	}
	for _, wait := range slices.Clone(w.a.Waits) {
		left := sale.Amount - w.a.Marks[sale.Seq].Amount
		if wait.Order != sale.Order || left == 0 || sale.RecordedAt.Sub(wait.Since) > waitFor {
			continue
		}
		if err := w.reverse(&sale, min(wait.Amount, left), wait.Seq); err != nil {
			return err
		}
	}
	return nil
}

// Adjust decides a correction by hand, up (a lot is opened) or down (points
// are taken like a spend's; never into debt). Refusals: as Give and Spend.
func Adjust(a *Account, p *Programme, d Draft, n Points) ([]Entry, error) {
	if n >= 0 {
		return byHand(a, p, d, n, KindAdjust)
	}
	switch {
	case d.selfDealing():
		return nil, ErrSelf
	case len(d.Reason) == 0:
		return nil, ErrReason
	case n == -n: // the smallest number has no opposite
		return nil, ErrOverflow
	}
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	e := w.entry(KindAdjust)
	if e.Parts, e.Legs, err = w.takeAll(-n); err != nil {
		return nil, err
	}
	e.Legs = append(e.Legs, Leg{Issued, -n})
	return w.finish(w.put(e))
}

// Freeze decides that nothing can be spent until Thaw, and Thaw that it can.
// An account that already is so gets no entry.
func Freeze(a *Account, p *Programme, d Draft, on bool) ([]Entry, error) {
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	if w.a.Frozen == on {
		return w.finish(nil)
	}
	k := KindThaw
	if on {
		k = KindFreeze
	}
	return w.finish(w.put(w.entry(k)))
}
