package loyalty

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var tokyo = time.FixedZone("Tokyo", 9*3600)

func TestMissionSteps(t *testing.T) {
	t.Parallel()
	lines := []Line{{Item: "latte", Category: "drink", Quantity: 2, Amount: 300}, {Item: "scone", Category: "food", Quantity: 1, Amount: 90}, {Item: "mocha", Category: "drink", Quantity: 1, Amount: 160}}
	sale := Bought{Store: "east", Left: 550, Visit: true, Lines: lines}
	for name, c := range map[string]struct {
		m    Mission
		b    Bought
		want int64
	}{
		"a visit":                   {Mission{Goal: GoalVisits}, sale, 1},
		"not the day's first":       {Mission{Goal: GoalVisits}, Bought{Left: 550}, 0},
		"too small":                 {Mission{Goal: GoalVisits, Minimum: 551}, sale, 0},
		"elsewhere":                 {Mission{Goal: GoalVisits, Stores: []Store{"west"}}, sale, 0},
		"nothing of it stands":      {Mission{Goal: GoalVisits}, Bought{Visit: true}, 0},
		"money":                     {Mission{Goal: GoalSpend}, sale, 550},
		"money of a category":       {Mission{Goal: GoalSpend, Items: []string{"drink"}}, sale, 460},
		"never more than it stands": {Mission{Goal: GoalSpend, Items: []string{"drink"}}, Bought{Left: 400, Lines: lines}, 400},
		"pieces":                    {Mission{Goal: GoalItems, Items: []string{"latte", "food"}}, sale, 3},
		"kinds":                     {Mission{Goal: GoalKinds, Items: []string{"drink"}}, sale, 2},
		"stores":                    {Mission{Goal: GoalStores}, sale, 1},
		"no store":                  {Mission{Goal: GoalStores}, Bought{Left: 1}, 0},
		"another goal":              {Mission{Goal: GoalFriends}, sale, 0},
	} {
		s, ok := c.m.Step("sale/A", c.b)
		if got := c.m.Reached([]Step{s}); got != c.want || ok != (c.want > 0) {
			t.Errorf("%s: %d (%v), want %d", name, got, ok, c.want)
		}
	}
	kinds := Mission{Goal: GoalKinds}
	if n := kinds.Reached([]Step{{Of: "a", What: []string{"latte", "mocha"}}, {Of: "b", What: []string{"latte"}}}); n != 2 {
		t.Errorf("a latte twice is one kind, not %d in all", n)
	}
}

func TestMissionTime(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, tokyo)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	sunday := at("2026-02-01 23:59")
	for _, c := range []struct {
		m      Mission
		period string
		ends   time.Time
	}{
		{Mission{Every: SpanWeek}, "2026-01-26", at("2026-02-02 00:00")},
		{Mission{Every: SpanMonth}, "2026-02", at("2026-03-01 00:00")},
		{Mission{}, "ever", time.Time{}},
		{Mission{Days: 3}, "ever", at("2026-02-04 00:00")},
		{Mission{Days: 3, To: at("2026-02-03 00:00")}, "ever", at("2026-02-03 00:00")},
		{Mission{Every: SpanMonth, To: at("2026-02-10 00:00")}, "2026-02", at("2026-02-10 00:00")},
	} {
		period, _, _ := c.m.Period(sunday, tokyo)
		if ends := c.m.Ends(sunday, tokyo); period != c.period || !ends.Equal(c.ends) {
			t.Errorf("%+v: %s to %v, want %s to %v", c.m, period, ends, c.period, c.ends)
		}
	}
	personal := Mission{Count: 2, Above: 1}
	for _, c := range []struct {
		before []int64
		want   int64
	}{{nil, 2}, {[]int64{0, 1}, 2}, {[]int64{3, 4}, 4}, {[]int64{5, 5, 5, 5, 0, 0}, 6}} {
		if got := personal.Target(c.before); got != c.want {
			t.Errorf("after %v: %d, want %d", c.before, got, c.want)
		}
	}
}

func TestStreakNumbers(t *testing.T) {
	t.Parallel()
	for _, every := range []Span{SpanDay, SpanWeek, SpanMonth} {
		s := Streak{Every: every}
		for day := range 800 {
			at := time.Date(2025, 1, 1+day, 23, 59, 0, 0, tokyo)
			n := s.Number(at, tokyo)
			if from, to := s.Start(n, tokyo), s.Start(n+1, tokyo); at.Before(from) || !at.Before(to) {
				t.Fatalf("%s: %v is not in span %d, %v to %v", every, at, n, from, to)
			}
			if every == SpanWeek && s.Start(n, tokyo).In(tokyo).Weekday() != time.Monday {
				t.Fatalf("a week begins on %v", s.Start(n, tokyo).In(tokyo).Weekday())
			}
		}
	}
}

// A streak is what somebody would count who crosses off span after span.
func TestStreakCountsAsByHand(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := Streak{Every: SpanWeek, Length: rapid.IntRange(2, 5).Draw(t, "length")}
		s.Freezes = rapid.IntRange(0, s.Length-1).Draw(t, "freezes")
		active := rapid.SliceOf(rapid.IntRange(2900, 2940)).Draw(t, "active")
		now := rapid.IntRange(2900, 2945).Draw(t, "now")
		count, left, first := 0, s.Freezes, 0
		var prizes []Prized
		for n := 2899; n <= now; n++ {
			switch there := slices.Contains(active, n); {
			case there && count == 0:
				count, left, first = 1, s.Freezes, n
			case there:
				count++
			case count > 0 && n < now: // the one that runs is not missed yet
				if left--; left < 0 {
					count, left = 0, s.Freezes
				}
			}
			if slices.Contains(active, n) && count%s.Length == 0 {
				prizes, left = append(prizes, Prized{n, count}), s.Freezes
			}
		}
		r := s.Run(active, now, time.UTC)
		if r.Count != count || !slices.Equal(r.Prizes, prizes) || r.Freezes != left || r.Now != slices.Contains(active, now) {
			t.Fatalf("%+v, want %d in a row with %d to miss, prizes %v", r, count, left, prizes)
		}
		if count > 0 && !r.Since.Equal(s.Start(first, time.UTC)) {
			t.Fatalf("since %v, want %v", r.Since, s.Start(first, time.UTC))
		}
	})
}
