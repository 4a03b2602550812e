package loyalty

import (
	"cmp"
	"maps"
	"slices"
)

// Past is what taking a merge back must know of the time before it and since.
type Past struct {
	From, Into *Account // before the merge
	// Since are the entries of the account that took in, from the one that did
	// on, oldest first.
	Since []Entry
}

// Unmerge decides that from, a wing of into, is itself again: both become what
// they were, with what concerned each of them since. What time, refunds of
// from's sales and from's own holds did to its lots goes with them; what else
// was done while they were one stays with into, and so do the points that it
// took out of from's lots. A debt that one's points paid at the merge is owed
// again. Both accounts must be whole: with all closed lots and all marks.
// Refusals: ErrNotMerged, ErrNewerMerge, ErrSelf, ErrOverflow.
func Unmerge(from, into *Account, p *Programme, df, di Draft, past Past) (back, here []Entry, err error) {
	n := into.Wing(df.Member)
	switch {
	case n == 0 || from.Into != di.Member || into.Into != "":
		return nil, nil, ErrNotMerged
	case slices.ContainsFunc(into.Wings[n:], func(w Wing) bool { return !w.Ended }):
		return nil, nil, ErrNewerMerge
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
	s := &split{
		wing: n, from: past.From.Clone(), into: past.Into.Clone(), own: map[uint64]bool{},
		handed: map[Pot]Points{}, stays: map[uint64]Lot{}, netted: map[uint64]Points{},
		free: map[uint64]Points{}, lapsed: map[uint64]Points{},
	}
	if err := s.all(slices.Concat(past.Since, w.out)); err != nil {
		return nil, nil, err
	}
	in, out := w.entry(KindUnmerge), f.entry(KindUnmerge)
	s.part(w, f, &in, &out)
	merged := f.a.RecordedAt
	if err := f.put(out); err != nil {
		return nil, nil, err
	}
	if err := w.put(in); err != nil {
		return nil, nil, err
	}
	f.since, w.since = merged, merged // what time did to their tiers has its own instants
	f.counts, w.counts = past.From.Buckets, past.Into.Buckets
	if back, err = f.joined(s.change(f, 0)); err != nil {
		return nil, nil, err
	}
	here, err = w.joined(s.change(w, 1))
	return back, here, err
}

// split tells what of the time together is whose.
type split struct {
	wing       int
	from, into *Account          // as they were, with what concerned each since: counts and stamps
	own        map[uint64]bool   // entries since that concern from
	handed     map[Pot]Points    // what these did to pots that are no lots'
	stays      map[uint64]Lot    // of from's lots, what into's acts made of them
	netted     map[uint64]Points // of lots that paid the other's debt
	paid       Points            // what these sum to
	free       map[uint64]Points // what came free in a lot, and paid no debt
	lapsed     map[uint64]Points // of this, what expired and would have paid their own debt, which the other had paid
	owed       [2]Points         // debts of from and of into, that points of the other did not pay
	frozen     *bool             // since, if that changed
	tallies    [2][]Tally        // of what from and into did since
}

// mine reports whether a number is one of from's.
func (s *split) mine(id uint64) bool { w, _ := Lower(id); return w == s.wing }

// all goes through the merge's entry and those since.
func (s *split) all(list []Entry) error {
	s.owed = [2]Points{s.from.Owed, s.into.Owed}
	for i := range list {
		if err := s.one(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

// one looks at one entry since the merge.
func (s *split) one(e *Entry) error {
	own := e.Of != 0 && (s.mine(e.Of) || s.own[e.Of])
	s.own[e.Seq] = own
	switch e.Kind {
	case KindMerge, KindUnmerge, KindAdopt, KindTier:
		return nil
	case KindFreeze, KindThaw:
		on := e.Kind == KindFreeze
		s.frozen = &on
	case KindMatch: // it was given to who they were together
		s.into.Standing = *e.Standing
	}
	for _, p := range e.Parts {
		if e.Kind == KindRepay {
			s.repay(p)
			continue
		}
		s.came(e, p)
		if s.mine(p.Lot) {
			s.lot(e.Kind, p, own)
		}
	}
	who, which := s.into, 1
	switch w, _ := Lower(e.Of); {
	case own:
		who, which = s.from, 0
		for _, l := range e.Legs {
			switch l.Pot {
			case Issued, Redeemed, Expired, WrittenOff:
				s.handed[l.Pot] += l.Points
			case Debt:
				s.owed[0] -= l.Points
			}
		}
	case w > s.wing: // of one who came later and went again
		return nil
	case e.Kind == KindReverse:
		s.owed[1] -= e.In(Debt)
	}
	s.tallies[which] = append(s.tallies[which], e.Tally)
	for _, err := range []error{who.count(e), who.tally(e), who.stamp(e)} {
		if err != nil {
			return err
		}
	}
	return nil
}

// repay notes points that paid a debt by themselves: their own one's first. What
// they paid of the other's is owed again, and they are there again.
func (s *split) repay(p Part) {
	own := min(p.Points, max(0, s.owed[s.side(p.Lot)]))
	s.owed[s.side(p.Lot)] -= own
	s.netted[p.Lot] += p.Points - own
	s.paid += p.Points - own
	s.free[p.Lot] -= min(p.Points, s.free[p.Lot])
}

// came notes what comes free in a lot, and what of it expires beside a debt of
// the same one that the other had paid: alone it would have paid that at once.
func (s *split) came(e *Entry, p Part) {
	switch e.Kind {
	case KindRelease, KindTimeout, KindActivate:
		s.free[p.Lot] += p.Points
	case KindTransfer, KindHome:
		if e.In(Joined) < 0 { // what was lent is back
			s.free[p.Lot] += p.Points
			return
		}
		s.free[p.Lot] -= min(p.Points, s.free[p.Lot])
	case KindExpire:
		n := min(p.Points, s.free[p.Lot], max(0, s.owed[s.side(p.Lot)]))
		s.free[p.Lot] -= n
		s.lapsed[p.Lot] += n
		s.owed[s.side(p.Lot)] -= n
	}
}

// side is 0 for a lot of from's, 1 for one of into's.
func (s *split) side(lot uint64) int {
	if s.mine(lot) {
		return 0
	}
	return 1
}

// lot notes what an entry did to one of from's lots.
func (s *split) lot(k Kind, p Part, own bool) {
	if k == KindExpire {
		s.handed[Expired] += p.Points
	}
	if own {
		return
	}
	l, n := s.stays[p.Lot], p.Points
	switch k {
	case KindSpend:
		l.Consumed += n
	case KindHold:
		l.Held += n
	case KindCapture:
		l.Held, l.Consumed = l.Held-n, l.Consumed+n
	case KindRelease, KindTimeout:
		l.Held -= n
	case KindForfeit:
		l.Held, l.Expired = l.Held-n, l.Expired+n
	case KindUndo:
		l.Consumed -= n
	case KindReverse, KindAdjust:
		l.Reversed += n
	}
	s.stays[p.Lot] = l
}

// part writes down what each of the two is from here on.
func (s *split) part(w, f *work, in, out *Entry) {
	down := func(id uint64) uint64 { _, id = Lower(id); return id }
	in.Carry, out.Carry = s.carry(s.into), s.carry(s.from)
	in.Carry.With, in.Carry.Wing, out.Carry.With = f.d.Member, s.wing, w.d.Member
	move := func(pot Pot, here, there Points) {
		in.Legs, out.Legs = append(in.Legs, Leg{pot, here}), append(out.Legs, Leg{pot, there})
	}
	var lapsed [2]Points // of from's lots, of into's
	for _, l := range w.lots() {
		gone := s.lapsed[l.Seq]
		l.Expired, l.Reversed = l.Expired-gone, l.Reversed+gone
		if !s.mine(l.Seq) {
			lapsed[1] += gone
			if n := s.netted[l.Seq]; n > 0 || gone > 0 {
				l.Reversed, l.Remaining = l.Reversed-n, l.Remaining+n
				in.Carry.Lots = append(in.Carry.Lots, l)
				in.Legs = append(in.Legs, Leg{Available, n})
			}
			continue
		}
		lapsed[0] += gone
		stay, back := s.cut(l)
		in.Carry.Lots = append(in.Carry.Lots, stay)
		pot := Available
		if l.Pending {
			pot = Pending
		}
		move(pot, -l.Remaining, back.Remaining)
		move(Held, -back.Held, back.Held)
		back.Seq = down(back.Seq)
		out.Carry.Lots = append(out.Carry.Lots, back)
	}
	for _, h := range w.a.Clone().Holds {
		if !s.mine(h.Seq) {
			in.Carry.Holds = append(in.Carry.Holds, h)
			continue
		}
		h.Seq = down(h.Seq)
		for i := range h.Parts {
			h.Parts[i].Lot = down(h.Parts[i].Lot)
		}
		out.Carry.Holds = append(out.Carry.Holds, h)
	}
	for _, x := range w.a.Waits {
		if !s.mine(x.Seq) {
			in.Carry.Waits = append(in.Carry.Waits, x)
			continue
		}
		x.Seq = down(x.Seq)
		out.Carry.Waits = append(out.Carry.Waits, x)
	}
	for _, seq := range slices.Sorted(maps.Keys(w.a.Marks)) {
		if s.mine(seq) {
			out.Carry.Marks = append(out.Carry.Marks, Marked{down(seq), w.a.Marks[seq]})
		}
	}
	all := w.a.Owed + s.paid - lapsed[0] - lapsed[1]
	theirs := s.debt(all)
	move(Debt, w.a.Owed-all+theirs, -theirs)
	move(Expired, -lapsed[1], -lapsed[0])
	for _, pot := range []Pot{Issued, Redeemed, Expired, WrittenOff} {
		move(pot, -s.handed[pot], s.handed[pot])
	}
	in.balance()
	out.balance()
}

// lots are all the lots of an account, the closed ones too, by Seq.
func (w *work) lots() []Lot {
	all := slices.AppendSeq(slices.Clone(w.a.Lots), maps.Values(w.a.Shelf))
	slices.SortFunc(all, func(l, m Lot) int { return cmp.Compare(l.Seq, m.Seq) })
	return all
}

// cut parts one of from's lots: what stays here, and what goes back. The two
// tell the same story, and each point is in one of them only.
func (s *split) cut(l Lot) (stay, back Lot) {
	x, n := s.stays[l.Seq], s.netted[l.Seq]
	l.Reversed, l.Remaining = l.Reversed-n, l.Remaining+n
	stay, back = l, l
	back.Held, back.Consumed, back.Expired, back.Reversed = l.Held-x.Held, l.Consumed-x.Consumed, l.Expired-x.Expired, l.Reversed-x.Reversed
	back.Moved += x.Held + x.Consumed + x.Expired + x.Reversed
	stay.Remaining, stay.Held, stay.Pending = 0, x.Held, false
	stay.Moved += l.Remaining + l.Held - x.Held
	return stay, back
}

// change reports whether one of the two gained or lost what tiers count since.
func (s *split) change(w *work, which int) (gained, lost bool) {
	t := &w.rules(w.now()).Tiers
	for i := range s.tallies[which] {
		n := t.measure(&s.tallies[which][i])
		gained, lost = gained || n > 0, lost || n < 0
	}
	return gained && len(t.Levels) > 0, lost && len(t.Levels) > 0
}

// debt is which part of all that is owed is from's: into's acts paid into's own
// debt first.
func (s *split) debt(all Points) Points {
	paid := s.owed[0] + s.owed[1] - all
	return min(all, max(0, all-max(0, s.owed[1]-paid)))
}

// carry is an account as it is without the other's.
func (s *split) carry(a *Account) *Carry {
	c := &Carry{Frozen: a.Frozen, Count: a.Count, Standing: a.Standing, Buckets: a.Buckets, Days: a.Days, Cards: a.cards()}
	if s.frozen != nil {
		c.Frozen = *s.frozen
	}
	return c
}
