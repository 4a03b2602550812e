package measure

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// History is what the model of purchases needs of one buyer, in weeks: how
// often they came again after the first time (several purchases of a day are
// one), when they came last and how long they have been known, both counted
// from their first purchase. X is 0 exactly when Last is 0; Last ≤ Known.
type History struct {
	X           int
	Last, Known float64
}

// ok says whether the figures can be a buyer's.
func (h History) ok() bool {
	return h.X >= 0 && h.Last >= 0 && h.Last <= h.Known && (h.X > 0) == (h.Last > 0) && !math.IsInf(h.Known, 0)
}

// BGNBD is the model of Fader, Hardie and Lee, "Counting your customers the easy
// way" (Marketing Science 24, 2005): while somebody is a customer they buy at a
// rate of their own (gamma with R and Alpha, in weeks), and after each purchase
// they stop for good with a chance of their own (beta with A and B).
type BGNBD struct {
	R     float64 `json:"r"`
	Alpha float64 `json:"alpha"`
	A     float64 `json:"a"`
	B     float64 `json:"b"`
}

// Valid says whether the parameters are ones that the model can have; those of a
// missing row are not.
func (m BGNBD) Valid() bool {
	for _, v := range []float64{m.R, m.Alpha, m.A, m.B} {
		if !(v > 0) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// PAlive is the chance, 0 to 1, that the buyer is still a customer. It is 1 for
// who bought only once: the model lets nobody stop before they have come again.
func (m BGNBD) PAlive(h History) float64 {
	if h.X == 0 {
		return 1
	}
	x := float64(h.X)
	// In logarithms: the power of a buyer of hundreds overflows.
	odds := math.Log(m.A/(m.B+x-1)) + (m.R+x)*math.Log((m.Alpha+h.Known)/(m.Alpha+h.Last))
	return 1 / (1 + math.Exp(odds))
}

// Expected is how many purchases the buyer will make in the next so many weeks,
// the chance that they have stopped being counted in.
func (m BGNBD) Expected(h History, weeks float64) float64 {
	if weeks <= 0 {
		return 0
	}
	x := float64(h.X)
	a := apart(m.A)
	c := a + m.B + x - 1
	if math.Abs(c) < 1e-9 { // only where x is 0: the limit again
		c = 1e-9
	}
	z := weeks / (m.Alpha + h.Known + weeks)
	// ((α+T)/(α+T+t))^(r+x) · ₂F₁(r+x, b+x; a+b+x−1; z), and 1−z is the power's base.
	// By Euler's relation the product is (1−z)^(a−1) · ₂F₁ of smaller arguments,
	// which neither overflows nor cancels for those who buy hundreds of times.
	gone := math.Pow(1-z, a-1) * mathext.Hypergeo(c-m.R-x, a-1, c, z)
	return c / (a - 1) * (1 - gone) * m.PAlive(h)
}

// ExpectedNew is how many purchases somebody will make in the weeks after their
// first one, about whom nothing else is known.
func (m BGNBD) ExpectedNew(weeks float64) float64 {
	return m.Expected(History{}, weeks)
}

// apart keeps a from 1, where the closed form is 0/0; the limit is the same to
// nine digits.
func apart(a float64) float64 {
	if math.Abs(a-1) < 1e-6 {
		return 1 + 1e-6
	}
	return a
}

// FitBGNBD finds the parameters under which these histories are likeliest. It
// wants at least [FewRepeaters] buyers who came again (else [ErrTooFew]) and
// fails with [ErrNoFit] where the histories do not pin the parameters down. A
// history that cannot be is an error. The work grows with the buyers: 100,000
// take about three seconds, and more than that change nothing in what is shown, so
// that a caller with a million gives every tenth.
func FitBGNBD(all []History) (BGNBD, error) {
	again, longest := 0, 0.0
	for i, h := range all {
		if !h.ok() {
			return BGNBD{}, fmt.Errorf("measure: history %d cannot be: %+v", i, h)
		}
		if h.X > 0 {
			again++
		}
		longest = max(longest, h.Known)
	}
	if again < FewRepeaters {
		return BGNBD{}, ErrTooFew
	}
	return fitBGNBDFrom(all, BGNBD{R: 1, Alpha: max(longest/4, 1e-3), A: 1, B: 2})
}

// fitBGNBDFrom starts the search at the given parameters.
func fitBGNBDFrom(all []History, start BGNBD) (BGNBD, error) {
	l := newLikelihood(all)
	at, err := climb([]float64{start.R, start.Alpha, start.A, start.B}, l.value, l.slope, len(all))
	if err != nil {
		return BGNBD{}, err
	}
	return BGNBD{R: at[0], Alpha: at[1], A: at[2], B: at[3]}, nil
}
