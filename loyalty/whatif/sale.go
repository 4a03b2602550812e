package whatif

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"regulars/loyalty"
)

// sale decides a purchase and what it brings besides points, as the club does.
func (s *side) sale(e *loyalty.Entry) error {
	visits, last, before := s.visits, s.last, s.rank(e.RecordedAt)
	made, ok, err := s.do(s.draft(e), func(a *loyalty.Account, p *loyalty.Programme, d loyalty.Draft) ([]loyalty.Entry, error) {
		return loyalty.Sell(a, p, d, loyalty.Sale{Amount: e.Amount, Lines: e.Lines, Order: e.Order, Voucher: e.Voucher})
	})
	if err != nil || !ok {
		return err
	}
	i := first(made, loyalty.KindEarn)
	head := &made[i]
	s.done[e.Seq] = head
	s.prizes(made[i:], e.RecordedAt)
	for _, step := range []func() error{
		func() error { return s.visitGifts(e, head.Seq, visits) },
		func() error { return s.comeback(e, head.Seq, visits, last) },
		func() error { return s.tierGifts(e, head.Seq, before) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// first is the place of the first entry of a kind that was decided.
func first(made []loyalty.Entry, k loyalty.Kind) int {
	for i := range made {
		if made[i].Kind == k {
			return i
		}
	}
	return -1
}

// prizes counts the prizes of the cards that entries filled, or filled no more.
func (s *side) prizes(made []loyalty.Entry, now time.Time) {
	for i := range made {
		for _, st := range made[i].Stamps {
			k := slices.IndexFunc(s.rules(now).Cards, func(c loyalty.StampCard) bool { return c.ID == st.Card && c.Prize != "" })
			if st.Filled != 0 && k >= 0 {
				tally(s.sum.Gifts, "stamp/"+st.Card, st.Filled, 0)
			}
		}
	}
}

// visitGifts gives what the visits reached by a sale bring.
func (s *side) visitGifts(e *loyalty.Entry, sale uint64, before int64) error {
	return s.ofKind(loyalty.GiftVisit, e.RecordedAt, func(g *loyalty.Gift) error {
		for n := before + 1; n <= s.visits && g.Visit > 0; n++ {
			if n != g.Visit && (!g.Every || n%g.Visit != 0) {
				continue
			}
			if err := s.give(e, g, strconv.FormatInt(n, 10), had{visit: n, sale: sale}); err != nil {
				return err
			}
		}
		return nil
	})
}

// comeback gives what the first visit after a silence brings.
func (s *side) comeback(e *loyalty.Entry, sale uint64, visits int64, last time.Time) error {
	if visits <= 0 || s.visits <= visits || last.IsZero() {
		return nil
	}
	silence := int(dateOf(e.EffectiveAt, s.zone(e.RecordedAt)).Sub(last) / (24 * time.Hour))
	return s.ofKind(loyalty.GiftComeback, e.RecordedAt, func(g *loyalty.Gift) error {
		if g.Silence <= 0 || silence < g.Silence {
			return nil
		}
		return s.give(e, g, last.Format(time.DateOnly), had{sale: sale})
	})
}

// tierGifts gives what the tiers bring that a sale reached, each once a window.
func (s *side) tierGifts(e *loyalty.Entry, sale uint64, from int) error {
	p, to := s.rules(e.RecordedAt), s.rank(e.RecordedAt)
	if to <= from {
		return nil
	}
	return s.ofKind(loyalty.GiftTier, e.RecordedAt, func(g *loyalty.Gift) error {
		if at := p.Tiers.Index(g.Level); at <= from || at > to {
			return nil
		}
		for name, h := range s.had {
			if id, _ := giftName(name); id == g.ID && !h.at.Before(s.acct.Standing.Window) {
				return nil
			}
		}
		return s.give(e, g, dateOf(e.RecordedAt, p.Location()).Format(time.DateOnly), had{level: g.Level, sale: sale})
	})
}

// ofKind calls f with the gifts of a kind that the rules have.
func (s *side) ofKind(k loyalty.GiftKind, now time.Time, f func(*loyalty.Gift) error) error {
	gifts := s.rules(now).Gifts
	for i := range gifts {
		if gifts[i].Kind == k {
			if err := f(&gifts[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// give gives a gift of the rules, unless the member has had it or their tier does
// not get it. h says what brought it.
func (s *side) give(e *loyalty.Entry, g *loyalty.Gift, period string, h had) error {
	name := g.ID + "/" + period
	if s.had[name] != nil || !s.fits(g.Levels, e.RecordedAt) {
		return nil
	}
	h.kind, h.at = g.Kind, e.RecordedAt
	if g.Points > 0 {
		d := s.draft(e)
		d.Order, d.At, d.Actor = "", e.RecordedAt, loyalty.ByJob("club")
		made, ok, err := s.do(d, func(a *loyalty.Account, p *loyalty.Programme, d loyalty.Draft) ([]loyalty.Entry, error) {
			return loyalty.Grant(a, p, d, name, g.Points, nil)
		})
		if err != nil || !ok {
			return err
		}
		h.entry = made[first(made, loyalty.KindGift)]
	} else if len(g.Rewards) == 0 {
		return nil
	}
	s.had[name] = &h
	tally(s.sum.Gifts, g.ID, 1, g.Points)
	return nil
}

// reverse takes back what the ledger's entry takes back.
func (r *replay) reverse(s *side, e *loyalty.Entry) error {
	real := r.st.numbered(e.Of)
	if real == nil {
		return nil
	}
	if real.Kind == loyalty.KindGift && r.decided(real) {
		return s.takeByHand(e, real)
	}
	of, ok := s.done[e.Of]
	if !ok {
		return nil // it was not given here
	}
	before, was := s.acct.Standing, s.rank(e.RecordedAt)
	s.load(of)
	back := loyalty.Return{}
	if of.Kind == loyalty.KindEarn {
		back = loyalty.Return{Amount: e.Amount, Lines: e.Lines, Kept: kept(e)}
	}
	made, ok, err := s.do(s.draft(e), func(a *loyalty.Account, p *loyalty.Programme, d loyalty.Draft) ([]loyalty.Entry, error) {
		return loyalty.Refund(a, p, d, of, back)
	})
	if err != nil || !ok {
		return err
	}
	switch of.Kind {
	case loyalty.KindEarn:
		s.prizes(made, e.RecordedAt)
		return s.takeGifts(e, of.Seq, before, was)
	case loyalty.KindGift:
		id, _ := giftName(of.Gift)
		tally(s.sum.Gifts, id, -1, of.In(loyalty.Issued))
	}
	return nil
}

// kept are the cards that a refund left filled because their prizes were used.
func kept(e *loyalty.Entry) (cards []string) {
	for _, st := range e.Stamps {
		if st.Filled == 0 {
			cards = append(cards, st.Card)
		}
	}
	return cards
}

// takeGifts takes back the gifts that no longer stand after a refund, as the club
// does.
func (s *side) takeGifts(e *loyalty.Entry, sale uint64, before loyalty.Standing, was int) error {
	p := s.rules(e.RecordedAt)
	for _, name := range s.names() {
		h := s.had[name]
		gone := false
		switch h.kind {
		case loyalty.GiftVisit:
			gone = h.visit > s.visits
		case loyalty.GiftTier:
			at := p.Tiers.Index(h.level)
			gone = at > s.rank(e.RecordedAt) && (at <= was && !h.at.Before(before.Window) || s.marks[h.sale].Whole)
		case loyalty.GiftComeback:
			gone = h.sale == sale && s.marks[sale].Whole
		}
		if gone {
			if err := s.take(e, name, h, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// names are the gifts' in the order of the club's rows.
func (s *side) names() []string {
	all := make([]string, 0, len(s.had))
	for name := range s.had {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// takeByHand takes back a gift that rules decided, where somebody did so: what
// the club takes back by itself follows from refunds here as well.
func (s *side) takeByHand(e, real *loyalty.Entry) error {
	if e.Actor == loyalty.ByJob("club") {
		return nil
	}
	h := s.had[real.Gift]
	if h == nil {
		return nil
	}
	return s.take(e, real.Gift, h, true)
}

// take takes a gift back. One that cannot be taken back in full, or that somebody
// took back by hand, is not given again.
func (s *side) take(e *loyalty.Entry, name string, h *had, byHand bool) error {
	if h.undone {
		return nil
	}
	id, _ := giftName(name)
	all := true
	if h.entry.Seq > 0 {
		s.load(&h.entry)
		d := s.draft(e)
		d.Order, d.At = "", e.RecordedAt
		_, ok, err := s.do(d, func(a *loyalty.Account, p *loyalty.Programme, d loyalty.Draft) ([]loyalty.Entry, error) {
			return loyalty.Undo(a, p, d, &h.entry)
		})
		if err != nil {
			return fmt.Errorf("whatif: a gift cannot be taken back: %w", err)
		}
		all = ok
	}
	if all {
		tally(s.sum.Gifts, id, -1, h.entry.In(loyalty.Issued))
	}
	if all && !byHand {
		delete(s.had, name)
		return nil
	}
	h.undone = true
	return nil
}
