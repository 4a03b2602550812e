package chart

import "math"

// scale is an axis: it begins at low, ends at high, and has a mark each step.
type scale struct{ low, high, step float64 }

// scaleOf is the axis over values: it takes 0 in, has two to five steps of 1, 2
// or 5 times a power of ten, and is never without height.
func scaleOf(low, high float64) scale {
	low, high = math.Min(low, 0), math.Max(high, 0)
	if low == high {
		high = 1
	}
	step := math.Pow(10, math.Floor(math.Log10((high-low)/2)))
	for _, k := range []float64{1, 2, 5, 10} {
		if s := step * k; (high-low)/s <= 4.5 {
			step = s
			break
		}
	}
	return scale{math.Floor(low/step) * step, math.Ceil(high/step) * step, step}
}

// marks are the values that the axis names.
func (s scale) marks() (all []float64) {
	for i := range int(math.Round((s.high-s.low)/s.step)) + 1 {
		all = append(all, s.low+float64(i)*s.step)
	}
	return all
}

// at is where a value lies between the axis' ends, 0 to 1.
func (s scale) at(v float64) float64 { return (v - s.low) / (s.high - s.low) }
