package metric

import (
	"context"
	"errors"
	"sync"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/rollup"
	"regulars/loyalty/segment"
	"regulars/store"
)

// Census is what a look at every member of a segment (and of those who buy most
// in a store) finds.
type Census struct {
	At        time.Time `json:"at"`
	Members   int64     `json:"members"`
	Reachable int64     `json:"reachable"` // an offer could be sent to them
	Lively    int64     `json:"lively"`    // of them, who bought in the last [Settings.ActiveDays]
	Tired     int64     `json:"tired"`     // of them, who ignored the last [Settings.FatigueAfter]
	Buyers    int64     `json:"buyers"`    // who ever bought
	Engaged   float64   `json:"engaged"`   // the sum of their engagement, 0 to 1 each
	Scored    int64     `json:"scored"`    // who have a loyalty score
	Scores    float64   `json:"scores"`    // the sum of these
	// Fitted says that there is a model of purchases; Alive is then the sum of
	// the chances that a buyer still is one.
	Fitted bool    `json:"fitted,omitempty"`
	Alive  float64 `json:"alive,omitempty"`
	// Priced says that there is a model of spending too, and Tied that it does not
	// hold. Worth is then what the next twelve months of some buyers are worth, in
	// major units, no margin taken off.
	Priced bool           `json:"priced,omitempty"`
	Tied   bool           `json:"tied,omitempty"`
	Worth  measure.Spread `json:"worth,omitzero"`
	Grid   measure.Grid   `json:"grid"` // money in minor units, of 365 days
	Scale  measure.Scale  `json:"scale"`
}

// censuses has a row a day, of the whole shop.
var censuses = store.NewTable[Census]("census/", store.Readable, store.FirstPart("census"))

// censusKept is for how long a day's census is kept.
const censusKept = 5 * 366 * 24 * time.Hour

// mostValued is of how many buyers the lifetime value is reckoned: each takes
// some microseconds, and more of them change the mean by less than its margin.
const mostValued = 8000

// take looks at everybody of a segment who buys most in a store ("" any).
func (d *Desk) take(ctx context.Context, text string, at loyalty.Store, now time.Time) (Census, error) {
	if text == "" {
		text = "true"
	}
	e, err := d.Rolls.Expr(text, now)
	if err != nil {
		return Census{}, err
	}
	c := counting{now: now, at: at}
	if err := c.prepare(ctx, d); err != nil {
		return Census{}, err
	}
	var mu sync.Mutex
	err = d.Rolls.Walk(ctx, e, now, func() (func(loyalty.MemberID, segment.Look), func()) {
		part := counting{known: c.known, at: at}
		return part.add, func() {
			mu.Lock()
			defer mu.Unlock()
			c.plus(&part)
		}
	})
	if err != nil {
		return Census{}, err
	}
	return c.done(), nil
}

// major is the minor units in a currency's major one.
func major(c loyalty.Currency) float64 {
	unit := 1.0
	for range c.Digits {
		unit *= 10
	}
	return unit
}

// known is what members are held against.
type known struct {
	settings Settings
	fit      segment.Population
	ranks    *ranks
	since    int32 // the last day on which who bought is not active
}

// counting is a census being taken.
type counting struct {
	known
	now   time.Time
	at    loyalty.Store
	sum   Census
	drawn draw
}

func (c *counting) prepare(ctx context.Context, d *Desk) (err error) {
	if c.fit, err = d.population(ctx, c.now); err != nil {
		return err
	}
	return d.DB.View(ctx, func(r store.Reader) (err error) {
		if c.settings, err = d.Settings(r); err != nil {
			return err
		}
		c.since = segment.DayOf(c.now, d.zone(c.now)) - int32(c.settings.ActiveDays)
		kept, ok, err := rankRows.Get(r, allKey)
		if ok {
			c.ranks = &kept
		}
		return err
	})
}

// add counts one member.
func (c *counting) add(m loyalty.MemberID, l segment.Look) {
	if c.at != "" && l.Store() != c.at {
		return
	}
	s := &c.sum
	s.Members++
	s.Engaged += l.Engagement()
	if l.Reachable() {
		s.Reachable++
		if roll := l.Roll(); roll.Last > c.since {
			s.Lively++
		}
		if int(l.Roll().Ignored) >= c.settings.FatigueAfter {
			s.Tired++
		}
	}
	h, spend, buyer := l.History()
	if buyer {
		s.Buyers++
		if c.fit.Buying != nil {
			s.Alive += c.fit.Buying.PAlive(h)
		}
		if c.fit.Spending != nil {
			c.drawn.add(m, h, spend)
		}
	}
	_, money := l.Bought(365)
	s.Grid.Add(l.RFM(&c.fit.Scale), float64(money))
	if score, err := c.ranks.score(l, &c.fit); err == nil {
		s.Scored++
		s.Scores += score
	}
}

// plus adds what another goroutine counted.
func (c *counting) plus(o *counting) {
	s, p := &c.sum, &o.sum
	s.Members, s.Reachable, s.Lively, s.Tired = s.Members+p.Members, s.Reachable+p.Reachable, s.Lively+p.Lively, s.Tired+p.Tired
	s.Buyers, s.Engaged, s.Alive = s.Buyers+p.Buyers, s.Engaged+p.Engaged, s.Alive+p.Alive
	s.Scored, s.Scores = s.Scored+p.Scored, s.Scores+p.Scores
	for i := range s.Grid {
		for j := range s.Grid[i] {
			s.Grid[i][j].People += p.Grid[i][j].People
			s.Grid[i][j].Money += p.Grid[i][j].Money
		}
	}
	c.drawn.plus(&o.drawn)
}

func (c *counting) done() Census {
	s := c.sum
	s.At, s.Scale, s.Fitted = c.now.UTC(), c.fit.Scale, c.fit.Buying != nil
	if s.Fitted && c.fit.Spending != nil {
		s.Priced, s.Tied = true, !c.fit.Spending.Independent()
		s.Worth = c.drawn.worth(*c.fit.Buying, *c.fit.Spending, c.settings.Discount)
	}
	return s
}

// censusKey is a day's.
func censusKey(day time.Time) string { return day.Format(time.DateOnly) }

// censusLife is how long a census is good enough to be shown without another.
const censusLife = 5 * time.Minute

// keptLife is for how long the whole shop's is, which a job takes each hour.
const keptLife = 3 * time.Hour

// patience is how long somebody who asks waits for a census of everybody.
const patience = 2 * time.Second

// errNotYet: what was asked for is being reckoned.
var errNotYet = errors.New("metric: is being reckoned")

// Census is the newest of a segment ("" everybody) and of those who buy most in
// a store ("" any). It is some minutes old at most, the whole shop's some hours.
// One that takes long is taken in the background: Missing is [NotYet] then.
func (d *Desk) Census(ctx context.Context, text string, at loyalty.Store) (c Census, missing string, err error) {
	now := d.Now()
	if text == "" && at == "" {
		kept, ok, err := d.keptCensus(ctx, now)
		if err != nil || ok && now.Sub(kept.At) < keptLife {
			return kept, "", err
		}
	}
	what := key("census", rollup.Span{}, Query{Store: at, Segment: text})
	got, err := d.memo.do(ctx, what, now, censusLife, func(ctx context.Context) (any, error) { return d.take(ctx, text, at, now) })
	var few *segment.TooFewError
	switch {
	case errors.As(err, &few):
		return Census{}, NeedsRepeat, nil
	case errors.Is(err, errNotYet):
		return Census{}, NotYet, nil
	case err != nil:
		return Census{}, "", err
	}
	return got.(Census), "", nil
}

// keptCensus is the newest of the whole shop that is kept of the day of an
// instant or before; ok is false where there is none.
func (d *Desk) keptCensus(ctx context.Context, at time.Time) (c Census, ok bool, err error) {
	day := censusKey(at.In(d.zone(at)))
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		if c, ok, err = censuses.Get(r, day); ok || err != nil {
			return err
		}
		// Mostly the day before: look back further and further, not from 1970 on.
		for _, back := range []int{2, 40, 5 * 366} {
			from := censusKey(at.In(d.zone(at)).AddDate(0, 0, -back))
			for _, row := range censuses.Scan(r, censuses.Between(from, day), &err) {
				c, ok = row, true
			}
			if ok || err != nil {
				return err
			}
		}
		return nil
	})
	return c, ok, err
}

// Refresh is the job: it takes the census of the whole shop and keeps it, ranks
// members anew after each night's fit, counts once a day who took which reward,
// and drops what is kept no longer. It tells how many members there are.
func (d *Desk) Refresh(ctx context.Context, now time.Time) (int, error) {
	if err := d.rankAll(ctx, now); err != nil {
		return 0, err
	}
	if _, err := d.takes(ctx, now); err != nil && !errors.Is(err, rollup.ErrNotYet) {
		return 0, err
	}
	c, err := d.take(ctx, "", "", now)
	if err != nil {
		return 0, err
	}
	day := censusKey(now.In(d.zone(now)))
	err = d.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("census/" + day)); err != nil {
			return err
		}
		return censuses.Put(tx, c, day)
	})
	if err != nil {
		return 0, err
	}
	_, err = store.Sweep(ctx, d.DB, censuses.Between("", censusKey(now.Add(-censusKept))), 100, func(store.Row) bool { return true })
	return int(c.Members), err
}

func (d *Desk) zone(at time.Time) *time.Location { return d.Programme(at).Location() }
