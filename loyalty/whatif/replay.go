package whatif

import (
	"time"

	"regulars/loyalty"
)

// replay lives one member's story under both rules.
type replay struct {
	q        *Question
	st       *story
	real     *loyalty.Account // as the ledger has it
	was, new *side
	res      *Result
}

// live adds one member to the result.
func (res *Result) live(q *Question, st *story) error {
	res.Entries += int64(len(st.entries))
	if !st.alone() {
		res.LeftOut++
		return nil
	}
	r := &replay{
		q: q, st: st, real: &loyalty.Account{}, res: res,
		was: newSide(q.Was, st, res.Was), new: newSide(q.at, st, res.New),
	}
	if err := r.run(); err != nil {
		return err
	}
	res.Members++
	return r.compare()
}

// run goes through the entries in their order. Those before the question stand as
// they are, those after it are not looked at.
func (r *replay) run() error {
	i := 0
	for ; i < len(r.st.entries) && r.st.entries[i].RecordedAt.Before(r.q.From); i++ {
		e := &r.st.entries[i]
		for _, err := range []error{r.real.Apply(*e), r.was.past(e), r.new.past(e)} {
			if err != nil {
				return err
			}
		}
	}
	r.was.unload()
	r.new.unload()
	r.was.due, r.new.due = r.calendar(r.was), r.calendar(r.new)
	for ; i < len(r.st.entries) && r.st.entries[i].RecordedAt.Before(r.q.To); i++ {
		if err := r.one(i); err != nil {
			return err
		}
	}
	for _, s := range []*side{r.was, r.new} {
		if err := s.celebrate(r.q.To); err != nil {
			return err
		}
		if err := s.close(r.q.To); err != nil {
			return err
		}
	}
	return nil
}

// one lives one entry. What time alone does comes by itself on both sides.
func (r *replay) one(i int) error {
	e := &r.st.entries[i]
	if err := r.real.Apply(*e); err != nil {
		return err
	}
	if e.Kind.Automatic() || r.st.follows(i) {
		return nil
	}
	for _, s := range []*side{r.was, r.new} {
		if err := s.celebrate(e.RecordedAt); err != nil {
			return err
		}
		if err := s.settle(e.RecordedAt); err != nil {
			return err
		}
		if err := r.act(s, e); err != nil {
			return err
		}
	}
	return nil
}

// act does on one side what the entry says that somebody did.
func (r *replay) act(s *side, e *loyalty.Entry) error {
	switch e.Kind {
	case loyalty.KindEarn:
		return s.sale(e)
	case loyalty.KindGift:
		return r.gift(s, e)
	case loyalty.KindHold, loyalty.KindSpend:
		return r.redeem(s, e)
	case loyalty.KindCapture:
		return r.capture(s, e)
	case loyalty.KindReverse:
		return r.reverse(s, e)
	case loyalty.KindRelease, loyalty.KindUndo:
		return r.undo(s, e)
	case loyalty.KindOpening:
		return r.opening(s, e)
	}
	f := s.byHand(e)
	if r.leftNothing(e) {
		f = loyalty.GiveUp
	}
	_, _, err := s.as(e, f)
	return err
}

// byHand is an act of which nothing depends on the rules but whether it can be
// done.
func (s *side) byHand(e *loyalty.Entry) decide {
	return func(a *loyalty.Account, p *loyalty.Programme, d loyalty.Draft) ([]loyalty.Entry, error) {
		issued := -e.In(loyalty.Issued)
		switch e.Kind {
		case loyalty.KindGive:
			return loyalty.Give(a, p, d, issued)
		case loyalty.KindAdjust:
			return loyalty.Adjust(a, p, d, issued)
		case loyalty.KindWait:
			return loyalty.Await(a, p, d, loyalty.Return{Amount: e.Amount, Lines: e.Lines})
		case loyalty.KindFreeze, loyalty.KindThaw:
			return loyalty.Freeze(a, p, d, e.Kind == loyalty.KindFreeze)
		case loyalty.KindMatch:
			return loyalty.Match(a, p, d, e.Standing.Floor, e.Standing.FloorUntil)
		}
		return nil, &loyalty.KindError{Kind: e.Kind}
	}
}

// leftNothing reports whether the ledger's account had no point left in a lot
// after its newest entry, which took some by hand: whoever leaves gives up what
// they have, however much that is.
func (r *replay) leftNothing(e *loyalty.Entry) bool {
	return e.Kind == loyalty.KindAdjust && e.In(loyalty.Issued) > 0 &&
		r.real.Pots[loyalty.Available]+r.real.Pots[loyalty.Pending] == 0
}

// opening brings what came from another system: under the rules' own expiry
// where it had no end of its own.
func (r *replay) opening(s *side, e *loyalty.Entry) error {
	_, _, err := s.as(e, func(a *loyalty.Account, p *loyalty.Programme, d loyalty.Draft) ([]loyalty.Entry, error) {
		if e.Amount > 0 {
			return loyalty.OpenSale(a, p, d, loyalty.Sale{Amount: e.Amount, Lines: e.Lines, Order: e.Order})
		}
		return loyalty.OpenBalance(a, p, d, -e.In(loyalty.Issued), r.ownEnd(e))
	})
	return err
}

// ownEnd is the end that a lot was given by hand, zero where the rules of then
// gave it.
func (r *replay) ownEnd(e *loyalty.Entry) time.Time {
	if e.Lot == nil || e.Lot.Idle {
		return time.Time{}
	}
	p := r.q.Was(e.EffectiveAt)
	x := p.Expiry
	if i := p.Tiers.Index(e.Lot.Level); i < len(p.Tiers.Levels) && p.Tiers.Levels[i].Expiry != nil {
		x = *p.Tiers.Levels[i].Expiry
	}
	if x.End(e.Lot.Base, p.Location()).Equal(e.Lot.ExpiresAt) {
		return time.Time{}
	}
	return e.Lot.ExpiresAt
}

// compare adds the two ends of the story to the result.
func (r *replay) compare() error {
	to, res := r.q.To, r.res
	was, is := r.was.level(to), r.new.level(to)
	res.moves[[2]string{was, is}]++
	// A level of the same name is the same one, however many there are below it.
	switch a, b := r.was.rank(to), r.new.rank(to); {
	case was == is:
	case b > a:
		res.Up++
	case b < a:
		res.Down++
	}
	c := Change{r.st.member, r.was.mine.Net(), r.new.mine.Net()}
	res.Spread[band(c.diff())].Count++
	switch n := c.diff(); {
	case n > 0:
		res.Winners.add(c)
	case n < 0:
		res.Losers.add(c)
	}
	same, err := r.exact()
	if same {
		res.Exact++
	}
	return err
}

// exact reports whether the rules that were in force gave again what the ledger
// has.
func (r *replay) exact() (bool, error) {
	a := r.real
	a.Shelf, a.Marks = nil, nil
	made, err := loyalty.Settle(a, r.q.Was(later(r.q.To, a.RecordedAt)), loyalty.Draft{Member: r.st.member, Facts: r.st.at(r.q.To), Now: r.q.To})
	if err != nil {
		return false, err
	}
	for i := range made {
		if err := a.Apply(made[i]); err != nil {
			return false, err
		}
	}
	b := r.was.acct
	for _, p := range []loyalty.Pot{loyalty.Available, loyalty.Pending, loyalty.Held, loyalty.Redeemed, loyalty.Expired} {
		if a.Pots[p] != b.Pots[p] {
			return false, nil
		}
	}
	return a.Owed == b.Owed && a.Standing.Level == b.Standing.Level, nil
}
