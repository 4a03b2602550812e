package loyalty

import (
	"maps"
	"slices"
)

// Merge decides that from becomes part of into: what is left in its lots moves
// with its dates and rules, and so do debt, holds, waiting reversals, counts,
// stamps and, where it is the better one, the tier. Both drafts are of one
// operation, each with its own member and facts. away are the entries of from,
// here those of into. Nothing of from's past is copied: see [KindAdopt].
// Refusals: ErrMerged, ErrSelf, ErrFull, ErrOverflow.
func Merge(from, into *Account, p *Programme, df, di Draft) (away, here []Entry, err error) {
	switch {
	case df.Member == di.Member || from.Into != "" || into.Into != "":
		return nil, nil, ErrMerged
	case df.selfDealing() || di.selfDealing():
		return nil, nil, ErrSelf
	}
	f, err := begin(from, p, df)
	if err != nil {
		return nil, nil, err
	}
	w, err := begin(into, p, di)
	if err != nil {
		return nil, nil, err
	}
	f.merging, w.merging = true, true
	if !fits(f.a, w.a) {
		return nil, nil, ErrFull
	}
	in := w.entry(KindMerge)
	if in.Carry, err = w.takesIn(f); err != nil {
		return nil, nil, err
	}
	out := f.entry(KindMerge)
	out.Carry = f.leaves(di.Member)
	for _, pot := range []Pot{Available, Pending, Held, Debt} {
		n := f.a.Pots[pot]
		in.Legs, out.Legs = append(in.Legs, Leg{pot, n}), append(out.Legs, Leg{pot, -n})
	}
	in.balance()
	out.balance()
	if err := f.put(out); err != nil {
		return nil, nil, err
	}
	if err := w.put(in); err != nil {
		return nil, nil, err
	}
	here, err = w.joined(len(w.rules(w.now()).Tiers.Levels) > 0, false)
	return f.out, here, err
}

// maxMoved is how many lots one entry moves at most, so that it fits a row.
const maxMoved = 1000

// fits reports whether into has room for from.
func fits(from, into *Account) bool {
	return len(from.Lots) <= maxMoved && len(from.Lots)+len(into.Lots) <= maxLots && len(from.Holds)+len(into.Holds) <= maxOpen &&
		len(from.Waits)+len(into.Waits) <= maxOpen && len(into.Wings) < maxWings && from.depth() < 3
}

// balance makes one leg a pot, and adds the one that makes them sum to 0.
func (e *Entry) balance() {
	legs, all := e.Legs, Points(0)
	e.Legs = nil
	for _, pot := range []Pot{Issued, Available, Pending, Held, Redeemed, Expired, Debt, WrittenOff} {
		n := Entry{Legs: legs}.In(pot)
		e.Legs, all = append(e.Legs, Leg{pot, n}), all+n
	}
	e.Legs = append(e.Legs, Leg{Joined, -all})
}

// leaves is what the account is once all of it went to another.
func (w *work) leaves(to MemberID) *Carry {
	c := &Carry{With: to}
	for _, l := range w.a.Lots {
		l.Moved, l.Remaining, l.Held, l.Pending = l.Moved+l.Remaining+l.Held, 0, 0, false
		c.Lots = append(c.Lots, l)
	}
	return c
}

// takesIn is what the account is once f's is its next wing.
func (w *work) takesIn(f *work) (*Carry, error) {
	n := len(w.a.Wings) + 1
	c := w.state()
	c.With, c.Wing = f.d.Member, n
	up := func(id uint64) uint64 { id, _ = Lift(n, id); return id }
	for _, l := range f.a.Lots {
		l.Seq = up(l.Seq)
		c.Lots = append(c.Lots, l)
	}
	for _, h := range f.a.Holds {
		h.Seq, h.Parts = up(h.Seq), slices.Clone(h.Parts)
		for i := range h.Parts {
			h.Parts[i].Lot = up(h.Parts[i].Lot)
		}
		c.Holds = append(c.Holds, h)
	}
	for _, x := range f.a.Waits {
		x.Seq = up(x.Seq)
		c.Waits = append(c.Waits, x)
	}
	c.Frozen = c.Frozen || f.a.Frozen
	tiers := &w.rules(w.now()).Tiers
	have, more := tiers.Index(c.Standing.Level), tiers.Index(f.a.Standing.Level)
	if more > have || more == have && more > 0 && f.a.Standing.Until.After(c.Standing.Until) {
		c.Standing = f.a.Standing
	}
	return c, c.add(f.a)
}

// state is what the account is now, as a Carry: without its lots.
func (w *work) state() *Carry {
	a := w.a.Clone()
	return &Carry{
		Holds: a.Holds, Waits: a.Waits, Frozen: a.Frozen, Count: a.Count, Standing: a.Standing,
		Buckets: a.Buckets, Days: a.Days, Cards: a.cards(),
	}
}

// cards are the stamp cards in the order of their ids.
func (a *Account) cards() (list []CardState) {
	for _, id := range slices.Sorted(maps.Keys(a.Cards)) {
		list = append(list, CardState{id, a.Cards[id]})
	}
	return list
}

// add puts another account's counts and stamps on top. A card that two halves
// fill is full with the next stamp, which is when it is looked at.
func (c *Carry) add(a *Account) (err error) {
	n, m := &c.Count, &a.Count
	for _, sum := range []error{plus(&n.Earned, m.Earned), plus(&n.Spent, m.Spent), plus(&n.Visits, m.Visits), plus(&n.Money, m.Money)} {
		if sum != nil {
			return sum
		}
	}
	if n.First.IsZero() || !m.First.IsZero() && m.First.Before(n.First) {
		n.First = m.First
	}
	n.Activity = later(n.Activity, m.Activity)
	for _, t := range a.Buckets {
		if c.Buckets, err = count(c.Buckets, t, maxBuckets, func(t Tally) int32 { return t.Bucket }); err != nil {
			return err
		}
	}
	for _, t := range a.Days {
		if c.Days, err = count(c.Days, t, maxDays, func(t Tally) int32 { return t.Day }); err != nil {
			return err
		}
	}
	for _, s := range a.cards() {
		i := slices.IndexFunc(c.Cards, func(o CardState) bool { return o.Card >= s.Card })
		switch {
		case i < 0:
			c.Cards = append(c.Cards, s)
		case c.Cards[i].Card != s.Card:
			c.Cards = slices.Insert(c.Cards, i, s)
		default:
			if err := plus(&c.Cards[i].Have, s.Have); err != nil {
				return err
			}
			if err := plus(&c.Cards[i].Filled, s.Filled); err != nil {
				return err
			}
		}
	}
	return nil
}

// plus adds to a sum, or refuses.
func plus[T ~int64](sum *T, n T) error {
	s, err := add(*sum, n)
	if err == nil {
		*sum = s
	}
	return err
}

// joined settles what a merge or its undoing left behind: a debt beside points,
// a tier that the counts reach now, or do not any more.
func (w *work) joined(gained, lost bool) ([]Entry, error) {
	err := w.settle()
	if err == nil {
		err = w.repay(w.now())
	}
	if err == nil {
		err = w.standBy(gained, lost)
	}
	if err != nil {
		return nil, err
	}
	return w.out, nil
}
