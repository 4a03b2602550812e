package loyalty

import (
	"slices"
	"time"
)

// Settle decides what time alone has done to the account by now: lots that
// become spendable, holds that time out, lots that expire, tiers that end, lots
// that come under a new rule, each as of its own instant, in the order of those
// instants and by the version of the rules in force then, so that it does not
// matter how often or how late anybody settles. p is the version in force now.
func Settle(a *Account, p *Programme, d Draft) ([]Entry, error) {
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	return w.finish(nil)
}

// settle writes the due entries one by one, as each may bring about another:
// points that a hold gives back may be past their expiry.
func (w *work) settle() error {
	clear(w.passed) // what the operation did may count for them
	if err := w.homeAll(); err != nil {
		return err
	}
	for {
		e, due := w.due()
		if !due {
			return nil
		}
		if err := w.put(e); err != nil {
			return err
		}
		if e.Kind == KindTimeout {
			if err := w.home(e.Parts, e.EffectiveAt); err != nil {
				return err
			}
		}
		if err := w.repay(e.EffectiveAt); err != nil {
			return err
		}
	}
}

// due is the earliest entry that time calls for. At one instant activations
// come before time-outs, these before new terms, these before expiries, each by
// seq, and these before a tier's end. While the clock is in doubt nothing is taken from anybody.
func (w *work) due() (first Entry, found bool) {
	now := w.now()
	wants := func(at time.Time) bool {
		late := later(at, w.since)
		return !at.IsZero() && !late.After(now) && (!found || late.Before(first.EffectiveAt))
	}
	offer := func(at time.Time, e Entry) {
		if !wants(at) {
			return
		}
		e.EffectiveAt, e.Actor = later(at, w.since), ByJob("settle")
		first, found = e, true
	}
	for i := range w.a.Lots {
		if l := &w.a.Lots[i]; l.Pending && wants(l.ActiveAt) {
			offer(l.ActiveAt, Entry{Kind: KindActivate, Parts: parts(l.Seq, l.Remaining), Legs: []Leg{{Pending, -l.Remaining}, {Available, l.Remaining}}})
		}
	}
	if w.d.KeepExpired { // a hold that ends takes a voucher away, if no points
		return first, found
	}
	for _, h := range w.a.Holds {
		n := h.Points()
		if h.Forfeit {
			offer(h.Deadline, Entry{Kind: KindForfeit, Of: h.Seq, Parts: slices.Clone(h.Parts), Legs: []Leg{{Held, -n}, {Expired, n}}})
			continue
		}
		offer(h.Deadline, Entry{Kind: KindTimeout, Of: h.Seq, Parts: slices.Clone(h.Parts), Legs: []Leg{{Held, -n}, {Available, n}}})
	}
	w.dueTerms(wants, offer) // a rule that came before a lot's end keeps the lot alive
	for i := range w.a.Lots {
		l := &w.a.Lots[i]
		if l.Remaining == 0 || !wants(l.ExpiresAt) {
			continue
		}
		pot := Available
		if l.Pending {
			pot = Pending
		}
		offer(l.ExpiresAt, Entry{Kind: KindExpire, Parts: parts(l.Seq, l.Remaining), Legs: []Leg{{pot, -l.Remaining}, {Expired, l.Remaining}}})
	}
	w.dueTier(offer)
	return first, found
}

func parts(lot uint64, n Points) []Part { return []Part{{Lot: lot, Points: n}} }

// repay pays the debt with points that came back while it stands, so that
// nobody who owes has something to spend.
func (w *work) repay(at time.Time) error {
	if w.a.Owed == 0 {
		return nil
	}
	took, legs := take(w.a.Owed, w.spendable(at))
	if len(took) == 0 {
		return nil
	}
	return w.put(Entry{
		Kind: KindRepay, EffectiveAt: at, Actor: ByJob("settle"),
		Parts: took, Legs: append(legs, Leg{Debt, sum(took)}),
	})
}

// spendable are the lots that a spend may take from at t, in its order.
func (w *work) spendable(t time.Time) []*Lot {
	lots := make([]*Lot, 0, len(w.a.Lots))
	for i := range w.a.Lots {
		l := &w.a.Lots[i]
		if !l.Pending && l.Remaining > 0 && !l.GoneAt(t) {
			lots = append(lots, l)
		}
	}
	return lots
}

// now is the moment that counts: it never falls, whatever the clock does.
func (w *work) now() time.Time { return later(w.d.Now, w.a.RecordedAt) }

// take takes up to n points from lots in their order, and gives the legs on the
// member's side.
func take(n Points, lots []*Lot) (took []Part, legs []Leg) {
	var active, pending Points
	for _, l := range lots {
		k := min(n, l.Remaining)
		if k == 0 {
			if n == 0 {
				break
			}
			continue
		}
		took = append(took, Part{Lot: l.Seq, Points: k})
		n -= k
		if l.Pending {
			pending += k
		} else {
			active += k
		}
	}
	return took, []Leg{{Available, -active}, {Pending, -pending}}
}
