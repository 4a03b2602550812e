package outbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"regulars/bot"
	"regulars/store"
	"regulars/store/mem"
)

// The ledger's cases about delivery, for one text to many.

// TestCase10BulkKilledBeforeLINEAnswered: the new process makes the same call
// under the same key.
func TestCase10BulkKilledBeforeLINEAnswered(t *testing.T) {
	for _, personal := range []bool{false, true} {
		onMem(t, func(t *testing.T, w *world) {
			a := w.bulks()
			all := a.people(0, 40)
			w.line.script(w.thenKill(lost))
			w.start()
			w.send(promo, Part{Channel: "main", Personal: personal, People: all})
			w.settle()
			w.rise()
			w.pass(time.Minute)
			w.expect("tally", w.tally("july"), "done: 40 sent")
			w.expect("arrivals", arrivals(w.line, a, all), "1×40")
			if w.line.billed != 40 {
				t.Errorf("%d billed", w.line.billed)
			}
		})
	}
}

// TestCase11BulkKilledAfterTelegramAccepted: whoever was claimed is unknown, and
// nobody gets it twice.
func TestCase11BulkKilledAfterTelegramAccepted(t *testing.T) {
	onMem(t, func(t *testing.T, w *world) {
		a := w.bulks()
		all := a.people(0, 100)
		w.tg.script(fine, fine, fine, fine, w.thenKill(lost))
		w.start()
		w.send(promo, Part{Channel: "tg", People: all})
		w.pass(time.Second)
		w.rise()
		w.pass(time.Minute)
		w.expect("tally", w.tally("july"), fmt.Sprintf("done: %d sent, %d unknown", 100-freeBlock, freeBlock))
		w.expect("arrivals", arrivals(w.tg, a, all), fmt.Sprintf("0×%d 1×%d", freeBlock-5, 100-freeBlock+5))
	})
}

// TestCase12BulkConnectionReset: on LINE the key makes it safe to ask again; on
// Telegram nothing is sent blindly.
func TestCase12BulkConnectionReset(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		line, tg := a.people(0, 10), a.people(10, 10)
		w.line.script(lost, only(bot.Unknown))
		w.tg.script(lost, only(bot.Unknown))
		w.start()
		w.send(promo, Part{Channel: "main", People: line}, Part{Channel: "tg", People: tg})
		w.pass(time.Minute)
		w.expect("tally", w.tally("july"), "done: 18 sent, 2 unknown")
		w.expect("LINE", arrivals(w.line, a, line), "1×10")
		w.expect("Telegram", arrivals(w.tg, a, tg), "0×1 1×9")
	})
}

// TestCase12MulticastToOneAlone: a multicast that has one person is one all the same,
// sealed and asked again as those to many are.
func TestCase12MulticastToOneAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		one := a.people(0, 1)
		w.line.script(lost)
		w.start()
		w.send(promo, Part{Channel: "main", People: one})
		w.pass(time.Minute)
		w.expect("tally", w.tally("july"), "done: 1 sent")
		w.expect("LINE", arrivals(w.line, a, one), "1×1")
	})
}

// unsureDB loses the answer to a commit, once, when told to.
type unsureDB struct {
	store.DB
	loses atomic.Bool
}

func (d *unsureDB) Update(ctx context.Context, f func(store.Tx) error) error {
	if err := d.DB.Update(ctx, f); err != nil || !d.loses.CompareAndSwap(true, false) {
		return err
	}
	return store.ErrUnavailable
}

// TestMarkedOnceThoughTheCommitSeemedLost: what a bulk's call cost is counted once,
// where nobody was told that its ending is stored.
func TestMarkedOnceThoughTheCommitSeemedLost(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		db := &unsureDB{DB: w.db}
		w.cfg.DB = db
		a := w.bulks()
		w.build()
		all := a.people(0, 3)
		w.line.script(func(_ bot.Call, effect func() bot.Result) bot.Result {
			res := effect()
			db.loses.Store(true)
			return res
		})
		w.start()
		w.send(promo, Part{Channel: "main", People: all})
		w.pass(time.Minute)
		w.expect("tally", w.tally("july"), "done: 3 sent")
		w.expect("LINE", arrivals(w.line, a, all), "1×3")
		w.settled("in the end", 0)
	})
}

// TestCase13BulkTooManyRequests: the whole bot waits, answers go first
// afterwards, and nobody is left out or unknown.
func TestCase13BulkTooManyRequests(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		all := a.people(0, 200)
		w.start()
		w.tg.script(fine, fine, fine, flood(35*time.Second))
		w.send(promo, Part{Channel: "tg", People: all})
		w.pass(2 * time.Second)
		stopped, since := w.tg.calls(), time.Now()
		answer := w.intent("tg", "bob", bot.Answer, "5 points")
		w.must(w.put(answer))
		w.pass(32 * time.Second)
		if n := w.tg.calls(); n != stopped || n > 8 {
			t.Errorf("%d calls, then %d while the bot had to wait", stopped, n)
		}
		if got := w.tally("july"); strings.Contains(got, "trying") {
			t.Errorf("claimed while nothing can go: %s", got)
		}
		w.pass(time.Minute)
		w.expect("tally", w.tally("july"), "done: 200 sent")
		w.expect("arrivals", arrivals(w.tg, a, all), "1×200")
		answered := w.tg.when["bob"][0]
		for who, times := range w.tg.when {
			for _, at := range times { // of one instant, nobody can say which was first
				if at.After(since) && at.Before(answered) {
					t.Errorf("%s heard something %v after the stop, before the answer went out", who, at.Sub(since))
				}
			}
		}
	})
}

// TestBulkTellsLINEsTwo429Apart: too fast is waited for, a used-up month stops
// the channel with nobody lost.
func TestBulkTellsLINEsTwo429Apart(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		all := a.people(0, 20)
		w.start()
		w.line.script(flood(2 * time.Second))
		w.send(promo, Part{Channel: "main", People: all[:10]})
		w.pass(5 * time.Second)
		w.expect("too fast", w.tally("july"), "done: 10 sent")
		w.line.script(only(bot.QuotaUsed))
		w.send(Bulk{ID: "june", Class: bot.Promo}, Part{Channel: "main", People: all[10:]})
		w.pass(time.Hour)
		w.expect("used up", w.tally("june"), "running: 10 pending")
		if n := w.rows("bulkbody/"); n != 0 {
			t.Errorf("%d bodies of what was certainly not sent", n)
		}
		w.must(w.o.Resume(context.Background(), "main"))
		w.settle()
		w.expect("raised", w.tally("june"), "done: 10 sent")
		w.expect("arrivals", arrivals(w.line, a, all), "1×20")
	})
}

// TestCase15PausedAndSomebodyLeaves: the audience is frozen, and who leaves
// meanwhile gets nothing.
func TestCase15PausedAndSomebodyLeaves(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		all := a.people(0, 30)
		w.send(promo, Part{Channel: "main", People: all})
		w.change(w.o.PauseBulk, "july")
		w.start()
		w.pass(time.Minute)
		w.expect("paused", w.tally("july"), "paused: 30 pending")
		a.refuse(all[3], "erased")
		w.must(w.db.Update(context.Background(), func(tx store.Tx) error {
			if err := w.o.PutPart(tx, "july", 1, Part{Channel: "main", People: a.people(30, 1)}); err != ErrBulkOpen {
				t.Errorf("somebody was added to a frozen audience: %v", err)
			}
			return nil
		}))
		w.change(w.o.ResumeBulk, "july")
		w.settle()
		w.expect("tally", w.tally("july"), "done: 29 sent, 1 suppressed-erased")
	})
}

// TestCase16BulkOptOutBeforeARepetition: a call that may have arrived is not
// made again once one of its people asked for no more.
func TestCase16BulkOptOutBeforeARepetition(t *testing.T) {
	for _, personal := range []bool{false, true} {
		each(t, func(t *testing.T, w *world) {
			a := w.bulks()
			all := a.people(0, 10)
			var tried atomic.Bool
			w.line.always(func(c bot.Call, _ func() bot.Result) bot.Result {
				if strings.Contains(string(c.Body), `"c4"`) {
					tried.Store(true)
				}
				return bot.Result{Outcome: bot.Unknown}
			})
			w.start()
			w.send(promo, Part{Channel: "main", Personal: personal, People: all})
			for !tried.Load() {
				w.pass(time.Second)
			}
			w.change(w.o.PauseBulk, "july") // what is claimed goes out, nothing else is
			w.pass(time.Minute)
			a.refuse(all[4], "opted-out")
			w.line.always(fine)
			w.change(w.o.ResumeBulk, "july")
			w.pass(10 * time.Minute)
			want, got := "done: 10 unknown", "0×10"
			if personal {
				want, got = "done: 9 sent, 1 unknown", "0×1 1×9"
			}
			w.expect("tally", w.tally("july"), want)
			w.expect("arrivals", arrivals(w.line, a, all), got)
			if n := w.rows("bulkbody/"); n != 0 {
				t.Errorf("%d bodies are left", n)
			}
		})
	}
}

// TestCase17BulkWhileLINEIsAway: what may have arrived is marked after a day,
// under no second key; the rest waits.
func TestCase17BulkWhileLINEIsAway(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.cfg.LookEvery = 10 * time.Minute
		a := w.bulks()
		all := a.people(0, 10)
		keys := map[string]bool{}
		w.line.always(func(c bot.Call, _ func() bot.Result) bot.Result {
			keys[string(c.Body)] = true
			return bot.Result{Outcome: bot.Unknown}
		})
		w.start()
		w.send(promo, Part{Channel: "main", People: all})
		w.pass(25 * time.Hour)
		w.line.always(fine)
		calls := w.line.calls()
		w.pass(25 * time.Hour)
		w.expect("tally", w.tally("july"), "done: 10 unknown")
		if w.line.calls() != calls || len(keys) != 1 || calls < 50 || calls > 400 {
			t.Errorf("%d calls of %d kinds in a day, %d afterwards", calls, len(keys), w.line.calls()-calls)
		}
	})
}

// TestInvariant31BulksOfTheBackupWait: neither is sent again unasked, and
// dropping them ends them with the reason.
func TestInvariant31BulksOfTheBackupWait(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		all := a.people(0, 50)
		later := promo
		later.ID, later.NotBefore = "winter", time.Now().Add(5*time.Hour)
		w.send(promo, Part{Channel: "main", People: all[:20]}, Part{Channel: "tg", People: all[20:30]})
		w.send(later, Part{Channel: "main", People: all[30:]})
		w.must(w.db.Update(context.Background(), func(tx store.Tx) error { return Hold(tx, "restored", time.Now()) }))
		w.start()
		w.pass(time.Hour)
		w.expect("held", w.held(), "true map[promo:30] map[promo:20]")
		w.expect("nothing", w.tally("july"), "running: 30 pending")
		n, err := w.o.DropHeld(context.Background(), false)
		w.must(err)
		w.pass(10 * time.Hour)
		w.expect("dropped", fmt.Sprint(n), "30")
		w.expect("tally", w.tally("july"), "stopped (from a restored backup): 30 suppressed-from a restored backup")
		w.expect("later", w.tally("winter"), "done: 20 sent")
		w.expect("arrivals", arrivals(w.tg, a, all)+arrivals(w.line, a, all), "0×500×30 1×20")
	})
}

// TestCallsOfABulkThatRestsAreForgotten: with whom they name, once the platform
// has forgotten their key.
func TestCallsOfABulkThatRestsAreForgotten(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		w.line.always(only(bot.Unknown))
		w.start()
		w.send(promo, Part{Channel: "main", People: a.people(0, 10)})
		w.pass(time.Minute)
		w.change(w.o.PauseBulk, "july")
		w.pass(time.Hour)
		w.expect("kept", fmt.Sprint(w.rows("bulkbody/")), "1")
		w.halt()
		sweep := func(after time.Duration) {
			_, err := w.o.Sweep(context.Background(), time.Now().Add(after))
			w.must(err)
		}
		sweep(20 * time.Hour)
		w.expect("while the key is known", fmt.Sprint(w.rows("bulkbody/")), "1")
		sweep(30 * time.Hour)
		w.expect("afterwards", fmt.Sprint(w.rows("bulkbody/")), "0")
		w.expect("tally", w.tally("july"), "done: 10 unknown")
	})
}

// TestBulkIsKeptAsLongAsPromised and no longer.
func TestBulkIsKeptAsLongAsPromised(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		w.start()
		w.send(promo, Part{Channel: "main", People: a.people(0, 600)[:500]}, Part{Channel: "main", People: a.people(500, 100)})
		w.settle()
		w.halt()
		left := func(after time.Duration) string {
			_, err := w.o.Sweep(context.Background(), time.Now().Add(after))
			w.must(err)
			return fmt.Sprint(w.rows("bulk/"), w.rows("bulkpart/"), w.rows("bulkwho/"))
		}
		w.expect("after 179 days", left(179*24*time.Hour), "1 2 2")
		w.expect("after 181 days", left(181*24*time.Hour), "1 0 0")
		w.expect("after 801 days", left(801*24*time.Hour), "0 0 0")
	})
}

// TestInvariant27BulkCrashAtEveryWrite kills the process at each write, and
// after each commit, of a bulk over both platforms.
func TestInvariant27BulkCrashAtEveryWrite(t *testing.T) {
	for _, kind := range []string{"write", "commit"} {
		// Which endings share a commit is not the same in every run: a point is
		// past the last one when several runs in a row end before it.
		points, beyond := 0, 0
		for n := 1; beyond < 4; n++ {
			beyond++
			synctest.Test(t, func(t *testing.T) {
				if crashBulkAt(t, kind, n) {
					points, beyond = points+1, 0
				}
			})
		}
		t.Logf("%d points to crash at (%s)", points, kind)
		if points < 6 {
			t.Errorf("only %d points to crash at (%s)", points, kind)
		}
	}
}

func crashBulkAt(t *testing.T, kind string, n int) (crashed bool) {
	db := mem.New()
	w := newWorld(t, db)
	defer w.halt()
	w.mem = db
	w.cfg.LookEvery = time.Minute
	a := w.bulks()
	broken := func() bool {
		return db.View(context.Background(), func(store.Reader) error { return nil }) != nil
	}
	w.line.dead, w.tg.dead = broken, broken
	many, own, tg := a.people(0, 4), a.people(4, 3), a.people(7, 4)
	a.not[many[1]] = "quiet"
	w.send(promo, Part{Channel: "main", People: many}, Part{Channel: "main", Personal: true, People: own}, Part{Channel: "tg", People: tg})
	if kind == "write" {
		db.CrashAt(n)
	} else {
		db.CrashAfterCommit(n)
	}
	w.start() // only now: every commit of the bulk's is one to die at
	w.pass(2 * time.Second)
	crashed = broken()
	w.rise()
	w.pass(time.Hour)
	got := w.tally("july")
	where := fmt.Sprintf("crash at %s %d: ", kind, n)
	w.expect(where+"LINE", arrivals(w.line, a, append(many, own...)), "0×1 1×6")
	said := arrivals(w.tg, a, tg)
	if strings.Contains(said, "2×") || !strings.HasPrefix(got, "done: ") {
		t.Errorf("%s%s arrived on Telegram, %s", where, said, got)
	}
	if !strings.Contains(got, "unknown") && (said != "1×4" || got != "done: 10 sent, 1 suppressed-quiet") {
		t.Errorf("%s%s arrived on Telegram, %s", where, said, got)
	}
	return crashed
}

// TestInvariant30BulkChaos lets platforms and processes fail at random while a
// bulk goes out, and looks whether what arrived is what may have.
func TestInvariant30BulkChaos(t *testing.T) {
	for seed := range uint64(3) {
		synctest.Test(t, func(t *testing.T) { chaosBulk(t, seed) })
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func chaosBulk(t *testing.T, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 6))
	db := mem.New()
	w := newWorld(t, db)
	defer w.halt()
	w.mem = db
	a := w.bulks()
	many, own, tg := a.people(0, 900), a.people(900, 200), a.people(1100, 300)
	var mu sync.Mutex
	kills := 0
	trouble := func(c bot.Call, effect func() bot.Result) bot.Result {
		mu.Lock()
		defer mu.Unlock()
		switch rnd.IntN(12) {
		case 0:
			return bot.Result{Outcome: bot.NotSent, RetryAfter: time.Duration(rnd.IntN(20)) * time.Second}
		case 1:
			return bot.Result{Outcome: bot.Unknown}
		case 2:
			return lost(c, effect)
		case 3:
			if rnd.IntN(4) == 0 {
				kills++
				w.kill()
			}
			return lost(c, effect)
		}
		return effect()
	}
	w.line.always(trouble)
	w.tg.always(trouble)
	w.start()
	w.send(promo, Part{Channel: "main", People: many[:500]}, Part{Channel: "main", People: many[500:]},
		Part{Channel: "main", Personal: true, People: own}, Part{Channel: "tg", People: tg})
	for range 40 {
		w.pass(20 * time.Second)
		if w.dead.Load() {
			w.rise()
		}
	}
	w.line.always(fine)
	w.tg.always(fine)
	w.pass(time.Second)
	if w.dead.Load() {
		w.rise()
	}
	w.pass(2 * time.Hour)
	got := w.tally("july")
	if !strings.HasPrefix(got, "done: ") {
		t.Errorf("%s after %d kills", got, kills)
	}
	w.expect("LINE", arrivals(w.line, a, append(many, own...)), "1×1100")
	if said := arrivals(w.tg, a, tg); strings.Contains(said, "2×") {
		t.Errorf("doubled on Telegram: %s", said)
	}
	t.Logf("seed %d: %d kills, %s", seed, kills, got)
}
