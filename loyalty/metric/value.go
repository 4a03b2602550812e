package metric

import (
	"context"
	"errors"
	"math"
	"runtime"
	"sync"
	"time"

	"regulars/loyalty/measure"
	"regulars/loyalty/rollup"
	"regulars/loyalty/segment"
)

// question is one metric asked for, with all that its answer looks at.
type question struct {
	*Desk
	ctx   context.Context
	q     Query // at the beginnings of local days
	now   time.Time
	span  rollup.Span
	where rollup.Where
	set   Settings
	days  *prefetched // nil: each span is read by itself
}

// absent is why there is no number, as what reckons one returns it.
type absent string

func (a absent) Error() string { return "metric: " + string(a) }

// answers are how each metric is reckoned. What they leave out of a Value, Value
// fills in.
var answers = map[Name]func(*question) (Value, error){
	Customers: (*question).customers, AverageOrder: (*question).order, Frequency: (*question).often, Stickiness: (*question).sticky,
	RepeatRate: (*question).again, RepeatEver: (*question).againEver,
	Active: (*question).active, Retention: stay(false, measure.Stay.Retention), Churn: stay(false, measure.Stay.Churn), Reactivation: stay(true, measure.Stay.Reactivation),
	PlanChurn: (*question).planChurn, Outstanding: (*question).outstanding, Liability: (*question).liability, Breakage: (*question).breakage, LiabilityNet: (*question).liabilityNet,
	Members: head(func(c *Census) int64 { return c.Members }), Reachable: head(func(c *Census) int64 { return c.Reachable }),
	Activity: part(func(c *Census) measure.Share { return measure.Share{Hits: c.Lively, Of: c.Reachable} }),
	Fatigue:  part(func(c *Census) measure.Share { return measure.Share{Hits: c.Tired, Of: c.Reachable} }),
	NPS:      (*question).nps, CSAT: (*question).csat, CSATMean: (*question).csatMean, Answers: (*question).answered,
	Billed: (*question).billed, Saved: (*question).saved,
	CLVSimple: (*question).clvSimple, CLV: (*question).clv, Alive: (*question).alive, Engagement: (*question).engaged, LoyaltyScore: (*question).score,
}

// totals are the metrics that are a sum of days.
var totals = map[Name]func(*rollup.Sums) int64{
	Revenue: func(s *rollup.Sums) int64 { return int64(s.Money()) }, Orders: func(s *rollup.Sums) int64 { return s.Orders },
	Joined: func(s *rollup.Sums) int64 { return s.Joined }, Vouchers: func(s *rollup.Sums) int64 { return s.Uses },
	Given: func(s *rollup.Sums) int64 { return int64(s.Given()) }, Spent: func(s *rollup.Sums) int64 { return int64(s.Used()) },
	Expired: func(s *rollup.Sums) int64 { return int64(s.Expired) },
}

// Value is one metric of a query. Where there is no number it says why, and the
// error is nil; errors other than accidents: ErrName, ErrWindow, and of a segment
// that cannot be read a *segment.Complaint.
func (d *Desk) Value(ctx context.Context, n Name, q Query) (Value, error) {
	x, err := d.ask(ctx, q)
	if err != nil {
		return Value{Name: n}, err
	}
	return x.value(n)
}

// All are all metrics of a query, in the order of [Names].
func (d *Desk) All(ctx context.Context, q Query) ([]Value, error) {
	x, err := d.ask(ctx, q)
	if err != nil {
		return nil, err
	}
	all := make([]Value, len(infos))
	return all, together(len(infos), func(i int) (err error) {
		one := *x // an answer may change its question
		all[i], err = one.value(infos[i].Name)
		return err
	})
}

// together calls f for 0 to n−1, as many at once as there are processors but one,
// and gives the first error.
func together(n int, f func(i int) error) error {
	var working sync.WaitGroup
	var once sync.Once
	var failed error
	slots := make(chan struct{}, max(1, runtime.GOMAXPROCS(0)-1))
	for i := range n {
		slots <- struct{}{}
		working.Go(func() {
			defer func() { <-slots }()
			if err := f(i); err != nil {
				once.Do(func() { failed = err })
			}
		})
	}
	working.Wait()
	return failed
}

// ask makes a question of a query.
func (d *Desk) ask(ctx context.Context, q Query) (*question, error) {
	q, err := d.local(q)
	if err != nil {
		return nil, err
	}
	x := &question{Desk: d, ctx: ctx, q: q, now: d.Now()}
	x.span, x.where.Store = d.Daily.Span(q.From, q.To, x.now), q.Store
	if q.Segment != "" {
		if _, err := d.Rolls.Expr(q.Segment, x.now); err != nil {
			return nil, err
		}
	}
	x.set, err = d.settings(ctx)
	return x, err
}

// value answers.
func (x *question) value(n Name) (Value, error) {
	info, ok := InfoOf(n)
	if !ok {
		return Value{Name: n}, ErrName
	}
	v, err := Value{}, error(nil)
	switch {
	case x.q.Store != "" && !info.PerStore, x.q.Segment != "" && !info.PerSegment:
		v.Missing = WholeShopOnly
	default:
		if v, err = x.answer(n); err != nil {
			v = Value{}
			err = missing(&v, err)
		}
	}
	if v.Name, v.Unit = n, info.Unit; v.AsOf.IsZero() {
		v.AsOf = x.now.UTC()
	}
	if v.Known() && (math.IsNaN(v.Number) || math.IsInf(v.Number, 0)) {
		v.Missing = NoFit
	}
	return v, err
}

func (x *question) answer(n Name) (Value, error) {
	of, ok := totals[n]
	if !ok {
		return answers[n](x)
	}
	s, err := x.sums(x.span)
	return x.counted(float64(of(&s.Sums)), s.Orders, s.at), err
}

// missing makes of an error that is a reason a value without a number.
func missing(v *Value, err error) error {
	var why absent
	var few *segment.TooFewError
	switch {
	case errors.As(err, &why):
		v.Missing = string(why)
	case errors.Is(err, errNotYet), errors.Is(err, rollup.ErrNotYet), errors.Is(err, rollup.ErrOldSet):
		v.Missing = NotYet
	case errors.As(err, &few):
		v.Missing = NeedsRepeat
	default:
		return err
	}
	return nil
}

// in is where with the segment's members in it.
func (x *question) in() (rollup.Where, error) {
	if x.q.Segment == "" || x.where.Set != nil {
		return x.where, nil
	}
	e, err := x.Rolls.Expr(x.q.Segment, x.now)
	if err != nil {
		return x.where, err
	}
	x.where.Set, err = x.Daily.SetOf(x.ctx, e, x.now)
	return x.where, err
}

// remember keeps what f finds for all questions about the same span of the same
// part of the shop.
func remember[T any](x *question, what string, s rollup.Span, f func(context.Context, rollup.Where) (T, error)) (T, error) {
	var none T
	w, err := x.in()
	if err != nil {
		return none, err
	}
	got, err := x.memo.do(x.ctx, key(what, s, x.q), x.now, x.life(s), func(ctx context.Context) (any, error) { return f(ctx, w) })
	if err != nil {
		return none, err
	}
	return got.(T), nil
}

// counted is what stands behind a number and as of when.
func (x *question) counted(number float64, n int64, at time.Time) Value {
	return Value{Number: number, N: n, AsOf: at}
}

// percent is a share in a hundred with its margin.
func percent(s measure.Share, why string, at time.Time) (Value, error) {
	i, err := s.Known()
	if err != nil {
		return Value{}, absent(why)
	}
	return Value{Number: 100 * i.Value, Low: 100 * i.Low, High: 100 * i.High, HasMargin: true, N: s.Of, AsOf: at}, nil
}

// summed is a span's sums and as of when they hold.
type summed struct {
	rollup.Sums
	at time.Time
}

func (x *question) sums(s rollup.Span) (summed, error) {
	if x.days != nil {
		return x.days.sum(s), nil
	}
	return remember(x, "sums", s, func(ctx context.Context, w rollup.Where) (summed, error) {
		at, err := x.Daily.AsOf(ctx)
		if err != nil {
			return summed{}, err
		}
		sum, err := x.Daily.Total(ctx, s, w)
		return summed{sum, at}, err
	})
}
