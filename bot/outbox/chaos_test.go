package outbox

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"regulars/bot"
	"regulars/store/mem"
)

// TestChaos lets platforms and processes fail at random, then be well, and
// looks whether what arrived is what may have. SEED runs one seed alone.
func TestChaos(t *testing.T) {
	from, n := uint64(1), uint64(8)
	if s, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		from, n = s, 1
	}
	for seed := from; seed < from+n && !t.Failed(); seed++ {
		synctest.Test(t, func(t *testing.T) { chaos(t, seed) })
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}
}

func chaos(t *testing.T, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	db := mem.New()
	w := newWorld(t, db)
	defer w.halt()
	w.mem = db
	w.cfg.LookEvery = time.Minute
	w.build()
	var mu sync.Mutex // of rnd: both platforms draw from it
	trouble := func(c bot.Call, effect func() bot.Result) bot.Result {
		mu.Lock()
		defer mu.Unlock()
		switch rnd.IntN(8) {
		case 0:
			return bot.Result{Outcome: bot.NotSent}
		case 1:
			return bot.Result{Outcome: bot.NotSent, RetryAfter: time.Duration(rnd.IntN(20)) * time.Second}
		case 2:
			return bot.Result{Outcome: bot.Unknown}
		case 3:
			return lost(c, effect)
		case 4:
			if rnd.IntN(5) == 0 {
				w.kill()
			}
			return lost(c, effect)
		}
		return effect()
	}
	w.line.always(trouble)
	w.tg.always(trouble)
	w.start()
	var all []told
	for range 12 {
		for _, x := range w.scenario() {
			mu.Lock()
			if x.intent.Class != bot.Answer {
				x.intent.NotBefore = time.Now().Add(time.Duration(rnd.IntN(60)) * time.Second)
			}
			mu.Unlock()
			if w.put(x.intent) == nil {
				all = append(all, x)
			}
		}
		mu.Lock()
		pause, down := time.Duration(rnd.IntN(30))*time.Second, time.Duration(rnd.IntN(3))*time.Minute
		mu.Unlock()
		w.pass(pause)
		if w.dead.Load() {
			w.pass(down)
			w.rise()
		}
	}
	w.line.always(fine)
	w.tg.always(fine)
	if w.dead.Load() {
		w.rise()
	}
	w.pass(2 * time.Hour)
	n := w.judged(all, true)
	w.settled(fmt.Sprintf("seed %d", seed), n["main promo unknown"]+n["main nudge unknown"]+n["main receipt unknown"]+n["main gift unknown"])
	if seed == 1 {
		t.Log(n)
	}
}

// judged looks whether what arrived is what may have, where wanted in the order
// in which it was put, and counts how all ended.
func (w *world) judged(all []told, ordered bool) map[string]int {
	n := map[string]int{}
	last := map[string]int{}
	for _, x := range all {
		state, _, _ := strings.Cut(w.state(x.intent), ":")
		said := w.said(x)
		got := strings.Count(said, x.text)
		n[fmt.Sprintf("%s %s %s", x.intent.Channel, x.intent.Class, state)]++
		wrong := ""
		line, class := x.p == w.line, x.intent.Class
		mere := class == bot.Answer && x.intent.Ref == ""
		switch {
		case line && class != bot.Answer && class != bot.Receipt && got > 1:
			wrong = "arrived twice"
		case !line && (class == bot.Promo || class == bot.Nudge) && got > 1:
			wrong = "arrived twice"
		case (state == "sent" || state == "rode") && got == 0:
			wrong = "never arrived"
		case (state == "late" || state == "expired" || state == "suppressed") && got > 0:
			// A mere answer may have arrived before its process died.
			if !(mere && state == "late") {
				wrong = "arrived"
			}
		case state == "waiting" || state == "claimed" || state == "riding" || state == "none":
			wrong = "never ended"
		case line && !mere && class != bot.Promo && class != bot.Nudge && got == 0:
			wrong = "is lost"
		}
		if wrong != "" {
			w.t.Errorf("%s of %s to %s is %s and %s (%d)", class, x.intent.Channel, x.to, state, wrong, got)
		}
		if at := strings.Index(said, x.text); at >= 0 && mere && ordered {
			lane := string(x.intent.Channel) + string(x.to)
			if at < last[lane] {
				w.t.Errorf("an answer to %s overtook another: %s", x.to, said)
			}
			last[lane] = at
		}
	}
	return n
}

func (w *world) said(x told) string { return x.p.said(x.to) }
