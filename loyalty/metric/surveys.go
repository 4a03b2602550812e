package metric

import (
	"context"
	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/rollup"
	"time"
)

// scores counts the window's answers of one kind by their score.
func (x *question) scores(kind loyalty.SurveyKind) (by [11]int64, n int64, err error) {
	type tally struct {
		by [11]int64
		n  int64
	}
	t, err := remember(x, "scores "+string(kind), x.span, func(ctx context.Context, w rollup.Where) (t tally, err error) {
		list, err := x.Daily.Scores(ctx, x.span, w)
		for _, s := range list {
			if kind == "" || s.Kind == kind {
				t.by[min(max(s.Score, 0), 10)]++
				t.n++
			}
		}
		return t, err
	})
	return t.by, t.n, err
}

func (x *question) nps() (Value, error) {
	by, n, err := x.scores(loyalty.SurveyNPS)
	if err != nil {
		return Value{}, err
	}
	return scored(measure.NPS(by).Score(), n)
}

func (x *question) csat() (Value, error) {
	by, n, err := x.scores(loyalty.SurveyCSAT)
	if err != nil {
		return Value{}, err
	}
	return scored(measure.CSAT(by[1:6]).Score(), n)
}

// scored is a survey's score as a value.
func scored(s measure.Score, n int64) (Value, error) {
	switch {
	case n == 0:
		return Value{}, absent(NoAnswers)
	case s.Few:
		return Value{Missing: TooFew, N: n}, nil
	}
	return Value{Number: s.Value, Low: s.Value - s.Margin, High: s.Value + s.Margin, HasMargin: true, N: n}, nil
}

func (x *question) csatMean() (Value, error) {
	v, err := x.csat()
	if err == nil && v.Known() {
		by, _, err := x.scores(loyalty.SurveyCSAT)
		return Value{Number: measure.CSAT(by[1:6]).Mean(), N: v.N}, err
	}
	return v, err
}

func (x *question) answered() (Value, error) {
	_, n, err := x.scores("")
	return x.counted(float64(n), n, time.Time{}), err
}
