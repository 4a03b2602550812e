package metric

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/rollup"
	"regulars/loyalty/segment"
)

// TestEveryMetricIsWhatTheEntriesSay lets shops live at random, and holds every
// metric of several windows, stores and segments against what the definitions make
// of the ledger's entries, one by one.
func TestEveryMetricIsWhatTheEntriesSay(t *testing.T) {
	var mu sync.Mutex
	seen := map[Name]bool{}
	t.Run("shops", func(t *testing.T) {
		for _, seed := range []uint64{0, 1, 2, 12} {
			t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
				t.Parallel()
				w := strict(t, seed+10)
				rng := rand.New(rand.NewPCG(seed, 7))
				members, deeds := 14, 260
				if seed >= 4 { // enough of them for thirty answers, and for the models to fit
					members, deeds = 60, 600
				}
				w.live(rng, members, deeds)
				w.refresh()
				for _, v := range compare(t, w, rng) {
					mu.Lock()
					seen[v.Name] = seen[v.Name] || v.Known()
					mu.Unlock()
				}
			})
		}
	})
	for _, info := range Names() {
		if elsewhere := info.Name == Billed || info.Name == Saved || info.Name == PlanChurn; seen[info.Name] == elsewhere {
			t.Errorf("%s had a number in one of the shops: %v", info.Name, seen[info.Name])
		}
	}
}

var places = []loyalty.Store{"north", "south", "east"}

// live lets people come, buy, bring back, spend, answer and turn out to be one.
func (w *world) live(rng *rand.Rand, members, deeds int) {
	var all []loyalty.MemberID
	var sales, spends []loyalty.Ref
	gone, stopped, mean := map[loyalty.MemberID]bool{}, map[loyalty.MemberID]bool{}, map[loyalty.MemberID]float64{}
	for i := range members / 2 {
		all = append(all, w.member(fmt.Sprint("early", i), rng.IntN(3) > 0))
	}
	for i := range deeds {
		w.now = w.now.Add(timeOf(rng, 24*260/deeds))
		if len(all) < members && rng.IntN(deeds/members) == 0 {
			all = append(all, w.member(fmt.Sprint("late", i), rng.IntN(3) > 0))
		}
		// Some come often, some seldom.
		m, at := all[int(float64(len(all))*rng.Float64()*rng.Float64())], places[min(rng.IntN(5), 2)]
		if gone[m] {
			continue
		}
		// Some stop for good after a purchase, and all spend around a mean of their own.
		n := rng.IntN(30)
		if n < 17 && stopped[m] {
			continue
		}
		if mean[m] == 0 {
			mean[m] = 50 + rng.ExpFloat64()*200
		}
		switch {
		case n < 17:
			sales = append(sales, w.sell(m, at, loyalty.Money(mean[m]*(0.5+rng.Float64()))))
			stopped[m] = rng.IntN(7) == 0
		case n < 19 && len(sales) > 0:
			w.refund(sales[rng.IntN(len(sales))], at, loyalty.Money(rng.IntN(200)))
		case n < 22:
			spends = append(spends, w.spend(m, at, loyalty.Points(20+rng.IntN(150))))
		case n == 22 && len(spends) > 0:
			w.undo(spends[rng.IntN(len(spends))], at)
		case n == 23:
			w.give(m, at, loyalty.Points(10+rng.IntN(90)))
		case n == 24:
			w.taps[m], w.ignored[m] = int32(rng.IntN(14)), int32(rng.IntN(6))
			w.mark(m)
		case n < 28:
			w.answer(m, asked("nps", loyalty.SurveyNPS), at, rng.IntN(11), "")
			w.answer(m, asked("csat", loyalty.SurveyCSAT), at, 1+rng.IntN(5), "coffee")
		case n == 28:
			w.hold(m, at, 30)
		case i%3 == 0:
			if into := all[rng.IntN(len(all))]; into != m && !gone[into] {
				gone[m] = w.merge(m, into)
			}
		}
	}
}

// compare asks for everything, says where it differs, and gives what it was told.
func compare(t *testing.T, w *world, rng *rand.Rand) (all []Value) {
	t.Helper()
	s := newSlow(w)
	ctx := context.Background()
	segments := map[string]func(*slowPerson) bool{
		"": func(*slowPerson) bool { return true },
		"visits >= 2": func(p *slowPerson) bool {
			n := 0
			for _, o := range p.orders {
				if !o.void {
					n++
				}
			}
			return n >= 2
		},
		"reachable": func(p *slowPerson) bool { return p.reachable },
	}
	for text, in := range segments {
		for _, at := range []loyalty.Store{"", "north", "nowhere"} {
			for _, back := range []int{0, 1, 40} {
				to := w.desk.nextDay(w.now).AddDate(0, 0, -back)
				q := Query{From: to.AddDate(0, 0, -1-rng.IntN(200)), To: to, Store: at, Segment: text}
				span := w.desk.Daily.Span(q.From, q.To, w.now)
				part := &slice{s, q, span.From, span.To, in}
				part.tables(t)
				want := part.all()
				got, err := w.desk.All(ctx, q)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, got...)
				for _, v := range got {
					x, known := want[v.Name]
					near := math.Abs(v.Number-x.number) <= 1e-6*max(1, math.Abs(x.number))
					if !known || v.Missing != x.why || v.Known() && !near {
						t.Errorf("%s of %q in %q, %d days up to %d ago: %+v, by the entries %+v", v.Name, text, at, span.Days(), back, v, x)
					}
				}
			}
		}
	}
	return all
}

// tables holds cohorts, the grid and the recommendation's parts against the orders
// and answers.
func (s *slice) tables(t *testing.T) {
	t.Helper()
	ctx, last := context.Background(), s.q.To.AddDate(0, 0, -1)
	got, err := s.w.desk.Cohorts(ctx, s.q, 5)
	if err != nil || got.Missing != "" {
		t.Fatal(err, got.Missing)
	}
	month := func(day int32) int { // the last one's is 4
		d := rollup.Date(day)
		return 4 - (last.Year()-d.Year())*12 - int(last.Month()) + int(d.Month())
	}
	want := measure.NewCohorts(5)
	for _, list := range s.bought(0, s.to) {
		first, came := int32(math.MaxInt32), map[int]bool{}
		for _, o := range list {
			first, came[month(o.day)] = min(first, o.day), true
		}
		want.First(month(first))
		for m := range came {
			want.Bought(month(first), m)
		}
	}
	if fmt.Sprint(got.Table) != fmt.Sprint(want) {
		t.Errorf("cohorts of %+v: %v, by the orders %v", s.q, got.Table, want)
	}
	var grid measure.Grid
	for _, p := range s.people() {
		if p.year > 0 {
			grid.Add(s.scale.Of(int64(p.last), p.year, int64(p.lately)), float64(p.lately))
		}
	}
	if rfm, err := s.w.desk.RFMGrid(ctx, s.q); err != nil || rfm.Grid != grid {
		t.Errorf("grid of %+v: %v, by the orders %v, %v", s.q, rfm.Grid, grid, err)
	}
	s.parts(t)
}

func (s *slice) parts(t *testing.T) {
	t.Helper()
	for _, by := range []By{ByStore, ByEmployee, ByWeek} {
		list, _, err := s.w.desk.NPSBy(context.Background(), s.q, by)
		want := map[string]measure.NPS{}
		for _, a := range s.answers {
			day := segment.DayOf(a.At, taipei)
			if a.Kind != loyalty.SurveyNPS || !s.meant(a.Member) || s.q.Store != "" && a.Visit.Store != s.q.Store || day < s.from || day >= s.to {
				continue
			}
			y, w := a.At.In(taipei).ISOWeek()
			key := map[By]string{ByStore: string(a.Visit.Store), ByEmployee: a.Visit.Staff, ByWeek: fmt.Sprint(y, w)}[by]
			counts := want[key]
			counts[a.Score]++
			want[key] = counts
		}
		for _, p := range list {
			y, w := p.From.ISOWeek()
			key := map[By]string{ByStore: string(p.Store), ByEmployee: p.Employee, ByWeek: fmt.Sprint(y, w)}[by]
			if p.Counts != want[key] || p.Score != want[key].Score() {
				t.Errorf("NPS by %s of %+v: %+v, by the answers %v", by, s.q, p, want[key])
			}
		}
		if err != nil || len(list) != len(want) {
			t.Errorf("NPS by %s of %+v: %d parts, by the answers %d, %v", by, s.q, len(list), len(want), err)
		}
	}
}
