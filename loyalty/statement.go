package loyalty

import (
	"cmp"
	"errors"
	"math"
	"math/bits"
	"slices"
)

// Settlement is what stores that are one another's franchise have agreed on: what
// points that one gave are worth to another that took them. The zero value settles
// nothing in money.
type Settlement struct {
	Points Points `json:"points"`        // so many of them …
	Worth  Money  `json:"worth"`         // … are worth so much
	Fee    int    `json:"fee,omitempty"` // percent of what a store gets, which the house keeps
}

// On reports whether there is a price.
func (s Settlement) On() bool { return s.Points > 0 && s.Worth > 0 }

// Price is what n points are worth, to the nearest minor unit, halves away from 0:
// what is taken back is worth what it was. The error is ErrOverflow.
func (s Settlement) Price(n Points) (Money, error) {
	if !s.On() || n == 0 {
		return 0, nil
	}
	return share(int64(n), int64(s.Worth), int64(s.Points))
}

// FeeOf is what the house keeps of an amount, rounded likewise.
func (s Settlement) FeeOf(m Money) (Money, error) { return share(int64(m), int64(s.Fee), 100) }

// share is n times of divided by in, to the nearest unit, halves away from 0. of
// is not below 0, in above it.
func share(n, of, in int64) (Money, error) {
	if n == math.MinInt64 {
		return 0, ErrOverflow
	}
	hi, lo := bits.Mul64(uint64(max(n, -n)), uint64(of))
	lo, carry := bits.Add64(lo, uint64(in)/2, 0)
	if hi += carry; hi >= uint64(in) {
		return 0, ErrOverflow
	}
	q, _ := bits.Div64(hi, lo, uint64(in))
	switch {
	case q > math.MaxInt64:
		return 0, ErrOverflow
	case n < 0:
		return -Money(q), nil
	}
	return Money(q), nil
}

// Crossing is how many points that one store gave were spent in another in a month,
// less what was given back of them in that month. "" is the house: points of the
// programme's own gifts, or brought from elsewhere; spent where no store was told.
type Crossing struct {
	From, To Store // where they were given, where they were spent
	Points   Points
}

// Correction is what was given back in a later month than that in which it had
// been spent: that month's statement stands as it is.
type Correction struct {
	Month    int32 // in which they had been spent, written 202611
	From, To Store
	Before   Points     // what stood for it before: spent in that month, less corrections told since
	Points   Points     // by how much it changes; below 0
	Terms    Settlement // of that month
}

// StatementLine is one thing of a statement: From owes To. A correction's numbers
// are mostly below 0.
type StatementLine struct {
	From   Store  `json:"from"`
	To     Store  `json:"to"`
	Month  int32  `json:"month,omitempty"` // of a correction: the month that it corrects
	Points Points `json:"points"`
	Money  Money  `json:"money"`         // what From owes To
	Fee    Money  `json:"fee,omitempty"` // of that, what To leaves to the house
}

// SettleMonth is a month's settlement: a line for each two stores with points that went
// from one to the other, and one for each correction, ordered by both stores and the
// month. What is spent where it was given is no line. The price of a correction is
// the difference that it makes to its month, so that all statements together come
// to what the whole would have cost, but for the one rounding of each month and
// pair. The error is ErrOverflow.
func SettleMonth(terms Settlement, moved []Crossing, late []Correction) (lines []StatementLine, err error) {
	for _, c := range moved {
		if c.From == c.To || c.Points == 0 {
			continue
		}
		line := StatementLine{From: c.From, To: c.To, Points: c.Points}
		if line.Money, line.Fee, err = terms.owed(c.From, c.To, c.Points); err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	for _, c := range late {
		if c.From == c.To || c.Points == 0 {
			continue
		}
		was, kept, err := c.Terms.owed(c.From, c.To, c.Before)
		if err != nil {
			return nil, err
		}
		is, keeps, err := c.Terms.owed(c.From, c.To, c.Before+c.Points)
		if err != nil {
			return nil, err
		}
		lines = append(lines, StatementLine{From: c.From, To: c.To, Month: c.Month, Points: c.Points, Money: is - was, Fee: keeps - kept})
	}
	slices.SortFunc(lines, CompareLines)
	return lines, nil
}

// CompareLines orders lines by both stores, the month's own before corrections.
func CompareLines(a, b StatementLine) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Month, b.Month))
}

// owed is what so many points cost their giver, and what the house keeps of it. It
// keeps nothing of what it pays or gets itself.
func (s Settlement) owed(from, to Store, n Points) (m, fee Money, err error) {
	if m, err = s.Price(n); err != nil || from == "" || to == "" {
		return m, 0, err
	}
	fee, err = s.FeeOf(m)
	return m, fee, err
}

// StoreBalance is what a statement comes to for one store, or for the house.
type StoreBalance struct {
	Store       Store
	Gets, Owes  Money  // of and to others, before the fee
	Fee         Money  // what it leaves to the house; of the house, what it is left, below 0
	Net         Money  // Gets less Owes and Fee: above 0 it is paid
	Took, Given Points // others' points that it took, own points that others took
}

// Balances is what the lines come to, for every store in them, ordered; the Net of
// all is 0. The error is ErrOverflow.
func Balances(lines []StatementLine) ([]StoreBalance, error) {
	sums := map[Store]*StoreBalance{}
	at := func(s Store) *StoreBalance {
		if sums[s] == nil {
			sums[s] = &StoreBalance{Store: s}
		}
		return sums[s]
	}
	var wrong error
	plus := func(sum *Money, n Money) {
		m, err := add(*sum, n)
		*sum, wrong = m, errors.Join(wrong, err)
	}
	for _, l := range lines {
		from, to := at(l.From), at(l.To)
		from.Given += l.Points
		to.Took += l.Points
		plus(&from.Owes, l.Money)
		plus(&from.Net, -l.Money)
		plus(&to.Gets, l.Money)
		plus(&to.Net, l.Money-l.Fee)
		plus(&to.Fee, l.Fee)
		if l.Fee != 0 {
			plus(&at("").Fee, -l.Fee)
			plus(&at("").Net, l.Fee)
		}
	}
	var list []StoreBalance
	for _, b := range sums {
		list = append(list, *b)
	}
	slices.SortFunc(list, func(a, b StoreBalance) int { return cmp.Compare(a.Store, b.Store) })
	return list, wrong
}
