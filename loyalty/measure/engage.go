package measure

import "slices"

// Weight is one thing that engagement counts: what one is worth, and how many
// count at most.
type Weight struct {
	Name   string
	Weight float64
	Cap    float64
}

// Engagement is Σ w·min(count, cap) / Σ w·cap, 0 to 1, of counts in the order of
// the weights; a count below 0 is 0. There is no standard for it: whoever shows
// it shows the weights. [ErrNone] without weights.
func Engagement(weights []Weight, counts []float64) (float64, error) {
	got, all := 0.0, 0.0
	for i, w := range weights {
		all += w.Weight * w.Cap
		if i < len(counts) {
			got += w.Weight * min(max(counts[i], 0), w.Cap)
		}
	}
	return over(got, all)
}

// Ranks are everybody's values of one figure, or a fair sample of them, sorted;
// see [RanksOf].
type Ranks []float64

// RanksOf sorts the values, in place, and keeps at most n of them at even
// distances (n below 2 keeps all).
func RanksOf(values []float64, n int) Ranks {
	slices.Sort(values)
	if n < 2 || len(values) <= n {
		return values
	}
	some := make(Ranks, n)
	for i := range some {
		some[i] = values[(2*i+1)*len(values)/(2*n)]
	}
	return some
}

// Of is the percentile rank of a value, 0 to 100: the share of people below it,
// those equal to it counting half. [ErrNone] where there is nobody.
func (r Ranks) Of(v float64) (float64, error) {
	below, _ := slices.BinarySearch(r, v)
	upto, _ := slices.BinarySearchFunc(r, v, func(x, v float64) int {
		if x <= v {
			return -1
		}
		return 1
	})
	return over(50*float64(below+upto), float64(len(r)))
}

// Part is one part of a loyalty score: a percentile rank, 0 to 100, and what it
// weighs.
type Part struct {
	Name   string
	Weight float64
	Rank   float64
	Known  bool // not everybody has, say, answered a survey
}

// LoyaltyScore is the weighted mean of the ranks that are known, 0 to 100: what
// is missing gives its weight to the others. [ErrNone] where nothing is known.
func LoyaltyScore(parts []Part) (float64, error) {
	sum, weight := 0.0, 0.0
	for _, p := range parts {
		if p.Known {
			sum, weight = sum+p.Weight*p.Rank, weight+p.Weight
		}
	}
	return over(sum, weight)
}
