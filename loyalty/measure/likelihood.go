package measure

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// likelihood is the mean log-likelihood of the purchase model over histories.
// What depends on a buyer's number of purchases alone is reckoned once a number.
type likelihood struct {
	all  []History
	most int
	// times[x] is how many buyers came again x times.
	times []int
}

func newLikelihood(all []History) *likelihood {
	l := &likelihood{all: all}
	for _, h := range all {
		l.most = max(l.most, h.X)
	}
	l.times = make([]int, l.most+1)
	for _, h := range all {
		l.times[h.X]++
	}
	return l
}

// value is the mean log-likelihood at r, α, a, b. A buyer's is
//
//	ln Γ(r+x)/Γ(r) + r ln α + ln Γ(a+b)Γ(b+x)/Γ(b)Γ(a+b+x) + ln(e^A3 + [x>0] e^A4)
//	A3 = −(r+x) ln(α+T)      A4 = ln a/(b+x−1) − (r+x) ln(α+tx)
func (l *likelihood) value(p []float64) float64 {
	r, alpha, a, b := p[0], p[1], p[2], p[3]
	sum := 0.0
	for x, n := range l.times {
		if n > 0 {
			fx := float64(x)
			sum += float64(n) * (rise(r, fx) + r*math.Log(alpha) + rise(b, fx) - rise(a+b, fx))
		}
	}
	for _, h := range l.all {
		a3, a4 := l.ways(r, alpha, a, b, h)
		sum += logAddExp(a3, a4)
	}
	return sum / float64(len(l.all))
}

// slope puts the value's derivatives by r, α, a, b into grad.
func (l *likelihood) slope(grad, p []float64) {
	r, alpha, a, b := p[0], p[1], p[2], p[3]
	clear(grad)
	for x, n := range l.times {
		if n == 0 {
			continue
		}
		fx, w := float64(x), float64(n)
		ab := mathext.Digamma(a+b) - mathext.Digamma(a+b+fx)
		grad[0] += w * (mathext.Digamma(r+fx) - mathext.Digamma(r) + math.Log(alpha))
		grad[1] += w * r / alpha
		grad[2] += w * ab
		grad[3] += w * (ab + mathext.Digamma(b+fx) - mathext.Digamma(b))
	}
	for _, h := range l.all {
		l.pull(grad, r, alpha, a, b, h)
	}
	for i := range grad {
		grad[i] /= float64(len(l.all))
	}
}

// pull adds the derivatives of one buyer's ln(e^A3 + e^A4).
func (l *likelihood) pull(grad []float64, r, alpha, a, b float64, h History) {
	a3, a4 := l.ways(r, alpha, a, b, h)
	gone := math.Exp(a4 - logAddExp(a3, a4)) // the share of "stopped after the last"
	x := float64(h.X)
	grad[0] -= (1-gone)*math.Log(alpha+h.Known) + gone*math.Log(alpha+h.Last)
	grad[1] -= (r + x) * ((1-gone)/(alpha+h.Known) + gone/(alpha+h.Last))
	if h.X > 0 {
		grad[2] += gone / a
		grad[3] -= gone / (b + x - 1)
	}
}

// ways are the two ways to this history: still a customer, and stopped right
// after the last purchase, which who never came again cannot have.
func (l *likelihood) ways(r, alpha, a, b float64, h History) (alive, stopped float64) {
	x := float64(h.X)
	alive = -(r + x) * math.Log(alpha+h.Known)
	if h.X == 0 {
		return alive, math.Inf(-1)
	}
	return alive, math.Log(a/(b+x-1)) - (r+x)*math.Log(alpha+h.Last)
}

// rise is ln Γ(v+x)/Γ(v).
func rise(v, x float64) float64 {
	hi, _ := math.Lgamma(v + x)
	lo, _ := math.Lgamma(v)
	return hi - lo
}

// logAddExp is ln(e^a + e^b) without leaving the range of numbers.
func logAddExp(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(a, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}
