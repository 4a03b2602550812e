package measure

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Spender is what the model of spending needs of one buyer who came again: how
// often, and the mean of what those purchases were, in any one unit of money
// (major units keep the parameters readable).
type Spender struct {
	X    int
	Mean float64
}

// GammaGamma is the model of Fader and Hardie, "The Gamma-Gamma Model of Monetary
// Value" (2013): purchases vary around a mean of the buyer's own, and these means
// vary among buyers. It holds only where how much somebody spends has nothing to
// do with how often they come: see [GammaGamma.Independent].
type GammaGamma struct {
	P     float64 `json:"p"`
	Q     float64 `json:"q"`
	Gamma float64 `json:"gamma"`
	// Correlation is Pearson's, −1 to 1, of how often and how much among those it
	// was fitted to.
	Correlation float64 `json:"correlation"`
}

// Independent says whether spending is near enough to unrelated with frequency
// (a correlation under 0.3 either way) for the model to be shown without a word.
func (g GammaGamma) Independent() bool { return math.Abs(g.Correlation) < 0.3 }

// Valid says whether the parameters give everybody a mean.
func (g GammaGamma) Valid() bool {
	return g.P > 0 && g.Q > 1 && g.Gamma > 0 && !math.IsInf(g.P+g.Q+g.Gamma, 0)
}

// Mean is what a purchase of the buyer will be, on average: between what theirs
// were and what everybody's are, the nearer to theirs the more they bought. For
// one who never came again (X = 0) it is everybody's.
func (g GammaGamma) Mean(s Spender) float64 {
	everybody := g.P * g.Gamma / (g.Q - 1)
	px := g.P * float64(s.X)
	return (g.Q-1)/(px+g.Q-1)*everybody + px/(px+g.Q-1)*s.Mean
}

// FitGammaGamma finds the likeliest parameters. Those who never came again, or
// spent nothing, are left out; fewer than [FewRepeaters] others are [ErrTooFew].
// [ErrNoFit] where the parameters run away (as when all spend the same) or where
// there would be no mean (q ≤ 1).
func FitGammaGamma(all []Spender) (GammaGamma, error) {
	var again []Spender
	total := 0.0
	for i, s := range all {
		if math.IsNaN(s.Mean) || math.IsInf(s.Mean, 0) || s.X < 0 || s.Mean < 0 {
			return GammaGamma{}, fmt.Errorf("measure: spending %d cannot be: %+v", i, s)
		}
		if s.X > 0 && s.Mean > 0 {
			again = append(again, s)
			total += s.Mean
		}
	}
	if len(again) < FewRepeaters {
		return GammaGamma{}, ErrTooFew
	}
	// In multiples of the mean, so that yen and dollars set out alike.
	unit := total / float64(len(again))
	for i := range again {
		again[i].Mean /= unit
	}
	l := spending(again)
	p, err := climb([]float64{2, 3, 1}, l.value, l.slope, len(again))
	if err != nil {
		return GammaGamma{}, err
	}
	g := GammaGamma{P: p[0], Q: p[1], Gamma: p[2] * unit, Correlation: correlation(again)}
	if !g.Valid() {
		return GammaGamma{}, ErrNoFit
	}
	return g, nil
}

// spending is the buyers whose likelihood it is.
type spending []Spender

// value is the mean log-likelihood at p, q, γ, of a buyer
//
//	ln Γ(px+q)/Γ(px)Γ(q) + q ln γ + (px−1) ln z + px ln x − (px+q) ln(γ + xz)
func (l spending) value(v []float64) float64 {
	p, q, g := v[0], v[1], v[2]
	lq, _ := math.Lgamma(q)
	sum := 0.0
	for _, s := range l {
		x := float64(s.X)
		hi, _ := math.Lgamma(p*x + q)
		lo, _ := math.Lgamma(p * x)
		sum += hi - lo - lq + q*math.Log(g) + (p*x-1)*math.Log(s.Mean) + p*x*math.Log(x) - (p*x+q)*math.Log(g+x*s.Mean)
	}
	return sum / float64(len(l))
}

// slope puts the value's derivatives by p, q, γ into grad.
func (l spending) slope(grad, v []float64) {
	p, q, g := v[0], v[1], v[2]
	clear(grad)
	dq := mathext.Digamma(q)
	for _, s := range l {
		x := float64(s.X)
		both, sum := mathext.Digamma(p*x+q), math.Log(g+x*s.Mean)
		grad[0] += x * (both - mathext.Digamma(p*x) + math.Log(s.Mean) + math.Log(x) - sum)
		grad[1] += both - dq + math.Log(g) - sum
		grad[2] += q/g - (p*x+q)/(g+x*s.Mean)
	}
	for i := range grad {
		grad[i] /= float64(len(l))
	}
}

// correlation is Pearson's of how often and how much; 0 where one of them does
// not vary.
func correlation(all []Spender) float64 {
	n := float64(len(all))
	var mx, mz, xx, zz, xz float64
	for _, s := range all {
		mx += float64(s.X) / n
		mz += s.Mean / n
	}
	for _, s := range all {
		dx, dz := float64(s.X)-mx, s.Mean-mz
		xx += dx * dx
		zz += dz * dz
		xz += dx * dz
	}
	if xx == 0 || zz == 0 {
		return 0
	}
	return xz / math.Sqrt(xx*zz)
}
