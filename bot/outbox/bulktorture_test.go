package outbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"regulars/bot"
	"regulars/store"
	"regulars/store/mem"
)

// TestCase14TwentyKills kills the process twenty times while a text goes out to
// many over both platforms, and others ask and are answered. REGULARS_TORTURE
// makes it a hundred thousand people.
func TestCase14TwentyKills(t *testing.T) {
	people, seed := 8000, uint64(14)
	if os.Getenv("REGULARS_TORTURE") != "" {
		people, seed = 100_000, rand.Uint64()
	}
	t.Logf("seed %d", seed)
	synctest.Test(t, func(t *testing.T) { twentyKills(t, people, seed) })
}

func twentyKills(t *testing.T, people int, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 14))
	db := mem.New()
	w := newWorld(t, db)
	defer w.halt()
	w.mem = db
	a := w.bulks()
	line, tg := a.people(0, people*3/4), a.people(people*3/4, people/4)
	var mu sync.Mutex
	kills, soon := 0, 0 // kill at the soon-th call from now
	next := func() { soon = 1 + rnd.IntN(people/4/22) }
	next()
	deadly := func(c bot.Call, effect func() bot.Result) bot.Result {
		mu.Lock()
		defer mu.Unlock()
		before := rnd.IntN(2) == 0
		if soon--; soon == 0 && kills < 20 {
			kills++
			next()
			if before {
				w.kill()
				return bot.Result{Outcome: bot.Unknown}
			}
			defer w.kill()
		}
		return effect()
	}
	w.line.always(deadly)
	w.tg.always(deadly)
	w.start()
	var parts []Part
	for i := 0; i < len(line); i += 500 {
		p := Part{Channel: "main", People: line[i:min(len(line), i+500)]}
		p.Personal = i%2000 == 0
		parts = append(parts, p)
	}
	for i := 0; i < len(tg); i += 500 {
		parts = append(parts, Part{Channel: "tg", People: tg[i:min(len(tg), i+500)]})
	}
	w.send(promo, parts...)
	for i := 0; ; i++ {
		w.pass(time.Second)
		if w.dead.Load() {
			w.rise()
		}
		if i%60 == 0 && isDone(w) {
			break
		}
		if i > 4*people {
			t.Fatalf("it does not end: %s", w.tally("july"))
		}
	}
	got := w.tally("july")
	t.Logf("%d kills of %d people: %s; LINE %s, Telegram %s", kills, people, got, arrivals(w.line, a, line), arrivals(w.tg, a, tg))
	if kills < 20 {
		t.Errorf("only %d kills", kills)
	}
	w.expect("LINE", arrivals(w.line, a, line), fmt.Sprintf("1×%d", len(line)))
	if w.line.billed != len(line) {
		t.Errorf("%d billed of %d", w.line.billed, len(line))
	}
	if said := arrivals(w.tg, a, tg); strings.Contains(said, "2×") {
		t.Errorf("doubled on Telegram: %s", said)
	}
	var sent, unknown int
	if _, err := fmt.Sscanf(got, "done: %d sent, %d unknown", &sent, &unknown); err != nil || sent+unknown != people || unknown > kills*freeUnits*freeBlock {
		t.Errorf("%s: not the audience of %d, or more unknown than in flight", got, people)
	}
}

// isDone says that the bulk of a world is done.
func isDone(w *world) (done bool) {
	_ = w.db.View(context.Background(), func(r store.Reader) error {
		rep, _, err := w.o.BulkReport(r, "july")
		done = err == nil && rep.State == BulkDone
		return err
	})
	return done
}
