package hooks

import (
	"context"
	"slices"
	"testing"
	"time"

	"regulars/store"
)

// TestReplay: one event, and all of an hour in which the receiver lost them.
func TestReplay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.receive(nil)
	e, secret := w.add(v.URL, PointsEarned)
	for range 5 {
		w.Sell(w.Clerk, w.Ann, 500)
		w.deliver()
		w.Clock.Move(time.Hour)
	}
	first := v.all()
	past := w.past(e.ID)
	w.Do(func(tx store.Tx) error { return w.desk.Replay(tx, e.ID, past[0].Key, w.Clock.Now()) })
	w.deliver()
	got := v.all()
	if len(got) != 6 || got[5].ID != first[4].ID || got[5].Body != first[4].Body || !fits(t, got[5], secret) {
		t.Fatalf("one more: heard %d, %+v", len(got), got[len(got)-1])
	}
	if now := w.past(e.ID); !now[0].Again || now[0].ID != past[0].ID {
		t.Errorf("it is not said that it was sent again: %+v", now[0])
	}
	// Hours two and three, in their order.
	from := past[4].Ended.Add(time.Hour)
	n, err := w.desk.ReplayRange(context.Background(), e.ID, from, from.Add(2*time.Hour), false)
	if err != nil || n != 2 {
		t.Fatalf("%d, %v", n, err)
	}
	w.deliver()
	if got = v.all()[6:]; len(got) != 2 || got[0].ID != first[1].ID || got[1].ID != first[2].ID {
		t.Errorf("the range: %+v", got)
	}
	// Only what did not arrive: nothing.
	if n, err := w.desk.ReplayRange(context.Background(), e.ID, from.Add(-100*time.Hour), w.Clock.Now().Add(time.Hour), true); err != nil || n != 0 {
		t.Errorf("%d that did not arrive, %v", n, err)
	}
	// An event that arrived three times is sent once more, once.
	if n, err := w.desk.ReplayRange(context.Background(), e.ID, from.Add(-100*time.Hour), w.Clock.Now().Add(time.Hour), false); err != nil || n != 5 {
		t.Errorf("%d of all, %v", n, err)
	}
	for _, key := range []string{"", "nothing", "../x", past[0].Key + "x"} {
		err := w.DB.Update(context.Background(), func(tx store.Tx) error { return w.desk.Replay(tx, e.ID, key, w.Clock.Now()) })
		if err != ErrNone {
			t.Errorf("%q: %v", key, err)
		}
	}
	w.See(func(r store.Reader) error {
		d, err := Find(r, e.ID, first[0].ID[:12])
		if d.ID != first[0].ID {
			t.Errorf("found %+v", d)
		}
		page, next, err2 := Past(r, e.ID, "", 3)
		rest, end, err3 := Past(r, e.ID, next, 100)
		if len(page) != 3 || len(rest) != 5 || end != "" || slices.ContainsFunc(rest, func(d Delivery) bool { return d.Key == page[2].Key }) || err2 != nil || err3 != nil {
			t.Errorf("pages of %d and %d", len(page), len(rest))
		}
		return err
	})
}

func TestPing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.receive(nil)
	e, secret := w.add(v.URL, PointsEarned)
	d, err := w.desk.Ping(context.Background(), e.ID)
	if err != nil || d.Outcome != Delivered || d.Status != 200 {
		t.Fatalf("%+v, %v", d, err)
	}
	if got := v.all(); got[0].Body != `{"type":"test","timestamp":"2026-01-05T02:00:00Z","data":{}}` || !fits(t, got[0], secret) {
		t.Errorf("heard %s", got[0].Body)
	}
	v.then(answers(418))
	if d, err = w.desk.Ping(context.Background(), e.ID); err != nil || d.Outcome != Dead || d.Status != 418 || d.Why != WhyStatus {
		t.Errorf("%+v, %v", d, err)
	}
	if past := w.past(e.ID); len(past) != 2 || w.get(e.ID).Off {
		t.Errorf("past %+v", past)
	}
	if _, err := w.desk.Ping(context.Background(), "nobody"); err != ErrNone {
		t.Errorf("nobody: %v", err)
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.receive(nil)
	e, _ := w.add(v.URL, PointsEarned)
	gone, _ := w.add(v.URL, PointsEarned)
	w.Sell(w.Clerk, w.Ann, 500)
	w.deliver()
	w.Sell(w.Clerk, w.Ann, 500) // waits
	w.Do(func(tx store.Tx) error {
		if err := w.desk.Remove(tx, gone.ID); err != nil {
			return err
		}
		return w.desk.Switch(tx, e.ID, false, w.Clock.Now())
	})
	sweep := func() int {
		t.Helper()
		n, err := w.desk.Sweep(context.Background(), w.DB, w.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := sweep(); n != 2 || w.rows() != 2 {
		t.Fatalf("%d rows went with the endpoint, %d stay", n, w.rows())
	}
	w.Clock.Move(KeepTrying + time.Hour)
	sweep()
	if past := w.past(e.ID); len(w.waiting(e.ID)) != 0 || len(past) != 2 || past[0].Outcome != Dead || past[0].Why != WhyLate {
		t.Errorf("off for three days: %+v", past)
	}
	w.Clock.Move(KeepPast - KeepTrying)
	if n := sweep(); n != 1 {
		t.Errorf("%d rows went after 30 days, want the older one", n)
	}
}
