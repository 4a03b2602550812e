package loyalty

import "slices"

// slip is what a sale is made of: the whole of it, or what refunds left.
type slip struct {
	total Money  // what minimums are held against
	earns Money  // of it, what counts for the rate
	lines []Line // one an item
}

// What a sale may say at most, so that its entry stays well under what a row
// may be and a slip of the keyboard fills no thousand cards.
const (
	maxLines  = 500
	maxPieces = 10_000 // of all lines together
	maxName   = 200    // bytes of an item's or a category's name
)

// tidy checks lines and gives them as they are recorded: with the programme's
// categories, and those of one item in one. A quantity of 0 is 1.
func (p *Programme) tidy(lines []Line) ([]Line, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	if len(lines) > maxLines {
		return nil, ErrOverflow
	}
	out := make([]Line, 0, len(lines))
	var pieces int64
	var sum Money
	for _, l := range lines {
		if l.Quantity == 0 {
			l.Quantity = 1
		}
		switch {
		case l.Quantity < 0 || l.Amount < 0:
			return nil, ErrAmount
		case l.Quantity > maxPieces-pieces || len(l.Item) > maxName || len(l.Category) > maxName:
			return nil, ErrOverflow
		}
		pieces += l.Quantity
		if it := p.Earning.item(l.Item); it != nil && it.Category != "" {
			l.Category = it.Category
		}
		var err error
		if sum, err = add(sum, l.Amount); err == nil {
			out, err = addLine(out, l)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// addLine adds a line to those of its item, or behind all.
func addLine(list []Line, l Line) ([]Line, error) {
	i := slices.IndexFunc(list, l.same)
	if i < 0 {
		return append(list, l), nil
	}
	var err error
	if list[i].Quantity, err = add(list[i].Quantity, l.Quantity); err != nil {
		return nil, err
	}
	list[i].Amount, err = add(list[i].Amount, l.Amount)
	return list, err
}

// same reports whether two lines are of one item.
func (l Line) same(m Line) bool { return l.Item == m.Item && l.Category == m.Category }

// among reports whether the line's item or category is one of these.
func (l *Line) among(names []string) bool {
	return l.Item != "" && slices.Contains(names, l.Item) || l.Category != "" && slices.Contains(names, l.Category)
}

// paid gives lines that say more than was paid, as when a voucher took something
// off, their share of what was.
func paid(lines []Line, total Money) []Line {
	var sum Money
	for _, l := range lines {
		sum += l.Amount // of tidy lines, so that it fits
	}
	if sum <= total {
		return lines
	}
	for i := range lines {
		n, _ := mulDiv(int64(lines[i].Amount), int64(total), int64(sum), RoundDown)
		lines[i].Amount = Money(n)
	}
	return lines
}

// slip is the whole sale.
func (p *Programme) slip(total Money, lines []Line) (slip, error) {
	out, err := p.excluded(lines)
	return slip{total, total - min(total, out), lines}, err
}

// excluded is the amount of the lines that earn nothing by the rate.
func (p *Programme) excluded(lines []Line) (out Money, err error) {
	if len(p.Earning.Exclude) == 0 {
		return 0, nil
	}
	for i := range lines {
		if lines[i].among(p.Earning.Exclude) {
			if out, err = add(out, lines[i].Amount); err != nil {
				return 0, err
			}
		}
	}
	return out, nil
}

// left is what stays of a sale of which amount came back, and of that the lines
// back. What came back without a line comes off everything in proportion: of
// pieces, only whole ones. Nothing in it grows when more comes back.
func (p *Programme) left(of *Entry, amount Money, back []Line) (slip, error) {
	whole, err := p.slip(of.Amount, of.Lines)
	if err != nil {
		return slip{}, err
	}
	loose, earns := amount, whole.earns
	for i := range back {
		loose -= back[i].Amount
		if !back[i].among(p.Earning.Exclude) {
			earns -= min(earns, back[i].Amount)
		}
	}
	off := func(n, of int64) int64 { // never overflows: loose is part of the amount
		k, _ := mulDiv(n, int64(loose), of, RoundDown)
		return k
	}
	all := int64(of.Amount)
	s := slip{total: of.Amount - amount, lines: slices.Clone(of.Lines)}
	s.earns = min(s.total, max(0, earns-Money(off(int64(whole.earns), all))))
	for i := range s.lines {
		l, b := &s.lines[i], Line{}
		if j := slices.IndexFunc(back, l.same); j >= 0 {
			b = back[j]
		}
		l.Quantity = max(0, l.Quantity-b.Quantity-off(l.Quantity, all))
		l.Amount = max(0, l.Amount-b.Amount-Money(off(int64(l.Amount), all)))
	}
	return s, nil
}
