package loyalty

import (
	"fmt"
	"slices"
	"time"
)

// Apply adds one entry to the account. It refuses what cannot have been made
// by these rules; an error leaves the account unfit for use, so apply to a
// [Account.Clone] what is not known to be good.
func (a *Account) Apply(e Entry) error {
	if err := a.follows(&e); err != nil {
		return fmt.Errorf("loyalty: entry %d: %w", e.Seq, err)
	}
	if a.Pots == nil {
		a.Pots = map[Pot]Points{}
	}
	if a.Shelf == nil {
		a.Shelf = map[uint64]Lot{}
	}
	if a.Marks == nil {
		a.Marks = map[uint64]Mark{}
	}
	a.Seq, a.Head, a.RecordedAt = e.Seq, e.Hash, e.RecordedAt
	for _, l := range e.Legs {
		n, err := add(a.Pots[l.Pot], l.Points)
		if err != nil {
			return err
		}
		a.Pots[l.Pot] = n
	}
	a.Owed -= e.In(Debt)
	if err := a.moveLots(&e); err != nil {
		return fmt.Errorf("loyalty: entry %d: %w", e.Seq, err)
	}
	a.applyKind(&e)
	for _, err := range []error{a.count(&e), a.tally(&e), a.stamp(&e), a.take(&e), e.paired()} {
		if err != nil {
			return fmt.Errorf("loyalty: entry %d: %w", e.Seq, err)
		}
	}
	a.shelve()
	if err := a.Check(); err != nil {
		return fmt.Errorf("loyalty: entry %d: %w", e.Seq, err)
	}
	return nil
}

// follows checks that e is the next entry and balanced.
func (a *Account) follows(e *Entry) error {
	var total Points
	for _, l := range e.Legs {
		total += l.Points
	}
	switch {
	case e.Seq != a.Seq+1:
		return fmt.Errorf("follows entry %d", a.Seq)
	case e.RecordedAt.Before(a.RecordedAt):
		return fmt.Errorf("recorded before the one before it")
	case total != 0:
		return fmt.Errorf("legs sum to %d, not 0", total)
	}
	return nil
}

// lot finds an open lot, or takes a closed one back from the shelf.
func (a *Account) lot(seq uint64) *Lot {
	for i := range a.Lots {
		if a.Lots[i].Seq == seq {
			return &a.Lots[i]
		}
	}
	l, ok := a.Shelf[seq]
	if !ok {
		return nil
	}
	delete(a.Shelf, seq)
	a.Lots = append(a.Lots, l)
	return &a.Lots[len(a.Lots)-1]
}

// moveLots moves the entry's parts between the fields of their lots.
func (a *Account) moveLots(e *Entry) error {
	for _, p := range e.Parts {
		l := a.lot(p.Lot)
		if l == nil || p.Points <= 0 {
			return fmt.Errorf("takes %d from lot %d, which is not there", p.Points, p.Lot)
		}
		switch e.Kind {
		case KindSpend:
			l.Remaining, l.Consumed = l.Remaining-p.Points, l.Consumed+p.Points
		case KindHold:
			l.Remaining, l.Held = l.Remaining-p.Points, l.Held+p.Points
		case KindCapture:
			l.Held, l.Consumed = l.Held-p.Points, l.Consumed+p.Points
		case KindRelease, KindTimeout:
			l.Held, l.Remaining = l.Held-p.Points, l.Remaining+p.Points
		case KindUndo:
			l.Consumed, l.Remaining = l.Consumed-p.Points, l.Remaining+p.Points
		case KindExpire:
			l.Remaining, l.Expired = l.Remaining-p.Points, l.Expired+p.Points
		case KindReverse, KindAdjust, KindRepay:
			if p.Expired {
				l.Expired, l.Reversed = l.Expired-p.Points, l.Reversed+p.Points
			} else {
				l.Remaining, l.Reversed = l.Remaining-p.Points, l.Reversed+p.Points
			}
		case KindForfeit:
			l.Held, l.Expired = l.Held-p.Points, l.Expired+p.Points
		case KindActivate:
			l.Pending = false
		case KindTransfer:
			l.Remaining, l.Moved = l.Remaining-p.Points, l.Moved+p.Points
		case KindHome:
			l.goHome(p.Points, e.In(Joined) > 0)
		case KindTerms:
			if e.Lot == nil || len(e.Parts) != 1 {
				return fmt.Errorf("new terms name one lot and what they are")
			}
			l.Rule, l.ExpiresAt, l.Idle = e.Lot.Rule, e.Lot.ExpiresAt, e.Lot.Idle
		default:
			return fmt.Errorf("kind %q moves no lots", e.Kind)
		}
		if err := l.check(); err != nil {
			return err
		}
	}
	if o := e.Lot; o != nil && e.Kind != KindTerms {
		l := Lot{Seq: e.Seq, Opening: *o, Pending: o.ActiveAt.After(e.RecordedAt), Remaining: o.Granted}
		if e.Kind == KindTransfer && e.Peer != nil {
			l.From, l.Of = e.Peer.With, e.Peer.Lot
		}
		a.Lots = append(a.Lots, l)
	}
	if !e.RenewsTo.IsZero() {
		a.renew(e.RecordedAt, e.RenewsTo)
	}
	return nil
}

// renew gives the lots under an idle rule that have points left a later expiry,
// but those that are past it already.
func (a *Account) renew(now, to time.Time) {
	for i := range a.Lots {
		if l := &a.Lots[i]; l.Idle && !l.Closed() && l.ExpiresAt.Before(to) && !l.GoneAt(now) {
			l.ExpiresAt = to
		}
	}
}

// applyKind does what is neither legs nor lots: holds, waits, marks, freezing.
func (a *Account) applyKind(e *Entry) {
	switch e.Kind {
	case KindHold:
		a.Holds = append(a.Holds, HoldState{e.Seq, slices.Clone(e.Parts), e.Deadline, e.Forfeit})
	case KindCapture, KindRelease, KindTimeout, KindForfeit:
		a.unhold(e.Of, e.Parts)
	case KindWait:
		a.Waits = append(a.Waits, Wait{e.Seq, e.Order, e.Amount, e.Lines, e.RecordedAt})
	case KindUndo:
		a.Marks[e.Of] = Mark{Points: sum(e.Parts), Whole: true}
		a.Waits = slices.DeleteFunc(a.Waits, func(w Wait) bool { return w.Seq == e.Of })
	case KindReverse:
		a.Marks[e.Of] = a.Marks[e.Of].with(e)
		a.Waits = slices.DeleteFunc(a.Waits, func(w Wait) bool { return w.Seq == e.For })
	case KindFreeze:
		a.Frozen = true
	case KindThaw:
		a.Frozen = false
	case KindTier, KindMatch:
		if e.Standing != nil {
			a.Standing = *e.Standing
		}
	case KindTerms:
		a.Terms = max(a.Terms, e.Programme)
	}
}

// unhold takes parts off a hold, and the hold away when nothing is left.
func (a *Account) unhold(seq uint64, parts []Part) {
	i := slices.IndexFunc(a.Holds, func(h HoldState) bool { return h.Seq == seq })
	if i < 0 {
		return // Check finds that lots and holds differ
	}
	h := &a.Holds[i]
	for _, p := range parts {
		for j := range h.Parts {
			if h.Parts[j].Lot == p.Lot {
				h.Parts[j].Points -= p.Points
			}
		}
	}
	h.Parts = slices.DeleteFunc(h.Parts, func(p Part) bool { return p.Points == 0 })
	if len(h.Parts) == 0 {
		a.Holds = slices.Delete(a.Holds, i, i+1)
	}
}

// count keeps the counters.
func (a *Account) count(e *Entry) (err error) {
	c := &a.Count
	if e.Seq == 1 {
		c.First = e.EffectiveAt
	}
	switch e.Kind {
	case KindEarn, KindGive, KindGift, KindAdjust, KindOpening, KindReverse:
		c.Earned -= e.In(Issued)
	case KindSpend, KindCapture, KindUndo:
		c.Spent += e.In(Redeemed)
	}
	switch {
	case e.bought():
		c.Visits++
		c.Money, err = add(c.Money, e.Amount)
	case e.Kind == KindReverse:
		c.Money -= e.Amount
		if e.Whole && e.Sale {
			c.Visits--
		}
	}
	if active(e.Kind) && e.EffectiveAt.After(c.Activity) {
		c.Activity = e.EffectiveAt
	}
	return err
}

// bought reports whether the entry is a purchase, here or in another system.
func (e *Entry) bought() bool { return e.Kind == KindEarn || e.Kind == KindOpening && e.Amount > 0 }

// active reports whether an entry of this kind is activity of the member. What
// a rule gives is none: a present comes by the calendar or for what somebody
// else did, and one that a sale brings comes with that sale.
func active(k Kind) bool {
	return k == KindEarn || k == KindGive || k == KindSpend || k == KindHold || k == KindCapture
}

// shelve puts closed lots away and orders the rest, which mostly are in order.
func (a *Account) shelve() {
	open, sorted := a.Lots[:0], true
	for i := range a.Lots {
		l := &a.Lots[i]
		if l.Closed() {
			a.Shelf[l.Seq] = *l
			continue
		}
		if len(open) < i {
			a.Lots[len(open)] = *l
		}
		open = a.Lots[:len(open)+1]
		n := len(open)
		sorted = sorted && (n < 2 || open[n-2].order(&open[n-1]) <= 0)
	}
	clear(a.Lots[len(open):])
	a.Lots = open
	if len(a.Lots) == 0 {
		a.Lots = nil
	}
	if len(a.Holds) == 0 {
		a.Holds = nil
	}
	if len(a.Waits) == 0 {
		a.Waits = nil
	}
	if !sorted {
		slices.SortFunc(a.Lots, func(l, m Lot) int { return l.order(&m) })
	}
}
