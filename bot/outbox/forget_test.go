package outbox

import (
	"context"
	"testing"
	"time"

	"regulars/bot"
)

// What waits for a ride that never comes is forgotten, with its words and its places
// in the indexes; what waits for a day to come is not, nor what was just said.
func TestForgetsWhatWaitedTooLong(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		rider := w.intent("main", "ann", bot.Receipt, "earned 7")
		rider.Carriage = bot.RideOnly
		later := w.intent("main", "bob", bot.Receipt, "a year ago today")
		later.NotBefore = time.Now().AddDate(0, 0, 80)
		w.must(w.put(rider, later))
		w.settle()
		for _, x := range []struct {
			after time.Duration
			rider string
			left  int
		}{{KeepWaiting - time.Hour, "waiting", 2}, {KeepWaiting + time.Hour, "expired: it waited too long", 1}} {
			if _, err := w.o.Sweep(context.Background(), time.Now().Add(x.after)); err != nil {
				t.Fatal(err)
			}
			w.expect("after "+x.after.String(), w.state(rider)+" "+w.state(later), x.rider+" waiting")
			for _, table := range []string{"outqueue/", "outlane/"} {
				if n := w.rows(table); n != x.left {
					t.Errorf("after %v %s has %d rows, want %d", x.after, table, n, x.left)
				}
			}
		}
		w.must(w.put(w.intent("main", "ann", bot.Answer, "120 points")))
		w.settle()
		w.expect("who speaks again hears no old news", w.line.said("ann"), "120 points")
	})
}
