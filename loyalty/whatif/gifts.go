package whatif

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/club"
)

// decided reports whether a gift of the ledger follows from sales alone, so that
// it is decided anew.
func (r *replay) decided(e *loyalty.Entry) bool {
	id, _ := giftName(e.Gift)
	g := giftOf(r.q.Was(e.RecordedAt), id)
	return g != nil && bySale(g.Kind)
}

// remember notes a gift from before the question.
func (s *side) remember(e *loyalty.Entry) {
	id, period := giftName(e.Gift)
	h := &had{at: e.RecordedAt, entry: *e}
	if g := giftOf(s.rules(e.RecordedAt), id); g != nil {
		h.kind, h.level = g.Kind, g.Level
	}
	if h.kind == loyalty.GiftVisit {
		h.visit = number(period)
	}
	for i := int(e.Seq) - 2; i >= 0 && bySale(h.kind); i-- { // the sale just before it, whose operation's id its own begins with
		if b := &s.story.entries[i]; b.Kind == loyalty.KindEarn {
			if strings.HasPrefix(string(e.Op), string(b.Op)+"/") {
				h.sale = b.Seq
			}
			break
		}
	}
	s.had[e.Gift] = h
}

func number(s string) (n int64) {
	for _, c := range s {
		if c < '0' || c > '9' || n > 1<<40 {
			return 0
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

// gift gives what a rule gave that no sale brought: by the calendar, for bringing
// a friend, for joining, by another desk.
func (r *replay) gift(s *side, e *loyalty.Entry) error {
	if r.decided(e) {
		return nil
	}
	if e.Gift == loyalty.StartGift {
		_, _, err := s.as(e, func(a *loyalty.Account, p *loyalty.Programme, d loyalty.Draft) ([]loyalty.Entry, error) {
			return loyalty.Grant(a, p, d, loyalty.StartGift, 0, loyalty.HeadStart(a, p, d.Facts))
		})
		return err
	}
	name, n, ok := r.priced(s, e)
	if !ok {
		return nil
	}
	head, ok, err := s.as(e, func(a *loyalty.Account, p *loyalty.Programme, d loyalty.Draft) ([]loyalty.Entry, error) {
		return loyalty.Grant(a, p, d, name, n, gained(e, p))
	})
	if err != nil || !ok {
		return err
	}
	id, _ := giftName(name)
	tally(s.sum.Gifts, id, 1, n)
	s.had[name] = &had{at: e.RecordedAt, entry: *head}
	return nil
}

// gained are the stamps that an entry gave, on cards that the rules have.
func gained(e *loyalty.Entry, p *loyalty.Programme) (all []loyalty.Stamping) {
	for _, st := range e.Stamps {
		i := slices.IndexFunc(p.Cards, func(c loyalty.StampCard) bool { return c.ID == st.Card })
		if i < 0 {
			continue
		}
		if n := st.Stamps + st.Filled*p.Cards[i].Size; n > 0 {
			all = append(all, loyalty.Stamping{Card: st.Card, Stamps: n})
		}
	}
	return all
}

// priced is a gift of the ledger as a side's rules have it: what it is called,
// and how many points it gives. Where both rules say the same, it is what it was.
func (r *replay) priced(s *side, e *loyalty.Entry) (name string, n loyalty.Points, ok bool) {
	n = -e.In(loyalty.Issued)
	if s == r.was {
		return e.Gift, n, true
	}
	then, now := r.q.Was(e.RecordedAt), s.rules(e.RecordedAt)
	id, period := giftName(e.Gift)
	if id == "referral" {
		was, is := shareOf(&then.Referral, period), shareOf(&now.Referral, period)
		if was != is {
			n = is
		}
		return e.Gift, n, n > 0
	}
	g := giftOf(then, id)
	if g == nil { // another desk's
		r.res.Kept++
		return e.Gift, n, true
	}
	own := s.counterpart(g, e.RecordedAt)
	if own == nil || own.Points <= 0 {
		return "", 0, false
	}
	if own.Points != g.Points {
		n = own.Points
	}
	return own.ID + "/" + period, n, true
}

// shareOf is what a referral brings the side that the gift's period names.
func shareOf(f *loyalty.Referral, period string) loyalty.Points {
	if strings.HasPrefix(period, string(club.KindReferrer)) {
		return f.ReferrerPoints
	}
	return f.FriendPoints
}

// counterpart is the gift of a kind that the member gets here in another's place:
// the one of its name first.
func (s *side) counterpart(g *loyalty.Gift, now time.Time) *loyalty.Gift {
	gifts := s.rules(now).Gifts
	var found *loyalty.Gift
	for i := range gifts {
		own := &gifts[i]
		if own.Kind == g.Kind && s.fits(own.Levels, now) && (found == nil || own.ID == g.ID) {
			found = own
		}
	}
	return found
}

// dueGift is a gift of the calendar that nobody can look up in the ledger.
type dueGift struct {
	at     time.Time
	gift   string
	period string
}

// calendar are the gifts of joining, birthdays and anniversaries that are
// reckoned on a side, in order: those without points, which no entry tells of,
// and those of a kind that gave no points in reality.
func (r *replay) calendar(s *side) (all []dueGift) {
	f := r.st.facts
	if f.Joined.IsZero() || len(r.st.entries) == 0 {
		return nil
	}
	first := later(f.Joined, r.q.From)
	seen := map[string]bool{}
	for _, at := range []time.Time{first, r.q.To} {
		p := s.rules(at)
		for i := range p.Gifts {
			if g := &p.Gifts[i]; !seen[g.ID] {
				seen[g.ID] = true
				all = append(all, r.dates(g, p, first)...)
			}
		}
	}
	all = slices.DeleteFunc(all, func(d dueGift) bool {
		g := giftOf(s.rules(d.at), d.gift)
		return d.at.Before(first) || !d.at.Before(r.q.To) || g == nil || g.Points > 0 && (s == r.was || gavePoints(r.q.Was(d.at), g.Kind))
	})
	slices.SortStableFunc(all, func(a, b dueGift) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.gift, b.gift)) })
	return all
}

// dates are when a calendar gift is due from a moment on.
func (r *replay) dates(g *loyalty.Gift, p *loyalty.Programme, from time.Time) (all []dueGift) {
	switch g.Kind {
	case loyalty.GiftWelcome:
		if !r.st.facts.Returned {
			all = append(all, dueGift{r.st.facts.Joined, g.ID, "ever"})
		}
	case loyalty.GiftBirthday, loyalty.GiftAnniversary:
		for y := from.Year() - 1; y <= r.q.To.Year()+1; y++ {
			if at, period, ok := club.Begins(g, r.st.facts, y, p); ok {
				all = append(all, dueGift{at, g.ID, period})
			}
		}
	}
	return all
}

// gavePoints reports whether rules had a gift of a kind with points: then the
// ledger says who had it and when.
func gavePoints(p *loyalty.Programme, k loyalty.GiftKind) bool {
	return slices.ContainsFunc(p.Gifts, func(g loyalty.Gift) bool { return g.Kind == k && g.Points > 0 })
}

// celebrate gives the gifts of the calendar that are due by now.
func (s *side) celebrate(now time.Time) error {
	for len(s.due) > 0 && !s.due[0].at.After(now) {
		d := s.due[0]
		s.due = s.due[1:]
		g := giftOf(s.rules(d.at), d.gift)
		e := &loyalty.Entry{EffectiveAt: d.at, RecordedAt: d.at, Actor: loyalty.ByJob("club")}
		if err := s.settle(d.at); err != nil {
			return err
		}
		if err := s.give(e, g, d.period, had{}); err != nil {
			return err
		}
	}
	return nil
}
