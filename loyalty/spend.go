package loyalty

import "time"

// Spend decides to use n points at once. Refusals: *ShortError, ErrAmount,
// ErrFrozen.
func Spend(a *Account, p *Programme, d Draft, n Points) ([]Entry, error) {
	return use(a, p, d, n, KindSpend, Redeemed, Terms{})
}

// Terms are when points that are set aside stop being so, and what becomes of
// them then.
type Terms struct {
	Deadline time.Time // zero: now and the programme's HoldFor, or never without one
	Forfeit  bool      // at the deadline they are gone, not back
}

// SetAside decides to hold n points until they are captured or released, or
// their terms end it. Refusals as for Spend, and ErrFull.
func SetAside(a *Account, p *Programme, d Draft, n Points, t Terms) ([]Entry, error) {
	return use(a, p, d, n, KindHold, Held, t)
}

// use moves available points to another pot.
func use(a *Account, p *Programme, d Draft, n Points, k Kind, to Pot, t Terms) ([]Entry, error) {
	w, err := mayUse(a, p, d, n, k)
	if err != nil {
		return nil, err
	}
	return w.use(n, k, to, t)
}

// mayUse is ready to use points, if the account may use any.
func mayUse(a *Account, p *Programme, d Draft, n Points, k Kind) (*work, error) {
	if n <= 0 {
		return nil, ErrAmount
	}
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	if w.a.Frozen {
		return nil, ErrFrozen
	}
	if k == KindHold && len(w.a.Holds) >= maxOpen {
		return nil, ErrFull
	}
	return w, nil
}

// use is the entry that moves n points.
func (w *work) use(n Points, k Kind, to Pot, t Terms) (_ []Entry, err error) {
	e := w.entry(k)
	if e.Parts, e.Legs, err = w.takeAll(n); err != nil {
		return nil, err
	}
	e.Legs = append(e.Legs, Leg{to, n})
	e.RenewsTo = w.renewal(k)
	e.Voucher = w.d.Voucher
	if k == KindHold {
		e.Deadline, e.Forfeit = w.deadline(t), t.Forfeit
	}
	return w.finish(w.put(e))
}

// deadline is when a hold on these terms ends by itself.
func (w *work) deadline(t Terms) time.Time {
	switch {
	case !t.Deadline.IsZero():
		return t.Deadline.Round(0).UTC()
	case w.p.HoldFor > 0:
		return w.now().Add(w.p.HoldFor)
	}
	return time.Time{}
}

// takeAll takes exactly n spendable points, or none.
func (w *work) takeAll(n Points) ([]Part, []Leg, error) {
	lots := w.spendable(w.now())
	var have Points
	for _, l := range lots {
		have += l.Remaining
	}
	if have < n {
		return nil, nil, &ShortError{n, have}
	}
	took, legs := take(n, lots)
	return took, legs, nil
}

// Capture decides to use n of the points held under the hold entry, or all
// that are left when n is 0. Refusals: ErrHoldClosed, *ShortError, *KindError.
func Capture(a *Account, p *Programme, d Draft, hold *Entry, n Points) ([]Entry, error) {
	return endHold(a, p, d, hold, n, KindCapture, Redeemed)
}

// Release decides to give back all that is still held. Refusals: ErrHoldClosed,
// *KindError.
func Release(a *Account, p *Programme, d Draft, hold *Entry) ([]Entry, error) {
	return endHold(a, p, d, hold, 0, KindRelease, Available)
}

func endHold(a *Account, p *Programme, d Draft, hold *Entry, n Points, k Kind, to Pot) ([]Entry, error) {
	if hold.Kind != KindHold {
		return nil, &KindError{hold.Kind}
	}
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	h := w.a.hold(hold.Seq)
	if h == nil {
		return nil, ErrHoldClosed
	}
	e := w.entry(k)
	e.Of = hold.Seq
	if e.Parts, err = h.first(n); err != nil {
		return nil, err
	}
	n = sum(e.Parts)
	e.Legs = []Leg{{Held, -n}, {to, n}}
	e.RenewsTo = w.renewal(k)
	if k == KindRelease {
		return w.finish(w.putHome(e))
	}
	return w.finish(w.put(e))
}

// hold finds an open hold.
func (a *Account) hold(seq uint64) *HoldState {
	for i := range a.Holds {
		if a.Holds[i].Seq == seq {
			return &a.Holds[i]
		}
	}
	return nil
}

// first is the first n points of the hold, or all for 0.
func (h *HoldState) first(n Points) ([]Part, error) {
	have := h.Points()
	if n < 0 {
		return nil, ErrAmount
	}
	if n > have {
		return nil, &ShortError{n, have}
	}
	if n == 0 {
		n = have
	}
	var out []Part
	for _, p := range h.Parts {
		if k := min(n, p.Points); k > 0 {
			out = append(out, Part{Lot: p.Lot, Points: k})
			n -= k
		}
	}
	return out, nil
}
