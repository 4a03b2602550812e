package outbox

import (
	"context"
	"testing"
	"time"

	"regulars/bot"
	"regulars/store"
)

// TestWaitsOfOnePerson: what waits for somebody is told of their own chat only,
// until it has left.
func TestWaitsOfOnePerson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start()
		earned, other := w.intent("main", "ann", bot.Receipt, "earned 5"), w.intent("main", "bob", bot.Receipt, "earned 7")
		earned.Carriage, other.Carriage = bot.RideOnly, bot.RideOnly
		w.must(w.put(earned, other))
		w.pass(time.Hour)
		waiting := func(i bot.Intent, who bot.PersonID) (n int) {
			w.must(w.db.View(context.Background(), func(r store.Reader) error {
				list, err := w.o.Waits(r, i.Lane, who, 5)
				n = len(list)
				return err
			}))
			return n
		}
		if a, b, x := waiting(earned, earned.Person), waiting(other, other.Person), waiting(earned, other.Person); a != 1 || b != 1 || x != 0 {
			t.Errorf("%d, %d and %d wait", a, b, x)
		}
		w.must(w.put(w.intent("main", "ann", bot.Answer, "120 points")))
		w.settle()
		if n := waiting(earned, earned.Person); n != 0 {
			t.Errorf("%d wait after they rode", n)
		}
	})
}
