package main

import (
	"sync/atomic"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/loyalty/people"
	"regulars/store/bolt"
)

// TestWireCase23Jumps: the clock jumps a day ahead and back, again and again,
// while points are set aside, given back and used.
func TestWireCase23Jumps(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	w := newWire(t)
	sam, ann := w.employee("line", "Sam", people.Clerk), w.member("line", "Ann", 0)
	bob := w.member("telegram", "Bob", 500)
	w.says(sam, "/sale "+w.card(ann)+" 2000")
	w.says(ann, "/birthday")
	w.says(ann, "1990-03-20")
	w.unread(ann, bob)
	w.buysLatte(ann)
	w.buysLatte(bob)
	w.unread(ann, bob)
	for range 3 {
		w.moves(day)
		w.ticks()
		w.wants(ann, 200, 0, 0)
		w.moves(-day)
		w.ticks()
		w.wants(ann, 200, 0, 0)
		w.wants(bob, 500, 0, 0)
	}
	if more := append(w.hears(ann, 0), w.hears(bob, 0)...); count(more, "Birthday treat") > 1 {
		t.Errorf("the birthday was told again: %q", more)
	}
	w.moves(-day) // a day before everything
	code := w.buysLatte(ann)
	w.wants(ann, 60, 140, 1)
	w.heard(sam, w.says(sam, "/use "+code), 1, "Hand this to Ann.")
	w.heard(sam, w.says(sam, "/sale "+w.card(ann)+" 500"), 1, "50 points for Ann")
	w.moves(2 * day)
	w.ticks()
	w.again(w.sent(0))
	w.wants(ann, 110, 0, 0)
	w.wants(bob, 500, 0, 0)
}

// newYork is a shop whose days have 23 and 25 hours at times, and whose points
// are good for a month, to the end of the day.
var newYork = []string{`zone      = "Asia/Taipei"`, `zone      = "America/New_York"`, `kind = "next_year_end"`, "kind = \"after_months\"\nmonths = 1"}

// TestWireCase23DaylightSaving: points lapse at the end of the shop's own day,
// on the days when its clocks change, to the minute; and a day of 25 hours is one
// day.
func TestWireCase23DaylightSaving(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, earned, ends string }{
		{"spring", "2026-02-08T15:00:00Z", "2026-03-09T04:00:00Z"}, // 8 March ends at midnight EDT
		{"autumn", "2026-10-01T14:00:00Z", "2026-11-02T05:00:00Z"}, // 1 November at midnight EST
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWireOn(t, stamped(t, c.earned), newYork...)
			sam, ann := w.employee("line", "Sam", people.Clerk), w.member("line", "Ann", 0)
			card, ends := w.card(ann), stamped(t, c.ends)
			w.says(sam, "/sale "+card+" 1400")
			w.world.Clock.Set(ends.Add(-5 * time.Minute))
			w.ticks()
			w.wants(ann, 140, 0, 0)
			w.heard(ann, w.answer(ann, "/points"), 1, "140 points")
			w.says(ann, "/redeem latte")
			w.world.Clock.Set(ends)
			w.heard(ann, w.presses(ann, "Redeem 140 points"), 0, "Show this at the counter.")
			w.wants(ann, 0, 0, 0)
			w.ticks()
			w.heard(ann, w.answer(ann, "/points"), 1, "0 points\n")

			begins := ends.Add(-23 * time.Hour) // of the day on which the clocks change
			if c.name == "autumn" {
				begins = ends.Add(-25 * time.Hour)
			}
			w.world.Clock.Set(begins.Add(time.Minute))
			w.says(sam, "/sale "+card+" 100")
			w.world.Clock.Set(ends.Add(-3 * time.Minute))
			w.says(sam, "/sale "+card+" 100") // the same day's second visit
			w.heard(ann, w.answer(ann, "/stamps"), 1, "4 of 10")
			w.world.Clock.Set(ends.Add(time.Minute))
			w.says(sam, "/sale "+card+" 100")
			w.heard(ann, w.answer(ann, "/stamps"), 1, "5 of 10")
		})
	}
}

// TestWireCase23WrongClock: the program's clock is two days ahead of the
// platforms': what would have lapsed by then cannot be spent, but is not lost.
func TestWireCase23WrongClock(t *testing.T) {
	t.Parallel()
	w := newWireOn(t, stamped(t, "2026-02-08T15:00:00Z"), newYork...)
	if err := w.app.stop(); err != nil {
		t.Fatal(err)
	}
	clock := &skewed{Clock: w.world.Clock}
	w.clock = clock
	w.start(bolt.Options{})
	ann := w.member("line", "Ann", 140)
	clock.by.Store(int64(48 * time.Hour))
	w.says(ann, "/help")                                  // LINE's answer tells the time
	w.world.Clock.Set(stamped(t, "2026-03-08T04:00:00Z")) // a day to go
	for range 2 {
		w.wants(ann, 0, 0, 0)
		w.says(ann, "/points")
		w.says(ann, "/redeem latte")
		n, err := w.app.app.shop.Book.SettleAll(t.Context(), w.app.app.db, clock.Now(), nil)
		w.try(err)
		if n != 0 {
			t.Errorf("%d expiries were written by a clock that is wrong", n)
		}
		w.ticks()
	}
	clock.by.Store(0)
	w.says(ann, "/help")
	w.wants(ann, 140, 0, 0)
	w.buysLatte(ann)
}

// skewed is a machine's clock that is wrong.
type skewed struct {
	*sim.Clock
	by atomic.Int64
}

func (s *skewed) Now() time.Time { return s.Clock.Now().Add(time.Duration(s.by.Load())) }

func stamped(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
