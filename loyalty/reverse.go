package loyalty

import (
	"math"
	"slices"
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
	return e.Kind == KindEarn || e.Kind == KindGive || e.Kind == KindGift || e.Kind == KindOpening || e.Kind == KindAdjust && e.In(Issued) < 0
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
	return w.finish(w.putHome(e))
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

// collect takes n points for a reversal: from the reversed lot (its expired
// points too, as nobody should owe for what they lost unused), then from
// pending ones, then in the order of spending; then the programme's policy
// decides.
func (w *work) collect(n Points, own uint64) ([]Part, []Leg, error) {
	mine, others := w.reversible(own)
	took, legs := take(n, []*Lot{&mine})
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
func (w *work) reversible(own uint64) (mine Lot, others []*Lot) {
	mine = w.a.Shelf[own]
	for i := range w.a.Lots {
		if l := &w.a.Lots[i]; l.Seq == own {
			mine = *l
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

// GiveUp decides that every point goes that is left in a lot, pending ones too:
// nobody is there any more to spend them. What is held must be released before.
// Refusals: ErrReason, ErrSelf.
func GiveUp(a *Account, p *Programme, d Draft) ([]Entry, error) {
	switch {
	case d.selfDealing():
		return nil, ErrSelf
	case len(d.Reason) == 0:
		return nil, ErrReason
	}
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	e := w.entry(KindAdjust)
	var lots []*Lot
	for i := range w.a.Lots {
		lots = append(lots, &w.a.Lots[i])
	}
	e.Parts, e.Legs = take(math.MaxInt64, lots)
	if len(e.Parts) == 0 {
		return w.finish(nil)
	}
	e.Legs = append(e.Legs, Leg{Issued, sum(e.Parts)})
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
