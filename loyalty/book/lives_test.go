package book

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// compare holds the book's balance against the oracle's points.
func (l *life) compare() {
	l.t.Helper()
	o := l.oracle.peek(l.now)
	b := l.balance(l.who)
	got := []int{int(b.Available), int(b.Pending), int(b.Held), int(b.Debt), int(b.Count.Earned), int(b.Count.Spent), int(b.Count.Visits), int(b.Count.Money)}
	want := []int{len(o.free(o.now)), o.count("pending"), o.count("held"), o.debt, o.earned, o.spent, o.visits, o.money}
	if !slices.Equal(got, want) {
		l.fatalf("available, pending, held, debt, earned, spent, visits, money:\n got %v\nwant %v", got, want)
	}
	var at time.Time
	n := 0
	for _, p := range o.which(func(p *point) bool { return p.state == "free" || p.state == "pending" }) {
		if !p.lot.ends.IsZero() && (n == 0 || p.lot.ends.Equal(at)) {
			at, n = p.lot.ends, n+1
		}
	}
	if l.ops%2 == 0 { // what differs stays different
		l.compareRest(o)
	}
	if !b.Next.At.Equal(at) || int(b.Next.Points) != n {
		l.fatalf("next expiry %d at %s, want %d at %s", b.Next.Points, b.Next.At, n, at)
	}
}

// compareRest holds cards, counts and the tier.
func (l *life) compareRest(o *oracle) {
	l.t.Helper()
	var a loyalty.Account
	err := l.db.View(context.Background(), func(r store.Reader) (err error) {
		a, err = l.b.Account(r, l.who)
		if err != nil || a.Seq == 0 {
			return err
		}
		p, ok, err := l.b.Progress(r, l.who, l.now)
		if ok && (p.Standing.Level != o.stand.level || !p.Standing.Until.Equal(o.stand.until)) {
			l.fatalf("level %q until %s, want %q until %s", p.Standing.Level, p.Standing.Until, o.stand.level, o.stand.until)
		}
		if ok {
			got := []any{p.Value, p.Next, p.From, p.To, p.Left, p.Ends.UTC()}
			if want := o.progress(l.now); !slices.Equal(got, want) {
				l.fatalf("value, next, from, to, left, ends: %v, want %v", got, want)
			}
		}
		return err
	})
	if err != nil {
		l.fatalf("%v", err)
	}
	for id, c := range o.cards {
		if got := a.Cards[id]; int(got.Have) != c.have || int(got.Filled) != c.filled {
			l.fatalf("card %s: %+v, want %+v", id, got, *c)
		}
	}
	if len(a.Cards) != len(o.cards) {
		l.fatalf("cards %v, want %d", a.Cards, len(o.cards))
	}
	l.compareCounts("month", a.Buckets, o.months, func(t loyalty.Tally) int32 { return t.Bucket })
	l.compareCounts("day", a.Days, o.daily, func(t loyalty.Tally) int32 { return t.Day })
}

func (l *life) compareCounts(what string, list []loyalty.Tally, want map[date]*counts, key func(loyalty.Tally) int32) {
	l.t.Helper()
	if len(list) != len(want) {
		l.fatalf("%d %ss counted, want %d", len(list), what, len(want))
	}
	for d, c := range want {
		i := slices.IndexFunc(list, func(t loyalty.Tally) bool { return key(t) == d.number() })
		if i < 0 {
			l.fatalf("%s %v is not counted", what, d)
		}
		t := list[i]
		if got := (counts{int(t.Visits), int(t.Nights), int(t.Money), int(t.Points), int(t.Earned)}); got != *c {
			l.fatalf("%s %v: %+v, want %+v", what, d, got, *c)
		}
	}
}

// compareLots settles and holds every lot, open or closed, against the
// oracle's points of it (invariant 3).
func (l *life) compareLots() {
	l.t.Helper()
	l.sweep()
	var all []loyalty.Lot
	err := l.db.View(context.Background(), func(r store.Reader) (err error) {
		a, _, err := accounts.Get(r, string(l.who))
		all = a.Lots
		for _, lot := range lots.Scan(r, lots.Under(string(l.who)), &err) {
			all = append(all, lot)
		}
		return err
	})
	if err != nil {
		l.fatalf("lots: %v", err)
	}
	slices.SortFunc(all, func(a, b loyalty.Lot) int { return int(a.Seq) - int(b.Seq) })
	if len(all) != len(l.oracle.lots) {
		l.fatalf("%d lots, want %d", len(all), len(l.oracle.lots))
	}
	for i, lot := range all {
		in := map[string]int{}
		for _, p := range l.oracle.points {
			if p.lot == l.oracle.lots[i] {
				in[p.state]++
			}
		}
		got := []int{int(lot.Remaining), int(lot.Held), int(lot.Consumed), int(lot.Expired), int(lot.Reversed), int(lot.Moved)}
		want := []int{in["free"] + in["pending"], in["held"], in["used"], in["expired"], in["taken"], in["moved"]}
		if !slices.Equal(got, want) || !lot.ExpiresAt.Equal(l.oracle.lots[i].ends) {
			l.fatalf("lot %d: remaining, held, consumed, expired, reversed, moved %v until %s, want %v until %s", i, got, lot.ExpiresAt, want, l.oracle.lots[i].ends)
		}
	}
}

func seeded(seed uint64) func(int) int { return rand.New(rand.NewPCG(seed, 7)).IntN }

// seeds is how many lives the ordinary run lives; REGULARS_SEEDS asks for more.
func seeds(t testing.TB) uint64 {
	text := os.Getenv("REGULARS_SEEDS")
	if text == "" && raceDetector {
		return 20 // one goroutine a life: there is little to detect
	}
	if text == "" {
		return 200
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRandomLivesAgreeWithOracle(t *testing.T) {
	for seed := range seeds(t) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			newLife(t, mem.New(), seeded(seed)).live(50)
		})
	}
}

// TestEnginesAgree lives the same lives on bolt and in memory, twice over each
// Update there, and compares every row (invariant 20).
func TestEnginesAgree(t *testing.T) {
	for seed := range uint64(6) {
		onBolt := openBolt(t)
		inMemory := mem.New(mem.Twice)
		newLife(t, onBolt, seeded(seed)).live(40)
		newLife(t, inMemory, seeded(seed)).live(40)
		if got, want := dump(t, onBolt), inMemory.Dump(); !reflect.DeepEqual(got, want) {
			t.Errorf("seed %d: %d rows on bolt, %d in memory, and not the same", seed, len(got), len(want))
		}
	}
}

func dump(t testing.TB, db store.DB) (rows []store.Row) {
	err := db.View(context.Background(), func(r store.Reader) error {
		for row, err := range r.Scan(store.Range{}) {
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestRapidLives is the same with rapid choosing, so that a life that goes
// wrong is made short.
func TestRapidLives(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "pick") }
		l := newLife(t, mem.New(), pick)
		failed := true
		defer func() {
			if failed {
				rt.Logf("%v", l.log)
			}
		}()
		l.t = tb{t, rt}
		l.live(12)
		failed = false
	})
}

// tb lets a shop report to rapid.
type tb struct {
	testing.TB
	rt *rapid.T
}

func (b tb) Helper()                   {}
func (b tb) Log(args ...any)           { b.rt.Log(args...) }
func (b tb) Fatal(args ...any)         { b.rt.Fatal(args...) }
func (b tb) Fatalf(f string, a ...any) { b.rt.Fatalf(f, a...) }
