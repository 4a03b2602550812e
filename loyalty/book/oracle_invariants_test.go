package book

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// These are the ledger's invariants that the oracle does not see by itself,
// over the same random programmes and lives.

// some are a few of the seeds: each life is lived several times here.
func some(t testing.TB) uint64 { return max(2, seeds(t)/20) }

// TestRandomLivesSumToNothing: every entry sums to zero, all of them do, and
// the pots are what the account says (invariants 1 and 2); rebuilding what is
// derived gives the same bytes.
func TestRandomLivesSumToNothing(t *testing.T) {
	for seed := range some(t) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			l := newLife(t, mem.New(), seeded(seed))
			l.live(50)
			sums := map[loyalty.Pot]loyalty.Points{}
			var issued loyalty.Points
			for _, e := range l.entries(ann) {
				var sum loyalty.Points
				for _, leg := range e.Legs {
					sum += leg.Points
					sums[leg.Pot] += leg.Points
				}
				var shares loyalty.Points
				for _, s := range e.Shares {
					shares += s.Points
				}
				if sum != 0 || e.Kind == loyalty.KindEarn && shares != -e.In(loyalty.Issued) {
					t.Errorf("entry %d sums to %d, its shares to %d of %d", e.Seq, sum, shares, -e.In(loyalty.Issued))
				}
			}
			for pot, n := range sums {
				issued += n
				if got := l.account(ann).Pots[pot]; got != n {
					t.Errorf("pot %s has %d, the entries %d", pot, got, n)
				}
			}
			if issued != 0 {
				t.Errorf("all together sum to %d", issued)
			}
			l.rebuildsTheSame()
		})
	}
}

// TestRandomLivesSweptOrNot: whoever sweeps and how often leaves the same
// entries but for when they were recorded (invariant 10).
func TestRandomLivesSweptOrNot(t *testing.T) {
	for seed := range some(t) {
		lived := func(swept func(*life)) []loyalty.Entry {
			l := newLife(t, mem.New(), seeded(seed))
			l.onward, l.swept = true, func() { swept(l) }
			for range 40 {
				l.step()
			}
			l.sweep()
			list := l.entries(ann)
			for i := range list {
				list[i].RecordedAt, list[i].Hash = time.Time{}, loyalty.Hash{}
			}
			return list
		}
		want := lived(func(*life) {})
		for name, swept := range map[string]func(*life){
			"each step": (*life).sweep,
			"daily": func(l *life) { // up to the moment, as a job does
				now := l.now
				for l.now = now.AddDate(0, 0, -9); l.now.Before(now); l.now = l.now.AddDate(0, 0, 1) {
					l.sweep()
				}
				l.now = now
			},
		} {
			if got := lived(swept); !reflect.DeepEqual(got, want) {
				t.Errorf("seed %d: swept %s: %d entries, unswept %d", seed, name, len(got), len(want))
				for i := range min(len(got), len(want)) {
					if a, b := got[len(got)-1-i], want[len(want)-1-i]; !reflect.DeepEqual(a, b) {
						t.Fatalf("swept   %+v\nunswept %+v", a, b)
					}
				}
			}
		}
	}
}

// TestRandomLivesAsOf: the entries recorded by a moment give the balance that
// the member had then (invariant 21).
func TestRandomLivesAsOf(t *testing.T) {
	for seed := range some(t) {
		l := newLife(t, mem.New(), seeded(seed))
		l.onward = true
		then := map[time.Time]loyalty.Balance{}
		for range 40 {
			l.step()
			l.now = l.now.Add(time.Second)
			then[l.now] = l.balance(ann)
			l.now = l.now.Add(time.Second)
		}
		for at, want := range then {
			var got loyalty.Balance
			err := l.db.View(context.Background(), func(r store.Reader) (err error) {
				got, err = l.b.AsOf(r, ann, at)
				return err
			})
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("seed %d: as of %s: %+v, %v; was %+v", seed, at, got, err, want)
			}
		}
	}
}

// TestRandomProgrammesShuffled: sales and what comes back of them, in parts by
// money and by lines and then the rest, in any order and repeated, leave
// nothing but head starts: no points, no debt, no counts, no tier
// (invariants 14 and 19).
func TestRandomProgrammesShuffled(t *testing.T) {
	for seed := range max(10, seeds(t)/2) {
		pick := seeded(seed)
		l := newLife(t, mem.New(), pick)
		var events []func(store.Tx) (Receipt, error)
		act := func() Act {
			a := l.act(loyalty.ByJob("till"))
			a.At = l.now.Add(-time.Duration(pick(50)) * time.Hour)
			return a
		}
		for _, order := range []loyalty.Order{"A", "B", "C"} {
			sale := loyalty.Sale{Order: order, Amount: loyalty.Money(1 + pick(20))}
			for _, it := range items {
				n := 1 + pick(3)
				sale.Lines = append(sale.Lines, loyalty.Line{Item: it.id, Quantity: int64(n), Amount: loyalty.Money(n * it.price)})
				sale.Amount += loyalty.Money(n * it.price)
			}
			a := act()
			events = append(events, func(tx store.Tx) (Receipt, error) { return l.b.Sell(tx, ann, a, sale) })
			for _, r := range []loyalty.Return{{Amount: loyalty.Money(1 + pick(10))}, {Lines: []loyalty.Line{{Item: items[pick(len(items))].id, Quantity: 1}}}} {
				a := act()
				events = append(events, func(tx store.Tx) (Receipt, error) { return l.b.Refund(tx, ann, a, order, r) })
			}
		}
		for i := len(events) - 1; i > 0; i-- {
			j := pick(i + 1)
			events[i], events[j] = events[j], events[i]
		}
		for i, e := range events {
			l.do(e)
			if again := events[pick(i+1)]; pick(2) == 0 {
				if rec, _ := l.do(again); !rec.Replayed {
					t.Fatalf("seed %d: an event had a second effect", seed)
				}
			}
		}
		for _, order := range []loyalty.Order{"A", "B", "C"} {
			a := act()
			if _, err := l.do(func(tx store.Tx) (Receipt, error) { return l.b.Refund(tx, ann, a, order, loyalty.Return{}) }); err != nil && reason(err) != "reversed" {
				t.Fatalf("seed %d: the rest of %s: %v", seed, order, err)
			}
		}
		b, a := l.balance(ann), l.account(ann)
		if b.Available != 0 || b.Pending != 0 || b.Debt != 0 || b.Count.Earned != 0 || b.Count.Money != 0 || b.Count.Visits != 0 || a.Standing.Level != "" {
			t.Errorf("seed %d: left %+v, at level %q", seed, b, a.Standing.Level)
		}
		for _, list := range [][]loyalty.Tally{a.Buckets, a.Days} {
			for _, c := range list {
				if c.Visits != 0 || c.Nights != 0 || c.Money != 0 || c.Points != 0 || c.Earned != 0 {
					t.Errorf("seed %d: counted %+v", seed, c)
				}
			}
		}
		for _, c := range l.oracle.versions[0].Cards {
			start := c.Start
			if l.oracle.facts.Returned {
				start = 0
			}
			s, begun := a.Cards[c.ID]
			if one := len(l.oracle.versions) == 1; one && begun && s.Have+s.Filled*c.Size != start {
				t.Errorf("seed %d: on %s %+v, its head start is %d", seed, c.ID, s, start)
			}
		}
		l.clean()
	}
}
