package whatif

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
)

// bargain is a redemption as a side's rules have it.
type bargain struct {
	cost  loyalty.Points
	terms loyalty.Terms
	may   bool // it is in the catalogue, and the member's tier may have it
}

// redeem makes the ledger's redemption at this side's price, if it can be made.
func (r *replay) redeem(s *side, e *loyalty.Entry) error {
	b := r.bargain(s, e)
	if !b.may {
		s.sum.Barred++
		return nil
	}
	head, ok, err := s.as(e, func(a *loyalty.Account, p *loyalty.Programme, d loyalty.Draft) ([]loyalty.Entry, error) {
		d.Voucher = e.Voucher
		if e.Kind == loyalty.KindSpend {
			return loyalty.Spend(a, p, d, b.cost)
		}
		return loyalty.SetAside(a, p, d, b.cost, b.terms)
	})
	if err != nil {
		return err
	}
	if !ok {
		s.sum.Short++
		return nil
	}
	if e.Kind == loyalty.KindSpend {
		s.redeemed(e, 1, head.In(loyalty.Redeemed))
	}
	return nil
}

// redeemed counts a reward that was had, or given back.
func (s *side) redeemed(e *loyalty.Entry, n int64, p loyalty.Points) {
	tally(s.sum.Rewards, s.story.rewards[e.Voucher], n, p)
}

// bargain is what the ledger's redemption costs here and how long it may wait to
// be used. Where both rules say the same of the reward, it is as it was; nor does
// anything change for one whose voucher nobody knows any more.
func (r *replay) bargain(s *side, e *loyalty.Entry) bargain {
	b := bargain{cost: -e.In(loyalty.Available), terms: loyalty.Terms{Deadline: e.Deadline, Forfeit: e.Forfeit}, may: true}
	id, known := r.st.rewards[e.Voucher]
	if s == r.was || !known {
		return b
	}
	then, now := r.q.Was(e.RecordedAt), s.rules(e.RecordedAt)
	was, had := then.Reward(id)
	is, has := now.Reward(id)
	if !had {
		return b
	}
	if !has || is.Cost <= 0 {
		b.may = false
		return b
	}
	if is.Cost != was.Cost {
		b.cost = is.Cost
	}
	if is.ValidFor != was.ValidFor || is.ToDayEnd != was.ToDayEnd || then.HoldFor != now.HoldFor {
		b.terms.Deadline = voucher.Lapses(now, is, later(e.RecordedAt, s.acct.RecordedAt))
	}
	if is.OnExpiry != was.OnExpiry {
		b.terms.Forfeit = is.OnExpiry == loyalty.FateForfeit
	}
	if !slices.Equal(is.Levels, was.Levels) || s.level(e.RecordedAt) != r.was.level(e.RecordedAt) {
		b.may = s.fits(is.Levels, e.RecordedAt)
	}
	if !is.From.Equal(was.From) || !is.To.Equal(was.To) {
		b.may = b.may && dated(is, e.RecordedAt)
	}
	return b
}

// dated reports whether a reward is to be had at a moment.
func dated(w loyalty.Reward, at time.Time) bool {
	return !at.Before(w.From) && (w.To.IsZero() || at.Before(w.To))
}

// capture uses what is held, if it is held here and still is.
func (r *replay) capture(s *side, e *loyalty.Entry) error {
	hold, ok := s.done[e.Of]
	real := r.st.numbered(e.Of)
	if !ok || real == nil {
		return nil
	}
	head, ok, err := s.as(e, func(a *loyalty.Account, p *loyalty.Programme, d loyalty.Draft) ([]loyalty.Entry, error) {
		n := sum(e.Parts)
		if n == sum(real.Parts) {
			n = 0 // all of it, whatever it costs here
		} else {
			n = min(n, sum(hold.Parts))
		}
		return loyalty.Capture(a, p, d, hold, n)
	})
	switch {
	case err != nil:
		return err
	case !ok:
		s.sum.Lapsed++
		return nil
	}
	s.redeemed(real, 1, head.In(loyalty.Redeemed))
	return nil
}

// undo takes back a use, a hold or a wait.
func (r *replay) undo(s *side, e *loyalty.Entry) error {
	of, ok := s.done[e.Of]
	if !ok {
		return nil
	}
	s.load(of)
	_, ok, err := s.as(e, func(a *loyalty.Account, p *loyalty.Programme, d loyalty.Draft) ([]loyalty.Entry, error) {
		return loyalty.Undo(a, p, d, of)
	})
	if err != nil || !ok {
		return err
	}
	switch real := r.st.numbered(e.Of); of.Kind {
	case loyalty.KindCapture:
		if hold := r.st.numbered(real.Of); hold != nil {
			s.redeemed(hold, -1, -of.In(loyalty.Redeemed))
		}
	case loyalty.KindSpend:
		s.redeemed(real, -1, -of.In(loyalty.Redeemed))
	}
	return nil
}

func sum(parts []loyalty.Part) (n loyalty.Points) {
	for _, p := range parts {
		n += p.Points
	}
	return n
}
