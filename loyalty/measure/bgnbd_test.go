package measure

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// cd are the parameters that Fader, Hardie and Lee publish for the sample of
// 2,357 buyers of the CD shop.
var cd = BGNBD{R: 0.243, Alpha: 4.414, A: 0.793, B: 2.426}

// TestPublishedBuyer is the worked example of the authors' note on the model: a
// buyer who came twice more, the last time in week 30.43 of 38.86.
func TestPublishedBuyer(t *testing.T) {
	h := History{X: 2, Last: 30.43, Known: 38.86}
	near(t, "E[Y(39)]", cd.Expected(h, 39), 1.226, 5e-4)
	near(t, "P(alive)", cd.PAlive(h), 0.7266, 5e-5)
}

func TestWhoBoughtOnceIsAlive(t *testing.T) {
	if p := cd.PAlive(History{Known: 500}); p != 1 {
		t.Errorf("P(alive) of one who bought once is %v, want 1", p)
	}
	late, early := cd.PAlive(History{X: 9, Last: 50, Known: 52}), cd.PAlive(History{X: 9, Last: 20, Known: 52})
	if late <= early {
		t.Errorf("one seen lately is alive with %v, one seen long ago with %v", late, early)
	}
	if p := cd.PAlive(History{X: 5000, Last: 1, Known: 5000}); p != 0 && !(p > 0 && p < 1e-6) {
		t.Errorf("5,000 purchases and then silence: %v", p)
	}
}

// TestExpectedAgainstChance compares the closed forms with what seeded buyers do.
func TestExpectedAgainstChance(t *testing.T) {
	const seed, buyers = 7, 60_000
	rng := rand.New(rand.NewPCG(seed, seed))
	for _, m := range []BGNBD{cd, {R: 0.8, Alpha: 3, A: 1, B: 2.5}, {R: 0.4, Alpha: 6, A: 0.3, B: 0.5}, {R: 2, Alpha: 8, A: 1.6, B: 4}} {
		n, n12 := 0.0, 0.0
		for range buyers {
			h, _ := m.live(rng, 52, 0)
			n += float64(h.X)
			h, _ = m.live(rng, 12, 0)
			n12 += float64(h.X)
		}
		near(t, "E[X(52)]", m.ExpectedNew(52), n/buyers, 0.03*m.ExpectedNew(52))
		near(t, "E[X(12)]", m.ExpectedNew(12), n12/buyers, 0.03*m.ExpectedNew(12))
	}
}

// TestExpectedOfSomebody: of seeded buyers, those with a given history buy as
// much as it says, and as many of them are still customers.
func TestExpectedOfSomebody(t *testing.T) {
	const seed, buyers, weeks = 13, 60_000, 26
	rng := rand.New(rand.NewPCG(seed, seed))
	var expected, came, alive [4]float64
	var n [4]int
	for range buyers {
		h, more := cd.live(rng, 30, weeks)
		kind := min(h.X, 3)
		expected[kind] += cd.Expected(h, weeks)
		alive[kind] += cd.PAlive(h)
		came[kind] += float64(more)
		n[kind]++
	}
	for kind := range n {
		near(t, "a visit each", came[kind]/float64(n[kind]), expected[kind]/float64(n[kind]), 0.06*expected[kind]/float64(n[kind])+0.02)
		if share := alive[kind] / float64(n[kind]); share < 0.3 || share > 1 {
			t.Errorf("seed %d: of those who came %d times more, %.2f are alive", seed, kind, share)
		}
	}
}

// TestExpectedOfOftenBuyers: those who come hundreds of times keep to finite
// figures that the time ahead and the rate bound.
func TestExpectedOfOftenBuyers(t *testing.T) {
	for _, x := range []int{1, 10, 100, 1000, 10000} {
		h := History{X: x, Last: 51.9, Known: 52}
		y := cd.Expected(h, 4)
		ceiling := (cd.R + float64(x)) / (cd.Alpha + 52) * 4
		if !(y > 0 && y <= ceiling) {
			t.Errorf("x = %d: %v expected in 4 weeks, at most %v", x, y, ceiling)
		}
		if more := cd.Expected(h, 8); more <= y {
			t.Errorf("x = %d: %v in 8 weeks, %v in 4", x, more, y)
		}
	}
	if cd.Expected(History{X: 1, Last: 1, Known: 2}, 0) != 0 {
		t.Error("purchases are expected in no time at all")
	}
}

// TestRecovery fits seeded buyers of known parameters and wants these back.
func TestRecovery(t *testing.T) {
	const seed = 20050325
	all := cd.population(seed, 40_000)
	m, err := FitBGNBD(all)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	near(t, "r", m.R, cd.R, 0.012)
	near(t, "alpha", m.Alpha, cd.Alpha, 0.3)
	near(t, "a", m.A, cd.A, 0.15) // two and a half standard errors
	near(t, "b", m.B, cd.B, 0.5)
}

// TestAnyStart wants the same four digits from wherever the search sets out.
func TestAnyStart(t *testing.T) {
	const seed = 11
	all := cd.population(seed, 3000)
	want, err := FitBGNBD(all)
	if err != nil {
		t.Fatal(err)
	}
	for _, start := range []BGNBD{{1, 1, 1, 1}, {0.01, 0.01, 0.01, 0.01}, {50, 50, 50, 50}, {0.1, 200, 5, 0.2}, {10, 0.1, 0.1, 20}, {0.243, 4.414, 0.793, 2.426}} {
		m, err := fitBGNBDFrom(all, start)
		if err != nil {
			t.Errorf("from %+v: %v", start, err)
			continue
		}
		for i, pair := range [][2]float64{{m.R, want.R}, {m.Alpha, want.Alpha}, {m.A, want.A}, {m.B, want.B}} {
			if math.Abs(pair[0]/pair[1]-1) > 5e-5 {
				t.Errorf("from %+v: parameter %d is %v, else %v", start, i, pair[0], pair[1])
			}
		}
	}
}

// TestSlope compares the derivatives with differences.
func TestSlope(t *testing.T) {
	l := newLikelihood(cd.population(3, 500))
	p := []float64{0.3, 5, 0.9, 2}
	grad := make([]float64, 4)
	l.slope(grad, p)
	for i := range p {
		const h = 1e-5
		up, down := append([]float64{}, p...), append([]float64{}, p...)
		up[i] += h
		down[i] -= h
		near(t, "slope", grad[i], (l.value(up)-l.value(down))/(2*h), 1e-6)
	}
}

func TestNoFit(t *testing.T) {
	if _, err := FitBGNBD(nil); !errors.Is(err, ErrTooFew) {
		t.Errorf("nobody: %v", err)
	}
	few := append(make([]History, 0), cd.population(5, 12)...)
	if _, err := FitBGNBD(few); !errors.Is(err, ErrTooFew) {
		t.Errorf("twelve buyers: %v", err)
	}
	var clockwork []History // all come every week and none ever stops
	for range 200 {
		clockwork = append(clockwork, History{X: 50, Last: 50, Known: 50.5})
	}
	if m, err := FitBGNBD(clockwork); !errors.Is(err, ErrNoFit) {
		t.Errorf("clockwork: %+v, %v", m, err)
	}
	for _, h := range []History{{X: 1, Known: 3}, {X: 0, Last: 1, Known: 3}, {X: 1, Last: 4, Known: 3}, {X: -1}, {X: 1, Last: math.NaN(), Known: 3}} {
		if _, err := FitBGNBD([]History{h}); err == nil || errors.Is(err, ErrTooFew) {
			t.Errorf("%+v was taken: %v", h, err)
		}
	}
	if (BGNBD{}).Valid() || !cd.Valid() {
		t.Error("Valid")
	}
}

// population are buyers known for 27 to 39 weeks, as in the sample.
func (m BGNBD) population(seed uint64, n int) []History {
	rng := rand.New(rand.NewPCG(seed, 1))
	all := make([]History, n)
	for i := range all {
		all[i], _ = m.live(rng, 27+12*rng.Float64(), 0)
	}
	return all
}

// live is one buyer's purchases over so many weeks, and how many they make in the
// weeks after.
func (m BGNBD) live(rng *rand.Rand, known, after float64) (History, int) {
	rate := gamma(rng, m.R) / m.Alpha
	x := gamma(rng, m.A)
	stop := x / (x + gamma(rng, m.B))
	h, more := History{Known: known}, 0
	for at := rng.ExpFloat64() / rate; at < known+after; at += rng.ExpFloat64() / rate {
		if at < known {
			h.X, h.Last = h.X+1, at
		} else {
			more++
		}
		if rng.Float64() < stop {
			break
		}
	}
	return h, more
}

// gamma draws from the gamma distribution of this shape by Marsaglia and Tsang.
func gamma(rng *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(rng, shape+1) * math.Pow(rng.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := math.Pow(1+c*x, 3)
		if v > 0 && math.Log(rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

func near(t *testing.T, what string, got, want, by float64) {
	t.Helper()
	if !(math.Abs(got-want) <= by) {
		t.Errorf("%s is %v, want %v ± %v", what, got, want, by)
	}
}
