package metric

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/segment"
	"regulars/store"
)

// Goal is what a manager wants a metric to be by a day.
type Goal struct {
	ID     string  `json:"id"`
	Metric Name    `json:"metric"`
	Target float64 `json:"target"` // in the metric's unit
	// By is the last local day, at any instant of it.
	By time.Time `json:"by"`
	// Days is over how many days up to now a share or a mean is taken; 0 is 90. What
	// adds up counts from SetAt's day on, and what is a state has no window.
	Days    int           `json:"days,omitempty"`
	Store   loyalty.Store `json:"store,omitempty"`
	Segment string        `json:"segment,omitempty"`
	// Start is the number when it was set; 0 of what adds up, and where there was
	// none.
	Start float64       `json:"start"`
	SetBy loyalty.Actor `json:"set_by"`
	SetAt time.Time     `json:"set_at"`
}

// Progress is how far a goal is.
type Progress struct {
	Goal  Goal
	Value Value
	// Expected is where the straight line from the start to the target stands now;
	// Ahead says that the value is there or beyond.
	Expected float64
	Ahead    bool
	// Share is how much of the way is done, 0 at the start and 1 at the target; it
	// may be below or beyond.
	Share    float64
	Reached  bool // the target, now
	Over     bool // its last day has passed
	DaysLeft int  // after today
}

var goals = store.NewTable[Goal]("goal/", store.Readable, store.FirstPart("goal"))

// MostGoals is how many goals a shop has at most.
const MostGoals = 50

// The reasons why a goal is refused.
var (
	ErrGoal      = errors.New("metric: a goal that cannot be: its number, its window or its metric")
	ErrGoalDay   = errors.New("metric: a goal's day lies ahead, at most ten years")
	ErrManyGoals = fmt.Errorf("metric: a shop has at most %d goals", MostGoals)
)

// check says what is wrong with a goal.
func (g *Goal) check(now time.Time) error {
	info, ok := InfoOf(g.Metric)
	whole := g.Store != "" && !info.PerStore || g.Segment != "" && !info.PerSegment
	if !ok || whole || math.IsNaN(g.Target) || math.Abs(g.Target) > 1e15 || g.Days < 0 || g.Days > 730 {
		return ErrGoal
	}
	if !g.By.After(now) || g.By.After(now.AddDate(10, 0, 0)) {
		return ErrGoalDay
	}
	return nil
}

// SetGoal keeps a new goal, whose Start [Desk.StartOf] tells before, and gives it
// its id. rand gives that: crypto/rand's where it is nil. Errors other than
// accidents: ErrGoal, ErrGoalDay, ErrManyGoals.
func (d *Desk) SetGoal(tx store.Tx, g Goal, now time.Time, random io.Reader) (Goal, error) {
	if err := g.check(now); err != nil {
		return g, err
	}
	if random == nil {
		random = rand.Reader
	}
	var id [8]byte
	if _, err := io.ReadFull(random, id[:]); err != nil {
		return g, err
	}
	g.ID, g.SetAt, g.By = hex.EncodeToString(id[:]), now.UTC(), g.By.UTC()
	if err := tx.Lock(store.Subject("goal/" + g.ID)); err != nil {
		return g, err
	}
	n, err := 0, error(nil)
	for range goals.Scan(tx, goals.All(), &err) {
		n++
	}
	if err != nil {
		return g, err
	}
	if n >= MostGoals {
		return g, ErrManyGoals
	}
	return g, goals.Put(tx, g, g.ID)
}

// GoalByID is one goal; ok is false where there is none of that id.
func (d *Desk) GoalByID(r store.Reader, id string) (Goal, bool, error) { return goals.Get(r, id) }

// DropGoal deletes a goal; one that is not there is no error.
func (d *Desk) DropGoal(tx store.Tx, id string) error {
	if err := tx.Lock(store.Subject("goal/" + id)); err != nil {
		return err
	}
	return goals.Delete(tx, id)
}

// StartOf is where a goal that is set now begins. Errors other than accidents:
// ErrGoal, ErrGoalDay, and those of [Desk.Value].
func (d *Desk) StartOf(ctx context.Context, g Goal, now time.Time) (float64, error) {
	if err := g.check(now); err != nil {
		return 0, err
	}
	if info, _ := InfoOf(g.Metric); info.Sums {
		return 0, nil
	}
	g.SetAt = now
	v, err := d.Value(ctx, g.Metric, d.window(&g, now))
	if err != nil || !v.Known() {
		return 0, err
	}
	return v.Number, nil
}

// window is what a goal looks at on a day, that day included.
func (d *Desk) window(g *Goal, now time.Time) Query {
	q := Query{To: d.nextDay(now), Store: g.Store, Segment: g.Segment}
	n := g.Days
	if n == 0 {
		n = 90
	}
	q.From = q.To.AddDate(0, 0, -n)
	if info, _ := InfoOf(g.Metric); info.Sums {
		q.From = d.dayStart(g.SetAt)
	}
	return q
}

// Goals are all goals, the soonest first, with how far they are.
func (d *Desk) Goals(ctx context.Context, now time.Time) ([]Progress, error) {
	var list []Goal
	err := d.DB.View(ctx, func(r store.Reader) (err error) {
		list = nil
		for _, g := range goals.Scan(r, goals.All(), &err) {
			list = append(list, g)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	all := make([]Progress, 0, len(list))
	for _, g := range list {
		p, err := d.progress(ctx, g, now)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	sortBy(all, func(a, b *Progress) int { return a.Goal.By.Compare(b.Goal.By) })
	return all, nil
}

// progress is how far a goal is. After its last day the value is that of that
// day. A segment that the programme has no more is nobody's, and keeps no other
// goal from being told.
func (d *Desk) progress(ctx context.Context, g Goal, now time.Time) (Progress, error) {
	end := d.nextDay(g.By)
	at := now
	if !now.Before(end) {
		at = g.By
	}
	v, err := d.Value(ctx, g.Metric, d.window(&g, at))
	var gone *segment.Complaint
	if errors.As(err, &gone) || errors.Is(err, ErrName) {
		v.Missing, err = Nobody, nil
	}
	if err != nil {
		return Progress{}, err
	}
	return progressOf(g, v, end, now, days(d.dayStart(now), end)-1), nil
}

// progressOf is the arithmetic: a straight line from the start, when the goal was
// set, to the target at its end.
func progressOf(g Goal, v Value, end, now time.Time, left int) Progress {
	p := Progress{Goal: g, Value: v, Over: !now.Before(end), DaysLeft: max(left, 0)}
	passed, all := now.Sub(g.SetAt), end.Sub(g.SetAt)
	p.Expected = g.Start + (g.Target-g.Start)*min(max(passed.Seconds()/all.Seconds(), 0), 1)
	if !v.Known() {
		return p
	}
	up := g.Target >= g.Start
	p.Ahead = up == (v.Number >= p.Expected) || v.Number == p.Expected
	p.Reached = up == (v.Number >= g.Target) || v.Number == g.Target
	switch {
	case g.Target != g.Start:
		p.Share = (v.Number - g.Start) / (g.Target - g.Start)
	case p.Reached:
		p.Share = 1
	}
	return p
}
