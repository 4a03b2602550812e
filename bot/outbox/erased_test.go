package outbox

import (
	"context"
	"testing"
	"time"

	"regulars/bot"
	"regulars/store"
)

// Who is erased has nothing left in the queue, a year's greeting or a rider, from
// that very commit on; what waits for others stays, and the counts know of both.
func TestErasedHaveNothingQueued(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		rider, later, other := w.intent("main", "ann", bot.Receipt, "earned 7"), w.intent("main", "ann", bot.Nudge, "a year ago"), w.intent("main", "bob", bot.Nudge, "a year ago")
		rider.Carriage = bot.RideOnly
		later.NotBefore = time.Now().AddDate(0, 0, 80)
		other.NotBefore = later.NotBefore
		w.must(w.put(rider, later, other))
		w.settle()
		w.must(w.db.Update(context.Background(), func(tx store.Tx) error {
			return w.o.Erased(tx, rider.Person, []bot.Chat{rider.Letter.To.Chat}, time.Now())
		}))
		w.expect("who was erased, and who was not", w.state(rider)+", "+w.state(later)+", "+w.state(other), "suppressed: erased, suppressed: erased, waiting")
		for _, table := range []string{"outqueue/", "outlane/", "outdue/"} {
			if n := w.rows(table); n != 1 {
				t.Errorf("%s has %d rows, want the other's alone", table, n)
			}
		}
		w.must(w.put(w.intent("main", "ann", bot.Answer, "goodbye")))
		w.settle()
		w.expect("the last that is said", w.line.said("ann"), "goodbye")
	})
}
