package measure

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// z95 is the normal curve's two-sided 95 % point, to the digits that METRICS
// are published with.
const z95 = 1.959963984540054

// Share is how many of a group did something.
type Share struct{ Hits, Of int64 }

// Rate is the share, 0 to 1; 0 of an empty group, which [Compare] calls too few.
func (s Share) Rate() float64 {
	if s.Of <= 0 {
		return 0
	}
	return float64(s.Hits) / float64(s.Of)
}

// Interval is a figure with its 95 % interval.
type Interval struct{ Value, Low, High float64 }

// Sure says whether the interval keeps clear of nothing at all.
func (i Interval) Sure() bool { return i.Low > 0 || i.High < 0 }

// Outcome is what a comparison says.
type Outcome int8

// The outcomes. None is "no effect shown", which is not "no effect".
const (
	TooFew Outcome = iota // too few to tell
	None                  // no effect shown
	Higher                // b is higher than a
	Lower                 // b is lower than a
)

// Verdict compares the shares of two groups, b against a.
type Verdict struct {
	Outcome Outcome
	Z, P    float64  // two-proportion z, pooled, and its two-sided p value
	Diff    Interval // b − a as shares (0.05 is five in a hundred points), by Newcombe
	Beats   float64  // chance that b's true share is above a's; see [Beats]
}

// Compare tells whether b differs from a: by the two-proportion z test, pooled
// and two-sided, at 5 %, with Newcombe's interval beside it. All figures are there
// even when the outcome is [TooFew], for who wants to look; nobody should be shown
// them as a finding.
func Compare(a, b Share) Verdict {
	v := Verdict{Diff: Newcombe(a, b), Beats: Beats(a, b)}
	v.Z, v.P = TwoProportions(a, b)
	switch {
	case !enough(a, b):
		v.Outcome = TooFew
	case v.P >= 0.05:
		v.Outcome = None
	case v.Z > 0:
		v.Outcome = Higher
	default:
		v.Outcome = Lower
	}
	return v
}

// enough is the rule of the package comment for two shares.
func enough(a, b Share) bool {
	least := float64(min(a.Of, b.Of))
	if least < FewPeople {
		return false
	}
	both := float64(a.Hits+b.Hits) / float64(a.Of+b.Of)
	return least*both >= FewHits && least*(1-both) >= FewHits
}

// TwoProportions is the z statistic of b against a with the pooled share in its
// error, and the two-sided p value. Without anybody, or where all or none did it,
// z is 0 and p is 1.
func TwoProportions(a, b Share) (z, p float64) {
	if a.Of <= 0 || b.Of <= 0 {
		return 0, 1
	}
	both := float64(a.Hits+b.Hits) / float64(a.Of+b.Of)
	err := math.Sqrt(both * (1 - both) * (1/float64(a.Of) + 1/float64(b.Of)))
	if err == 0 {
		return 0, 1
	}
	z = (b.Rate() - a.Rate()) / err
	return z, math.Erfc(math.Abs(z) / math.Sqrt2)
}

// Newcombe is b − a with the 95 % interval made of both Wilson intervals
// (Newcombe, Statistics in Medicine 17, 1998, method 10), which keeps its promise
// at small shares where the textbook's does not. Of an empty group it knows only
// that a share lies between 0 and 1.
func Newcombe(a, b Share) Interval {
	la, ha := a.wilson()
	lb, hb := b.wilson()
	pa, pb := a.Rate(), b.Rate()
	d := pb - pa
	return Interval{Value: d, Low: d - math.Hypot(pb-lb, ha-pa), High: d + math.Hypot(hb-pb, pa-la)}
}

// wilson is the share's own 95 % interval.
func (s Share) wilson() (low, high float64) {
	if s.Of <= 0 {
		return 0, 1
	}
	n, p := float64(s.Of), s.Rate()
	mid := p + z95*z95/(2*n)
	half := z95 * math.Sqrt(p*(1-p)/n+z95*z95/(4*n*n))
	scale := 1 + z95*z95/n
	return max(0, (mid-half)/scale), min(1, (mid+half)/scale)
}

// Beats is the chance, 0 to 1, that b's true share is above a's, having known
// nothing of either before (each Beta(1,1)). The sum is exact and has as many
// terms as b has hits.
func Beats(a, b Share) float64 {
	if a.Of < a.Hits || b.Of < b.Hits || a.Hits < 0 || b.Hits < 0 {
		return 0.5
	}
	yes, no := float64(1+a.Hits), float64(1+a.Of-a.Hits)
	not := float64(1 + b.Of - b.Hits)
	// The first term is B(yes, no+not)/B(yes, no)/(not·B(1, not)), the latter being
	// 1; each next one follows from the ratio of their beta functions.
	term := lbeta(yes, no+not) - lbeta(yes, no)
	total := math.Inf(-1)
	for i := range 1 + b.Hits {
		total = logAddExp(total, term)
		k := float64(i)
		term += math.Log((yes + k) / (yes + k + no + not) * (k + not) / (k + 1))
	}
	return min(1, math.Exp(total))
}

// lbeta is the logarithm of the beta function.
func lbeta(a, b float64) float64 {
	x, _ := math.Lgamma(a)
	y, _ := math.Lgamma(b)
	z, _ := math.Lgamma(a + b)
	return x + y - z
}

// Spread is a group's figure a person (spend, visits): how many people, their
// mean, their variance (that of a sample).
type Spread struct {
	N        int64
	Mean     float64
	Variance float64
}

// SpreadOf gathers a group's figures; those who did nothing are in it with 0.
func SpreadOf(values []float64) Spread {
	var s Spread
	sum := 0.0 // of squares about the mean, kept by Welford's steps
	for _, v := range values {
		s.N++
		d := v - s.Mean
		s.Mean += d / float64(s.N)
		sum += d * (v - s.Mean)
	}
	if s.N > 1 {
		s.Variance = sum / float64(s.N-1)
	}
	return s
}

// CompareMeans is b − a with Welch's 95 % interval, in the figure's unit, and
// what it says.
func CompareMeans(a, b Spread) (Interval, Outcome) {
	d := b.Mean - a.Mean
	if a.N < 2 || b.N < 2 {
		return Interval{Value: d, Low: math.Inf(-1), High: math.Inf(1)}, TooFew
	}
	va, vb := a.Variance/float64(a.N), b.Variance/float64(b.N)
	half := 0.0
	if va+vb > 0 {
		free := (va + vb) * (va + vb) / (va*va/float64(a.N-1) + vb*vb/float64(b.N-1))
		half = distuv.StudentsT{Sigma: 1, Nu: free}.Quantile(0.975) * math.Sqrt(va+vb)
	}
	i := Interval{Value: d, Low: d - half, High: d + half}
	switch {
	case min(a.N, b.N) < FewPeople || va+vb == 0: // nobody differs from anybody: as good as nobody there
		return i, TooFew
	case i.Low > 0:
		return i, Higher
	case i.High < 0:
		return i, Lower
	}
	return i, None
}

// Extra is how many more of the treated did it than would have without: the
// difference to the held-out times the treated, with the difference's interval.
func Extra(held, treated Share) Interval {
	d := Newcombe(held, treated)
	n := float64(treated.Of)
	return Interval{Value: d.Value * n, Low: d.Low * n, High: d.High * n}
}

// SampleSize is how many people each group needs so that a change of the share
// from base to base+lift is found with the given power (0.8) by a two-sided test
// at alpha (0.05). 0 where no number can do it: a lift of 0, or shares not inside
// 0 to 1.
func SampleSize(base, lift, alpha, power float64) int64 {
	other := base + lift
	inside := func(p float64) bool { return p > 0 && p < 1 }
	if lift == 0 || !inside(base) || !inside(other) || !inside(alpha) || !inside(power) {
		return 0
	}
	mean := (base + other) / 2
	z := distuv.UnitNormal.Quantile(1-alpha/2)*math.Sqrt(2*mean*(1-mean)) +
		distuv.UnitNormal.Quantile(power)*math.Sqrt(base*(1-base)+other*(1-other))
	n := math.Ceil(z * z / (lift * lift))
	if n > math.MaxInt64/2 {
		return 0
	}
	return int64(n)
}
