package measure

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// spent are the parameters that Fader and Hardie publish for the same sample.
var spent = GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}

// TestPublishedSpenders are buyers of the sample whose mean is printed with it.
func TestPublishedSpenders(t *testing.T) {
	near(t, "came twice more, 22.35", spent.Mean(Spender{2, 22.35}), 24.66, 0.005)
	near(t, "came once more, 11.77", spent.Mean(Spender{1, 11.77}), 18.91, 0.01)
	near(t, "never again", spent.Mean(Spender{}), 35.2, 0.05)
}

func TestRecoverySpending(t *testing.T) {
	const seed = 946
	for _, unit := range []float64{1, 100_000} { // dollars, and a currency of large numbers
		all := spenders(seed, 12_000, unit)
		g, err := FitGammaGamma(all)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		near(t, "p", g.P, spent.P, 1.2) // p and γ go up and down together, by some 0.5 and 1.2
		near(t, "q", g.Q, spent.Q, 0.15)
		near(t, "gamma", g.Gamma/unit, spent.Gamma, 3)
		near(t, "everybody's mean", g.Mean(Spender{})/unit, spent.Mean(Spender{}), 0.8)
		if !g.Independent() || !g.Valid() {
			t.Errorf("%+v", g)
		}
	}
}

// spenders are seeded buyers of the published parameters.
func spenders(seed uint64, n int, unit float64) []Spender {
	rng := rand.New(rand.NewPCG(seed, 2))
	all := make([]Spender, n)
	for i := range all {
		x := rng.IntN(8)
		nu := gamma(rng, spent.Q) / spent.Gamma
		if x > 0 {
			all[i] = Spender{X: x, Mean: unit * gamma(rng, spent.P*float64(x)) / (nu * float64(x))}
		}
	}
	return all
}

func TestSpendingSlope(t *testing.T) {
	var some spending
	for _, s := range spenders(1, 200, 1) {
		if s.X > 0 {
			some = append(some, s)
		}
	}
	p := []float64{3, 2, 9}
	grad := make([]float64, 3)
	some.slope(grad, p)
	for i := range p {
		const h = 1e-5
		up, down := append([]float64{}, p...), append([]float64{}, p...)
		up[i] += h
		down[i] -= h
		near(t, "slope", grad[i], (some.value(up)-some.value(down))/(2*h), 1e-6)
	}
}

// TestTiedSpending: where those who come often spend more, it is said.
func TestTiedSpending(t *testing.T) {
	const seed = 8
	rng := rand.New(rand.NewPCG(seed, seed))
	var all []Spender
	for range 2000 {
		x := 1 + rng.IntN(9)
		all = append(all, Spender{X: x, Mean: float64(x) * (20 + 10*rng.Float64()*gamma(rng, 2))})
	}
	g, err := FitGammaGamma(all)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	if g.Independent() {
		t.Errorf("seed %d: a correlation of %v counts as none", seed, g.Correlation)
	}
}

func TestNoSpendingFit(t *testing.T) {
	if _, err := FitGammaGamma([]Spender{{1, 5}, {0, 0}, {3, 0}}); !errors.Is(err, ErrTooFew) {
		t.Errorf("one buyer: %v", err)
	}
	same := make([]Spender, 100)
	for i := range same {
		same[i] = Spender{X: 3, Mean: 50}
	}
	if g, err := FitGammaGamma(same); !errors.Is(err, ErrNoFit) {
		t.Errorf("all spend the same: %+v %v", g, err)
	}
	for _, s := range []Spender{{-1, 5}, {1, -5}, {1, math.NaN()}, {1, math.Inf(1)}} {
		if _, err := FitGammaGamma([]Spender{s}); err == nil || errors.Is(err, ErrTooFew) {
			t.Errorf("%+v was taken: %v", s, err)
		}
	}
}

func TestCLV(t *testing.T) {
	h, s := History{X: 2, Last: 30.43, Known: 38.86}, Spender{2, 22.35}
	// Without a discount it is a year's purchases at their mean.
	near(t, "undiscounted", CLV(cd, spent, h, s, 0), cd.Expected(h, 12*Delta)*spent.Mean(s), 1e-9)
	year, dear := CLV(cd, spent, h, s, 0.01), CLV(cd, spent, h, s, 0.05)
	if !(dear < year && year < CLV(cd, spent, h, s, 0)) {
		t.Errorf("discounts: %v %v", year, dear)
	}
	// 1.226 purchases in 39 weeks at 24.66 are 30.2; a year's are some more.
	if year < 30 || year > 42 {
		t.Errorf("a year is worth %v", year)
	}
}

func TestSimple(t *testing.T) {
	v, err := Plain{Revenue: 120_000, Orders: 1000, Buyers: 200, Years: 1, Churn: 0.4, Margin: 0.6}.Simple()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "120 × 5 × 2.5 × 0.6", v, 900, 1e-9)
	for _, p := range []Plain{{}, {Revenue: 1, Orders: 1, Buyers: 1, Years: 1}, {Revenue: 1, Orders: 1, Years: 1, Churn: 1}, {Buyers: 3, Years: 1, Churn: 1}} {
		if _, err := p.Simple(); !errors.Is(err, ErrTooFew) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}
