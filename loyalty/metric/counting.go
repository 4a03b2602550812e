package metric

import (
	"context"
	"sync"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/segment"
	"regulars/store"
)

// mostValued is of how many buyers the lifetime value is reckoned: each takes
// some microseconds, and more of them change the mean by less than its margin.
const mostValued = 8000

// take looks at everybody of a segment.
func (d *Desk) take(ctx context.Context, text string, now time.Time) (byStore, error) {
	if text == "" {
		text = "true"
	}
	e, err := d.Rolls.Expr(text, now)
	if err != nil {
		return byStore{}, err
	}
	k, err := d.known(ctx, now)
	if err != nil {
		return byStore{}, err
	}
	var mu sync.Mutex
	all := counting{known: k}
	err = d.Rolls.Walk(ctx, e, now, func() (func(loyalty.MemberID, segment.Look), func()) {
		part := counting{known: k}
		return part.add, func() {
			mu.Lock()
			defer mu.Unlock()
			all.plus(&part)
		}
	})
	if err != nil {
		return byStore{}, err
	}
	return all.done(now)
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

func (d *Desk) known(ctx context.Context, now time.Time) (k known, err error) {
	if k.fit, err = d.population(ctx, now); err != nil {
		return k, err
	}
	if k.settings, err = d.settings(ctx); err != nil {
		return k, err
	}
	k.since = segment.DayOf(now, d.zone(now)) - int32(k.settings.ActiveDays)
	return k, d.DB.View(ctx, func(r store.Reader) error {
		kept, ok, err := rankRows.Get(r, allKey)
		if ok {
			k.ranks = &kept
		}
		return err
	})
}

// counting is a census being taken by one goroutine.
type counting struct {
	known
	whole  sums
	stores map[loyalty.Store]*sums
}

// sums is the members counted so far, and those drawn of whom the lifetime value
// is reckoned.
type sums struct {
	Census
	drawn draw
}

// add counts one member, in the whole and in the store where they buy most.
func (c *counting) add(m loyalty.MemberID, l segment.Look) {
	one := sums{Census: Census{Members: 1, Engaged: l.Engagement()}}
	if l.Reachable() {
		one.Reachable = 1
		if l.Roll().Last > c.since {
			one.Lively = 1
		}
		if int(l.Roll().Ignored) >= c.settings.FatigueAfter {
			one.Tired = 1
		}
	}
	h, spend, buyer := l.History()
	if buyer {
		one.Buyers = 1
		if c.fit.Buying != nil {
			one.Alive = c.fit.Buying.PAlive(h)
		}
	}
	if score, err := c.ranks.score(l, &c.fit); err == nil {
		one.Scored, one.Scores = 1, score
	}
	f := l.RFM(&c.fit.Scale)
	_, money := l.Bought(365)
	for _, s := range []*sums{&c.whole, c.at(l.Store())} {
		if s == nil {
			continue
		}
		s.count(&one.Census)
		s.Grid.Add(f, float64(money))
		if buyer && c.fit.Spending != nil {
			s.drawn.add(m, h, spend)
		}
	}
}

// at is what is counted of a store, nil of none.
func (c *counting) at(name loyalty.Store) *sums {
	if name == "" {
		return nil
	}
	s := c.stores[name]
	if s == nil {
		if c.stores == nil {
			c.stores = map[loyalty.Store]*sums{}
		}
		s = &sums{}
		c.stores[name] = s
	}
	return s
}

// count adds the plain numbers of another one.
func (c *Census) count(o *Census) {
	c.Members, c.Reachable, c.Lively, c.Tired = c.Members+o.Members, c.Reachable+o.Reachable, c.Lively+o.Lively, c.Tired+o.Tired
	c.Buyers, c.Engaged, c.Alive = c.Buyers+o.Buyers, c.Engaged+o.Engaged, c.Alive+o.Alive
	c.Scored, c.Scores = c.Scored+o.Scored, c.Scores+o.Scores
}

// plus adds what another goroutine counted.
func (c *counting) plus(o *counting) {
	c.whole.plus(&o.whole)
	for name, s := range o.stores {
		c.at(name).plus(s)
	}
}

func (s *sums) plus(o *sums) {
	s.count(&o.Census)
	for i := range s.Grid {
		for j := range s.Grid[i] {
			s.Grid[i][j].People += o.Grid[i][j].People
			s.Grid[i][j].Money += o.Grid[i][j].Money
		}
	}
	s.drawn.plus(&o.drawn)
}

// done reckons what members are worth.
func (c *counting) done(now time.Time) (byStore, error) {
	all := byStore{Stores: map[loyalty.Store]Census{}}
	names := []loyalty.Store{""}
	for name := range c.stores {
		names = append(names, name)
	}
	var mu sync.Mutex
	return all, together(len(names), func(i int) error {
		s := &c.whole
		if i > 0 {
			s = c.stores[names[i]]
		}
		s.At, s.Set, s.Scale, s.Fitted = now.UTC(), c.settings, c.fit.Scale, c.fit.Buying != nil
		if s.Fitted && c.fit.Spending != nil {
			s.Priced, s.Tied = true, !c.fit.Spending.Independent()
			s.Worth = s.drawn.worth(*c.fit.Buying, *c.fit.Spending, c.settings.Discount)
		}
		mu.Lock()
		defer mu.Unlock()
		if i == 0 {
			all.Whole = s.Census
		} else {
			all.Stores[names[i]] = s.Census
		}
		return nil
	})
}
