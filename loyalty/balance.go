package loyalty

import "time"

// Balance is what a member has at a moment.
type Balance struct {
	Available Points
	Pending   Points
	Held      Points
	Debt      Points // ≥ 0; while more than 0, Available is 0
	Frozen    bool
	Next      NextExpiry
	Count     Counters
}

// NextExpiry is the next moment at which points go, and how many of those that
// are spendable or pending now; zero when none ever will.
type NextExpiry struct {
	At     time.Time
	Points Points
}

// BalanceAt is the account's balance at now, whether or not it is settled. It
// changes nothing.
func BalanceAt(a *Account, p *Programme, now time.Time) (Balance, error) {
	w, err := begin(a, p, Draft{Now: now, pointsOnly: true})
	if err == nil {
		_, err = w.finish(nil)
	}
	if err != nil {
		return Balance{}, err
	}
	s := w.a
	b := Balance{Available: s.Pots[Available], Pending: s.Pots[Pending], Held: s.Pots[Held], Debt: s.Owed, Frozen: s.Frozen, Count: s.Count}
	for _, l := range s.Lots { // ordered by expiry
		if l.Remaining == 0 || l.ExpiresAt.IsZero() {
			continue
		}
		if b.Next.Points > 0 && !l.ExpiresAt.Equal(b.Next.At) {
			break
		}
		b.Next.At, b.Next.Points = l.ExpiresAt, b.Next.Points+l.Remaining
	}
	return b, nil
}

// NextDue is the next instant at which time alone changes the account: a lot
// becomes spendable or expires, a hold times out, a tier is looked at again.
// Zero is never. What a new version of the rules changes is not in it: see
// [Programme.Follows].
func (a *Account) NextDue() time.Time {
	var next time.Time
	offer := func(t time.Time) {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, l := range a.Lots {
		if l.Pending {
			offer(l.ActiveAt)
		}
		if l.Remaining > 0 {
			offer(l.ExpiresAt)
		}
	}
	for _, h := range a.Holds {
		offer(h.Deadline)
	}
	offer(a.Standing.Until)
	return next
}
