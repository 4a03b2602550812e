package segment

import (
	"context"
	"errors"
	"os"
	"strconv"
	"testing"
	"time"

	"regulars/loyalty/people"
	"regulars/store"
)

// members is how many BenchmarkSegment has.
func members() int {
	if n, err := strconv.Atoi(os.Getenv("REGULARS_MEMBERS")); err == nil {
		return n
	}
	return 1_000_000
}

// BenchmarkSegment counts segments over a million members in a bolt file: each
// under 2 s (issue 6). The file is made before the clock runs.
func BenchmarkSegment(b *testing.B) {
	w := newWorld(b, openBolt(b))
	w.now = noon
	fill(b, w.db, members())
	for _, text := range []string{
		`true`, `tier in ["gold"] and last_visit > 30 and spend_90 >= 2000`, `"vegan" in tags or lapsing(30) > 0`,
		`rfm == "champions"`, `alive < 0.3 and reachable`,
	} {
		b.Run(text, func(b *testing.B) {
			e, ctx := w.expr(text), context.Background()
			if _, err := w.desk.scene(ctx, e, w.now); err != nil { // the models are fitted at night
				var few *TooFewError
				if errors.As(err, &few) {
					b.Skip(err)
				}
				b.Fatal(err)
			}
			best := time.Hour // of a few: the machine may have other work
			for range 3 {
				begin := time.Now()
				c, err := w.desk.Count(ctx, e, w.now)
				if err != nil {
					b.Fatal(err)
				}
				best = min(best, time.Since(begin))
				b.ReportMetric(float64(c.Members), "found")
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(best.Seconds(), "s/count")
			if best > 2*time.Second && members() <= 1_000_000 {
				b.Errorf("%d members took %v", members(), best)
			}
		})
	}
}

// BenchmarkMark is what a roll costs the sale that puts it out of date.
func BenchmarkMark(b *testing.B) {
	w := newWorld(b, openBolt(b))
	m := w.member("ann")
	w.do(func(tx store.Tx) error {
		if err := tx.Lock(people.Subject(m)); err != nil {
			return err
		}
		for b.Loop() {
			if err := w.desk.Mark(tx, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// BenchmarkGather is what making one roll anew costs, of a member with two years
// of purchases, of which one is new.
func BenchmarkGather(b *testing.B) {
	w := newWorld(b, openBolt(b))
	m := w.member("ann")
	for range 100 {
		w.days(7)
		w.sell(m, 120, "main")
	}
	w.refresh()
	w.sell(m, 120, "main")
	for _, anew := range []bool{false, true} {
		b.Run(map[bool]string{false: "gone-on", true: "anew"}[anew], func(b *testing.B) {
			_ = w.db.View(context.Background(), func(r store.Reader) error {
				for b.Loop() {
					if _, err := w.desk.gather(r, m, w.now, anew); err != nil {
						b.Fatal(err)
					}
				}
				return nil
			})
		})
	}
}
