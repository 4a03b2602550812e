package loyalty

import "time"

// OpenBalance decides n points that a member brings from another system. They
// pay what is owed and then open a lot: with an end of its own (expires, an
// instant; exclusive as all ends are), or under the programme's rule, counted
// from d.At. Refusals: ErrAmount, ErrGone, ErrOverflow, ErrFull.
func OpenBalance(a *Account, p *Programme, d Draft, n Points, expires time.Time) ([]Entry, error) {
	if n <= 0 {
		return nil, ErrAmount
	}
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	if len(w.a.Lots) >= maxLots {
		return nil, ErrFull
	}
	e := w.entry(KindOpening)
	repaid := min(n, w.a.Owed)
	if rest := n - repaid; rest > 0 {
		o := w.opening(rest)
		if !expires.IsZero() {
			o.ExpiresAt, o.Idle = expires.Round(0).UTC(), false
		}
		if !o.ExpiresAt.IsZero() && !w.now().Before(o.ExpiresAt) {
			return nil, ErrGone
		}
		e.Lot = &o
	}
	e.Legs = []Leg{{Issued, -n}, {Debt, repaid}, {Available, n - repaid}}
	return w.finish(w.put(e))
}

// OpenSale decides a purchase of another system: it counts for tiers, visits
// and what else looks at counts, on its own day, and gives nothing. Refusals:
// ErrAmount, ErrOverflow.
func OpenSale(a *Account, p *Programme, d Draft, s Sale) ([]Entry, error) {
	if s.Amount <= 0 {
		return nil, ErrAmount
	}
	lines, err := p.tidy(s.Lines)
	if err != nil {
		return nil, err
	}
	d.Order = s.Order
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	m := w.moment()
	q := p.asks(&m)
	whole, err := p.slip(s.Amount, lines)
	if err != nil {
		return nil, err
	}
	y, err := p.reckon(whole, q)
	if err != nil {
		return nil, err
	}
	e := w.entry(KindOpening)
	e.Amount, e.Lines = s.Amount, paid(lines, s.Amount)
	e.Tally = Tally{Bucket: m.bucket, Day: m.day, Nights: y.nights, Money: s.Amount, Points: y.qualify}
	if q.visit {
		e.Tally.Visits = 1
	}
	return w.finish(w.put(e))
}
