package hooks

import (
	"testing"
	"time"

	"regulars/bot/outbox"
	"regulars/store"
)

// restored is a world in which one webhook of Ann's waited when a backup was
// restored, and one of hers and one of a campaign came to be since.
func restored(t *testing.T) (w *world, v *receiver, e Endpoint, old string) {
	t.Helper()
	w = newWorld(t)
	v = w.receive(nil)
	e, _ = w.add(v.URL, PointsEarned, CampaignFinished)
	w.desk.Held = outbox.HeldBack
	w.Sell(w.Clerk, w.Ann, 500)
	old = w.waiting(e.ID)[0].ID
	w.Do(func(tx store.Tx) error { return outbox.Hold(tx, "restored", w.Clock.Now()) })
	w.Clock.Move(time.Minute)
	w.Sell(w.Clerk, w.Ann, 700)
	w.Do(func(tx store.Tx) error { return w.desk.Finished(tx, "C1", w.Clock.Now()) })
	w.deliver()
	if got := v.all(); len(got) != 1 || got[0].Type != string(CampaignFinished) {
		t.Fatalf("before anybody decided %+v was sent", got)
	}
	w.See(func(r store.Reader) error {
		if n, err := w.desk.CountHeld(r); n != 1 || err != nil {
			t.Errorf("%d are held: %v", n, err)
		}
		return nil
	})
	return w, v, e, old
}

// hold is the moment of the hold.
func (w *world) hold() (at time.Time) {
	w.t.Helper()
	w.See(func(r store.Reader) (err error) {
		at, err = outbox.HeldBack(r)
		return err
	})
	return at
}

// TestHeldAfterARestore: what waited in a backup goes out at an operator's word
// and not before, under its own id and in its member's order.
func TestHeldAfterARestore(t *testing.T) {
	t.Parallel()
	w, v, e, old := restored(t)
	w.desk.Held = func(store.Reader) (time.Time, error) { return time.Time{}, nil } // released
	w.deliver()
	if got := v.all(); len(got) != 3 || got[1].ID != old || len(w.waiting(e.ID)) != 0 {
		t.Errorf("after the release: %+v", got)
	}
}

// TestDiscardedAfterARestore: what waited in a backup is ended, and what came to
// be since goes out.
func TestDiscardedAfterARestore(t *testing.T) {
	t.Parallel()
	w, v, e, old := restored(t)
	for _, want := range []int{1, 0} { // the second time as where the first was stopped
		if n, err := w.desk.DropHeld(t.Context(), w.hold()); n != want || err != nil {
			t.Fatalf("%d dropped: %v", n, err)
		}
	}
	w.deliver()
	got := v.all()
	if len(got) != 2 || got[1].ID == old || len(w.waiting(e.ID)) != 0 {
		t.Errorf("after the discard: %+v", got)
	}
	var ended bool
	for _, p := range w.past(e.ID) {
		ended = ended || p.ID == old && p.Outcome == Dropped && p.Why == WhyRestored
	}
	if !ended {
		t.Error("nobody can see what became of it")
	}
}

// TestGuardIsSwapped: a network that is no longer allowed is not reached, not
// over an open connection either, and is again once it is.
func TestGuardIsSwapped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.receive(nil)
	e, _ := w.add(v.URL, PointsEarned)
	was := w.desk.way.Load().Guard
	w.Sell(w.Clerk, w.Ann, 500)
	w.deliver() // leaves a connection open
	w.desk.SetGuard(Guard{})
	w.Sell(w.Clerk, w.Ann, 500)
	w.deliver()
	if got := w.waiting(e.ID); len(v.all()) != 1 || len(got) != 1 || got[0].Why != WhyGuard {
		t.Fatalf("heard %d times; waiting %+v", len(v.all()), got)
	}
	w.desk.SetGuard(was)
	w.Clock.Move(time.Minute)
	w.deliver()
	if len(v.all()) != 2 {
		t.Errorf("heard %d times", len(v.all()))
	}
}
