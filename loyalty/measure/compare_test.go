package measure

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestNewcombePublished is table II of Newcombe's paper, method 10.
func TestNewcombePublished(t *testing.T) {
	for _, c := range []struct {
		b, a      Share
		low, high float64
	}{
		{Share{56, 70}, Share{48, 80}, 0.0524, 0.3339},
		{Share{9, 10}, Share{3, 10}, 0.1705, 0.8090},
		{Share{6, 7}, Share{2, 7}, 0.0582, 0.8062},
		{Share{5, 56}, Share{0, 29}, -0.0381, 0.1926},
		{Share{0, 10}, Share{0, 20}, -0.1611, 0.2775},
		{Share{10, 10}, Share{0, 20}, 0.6791, 1.0000},
	} {
		i := Newcombe(c.a, c.b)
		near(t, "low", i.Low, c.low, 5e-5)
		near(t, "high", i.High, c.high, 5e-5)
		back := Newcombe(c.b, c.a)
		near(t, "the other way round", back.Low, -i.High, 1e-12)
	}
}

// TestNewcombeKeepsItsPromise counts how often the interval holds the truth.
func TestNewcombeKeepsItsPromise(t *testing.T) {
	const seed, rounds = 9, 4000
	rng := rand.New(rand.NewPCG(seed, seed))
	for _, c := range []struct {
		pa, pb float64
		na, nb int64
	}{{0.1, 0.12, 60, 540}, {0.02, 0.05, 100, 900}, {0.5, 0.5, 40, 40}} {
		held := 0
		for range rounds {
			a, b := draw(rng, c.pa, c.na), draw(rng, c.pb, c.nb)
			if i := Newcombe(a, b); i.Low <= c.pb-c.pa && c.pb-c.pa <= i.High {
				held++
			}
		}
		if share := float64(held) / rounds; share < 0.935 {
			t.Errorf("seed %d, %+v: the interval held the truth in %.3f of the rounds", seed, c, share)
		}
	}
}

func draw(rng *rand.Rand, p float64, n int64) Share {
	s := Share{Of: n}
	for range n {
		if rng.Float64() < p {
			s.Hits++
		}
	}
	return s
}

func TestTwoProportionsByHand(t *testing.T) {
	z, p := TwoProportions(Share{48, 80}, Share{56, 70})
	near(t, "z", z, 2.650, 1e-3)
	near(t, "p", p, 0.00804, 2e-5)
	for _, c := range [][2]Share{{{0, 0}, {1, 2}}, {{0, 50}, {0, 60}}, {{50, 50}, {60, 60}}} {
		if z, p := TwoProportions(c[0], c[1]); z != 0 || p != 1 {
			t.Errorf("%v: z %v p %v, want 0 and 1", c, z, p)
		}
	}
}

func TestBeats(t *testing.T) {
	for _, c := range []struct {
		a, b Share
		want float64
	}{
		{Share{}, Share{}, 0.5},
		{Share{}, Share{1, 1}, 2.0 / 3}, // the mean of Beta(2,1)
		{Share{1, 1}, Share{}, 1.0 / 3},
		{Share{3, 10}, Share{3, 10}, 0.5},
		{Share{1, 1}, Share{2, 2}, 3.0 / 5}, // ∫ 3x²·x² = 3/5
	} {
		near(t, "Beats", Beats(c.a, c.b), c.want, 1e-12)
	}
	for _, c := range [][2]Share{{{40, 500}, {60, 480}}, {{4000, 500_000}, {4100, 500_000}}, {{900, 1000}, {20_000, 21_800}}} {
		a, b := c[0], c[1]
		near(t, "the two ways round", Beats(a, b)+Beats(b, a), 1, 1e-6)
		d := b.Rate() - a.Rate()
		err := math.Sqrt(a.Rate()*(1-a.Rate())/float64(a.Of) + b.Rate()*(1-b.Rate())/float64(b.Of))
		near(t, "the normal curve", Beats(a, b), math.Erfc(-d/err/math.Sqrt2)/2, 0.02)
	}
	if p := Beats(Share{0, 100_000}, Share{100_000, 100_000}); p != 1 {
		t.Errorf("all against none: %v", p)
	}
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b Share
		want Outcome
	}{
		{"nobody", Share{}, Share{}, TooFew},
		{"a hold-out of twenty", Share{2, 20}, Share{90, 180}, TooFew},
		{"hardly anybody bought", Share{1, 100}, Share{9, 900}, TooFew},
		{"nearly all bought", Share{99, 100}, Share{895, 900}, TooFew},
		{"no difference", Share{10, 100}, Share{95, 900}, None},
		{"higher", Share{10, 100}, Share{200, 900}, Higher},
		{"lower", Share{200, 900}, Share{100, 900}, Lower},
	} {
		v := Compare(c.a, c.b)
		if v.Outcome != c.want {
			t.Errorf("%s: outcome %d, want %d (%+v)", c.name, v.Outcome, c.want, v)
		}
		if v.Diff.Low > v.Diff.Value || v.Diff.High < v.Diff.Value || v.Beats < 0 || v.Beats > 1 {
			t.Errorf("%s: %+v", c.name, v)
		}
	}
	extra := Extra(Share{10, 100}, Share{200, 900})
	near(t, "extra purchases", extra.Value, 110, 1e-9)
	if !extra.Sure() || extra.Low < 0 || extra.High > 200 {
		t.Errorf("extra: %+v", extra)
	}
}

// TestFalseAlarms: of campaigns that do nothing, one in twenty is told to work.
func TestFalseAlarms(t *testing.T) {
	const seed, rounds = 3, 4000
	rng := rand.New(rand.NewPCG(seed, seed))
	wrong := 0
	for range rounds {
		if o := Compare(draw(rng, 0.12, 150), draw(rng, 0.12, 1350)).Outcome; o == Higher || o == Lower {
			wrong++
		}
	}
	if share := float64(wrong) / rounds; share > 0.062 || share < 0.03 {
		t.Errorf("seed %d: %.3f false alarms, want about 0.05", seed, share)
	}
}

// TestWelchPublished is a worked example often printed: 15 and 15 figures, t =
// −2.46 with 25.0 degrees of freedom.
func TestWelchPublished(t *testing.T) {
	a := SpreadOf([]float64{27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4})
	b := SpreadOf([]float64{27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4})
	near(t, "mean", a.Mean, 20.8, 0.05)
	near(t, "variance", a.Variance, 7.9, 0.05)
	i, outcome := CompareMeans(a, b)
	half := (i.High - i.Low) / 2
	near(t, "t", i.Value/half*2.0595, 2.46, 0.005) // 2.0595 is t's point at 25
	if outcome != TooFew {
		t.Errorf("fifteen people tell %d", outcome)
	}
}

func TestCompareMeans(t *testing.T) {
	if _, o := CompareMeans(Spread{N: 100}, Spread{N: 900}); o != TooFew {
		t.Errorf("nobody spent anything: %d", o)
	}
	if i, o := CompareMeans(Spread{N: 1, Mean: 4}, Spread{N: 900}); o != TooFew || !math.IsInf(i.High, 1) {
		t.Errorf("one person: %+v %d", i, o)
	}
	if i, o := CompareMeans(Spread{400, 100, 2500}, Spread{400, 110, 2500}); o != Higher || math.Abs(i.Low-3.06) > 0.01 {
		t.Errorf("higher: %+v %d", i, o)
	}
	if _, o := CompareMeans(Spread{400, 110, 2500}, Spread{400, 100, 2500}); o != Lower {
		t.Errorf("lower: %d", o)
	}
	if i, o := CompareMeans(Spread{40, 100, 2500}, Spread{40, 110, 2500}); o != None || i.Sure() {
		t.Errorf("no effect shown: %+v %d", i, o)
	}
	if s := SpreadOf(nil); s != (Spread{}) {
		t.Errorf("nobody: %+v", s)
	}
}

// TestSampleSizePublished are the numbers that R's power.prop.test prints.
func TestSampleSizePublished(t *testing.T) {
	for _, c := range []struct {
		base, lift, power float64
		want              int64
	}{{0.5, 0.25, 0.9, 77}, {0.10, 0.02, 0.8, 3841}} {
		if n := SampleSize(c.base, c.lift, 0.05, c.power); n != c.want {
			t.Errorf("%+v: %d", c, n)
		}
	}
	for _, c := range [][2]float64{{0.1, 0}, {0, 0.1}, {0.9, 0.1}, {0.1, -0.2}, {math.NaN(), 0.1}} {
		if n := SampleSize(c[0], c[1], 0.05, 0.8); n != 0 {
			t.Errorf("%v: %d, want 0", c, n)
		}
	}
}
