package outbox

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"regulars/bot"
	"regulars/store/mem"
)

// TestChaosOfReplicas lets platforms fail and processes die, freeze and wake up at
// random, then be well, and looks whether what arrived is what may have. SEED
// runs one seed alone.
func TestChaosOfReplicas(t *testing.T) {
	from, n := uint64(1), uint64(1)
	if os.Getenv("REGULARS_TORTURE") != "" {
		n = 100
	}
	if s, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		from, n = s, 1
	}
	for seed := from; seed < from+n && !t.Failed(); seed++ {
		synctest.Test(t, func(t *testing.T) { fleetChaos(t, seed) })
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}
}

func fleetChaos(t *testing.T, seed uint64) {
	var mu sync.Mutex // of rnd: platforms draw from it
	source := rand.New(rand.NewPCG(seed, 2))
	draw := func(n int) int { mu.Lock(); defer mu.Unlock(); return source.IntN(n) }
	db := mem.New()
	f := &fleet{world: newWorld(t, db)}
	f.mem = db
	defer f.sinkAll()
	for range 2 + draw(2) {
		f.launch()
	}
	afloat := slices.Clone(f.ships)
	var fleetMu sync.Mutex // of afloat
	some := func() *ship {
		fleetMu.Lock()
		defer fleetMu.Unlock()
		return afloat[draw(len(afloat))]
	}
	trouble := func(c bot.Call, effect func() bot.Result) bot.Result {
		switch draw(10) {
		case 0:
			return bot.Result{Outcome: bot.NotSent}
		case 1:
			return bot.Result{Outcome: bot.NotSent, RetryAfter: time.Duration(draw(20)) * time.Second}
		case 2:
			return bot.Result{Outcome: bot.Unknown}
		case 3:
			return lost(c, effect)
		case 4:
			defer some().freeze()
		case 5:
			some().freeze()
		}
		return effect()
	}
	f.line.always(trouble)
	f.tg.always(trouble)
	var all []told
	for range 10 {
		for _, s := range afloat {
			s.warmly(func() {
				for _, x := range s.scenario() {
					if x.intent.Class != bot.Answer {
						x.intent.NotBefore = time.Now().Add(time.Duration(draw(60)) * time.Second)
					}
					if s.put(x.intent) == nil {
						all = append(all, x)
					}
				}
			})
		}
		f.pass(time.Duration(draw(20_000)) * time.Millisecond)
		if draw(3) == 0 {
			i := draw(len(afloat))
			afloat[i].sink()
			fleetMu.Lock()
			afloat = append(slices.Clone(afloat[:i]), afloat[i+1:]...)
			fleetMu.Unlock()
			f.pass(time.Duration(draw(20)) * time.Second)
			fresh := f.launch()
			fleetMu.Lock()
			afloat = append(afloat, fresh)
			fleetMu.Unlock()
		}
	}
	f.line.always(fine)
	f.tg.always(fine)
	for _, s := range afloat {
		s.thaw()
	}
	f.pass(40 * time.Minute)
	n := f.judged(all, false)
	f.settled(fmt.Sprintf("seed %d", seed), n["main promo unknown"]+n["main nudge unknown"]+n["main receipt unknown"]+n["main gift unknown"])
	if seed == 1 {
		t.Log(n)
	}
}
