package measure

import "math"

// NPS is how many gave each score from 0 to 10, one answer a person and wave.
type NPS [11]int64

// Score is a survey's figure as it may be shown.
type Score struct {
	N      int64   // answers
	Value  float64 // NPS: −100 to 100; CSAT: 0 to 100
	Margin float64 // the half width of the 95 % interval, in the same unit
	Few    bool    // under [FewAnswers]: say "too few", show no value
}

// Groups are the detractors (0–6), passives (7, 8) and promoters (9, 10).
func (a NPS) Groups() (detractors, passives, promoters int64) {
	for score, n := range a {
		switch {
		case score >= 9:
			promoters += n
		case score >= 7:
			passives += n
		default:
			detractors += n
		}
	}
	return detractors, passives, promoters
}

// Score is the share of promoters less that of detractors, times a hundred, with
// 100·1.96·√((p+d−(p−d)²)/n) either way.
func (a NPS) Score() Score {
	d, neither, p := a.Groups()
	n := d + neither + p
	if n == 0 {
		return Score{Few: true}
	}
	up, down := float64(p)/float64(n), float64(d)/float64(n)
	spread := max(0, up+down-(up-down)*(up-down))
	return Score{N: n, Value: 100 * (up - down), Margin: 100 * z95 * math.Sqrt(spread/float64(n)), Few: n < FewAnswers}
}

// CSAT is how many gave each score from 1 (in place 0) to 5.
type CSAT [5]int64

// Score is the share of 4 and 5 in a hundred, with the half width of Wilson's
// interval, which does not shrink to nothing where all are content.
func (a CSAT) Score() Score {
	n := int64(0)
	for _, k := range a {
		n += k
	}
	if n == 0 {
		return Score{Few: true}
	}
	content := Share{Hits: a[3] + a[4], Of: n}
	low, high := content.wilson()
	return Score{N: n, Value: 100 * content.Rate(), Margin: 100 * (high - low) / 2, Few: n < FewAnswers}
}

// Mean is the mean of the scores, 1 to 5, which is another number than the
// score; 0 without answers.
func (a CSAT) Mean() float64 {
	n, sum := int64(0), int64(0)
	for i, k := range a {
		n += k
		sum += int64(i+1) * k
	}
	if n == 0 {
		return 0
	}
	return float64(sum) / float64(n)
}
