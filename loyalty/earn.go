package loyalty

// Sell decides a sale: its points by every rule of the programme, its stamps
// and what it adds to the counts. Refusals: ErrAmount, ErrOverflow, ErrSelf,
// ErrFull.
func Sell(a *Account, p *Programme, d Draft, s Sale) ([]Entry, error) {
	if d.selfDealing() {
		return nil, ErrSelf
	}
	if s.Amount <= 0 {
		return nil, ErrAmount
	}
	n, err := p.Earn(s.Amount)
	if err != nil {
		return nil, err
	}
	d.Order = s.Order
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	e := w.entry(KindEarn)
	e.Amount, e.Voucher, e.Level = s.Amount, s.Voucher, w.a.Standing.Level
	if err := w.grant(e, n, p.ReturnWindow); err != nil {
		return nil, err
	}
	return w.finish(w.applyWaits(w.out[len(w.out)-1]))
}

// Grant decides a present that a rule gives: n points, stamps, or both. gift
// says which, as in "birthday/2026"; whoever calls sees to it that it is given
// once. It is undone like a gift by hand. Of a [Stamping] only Card and Stamps
// (1 or more) are asked for. Refusals: ErrAmount for nothing at all or less,
// ErrOverflow, ErrFull.
func Grant(a *Account, p *Programme, d Draft, gift string, n Points, stamps []Stamping) ([]Entry, error) {
	if n < 0 || n == 0 && len(stamps) == 0 {
		return nil, ErrAmount
	}
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	e := w.entry(KindGift)
	e.Gift, e.Stamps = gift, stamps
	return w.finish(w.grant(e, n, 0))
}
