package measure

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestEngagementByHand(t *testing.T) {
	w := []Weight{{"visits", 3, 12}, {"surveys", 6, 1}, {"taps", 1, 10}, {"referrals", 4, 3}}
	// 3·4 + 6·1 + 1·10 (of 25) + 4·0 = 28 of 36 + 6 + 10 + 12 = 64.
	for _, c := range []struct {
		counts []float64
		want   float64
	}{
		{[]float64{4, 1, 25, 0}, 28.0 / 64}, {[]float64{0, 0, 0, 0}, 0}, {[]float64{99, 9, 99, 9}, 1}, {[]float64{-5, 0, 0, 0}, 0}, {nil, 0},
	} {
		got, err := Engagement(w, c.counts)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "engagement", got, c.want, 1e-12)
	}
}

func TestRanksByHand(t *testing.T) {
	r := RanksOf([]float64{5, 1, 1, 1, 9}, 0)
	// Of 1, 1, 1, 5, 9: nobody below 1 and three equal, so 1.5 of 5.
	for v, want := range map[float64]float64{0: 0, 1: 30, 3: 60, 5: 70, 9: 90, 10: 100} {
		got, err := r.Of(v)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "rank", got, want, 1e-12)
	}
}

// TestRanksOfASample: a thousand of a hundred thousand rank as all do.
func TestRanksOfASample(t *testing.T) {
	const seed = 12
	rng := rand.New(rand.NewPCG(seed, seed))
	values := make([]float64, 100_000)
	for i := range values {
		values[i] = float64(rng.IntN(50) * rng.IntN(50))
	}
	all := RanksOf(slices.Clone(values), 0)
	some := RanksOf(values, 1000)
	if len(some) != 1000 {
		t.Fatalf("%d kept", len(some))
	}
	mean := 0.0
	for _, v := range all {
		a, _ := all.Of(v)
		b, _ := some.Of(v)
		near(t, "rank in a sample", b, a, 0.15)
		mean += b / float64(len(all))
	}
	near(t, "everybody's mean rank", mean, 50, 0.01)
}

func TestLoyaltyScoreByHand(t *testing.T) {
	parts := []Part{{"recency", 2, 80, true}, {"money", 1, 50, true}, {"nps", 1, 100, true}}
	got, _ := LoyaltyScore(parts)
	near(t, "(160 + 50 + 100) / 4", got, 77.5, 1e-12)
	parts[2].Known = false
	got, _ = LoyaltyScore(parts)
	near(t, "without an answer: (160 + 50) / 3", got, 70, 1e-12)
}
