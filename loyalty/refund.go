package loyalty

import (
	"cmp"
	"slices"
	"strings"
)

// Refund decides to take back what a sale gave for the part of it that comes
// back: an amount, lines, or all that is left. Refunds that sum to the whole
// sale take back exactly what it gave: points, counts and stamps. A gift
// and what was brought from another system are taken back as a whole. Refusals: ErrAlreadyReversed, *ExcessError, ErrAmount,
// ErrOverflow, ErrSelf, *KindError, *ShortError (policy ReverseRefuse).
func Refund(a *Account, p *Programme, d Draft, of *Entry, r Return) ([]Entry, error) {
	part := r.Amount != 0 || len(r.Lines) > 0
	switch {
	case d.selfDealing():
		return nil, ErrSelf
	case r.Amount < 0:
		return nil, ErrAmount
	case !of.grants() || part && of.Kind != KindEarn:
		return nil, &KindError{of.Kind}
	}
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	return w.finish(w.reverse(of, r, 0))
}

// reverse takes back a part of what an entry gave, for the waiting reversal
// wait (0: for none).
func (w *work) reverse(of *Entry, r Return, wait uint64) error {
	m := w.a.Marks[of.Seq]
	if m.Whole {
		return ErrAlreadyReversed
	}
	e := w.entry(KindReverse)
	e.Of, e.For, e.Order, e.Sale = of.Seq, wait, of.Order, of.bought()
	var err error
	if e.Amount, e.Lines, err = w.comesBack(of, m, r); err != nil {
		return err
	}
	e.Whole = m.Amount+e.Amount == of.Amount
	keep, err := w.keeps(of, m.with(&e))
	if err != nil {
		return err
	}
	n := max(0, -of.In(Issued)-keep.points-m.Points)
	if e.Parts, e.Legs, err = w.collect(n, of.Seq); err != nil {
		return err
	}
	if t := of.Tally; t != (Tally{}) {
		e.Tally = Tally{
			Bucket: t.Bucket, Day: t.Day, Money: -e.Amount, Earned: -n,
			Nights: -max(0, t.Nights-keep.nights-m.Nights), Points: -max(0, t.Points-keep.qualify-m.Qualified),
		}
		if e.Whole {
			e.Tally.Visits = -t.Visits
		}
	}
	e.Stamps = w.peels(of, m, keep.stamps, e.Whole, r.Kept)
	return w.put(e)
}

// comesBack is the money and the lines that r takes off what is left of a sale.
// A line that the sale did not name is money and nothing else.
func (w *work) comesBack(of *Entry, m Mark, r Return) (amount Money, lines []Line, err error) {
	left := of.Amount - m.Amount
	asked, err := w.p.tidy(r.Lines)
	if err != nil {
		return 0, nil, err
	}
	var sum Money
	priced := len(asked) > 0
	for _, l := range asked {
		i := of.sold(l)
		priced = priced && (l.Amount > 0 || i >= 0 && of.Lines[i].Amount > 0)
		if i >= 0 {
			if l, err = of.Lines[i].takes(l, m.Lines); err != nil {
				return 0, nil, err
			}
			if lines, err = addLine(lines, l); err != nil {
				return 0, nil, err
			}
		}
		if sum, err = add(sum, l.Amount); err != nil {
			return 0, nil, err
		}
	}
	switch amount = cmp.Or(r.Amount, sum); {
	case len(asked) == 0 && amount == 0:
		return left, nil, nil
	case amount == 0 && !priced: // priced ones may have brought back their money before
		return 0, nil, ErrAmount
	case amount > left:
		return 0, nil, &ExcessError{amount, left}
	}
	return amount, paid(lines, amount), nil
}

// sold is where the sale has the line's item, -1 when it does not.
func (e *Entry) sold(l Line) int {
	if i := slices.IndexFunc(e.Lines, l.same); i >= 0 || l.Item == "" {
		return i
	}
	return slices.IndexFunc(e.Lines, func(s Line) bool { return s.Item == l.Item })
}

// takes is the line l that comes back of a sold one, when back came back
// before: at most what is left of it, and without an amount its share of that.
func (s Line) takes(l Line, back []Line) (Line, error) {
	var b Line
	if i := slices.IndexFunc(back, s.same); i >= 0 {
		b = back[i]
	}
	pieces, worth := s.Quantity-b.Quantity, max(0, s.Amount-b.Amount)
	share, err := mulDiv(int64(worth), l.Quantity, max(1, pieces), RoundNearest)
	switch {
	case l.Quantity > pieces:
		return l, &ExcessError{cmp.Or(l.Amount, Money(share)), worth}
	case err != nil:
		return l, err
	case l.Amount == 0:
		l.Amount = Money(share)
	case s.Amount > 0:
		l.Amount = min(l.Amount, worth)
	}
	l.Item, l.Category = s.Item, s.Category
	return l, nil
}

// keeps is what a sale keeps of what it gave, when m has come back of it: what
// a sale of what is left would have given then, before the caps: it may be more
// than it had. Only what gave something then is tried again.
func (w *work) keeps(of *Entry, m Mark) (y yield, err error) {
	if m.Whole {
		return y, nil
	}
	if v := w.version(of); v != nil {
		q := v.asked(of)
		whole, err := v.slip(of.Amount, of.Lines)
		if err != nil {
			return y, err
		}
		// Rules that were changed without a new number would take back
		// something else than they gave.
		if y, err = v.reckon(whole, q); err == nil && y.points == of.uncapped() {
			left, err := v.left(of, m.Amount, m.Lines)
			if err != nil {
				return y, err
			}
			return v.reckon(left, q)
		}
	}
	return w.p.inProportion(of, of.Amount-m.Amount)
}

// version is the rules that made an entry, nil when they are not known.
func (w *work) version(of *Entry) *Programme {
	return cmp.Or(w.d.Newest, w.p).Numbered(of.Programme)
}

// uncapped is how many points a sale's rules gave before the caps.
func (e *Entry) uncapped() Points {
	n := -e.In(Issued)
	for _, s := range e.Shares {
		if s.Rule == "cap" {
			n -= s.Points
		}
	}
	return n
}

// asked are the rules that gave a sale something. Entries of form 1 knew none
// but the rate.
func (p *Programme) asked(of *Entry) asked {
	q := asked{base: len(of.Shares) == 0, visit: of.Tally.Visits > 0}
	for _, s := range of.Shares {
		kind, id, _ := strings.Cut(s.Rule, "/")
		switch kind {
		case "base":
			q.base = true
		case "visit":
			q.perDay = true
		case "tier":
			q.level = p.level(id)
		case "bonus":
			if i := slices.IndexFunc(p.Earning.Bonuses, func(b Bonus) bool { return b.ID == id }); i >= 0 {
				q.bonuses = append(q.bonuses, &p.Earning.Bonuses[i])
			}
		}
	}
	q.cards = func(id string) bool {
		return slices.ContainsFunc(of.Stamps, func(s Stamping) bool { return s.Card == id })
	}
	return q
}

// inProportion is what a sale keeps when its rules are not known any more and
// so much of its money is left.
func (p *Programme) inProportion(of *Entry, left Money) (y yield, err error) {
	part := func(n int64, how Rounding) int64 {
		k, e := mulDiv(max(0, n), int64(left), int64(of.Amount), how)
		err = cmp.Or(err, e)
		return k
	}
	y.points = Points(part(int64(-of.In(Issued)), p.Rate.Rounding))
	y.qualify = Points(part(int64(of.Tally.Points), p.Rate.Rounding))
	y.nights = part(of.Tally.Nights, RoundUp)
	for _, s := range of.Stamps {
		y.stamps = append(y.stamps, Stamping{Card: s.Card, Stamps: part(s.Stamps+s.Filled*p.cardSize(s.Card), RoundUp)})
	}
	return y, err
}

// peels takes the stamps back that do not stand any more, when keep of them do
// and m was taken back before. What fills a card is what did when the stamps
// were given; where nobody knows that, they are taken back at the end, as one.
func (w *work) peels(of *Entry, m Mark, keep []Stamping, whole bool, kept []string) (out []Stamping) {
	for _, s := range of.Stamps {
		size := w.p.cardSize(s.Card)
		if v := w.version(of); v != nil {
			size = cmp.Or(v.cardSize(s.Card), size)
		}
		if size == 0 && s.Filled != 0 {
			if whole {
				out = append(out, Stamping{s.Card, -s.Stamps, -s.Filled})
			}
			continue
		}
		n := s.Stamps + s.Filled*size - stampsOf(keep, s.Card, size) + stampsOf(m.Stamps, s.Card, size)
		if n > 0 {
			out = append(out, w.peel(s.Card, n, size, slices.Contains(kept, s.Card)))
		}
	}
	return out
}

// stampsOf is how many stamps of one card a list stands for.
func stampsOf(list []Stamping, card string, size int64) int64 {
	for _, s := range list {
		if s.Card == card {
			return s.Stamps + s.Filled*size
		}
	}
	return 0
}
