package outbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/store"
)

// restored is a world whose store was put back: letters of all kinds wait in
// it, and all that may have gone out since the backup was made.
func restored(w *world) (push, answer, young, later bot.Intent) {
	push, later = w.intent("main", "ann", bot.Receipt, "spent 5"), w.intent("main", "ann", bot.Nudge, "tonight")
	later.NotBefore = time.Now().Add(3 * time.Hour)
	answer, young = w.intent("main", "cat", bot.Answer, "12 points"), w.intent("tg", "bob", bot.Answer, "5 points")
	w.must(w.putSilently(push, answer, young, later))
	w.pass(time.Second)
	w.must(w.db.Update(context.Background(), func(tx store.Tx) error { return Hold(tx, "restored from a backup", time.Now()) }))
	w.pass(time.Second)
	w.start()
	w.settle()
	return push, answer, young, later
}

func (w *world) held() string {
	var h Held
	var ok bool
	w.must(w.db.View(context.Background(), func(r store.Reader) (err error) { h, ok, err = w.o.Held(r); return err }))
	return fmt.Sprint(ok, h.Old, h.New)
}

// TestInvariant31AnswersOfTheBackupWaitToo: even an answer whose token lives, or
// one that costs nothing, is not said a second time unasked.
func TestInvariant31AnswersOfTheBackupWaitToo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, answer, young, _ := restored(w)
		fresh := w.intent("tg", "bob", bot.Answer, "welcome back")
		w.must(w.put(fresh))
		since := w.intent("tg", "bob", bot.Gift, "happy birthday")
		w.must(w.put(since))
		w.must(w.db.Update(context.Background(), func(tx store.Tx) error { // LINE delivers the event again
			return w.o.Renew(tx, answer.ID, token("again", time.Now().Add(time.Minute)))
		}))
		w.pass(30 * time.Second)
		w.restart()
		w.pass(30 * time.Second)
		w.expect("said", w.line.said("ann")+w.line.said("cat")+w.tg.said("bob"), "welcome back")
		w.expect("held", w.held(), "true map[answer:2 receipt:1] map[gift:1 nudge:1]")
		w.must(w.o.Release(context.Background()))
		w.settle()
		w.expect("Ann", w.line.said("ann"), "spent 5")
		bob := strings.Split(w.tg.said("bob"), " / ")
		slices.Sort(bob)
		w.expect("Bob", strings.Join(bob, " / "), "5 points / happy birthday / welcome back")
		w.expect("state", w.state(young), "sent")
		w.expect("held", w.held(), "false map[] map[]")
	})
}

// TestDropHeld: what may have been sent is ended, what cannot have been stays.
func TestDropHeld(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		push, answer, young, later := restored(w)
		gift := w.intent("tg", "bob", bot.Gift, "happy birthday")
		w.must(w.put(gift))
		w.settle()
		n, err := w.o.DropHeld(context.Background(), false)
		w.must(err)
		w.pass(time.Minute)
		w.expect("dropped", fmt.Sprint(n), "3")
		for _, i := range []bot.Intent{push, answer, young} {
			w.expect("state", w.state(i), "suppressed: from a restored backup")
		}
		w.expect("since", w.tg.said("bob"), "happy birthday")
		w.pass(4 * time.Hour)
		w.expect("Ann, in the evening", w.line.said("ann"), "tonight")
		w.expect("state", w.state(later), "sent")
	})
}

func TestDropHeldAndAllSince(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		restored(w)
		w.must(w.put(w.intent("tg", "bob", bot.Gift, "happy birthday")))
		n, err := w.o.DropHeld(context.Background(), true)
		w.must(err)
		w.pass(4 * time.Hour)
		w.expect("dropped", fmt.Sprint(n), "5")
		w.expect("said", w.line.said("ann")+w.line.said("cat")+w.tg.said("bob"), "")
	})
}
