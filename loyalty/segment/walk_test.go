package segment

import (
	"context"
	"sync/atomic"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/measure"
)

// TestWalkSeesWhatCountCounts: a walk meets the members of the segment, each
// once, with the figures that expressions see.
func TestWalkSeesWhatCountCounts(t *testing.T) {
	w := newWorld(t, openBolt(t))
	w.now = noon
	fill(t, w.db, 5000)
	ctx := context.Background()
	fit, err := w.desk.Fit(ctx, w.now)
	if err != nil {
		t.Fatal(err)
	}
	if kept, ok, err := w.desk.Population(ctx); !ok || err != nil || kept.Scale != fit.Scale {
		t.Fatalf("%+v %v %v", kept, ok, err)
	}
	for _, text := range []string{"true", "visits_90 >= 2", `rfm == "champions"`} {
		want, err := w.desk.Count(ctx, w.expr(text), w.now)
		if err != nil {
			t.Fatal(err)
		}
		var members, reach, champions, frequent, known atomic.Int64
		err = w.desk.Walk(ctx, w.expr(text), w.now, func() (func(loyalty.MemberID, Look), func()) {
			return func(_ loyalty.MemberID, l Look) {
				members.Add(1)
				if l.Reachable() {
					reach.Add(1)
				}
				if l.RFM(&fit.Scale).Kind() == measure.Champions {
					champions.Add(1)
				}
				if n, _ := l.Bought(90); n >= 2 {
					frequent.Add(1)
				}
				if _, _, ok := l.History(); ok {
					known.Add(1)
				}
			}, func() {}
		})
		if err != nil || int(members.Load()) != want.Members || int(reach.Load()) != want.Reachable || known.Load() == 0 {
			t.Errorf("%s: %d members, %d reachable, counted %+v, %v", text, members.Load(), reach.Load(), want, err)
		}
		if text == "true" && (int(champions.Load()) != w.in(`rfm == "champions"`) || int(frequent.Load()) != w.in("visits_90 >= 2")) {
			t.Errorf("%d champions, %d who came twice", champions.Load(), frequent.Load())
		}
	}
}
