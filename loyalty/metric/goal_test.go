package metric

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"regulars/loyalty/segment"
	"regulars/store"
)

// set keeps a goal as a page does: its start is read before.
func (w *world) set(g Goal) (Goal, error) {
	w.t.Helper()
	start, err := w.desk.StartOf(context.Background(), g, w.now)
	if err != nil {
		return g, err
	}
	g.Start = start
	var refused error
	w.do(func(tx store.Tx) error {
		g, refused = w.desk.SetGoal(tx, g, w.now, nil)
		return nil
	})
	return g, refused
}

func (w *world) goals() []Progress {
	w.t.Helper()
	list, err := w.desk.Goals(context.Background(), w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// TestGoalByHand: from a repeat rate of 0 to 50 % within 40 days, and sales of
// 1,000 in the same time.
func TestGoalByHand(t *testing.T) {
	w := strict(t, 6)
	ann, bo := w.member("ann", true), w.member("bo", true)
	w.sell(ann, "north", 300)
	w.sell(bo, "north", 300)
	w.refresh()
	w.now = time.Date(2026, 1, 6, 0, 0, 0, 0, taipei)
	by := time.Date(2026, 2, 14, 9, 0, 0, 0, taipei) // 40 days, to its end
	if _, err := w.set(Goal{Metric: RepeatRate, Target: 50, By: by}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.set(Goal{Metric: Revenue, Target: 1000, By: by.AddDate(0, 0, 1)}); err != nil {
		t.Fatal(err)
	}
	w.days(10) // a quarter of the way
	w.sell(ann, "north", 100)
	w.refresh()
	list := w.goals()
	rate, money := list[0], list[1]
	if rate.Value.Number != 50 || rate.Expected != 12.5 || !rate.Ahead || !rate.Reached || rate.Share != 1 || rate.DaysLeft != 29 || rate.Over {
		t.Errorf("%+v", rate)
	}
	// 100 since it was set, where 10 of 41 days would have brought 244.
	if money.Value.Number != 100 || math.Abs(money.Expected-10000.0/41) > 1e-9 || money.Ahead || money.Reached || money.Share != 0.1 {
		t.Errorf("%+v", money)
	}
	w.days(60)
	w.sell(bo, "north", 5000) // too late
	w.refresh()
	money = w.goals()[1]
	if !money.Over || money.Reached || money.Value.Number != 100 || money.Expected != 1000 || money.DaysLeft != 0 {
		t.Errorf("%+v", money)
	}
	w.do(func(tx store.Tx) error { return w.desk.DropGoal(tx, money.Goal.ID) })
	if list := w.goals(); len(list) != 1 || list[0].Goal.Metric != RepeatRate {
		t.Errorf("%+v", list)
	}
}

// TestLessIsAGoal: towards fewer, being below the line is being ahead.
func TestLessIsAGoal(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, taipei)
	g := Goal{Metric: Churn, Start: 40, Target: 20, SetAt: now.AddDate(0, 0, -10)}
	p := progressOf(g, Value{Number: 28}, now.AddDate(0, 0, 10), now, 10)
	if p.Expected != 30 || !p.Ahead || p.Reached || p.Share != 0.6 {
		t.Errorf("%+v", p)
	}
	if p := progressOf(g, Value{Number: 45}, now.AddDate(0, 0, 10), now, 10); p.Ahead || p.Share != -0.25 {
		t.Errorf("%+v", p)
	}
	if p := progressOf(g, Value{Missing: NoOrders}, now.AddDate(0, 0, 10), now, 10); p.Ahead || p.Reached || p.Share != 0 {
		t.Errorf("%+v", p)
	}
}

func TestGoalsThatCannotBe(t *testing.T) {
	w := strict(t, 7)
	w.refresh()
	soon := w.now.AddDate(0, 1, 0)
	for _, x := range []struct {
		goal Goal
		want error
	}{
		{Goal{Metric: "nonsense", By: soon}, ErrGoal}, {Goal{Metric: Billed, By: soon, Store: "north"}, ErrGoal},
		{Goal{Metric: Joined, Target: math.NaN(), By: soon}, ErrGoal}, {Goal{Metric: NPS, By: soon, Days: -1}, ErrGoal},
		{Goal{Metric: NPS, By: w.now.AddDate(0, 0, -1)}, ErrGoalDay}, {Goal{Metric: NPS, By: w.now.AddDate(11, 0, 0)}, ErrGoalDay},
	} {
		if _, err := w.set(x.goal); !errors.Is(err, x.want) {
			t.Errorf("%+v: %v, want %v", x.goal, err, x.want)
		}
	}
	for range MostGoals {
		if _, err := w.set(Goal{Metric: Joined, Target: 9, By: soon}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.set(Goal{Metric: Joined, Target: 9, By: soon}); !errors.Is(err, ErrManyGoals) {
		t.Error(err)
	}
}

// TestSettings: what is set is what is reckoned with.
func TestSettings(t *testing.T) {
	w := strict(t, 8)
	ann := w.member("ann", true)
	w.sell(ann, "north", 100)
	w.sell(ann, "north", 100)
	w.days(20)
	w.refresh()
	q := w.desk.Trailing(w.now, 30)
	if v := w.value(RepeatRate, q); v.Number != 100 {
		t.Errorf("two orders of a day are not two: %+v", v)
	}
	if v := w.value(Active, q); v.Number != 1 {
		t.Errorf("%+v", v)
	}
	if v := w.value(Activity, q); v.Number != 100 {
		t.Errorf("%+v", v)
	}
	w.do(func(tx store.Tx) error {
		return w.desk.SetSettings(tx, Settings{ActiveDays: 10, MergeDays: true, PointValue: 2})
	})
	if v := w.value(RepeatRate, q); v.Number != 0 {
		t.Errorf("a day's orders are not one: %+v", v)
	}
	if v := w.value(Active, q); v.Number != 0 {
		t.Errorf("%+v", v)
	}
	if v := w.value(Activity, q); v.Number != 0 {
		t.Errorf("%+v", v)
	}
	if v := w.value(Liability, q); v.Number != 400 {
		t.Errorf("%+v", v)
	}
	w.do(func(tx store.Tx) error {
		for _, s := range []Settings{{ActiveDays: -1}, {Margin: 1.5}, {PointValue: math.NaN()}, {FatigueAfter: 101}, {Discount: 1}} {
			if err := w.desk.SetSettings(tx, s); !errors.Is(err, ErrSettings) {
				t.Errorf("%+v: %v", s, err)
			}
		}
		return nil
	})
}

// TestSeries: the windows of a series are the days of the whole, each once, and
// each is what it is when it is asked for alone.
func TestSeries(t *testing.T) {
	w := strict(t, 9)
	ann, bo := w.member("ann", true), w.member("bo", true)
	for i := range 40 {
		w.sell(ann, "north", 10+2*2)
		if i%7 == 0 {
			w.sell(bo, "south", 1000)
		}
		w.days(1)
	}
	w.refresh()
	ctx, q := context.Background(), Query{From: time.Date(2026, 1, 7, 0, 0, 0, 0, taipei), To: time.Date(2026, 2, 12, 0, 0, 0, 0, taipei)}
	for step, want := range map[Step]int{Day: 36, Week: 6, Month: 2} {
		for _, name := range []Name{Revenue, Customers, Outstanding, AverageOrder, Retention, Active, Members} {
			points, err := w.desk.Series(ctx, name, q, step)
			if err != nil || len(points) != want {
				t.Fatalf("%s by %s: %d points, want %d, %v", name, step, len(points), want, err)
			}
			at, sum := q.From, 0.0
			for _, p := range points {
				if !p.From.Equal(at) || !p.To.After(p.From) {
					t.Errorf("%s by %s: a window from %v after %v", name, step, p.From, at)
				}
				part := q
				part.From, part.To = p.From, p.To
				if v := w.value(name, part); v.Number != p.Value.Number || v.Missing != p.Value.Missing {
					t.Errorf("%s by %s: %+v in the series, %+v alone", name, step, p.Value, v)
				}
				at, sum = p.To, sum+p.Value.Number
			}
			if whole := w.value(name, q); !at.Equal(q.To) || name == Revenue && sum != whole.Number {
				t.Errorf("%s by %s: up to %v, %v in all", name, step, at, sum)
			}
		}
	}
	if points, _ := w.desk.Series(ctx, Revenue, q, Week); points[1].From.Weekday() != time.Monday {
		t.Errorf("a week begins on %v", points[1].From.Weekday())
	}
	q.From = q.From.AddDate(-3, 0, 0)
	if _, err := w.desk.Series(ctx, Revenue, q, Day); !errors.Is(err, ErrWindow) {
		t.Error(err)
	}
}

// TestGoalOfASegmentThatIsGone: the others are told all the same.
func TestGoalOfASegmentThatIsGone(t *testing.T) {
	w := strict(t, 21)
	w.refresh()
	own := []segment.Named{{ID: "fans", When: "visits > 3"}}
	w.desk.Rolls.Own = func(time.Time) []segment.Named { return own }
	soon := w.now.AddDate(0, 1, 0)
	for _, g := range []Goal{{Metric: Orders, Target: 9, By: soon, Segment: "fans"}, {Metric: Joined, Target: 9, By: soon.AddDate(0, 0, 1)}} {
		if _, err := w.set(g); err != nil {
			t.Fatal(err)
		}
	}
	own = nil
	if list := w.goals(); len(list) != 2 || list[0].Value.Missing != Nobody || !list[1].Value.Known() {
		t.Errorf("%+v", list)
	}
}
