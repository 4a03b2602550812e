package loyalty

import "slices"

// Sell decides a sale: its points by every rule of the programme, its stamps
// and what it adds to the counts. The member's first stamps on a card bring its
// head start with them, see [HeadStart]. Refusals: ErrAmount, ErrOverflow,
// ErrSelf, ErrFull.
func Sell(a *Account, p *Programme, d Draft, s Sale) ([]Entry, error) {
	if d.selfDealing() {
		return nil, ErrSelf
	}
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
	e := w.entry(KindEarn)
	e.Amount, e.Lines, e.Voucher, e.Level = s.Amount, paid(lines, s.Amount), s.Voucher, w.a.Standing.Level
	n, err := w.earn(&e)
	if err != nil {
		return nil, err
	}
	if err := w.grant(e, n, p.ReturnWindow); err != nil {
		return nil, err
	}
	sale := w.out[len(w.out)-1]
	if err := w.start(a, sale.Stamps); err != nil {
		return nil, err
	}
	return w.finish(w.applyWaits(sale))
}

// earn is how many points the sale in e gives; it writes down which rules gave
// them and what else it does.
func (w *work) earn(e *Entry) (Points, error) {
	m := w.moment()
	q := w.p.asks(&m)
	s, err := w.p.slip(e.Amount, e.Lines)
	if err != nil {
		return 0, err
	}
	y, err := w.p.reckon(s, q)
	if err != nil {
		return 0, err
	}
	n := w.p.Earning.room(&m, y.points)
	if e.Shares = y.shares; n < y.points {
		e.Shares = append(e.Shares, Share{"cap", n - y.points})
	}
	e.Tally = Tally{Bucket: m.bucket, Day: m.day, Nights: y.nights, Money: e.Amount, Points: y.qualify, Earned: n}
	if q.visit {
		e.Tally.Visits = 1
	}
	e.Stamps, err = w.fill(y.stamps)
	return n, err
}

// Grant decides a present that a rule gives: n points, stamps, or both. gift
// says which, as in "birthday/2026"; whoever calls sees to it that it is given
// once. It is undone like a gift by hand. Of a [Stamping] only Card and Stamps
// (1 or more) are asked for, and each card once. Refusals: ErrAmount for nothing
// at all or less, ErrOverflow, ErrFull.
func Grant(a *Account, p *Programme, d Draft, gift string, n Points, stamps []Stamping) ([]Entry, error) {
	if n < 0 || n == 0 && len(stamps) == 0 {
		return nil, ErrAmount
	}
	for i, s := range stamps {
		twice := slices.ContainsFunc(stamps[:i], func(t Stamping) bool { return t.Card == s.Card })
		if s.Stamps <= 0 || s.Card == "" || twice {
			return nil, ErrAmount
		}
		if s.Stamps > maxPieces {
			return nil, ErrOverflow
		}
	}
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	e := w.entry(KindGift)
	e.Gift = gift
	if e.Stamps, err = w.fill(stamps); err != nil {
		return nil, err
	}
	return w.finish(w.grant(e, n, 0))
}
