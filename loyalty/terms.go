package loyalty

import (
	"slices"
	"time"
)

// expiryAt is the rule for points that are earned at a level.
func (p *Programme) expiryAt(level string) Expiry {
	if i := p.Tiers.Index(level); i < len(p.Tiers.Levels) && p.Tiers.Levels[i].Expiry != nil {
		return *p.Tiers.Levels[i].Expiry
	}
	return p.Expiry
}

// opening is the lot that n points open now.
func (w *work) opening(n Points) Opening {
	o := Opening{Granted: n, Rule: w.p.Expiry.Version, Base: w.d.At, Level: w.a.Standing.Level}
	x := w.p.expiryAt(o.Level)
	if o.Idle = x.Kind == Idle; o.Idle { // a sale told late does not go before what came after it
		o.Base = later(o.Base, w.a.Count.Activity)
	}
	o.ExpiresAt = x.End(o.Base, w.p.Location())
	return o
}

// renewal is the expiry that activity now gives to lots under an idle rule, by
// the rule of now or by their own, whichever lets them live longer.
func (w *work) renewal(k Kind) (to time.Time) {
	if !active(k) {
		return to
	}
	if x := w.p.expiryAt(w.a.Standing.Level); x.Kind == Idle {
		to = x.End(w.d.At, w.p.Location())
	}
	for i := range w.a.Lots {
		l := &w.a.Lots[i]
		if p := w.ruled(l.Rule); l.Idle && p != nil {
			if x := p.expiryAt(l.Level); x.Kind == Idle {
				to = later(to, x.End(w.d.At, p.Location()))
			}
		}
	}
	return to
}

// ruled is the version whose expiry rule has this number, nil when it is not
// known.
func (w *work) ruled(rule int) *Programme {
	p := w.newest()
	for p != nil && p.Expiry.Version != rule {
		p = p.Before
	}
	return p
}

// Follows are the versions in force by t, oldest first, that brought points of
// older rules under a rule of theirs ([Expiry].Follow). Whoever keeps accounts
// settles them all once after each.
func (p *Programme) Follows(t time.Time) (list []*Programme) {
	for v := p.At(t); v.Before != nil; v = v.Before {
		if v.Expiry.Follow && (!v.Before.Expiry.Follow || v.otherExpiry(v.Before)) {
			list = append(list, v)
		}
	}
	slices.Reverse(list)
	return list
}

// otherExpiry reports whether points anywhere fare otherwise than under q.
func (p *Programme) otherExpiry(q *Programme) bool {
	other := func(level string) bool { return !p.expiryAt(level).same(q.expiryAt(level)) }
	if other("") {
		return true
	}
	for _, levels := range [][]Level{p.Tiers.Levels, q.Tiers.Levels} {
		if slices.ContainsFunc(levels, func(l Level) bool { return other(l.ID) }) {
			return true
		}
	}
	return false
}

// same reports whether two rules say the same.
func (x Expiry) same(y Expiry) bool {
	x.Version, x.Follow = y.Version, y.Follow
	if x.Kind == "" {
		x.Kind = Never
	}
	if y.Kind == "" {
		y.Kind = Never
	}
	return x == y
}

// dueTerms offers the oldest change of rules that a lot has not gone through. A
// change of rules meets all lots at one instant: what each comes to is only
// worked out when it is its turn.
func (w *work) dueTerms(wants func(time.Time) bool, offer func(time.Time, Entry)) {
	if len(w.a.Lots) == 0 {
		return
	}
	if !w.looked {
		w.looked, w.follows, w.passed = true, w.newest().Follows(w.now()), map[uint64]int{}
	}
	for i := range w.a.Lots {
		l := &w.a.Lots[i]
		for k := w.passed[l.Seq]; k < len(w.follows) && wants(w.follows[k].From); k++ {
			v := w.follows[k]
			if o, ok := w.newTerms(l, v); ok {
				offer(v.From, Entry{Kind: KindTerms, Programme: v.Version, Lot: &o, Parts: parts(l.Seq, l.Remaining+l.Held)})
				break
			}
			w.passed[l.Seq] = k + 1
		}
	}
}

// newTerms is the lot under the rule of v, if that changes it: now, or when
// activity renews it.
func (w *work) newTerms(l *Lot, v *Programme) (Opening, bool) {
	o := l.Opening
	if l.Rule >= v.Expiry.Version || l.GoneAt(v.From) {
		return o, false
	}
	x := v.expiryAt(l.Level)
	if own := w.ruled(l.Rule); own != nil && own.expiryAt(l.Level).same(x) {
		return o, false
	}
	o.Rule, o.Idle = v.Expiry.Version, x.Kind == Idle
	o.ExpiresAt = x.followed(l, v.From, w.a.Count.Activity, v.Location())
	return o, o.Idle || l.Idle || !o.ExpiresAt.Equal(l.ExpiresAt)
}

// followed is when a lot's points go that comes under the rule at from: when
// the rule would have had it if that is later than before; else as before, or
// a full period from then if that is sooner. So nothing goes that day.
func (x Expiry) followed(l *Lot, from, active time.Time, zone *time.Location) time.Time {
	base := l.Base
	if x.Kind == Idle {
		base = later(base, active)
	}
	end := x.End(base, zone)
	if end.IsZero() || !l.ExpiresAt.IsZero() && end.After(l.ExpiresAt) {
		return end
	}
	if x.Kind == FixedDate {
		x.Months = max(x.Months, 12) // its period is a year, even where it spares nothing
	}
	end = x.End(later(base, from), zone)
	if !l.ExpiresAt.IsZero() && l.ExpiresAt.Before(end) {
		return l.ExpiresAt
	}
	return end
}
