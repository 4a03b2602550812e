package metric

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/segment"
	"regulars/store"
)

// TestByHand: a shop whose numbers can be added up on a sheet of paper. Amounts
// are in cents.
func TestByHand(t *testing.T) {
	w := strict(t, 1)
	ann, bo, cy := w.member("ann", true), w.member("bo", true), w.member("cy", false)
	w.member("di", true) // never buys
	w.days(10)           // 15 January
	w.sell(ann, "north", 100)
	w.sell(bo, "north", 200)
	w.days(60) // 16 March
	w.sell(ann, "north", 300)
	w.sell(ann, "south", 100)
	whole := w.sell(cy, "south", 500)
	w.days(40) // 25 April: the points of January are gone
	w.sell(ann, "north", 60)
	part := w.sell(cy, "south", 90)
	w.refund(whole, "north", 500)
	w.refund(part, "south", 30)
	w.spend(ann, "north", 160)
	w.ignored[bo] = 3
	w.do(func(tx store.Tx) error {
		return errors.Join(tx.Lock(store.Subject("member/"+string(bo))), w.desk.Rolls.Mark(tx, bo))
	})
	w.refresh()

	all := w.desk.Trailing(w.now, 365)
	april := Query{From: time.Date(2026, 4, 1, 0, 0, 0, 0, taipei), To: time.Date(2026, 5, 1, 0, 0, 0, 0, taipei)}
	north := all
	north.Store = "north"
	often := all
	often.Segment = "visits >= 3"
	for _, x := range []struct {
		name Name
		q    Query
		want float64
		n    int64
	}{
		{Revenue, all, 820, 6}, {Revenue, april, 120, 2}, {Revenue, north, 660, 4}, {Revenue, often, 560, 4},
		{Orders, all, 6, 6}, {Orders, north, 4, 4},
		{Customers, all, 3, 6}, {Customers, april, 2, 2}, {Customers, north, 2, 4},
		{AverageOrder, all, 820.0 / 6, 6}, {AverageOrder, april, 60, 2},
		{Frequency, all, 2, 3}, {Frequency, north, 2, 2},
		{RepeatRate, all, 100.0 / 3, 3}, {RepeatRate, north, 50, 2}, {RepeatEver, april, 100.0 / 3, 3},
		{Joined, all, 4, 6}, {Joined, april, 0, 2},
		{Members, all, 4, 4}, {Reachable, all, 3, 4}, {Reachable, often, 1, 1},
		// Within 90 days of 25 April: Ann and Cy. Reachable of them: Ann.
		{Active, all, 2, 4}, {Activity, all, 100.0 / 3, 3}, {Fatigue, all, 100.0 / 3, 3},
		// 60 and 300 + 100 and 90 (less 30) in the trailing 90 days; 2 days of Ann's
		// and 1 of Cy's in the last 30: (1 + 1) / 30 / 2.
		{Stickiness, all, 100 * 2.0 / 30 / 2, 2},
		{Retention, all, 50, 2}, {Churn, all, 50, 2}, // of Ann and Bo, Ann stayed
		{Given, all, 820, 6}, {Spent, all, 160, 6},
		// January's 300 expired unspent, and so did nothing else: 100 + 200.
		{Expired, all, 300, 6}, {Outstanding, all, 820 - 300 - 160, 0},
		{Liability, all, 360 * 0.5, 360}, {Breakage, all, 100 * 300.0 / 460, 460}, {LiabilityNet, all, 180 * 160.0 / 460, 360},
		{Vouchers, all, 1, 6},
	} {
		v := w.value(x.name, x.q)
		if !v.Known() || math.Abs(v.Number-x.want) > 1e-9 || v.N != x.n {
			t.Errorf("%s of %+v is %+v, want %v of %d", x.name, x.q, v, x.want, x.n)
		}
		if info, _ := InfoOf(x.name); v.Name != x.name || v.Unit != info.Unit || v.AsOf.IsZero() || v.HasMargin && !(v.Low <= v.Number && v.Number <= v.High) {
			t.Errorf("%s: %+v", x.name, v)
		}
	}
	// Ann's average order 140 (of 820 / 6), bought 6 times by 3 in a year, half of
	// those of before left within 90 days.
	churn := 1 - math.Pow(0.5, 365.25/90)
	want := 820.0 / 6 * (6.0 / 3 / (365 / 365.25)) / churn
	if v := w.value(CLVSimple, all); math.Abs(v.Number-want) > 1e-6 || v.Caveat != Historic {
		t.Errorf("historic lifetime value %+v, want %v", v, want)
	}
}

// TestNoNumberSaysWhy: each reason is one that the shop's state explains.
func TestNoNumberSaysWhy(t *testing.T) {
	w := strict(t, 2)
	w.rules.Rewards = nil
	ann := w.member("ann", true)
	before := w.desk.Trailing(w.now, 30)
	if v := w.value(Revenue, before); v.Missing != NotYet {
		t.Errorf("before anything was rolled up: %+v", v)
	}
	w.refresh()
	north, some := before, before
	north.Store, some.Segment = "north", "visits > 5"
	past := Query{From: w.now.AddDate(0, 0, -60), To: w.now.AddDate(0, 0, -30)}
	pastSome := past
	pastSome.Segment = "visits > 5"
	check := func(name Name, q Query, want string) {
		t.Helper()
		if v := w.value(name, q); v.Missing != want {
			t.Errorf("%s of %+v: %+v, want %q", name, q, v, want)
		}
	}
	check(AverageOrder, before, NoOrders)
	check(Frequency, before, NoOrders)
	check(RepeatRate, before, NoOrders)
	check(Stickiness, before, NoOrders)
	check(Retention, before, NobodyBefore)
	check(CLVSimple, before, NoOrders)
	check(CLV, before, NoOrders)
	check(Alive, before, NoOrders)
	check(NPS, before, NoAnswers)
	check(CSATMean, before, NoAnswers)
	check(Billed, before, NoPrices)
	check(Billed, north, WholeShopOnly)
	check(PlanChurn, before, NoPlans)
	w.desk.Plans = func(_ store.Reader, from, to time.Time) (int64, int64, error) {
		if !from.Equal(before.From) || !to.Equal(before.To) {
			t.Errorf("asked for plans from %v to %v", from, to)
		}
		return 3, 12, nil
	}
	if v := w.value(PlanChurn, before); v.Number != 25 || v.N != 12 || !v.HasMargin {
		t.Errorf("3 of 12 plans ended: %+v", v)
	}
	check(PlanChurn, north, WholeShopOnly)
	check(Liability, north, WholeShopOnly)
	check(Liability, before, NoPointValue)
	check(Breakage, before, NoneLeft)
	check(LoyaltyScore, before, PartOnly)
	check(LoyaltyScore, some, Nobody)
	check(Engagement, some, Nobody)
	check(Fatigue, some, Nobody)
	check(Members, past, NotKept)
	check(Members, pastSome, NowOnly)
	if v := w.value(Revenue, before); !v.Known() || v.Number != 0 {
		t.Errorf("no sales are no reason: %+v", v)
	}
	w.sell(ann, "north", 100)
	w.days(100)
	w.sell(ann, "north", 100)
	w.answer(ann, asked("nps", loyalty.SurveyNPS), "north", 9, "")
	w.refresh()
	now := w.desk.Trailing(w.now, 30)
	check(NPS, now, TooFew)
	check(CLV, now, NeedsRepeat)
	check(Alive, now, NeedsRepeat)
	check(CLVSimple, now, NobodyLeft)
	some = now
	some.Segment = "alive > 0.5"
	check(Orders, some, NeedsRepeat)
	ctx := context.Background()
	if _, err := w.desk.Value(ctx, "nonsense", now); !errors.Is(err, ErrName) {
		t.Error(err)
	}
	if _, err := w.desk.Value(ctx, Revenue, Query{From: w.now, To: w.now.AddDate(0, 0, -1)}); !errors.Is(err, ErrWindow) {
		t.Error(err)
	}
	some.Segment = "visits >"
	var c *segment.Complaint
	if _, err := w.desk.Value(ctx, Revenue, some); !errors.As(err, &c) {
		t.Error(err)
	}
}

// TestThePast: what was counted on a day stays known of it.
func TestThePast(t *testing.T) {
	w := strict(t, 3)
	w.member("ann", true)
	w.refresh()
	day := w.desk.Trailing(w.now, 1)
	w.days(3)
	w.member("bo", true)
	w.refresh()
	if v := w.value(Members, day); v.Number != 1 {
		t.Errorf("three days ago: %+v", v)
	}
	day.To = day.To.AddDate(0, 0, 2) // nobody counted on that day: the newest before
	if v := w.value(Members, day); v.Number != 1 {
		t.Errorf("yesterday: %+v", v)
	}
	if v := w.value(Members, w.desk.Trailing(w.now, 1)); v.Number != 2 {
		t.Errorf("today: %+v", v)
	}
}

// TestScoresByHand is the recommendation of two stores and its words.
func TestScoresByHand(t *testing.T) {
	w := strict(t, 4)
	for i := range 40 {
		m := w.member(string(rune('A'+i)), true)
		at, score, theme := loyalty.Store("north"), 9+i%2, ""
		if i%4 == 0 {
			at, score, theme = "south", 3, "queue"
		}
		w.answer(m, asked("nps", loyalty.SurveyNPS), at, score, theme)
		w.answer(m, asked("csat", loyalty.SurveyCSAT), at, 1+i%5, "")
	}
	w.refresh()
	q, ctx := w.desk.Trailing(w.now, 7), context.Background()
	v := w.value(NPS, q) // 30 promoters and 10 detractors of 40
	half := 196 * math.Sqrt((0.75+0.25-0.25)/40)
	if v.Number != 50 || v.N != 40 || math.Abs(v.High-50-half) > 0.01 || math.Abs(50-half-v.Low) > 0.01 {
		t.Errorf("%+v, want 50 ± %v", v, half)
	}
	if v := w.value(CSAT, q); v.Number != 40 || v.N != 40 { // 4 and 5 of 1 to 5
		t.Errorf("%+v", v)
	}
	if v := w.value(CSATMean, q); v.Number != 3 {
		t.Errorf("%+v", v)
	}
	if v := w.value(Answers, q); v.Number != 80 {
		t.Errorf("%+v", v)
	}
	south := q
	south.Store = "south"
	if v := w.value(NPS, south); v.Missing != TooFew || v.N != 10 {
		t.Errorf("%+v", v)
	}
	list, _, err := w.desk.NPSBy(ctx, q, ByStore)
	if err != nil || len(list) != 2 || list[0].Store != "north" || list[0].Score.Value != 100 || list[1].Score.Value != -100 || !list[1].Score.Few {
		t.Errorf("%+v %v", list, err)
	}
	weeks, _, err := w.desk.NPSBy(ctx, q, ByWeek) // 5 January 2026 is a Monday
	if err != nil || len(weeks) != 1 || !weeks[0].From.Equal(time.Date(2026, 1, 5, 0, 0, 0, 0, taipei)) {
		t.Errorf("%+v %v", weeks, err)
	}
	if staff, _, err := w.desk.NPSBy(ctx, q, ByEmployee); err != nil || len(staff) != 1 || staff[0].Employee != "eve" || staff[0].Score.N != 40 {
		t.Errorf("%+v %v", staff, err)
	}
	themes, err := w.desk.Themes(ctx, q)
	words, bad := w.desk.Words(ctx, q, "queue", 4)
	if err != nil || bad != nil || themes["queue"] != 10 || len(words) != 4 || string(words[0].Comment) != "sealed queue" {
		t.Errorf("%v %d %v %v", themes, len(words), err, bad)
	}
	if words, err := w.desk.Words(ctx, q, "coffee", 4); err != nil || len(words) != 0 {
		t.Errorf("%+v %v", words, err)
	}
}

// TestCohortsByHand: Ann and Bo first came in January, Cy in March.
func TestCohortsByHand(t *testing.T) {
	w := strict(t, 5)
	ann, bo, cy := w.member("ann", true), w.member("bo", true), w.member("cy", true)
	w.sell(ann, "north", 100)
	w.sell(bo, "north", 100)
	w.days(31) // February
	w.sell(ann, "north", 100)
	w.sell(ann, "south", 100)
	w.days(28) // March
	w.sell(cy, "south", 100)
	w.sell(bo, "south", 100)
	w.refresh()
	got, err := w.desk.Cohorts(context.Background(), w.desk.Trailing(w.now, 1), 3)
	if err != nil || got.Missing != "" || got.Months[0].Month() != time.January || got.Months[2].Month() != time.March {
		t.Fatalf("%+v %v", got, err)
	}
	want := &measure.Cohorts{Size: []int64{2, 0, 1}, Kept: [][]int64{{2, 1, 1}, {0, 0}, {1}}}
	for i := range want.Size {
		if got.Table.Size[i] != want.Size[i] {
			t.Errorf("%+v, want %+v", got.Table, want)
		}
		for k := range want.Kept[i] {
			if got.Table.Kept[i][k] != want.Kept[i][k] {
				t.Errorf("%+v, want %+v", got.Table, want)
			}
		}
	}
	grid, err := w.desk.RFMGrid(context.Background(), w.desk.Trailing(w.now, 1))
	people := int64(0)
	for _, c := range grid.Kinds {
		people += c.People
	}
	if err != nil || people != 3 {
		t.Errorf("%+v %v", grid, err)
	}
}

// TestLargeShopIsCountedByTheHour: who asks in a large shop is shown the newest
// hour's census, of segments with a name too, and a new one of an expression.
func TestLargeShopIsCountedByTheHour(t *testing.T) {
	w := strict(t, 22)
	w.desk.small = 1
	ann := w.member("ann", true)
	w.member("bo", false)
	w.sell(ann, "north", 100)
	w.refresh()
	w.member("cy", true)
	if _, err := w.desk.Daily.Refresh(context.Background(), w.now); err != nil {
		t.Fatal(err)
	}
	q := w.desk.Trailing(w.now, 1)
	for _, x := range []struct {
		segment string
		store   loyalty.Store
		members float64
	}{{"", "", 2}, {"", "north", 1}, {"", "south", 0}, {"never", "", 1}, {"visits == 0", "", 1}, {"visits < 1", "", 2}, {"once", "north", 1}} {
		q.Segment, q.Store = x.segment, x.store
		if v := w.value(Members, q); v.Number != x.members {
			t.Errorf("%q in %q: %+v, want %v", x.segment, x.store, v, x.members)
		}
	}
	w.now = w.now.Add(keptLife) // the job did not run
	q.Segment, q.Store = "", ""
	if v := w.value(Members, q); v.Number != 3 {
		t.Errorf("hours later: %+v", v)
	}
}
