package voucher

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// compare holds the desk against the model, and both against the invariants.
func (l *life) compare() {
	l.t.Helper()
	l.advance()
	held := map[loyalty.MemberID]int{}
	for _, p := range l.m.given {
		if p.state == "open" {
			held[p.who] += p.cost
		}
		if got := l.state(p.v); string(got) != p.state {
			l.fatalf("%s's %s is %s, want %s", p.who, p.what, got, p.state)
		}
		if p.usedTimes > 1 {
			l.fatalf("%s's %s is used %d times", p.who, p.what, p.usedTimes)
		}
	}
	l.view(func(r store.Reader) error {
		for _, who := range people {
			b, err := l.d.Book.Balance(r, who, l.now)
			if err != nil {
				return err
			}
			if int(b.Available) != l.m.purse[who] || int(b.Held) != held[who] {
				l.fatalf("%s has %d and %d held, want %d and %d", who, b.Available, b.Held, l.m.purse[who], held[who])
			}
		}
		left, _, err := l.d.Pool(r, "song")
		if int(left) != len(l.m.pool) {
			l.fatalf("%d codes left, want %d", left, len(l.m.pool))
		}
		return err
	})
	if left, taken := l.left("mug"); int(left) != l.m.left(l.stock()) || left < 0 || int(taken) > l.stock() {
		l.fatalf("%d mugs left and %d taken, want %d of %d left", left, taken, l.m.left(l.stock()), l.stock())
	}
	codes := map[string]bool{}
	for _, p := range l.m.given {
		if p.code != "" && codes[p.code] {
			l.fatalf("code %s was given twice", p.code)
		}
		codes[p.code] = true
	}
	l.clean()
}

func (l *life) live(steps int) {
	l.t.Helper()
	for range steps {
		l.step()
	}
}

// TestInvariant22RapidLives has rapid choose, so that a life that goes wrong is
// made short.
func TestInvariant22RapidLives(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := newLife(t, mem.New(), func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "pick") })
		l.t = tb{t, rt}
		steps := 15
		if raceDetector { // one goroutine a life: there is little to detect
			steps = 3
		}
		l.live(steps)
	})
}

// TestInvariant22Lives lives longer ones on both engines, and compares every
// row.
func TestInvariant22Lives(t *testing.T) {
	var hashes [][]store.Row
	engines(t, func(t *testing.T, db store.DB) {
		var rows []store.Row
		for seed := range uint64(2) {
			r := rand.New(rand.NewPCG(seed, 22))
			l := newLife(t, db, r.IntN)
			t.Logf("seed %d", seed)
			l.p.Version = int(seed) + 1
			steps := 40
			if raceDetector {
				steps = 10
			}
			l.live(steps)
			rows = dump(l.shop)
			restore(l.shop, nil)
		}
		hashes = append(hashes, rows)
	})
	if len(hashes) == 2 && !slices.EqualFunc(hashes[0], hashes[1], func(a, b store.Row) bool {
		return string(a.Key) == string(b.Key) && string(a.Value) == string(b.Value)
	}) {
		t.Error("the engines have other rows")
	}
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
