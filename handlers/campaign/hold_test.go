package campaign

import (
	"testing"
	"time"

	"regulars/bot/outbox"
	"regulars/store"
)

// An older backup knows a campaign that was sent since as scheduled, or as being
// written down: nobody gets it again unless a manager says so.
func TestRestoredCampaignWaitsForAWord(t *testing.T) {
	for _, written := range []bool{false, true} {
		w := newWorld(t)
		w.join(30, "line", "en")
		d := plain()
		d.When.At = "2026-01-05 12:00"
		id := w.save(d)
		c := w.send(id)
		w.clock.at = c.Start
		if written { // the backup is of a moment in between
			if _, err := w.e.advance(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		if err := Hold(t.Context(), w.db, w.clock.at); err != nil {
			t.Fatal(err)
		}
		w.clock.at = w.clock.at.Add(time.Hour)
		w.run()
		if n := w.counts(id); n.State != Paused || n.Why != WhyRestored || n.People != 0 {
			t.Fatalf("%s (%s), %d recipients, though nobody said so", n.State, n.Why, n.People)
		}
		w.update(func(tx store.Tx) error { _, err := w.e.Resume(tx, id, ann, w.clock.at); return err })
		w.run()
		if n := w.counts(id); n.State != Sending || n.People != 30 {
			t.Fatalf("%s, %d recipients after a manager's word", n.State, n.People)
		}
	}
}

// Whose recipients the operator let go of while the rest was still being written
// down, is over.
func TestDroppedWhileWrittenDown(t *testing.T) {
	w := newWorld(t)
	w.join(30, "line", "en")
	id := w.save(plain())
	w.send(id)
	if _, err := w.e.advance(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	w.update(func(tx store.Tx) error { return outbox.Hold(tx, "restored", w.clock.at) })
	if _, err := w.out.DropHeld(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	w.run()
	if n := w.counts(id); !n.Ended() {
		t.Fatal("goes on as", n.State)
	}
	w.whole()
}
