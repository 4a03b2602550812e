package measure

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// climb finds the positive parameters at which value is highest, from a start.
// It searches in their logarithms, so that none can become negative and that
// parameters of very different sizes move alike, first roughly without a slope,
// which any start survives, then along it; value is a mean over so many people.
func climb(start []float64, value func([]float64) float64, slope func(grad, p []float64), people int) ([]float64, error) {
	p := make([]float64, len(start))
	at := func(logs []float64) []float64 {
		for i, v := range logs {
			p[i] = math.Exp(v)
		}
		return p
	}
	problem := optimize.Problem{
		Func: func(logs []float64) float64 {
			if tooFar(logs) {
				return math.Inf(1)
			}
			if v := -value(at(logs)); !math.IsNaN(v) {
				return v
			}
			return math.Inf(1)
		},
		Grad: func(grad, logs []float64) {
			slope(grad, at(logs))
			for i := range grad {
				grad[i] *= -p[i]
			}
		},
	}
	logs := make([]float64, len(start))
	for i, v := range start {
		logs[i] = math.Log(v)
	}
	rough, err := optimize.Minimize(problem, logs, &optimize.Settings{FuncEvaluations: 60 * len(start), Converger: optimize.NeverTerminate{}}, &optimize.NelderMead{})
	if err != nil && rough == nil {
		return nil, ErrNoFit
	}
	// Where this search stops is settled by the last one.
	fine, err := optimize.Minimize(problem, rough.X, &optimize.Settings{GradientThreshold: 1e-8, MajorIterations: 500, Converger: optimize.NeverTerminate{}}, &optimize.BFGS{})
	if err != nil && fine == nil {
		return nil, ErrNoFit
	}
	if err := polish(fine.X, problem.Grad, people); err != nil {
		return nil, err
	}
	return at(fine.X), nil
}

// polish walks the last steps to the top, in place, by Newton's method, until a
// step changes none of the digits that are shown. It fails where there is no top
// (parameters run away) or one so flat that the people say nothing about where
// on it to stand: the standard error of a parameter's logarithm, 1/√(n·curvature),
// is then past unsure.
func polish(logs []float64, gradient func(grad, logs []float64), people int) error {
	n := len(logs)
	grad := make([]float64, n)
	for range 20 {
		if tooFar(logs) {
			return ErrNoFit
		}
		gradient(grad, logs)
		var e mat.EigenSym
		if !e.Factorize(curvature(logs, gradient), true) {
			return ErrNoFit
		}
		values := e.Values(nil)
		if least := values[0]; !(least*float64(people) > 1/(unsure*unsure)) {
			return ErrNoFit
		}
		if stride(logs, grad, &e, values) < 1e-7 {
			return nil
		}
	}
	return ErrNoFit
}

// unsure is the standard error of a parameter's logarithm that is no knowledge:
// a factor of e⁴ either way.
const unsure = 4

// stride takes one Newton step and gives how far it went in the parameter that
// it moved most.
func stride(logs, grad []float64, e *mat.EigenSym, values []float64) float64 {
	n := len(logs)
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	far := 0.0
	for i := range logs {
		step := 0.0
		for k := range n {
			along := 0.0
			for j := range n {
				along += vectors.At(j, k) * grad[j]
			}
			step += vectors.At(i, k) * along / values[k]
		}
		logs[i] -= step
		far = max(far, math.Abs(step))
	}
	return far
}

// curvature is the second derivatives by the logarithms, from differences of the
// slope to both sides.
func curvature(logs []float64, gradient func(grad, logs []float64)) *mat.SymDense {
	const h = 1e-4
	n := len(logs)
	up, down, p := make([]float64, n), make([]float64, n), make([]float64, n)
	rows := make([][]float64, n)
	for i := range n {
		copy(p, logs)
		p[i] = logs[i] + h
		gradient(up, p)
		p[i] = logs[i] - h
		gradient(down, p)
		rows[i] = make([]float64, n)
		for j := range n {
			rows[i][j] = (up[j] - down[j]) / (2 * h)
		}
	}
	c := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			c.SetSym(i, j, (rows[i][j]+rows[j][i])/2)
		}
	}
	return c
}

// tooFar says whether a parameter has run away: 10^±6 is no shop's.
func tooFar(logs []float64) bool {
	for _, v := range logs {
		if math.IsNaN(v) || math.Abs(v) > 6*math.Ln10 {
			return true
		}
	}
	return false
}
