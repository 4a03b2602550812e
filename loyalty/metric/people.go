package metric

import (
	"math"

	"regulars/loyalty/measure"
)

// census is the one that the question looks at: the newest where its window runs
// up to today, and else, of the whole shop, that of its last day.
func (x *question) census() (Census, error) {
	if x.q.To.After(x.dayStart(x.now)) {
		c, why, err := x.Census(x.ctx, x.q.Segment, x.q.Store)
		if why != "" {
			err = absent(why)
		}
		return c, err
	}
	if x.q.Segment != "" || x.q.Store != "" {
		return Census{}, absent(NowOnly)
	}
	c, ok, err := x.keptCensus(x.ctx, x.q.To.AddDate(0, 0, -1))
	if err == nil && !ok {
		err = absent(NotKept)
	}
	return c, err
}

// head is a metric that counts heads.
func head(of func(*Census) int64) func(*question) (Value, error) {
	return func(x *question) (Value, error) {
		c, err := x.census()
		return Value{Number: float64(of(&c)), N: c.Members, AsOf: c.At}, err
	}
}

// part is a metric that is a share of heads.
func part(of func(*Census) measure.Share) func(*question) (Value, error) {
	return func(x *question) (Value, error) {
		c, err := x.census()
		if err != nil {
			return Value{}, err
		}
		return percent(of(&c), Nobody, c.At)
	}
}

func (x *question) engaged() (Value, error) {
	c, err := x.census()
	if err == nil && c.Members == 0 {
		err = absent(Nobody)
	}
	return Value{Number: 100 * c.Engaged / float64(max(c.Members, 1)), N: c.Members, AsOf: c.At}, err
}

func (x *question) score() (Value, error) {
	if x.q.Segment == "" && x.q.Store == "" {
		return Value{}, absent(PartOnly)
	}
	c, err := x.census()
	switch {
	case err != nil:
	case c.Members == 0:
		err = absent(Nobody)
	case c.Scored == 0:
		err = absent(NotYet)
	}
	return Value{Number: c.Scores / float64(max(c.Scored, 1)), N: c.Scored, AsOf: c.At}, err
}

func (x *question) alive() (Value, error) {
	c, err := x.census()
	switch {
	case err != nil:
	case c.Buyers == 0:
		err = absent(NoOrders)
	case !c.Fitted:
		err = absent(NeedsRepeat)
	}
	return Value{Number: c.Alive, N: c.Buyers, AsOf: c.At}, err
}

// clv is the mean of the drawn buyers with its 95 % margin.
func (x *question) clv() (Value, error) {
	c, err := x.census()
	switch {
	case err != nil:
		return Value{}, err
	case c.Buyers == 0:
		return Value{}, absent(NoOrders)
	case !c.Priced:
		return Value{}, absent(NeedsRepeat)
	case c.Tied:
		return Value{}, absent(SpendTied)
	case c.Worth.N < measure.FewPeople:
		return Value{Missing: TooFew, N: c.Worth.N, AsOf: c.At}, nil
	}
	unit := major(x.Programme(x.now).Currency) * x.set.Margin
	half := 1.96 * math.Sqrt(c.Worth.Variance/float64(c.Worth.N))
	return Value{
		Number: unit * c.Worth.Mean, Low: unit * (c.Worth.Mean - half), High: unit * (c.Worth.Mean + half), HasMargin: true,
		N: c.Buyers, AsOf: c.At,
	}, nil
}
