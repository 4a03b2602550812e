package campaign

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"regulars/bot/outbox"
	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/store"
)

// try does f in an Update that may refuse.
func (w *world) try(f func(store.Tx) (Campaign, error)) (c Campaign, err error) {
	w.t.Helper()
	err = w.db.Update(context.Background(), func(tx store.Tx) (err error) {
		c, err = f(tx)
		return err
	})
	return c, err
}

func (w *world) submit(id ID, by By) (Campaign, error) {
	return w.try(func(tx store.Tx) (Campaign, error) { return w.e.Submit(tx, id, by, w.clock.at) })
}

func (w *world) approve(id ID, by By) (Campaign, error) {
	return w.try(func(tx store.Tx) (Campaign, error) { return w.e.Approve(tx, id, by, w.clock.at) })
}

// limit sets what one manager may send alone.
func (w *world) limit(people int64) {
	p := *w.e.Shop.Programme(w.clock.at)
	p.Campaigns.ConfirmPeople = people
	w.e.Shop.Programme = func(time.Time) *programme.Programme { return &p }
}

// A clerk drafts, a manager sends.
func TestClerkDraftsManagerSends(t *testing.T) {
	w := newWorld(t)
	w.join(3, "line", "en")
	id := w.save(plain())
	if _, err := w.submit(id, sam); !errors.Is(err, ErrUncounted) {
		t.Fatalf("sent without being counted: %v", err)
	}
	if _, err := w.e.Count(context.Background(), id); err != nil {
		t.Fatal(err)
	}
	c, err := w.submit(id, sam)
	if err != nil || c.State != Waiting {
		t.Fatal(c.State, err)
	}
	w.run()
	if len(w.recipients(id)) > 0 {
		t.Fatal("written down without a manager")
	}
	if _, err := w.approve(id, sam); !errors.Is(err, ErrManager) {
		t.Errorf("a clerk confirms: %v", err)
	}
	if c, err = w.approve(id, bo); err != nil || c.State != Scheduled {
		t.Fatal(c.State, err)
	}
	w.run()
	if n := len(w.recipients(id)); n != 3 {
		t.Errorf("%d recipients", n)
	}
}

// Above the programme's bound a second manager must agree, who is another one;
// a change of the draft takes the first one's yes back.
func TestTwoManagers(t *testing.T) {
	w := newWorld(t)
	w.limit(2)
	w.join(3, "line", "en")
	id := w.save(plain())
	if c := w.send(id); c.State != Waiting {
		t.Fatalf("%s after one manager's yes", c.State)
	}
	if _, err := w.approve(id, ann); !errors.Is(err, ErrSame) {
		t.Fatalf("the same manager twice: %v", err)
	}
	d := plain()
	d.Text["en"]["a"] = Words{Text: "Other words."}
	w.update(func(tx store.Tx) error {
		_, err := w.e.Save(tx, id, d, ann, w.clock.at, nil)
		return err
	})
	if _, err := w.approve(id, bo); err == nil {
		t.Fatal("what nobody sent was confirmed")
	}
	w.send(id)
	w.clock.at = w.clock.at.Add(25 * time.Hour)
	if _, err := w.approve(id, bo); !errors.Is(err, ErrUncounted) {
		t.Fatalf("a count of yesterday: %v", err)
	}
	if _, err := w.e.Count(context.Background(), id); err != nil {
		t.Fatal(err)
	}
	c, err := w.approve(id, bo)
	if err != nil || c.State != Scheduled || !slices.Equal(c.Yes, []loyalty.Actor{ann.Actor, bo.Actor}) {
		t.Fatal(c.State, c.Yes, err)
	}
}

// What two managers agreed to is not changed by one of them alone.
func TestChangeOfTwoManagersNeedsTwo(t *testing.T) {
	w := newWorld(t)
	w.limit(2)
	w.join(3, "line", "en")
	id := w.save(plain())
	w.send(id)
	if _, err := w.approve(id, bo); err != nil {
		t.Fatal(err)
	}
	w.run()
	next := plain()
	next.Text["en"]["a"] = Words{Text: "Something else altogether."}
	w.update(func(tx store.Tx) error {
		_, err1 := w.e.Pause(tx, id, bo, w.clock.at)
		_, err2 := w.e.NewVersion(tx, id, next, bo, w.clock.at)
		return errors.Join(err1, err2)
	})
	var state *StateError
	if _, err := w.try(func(tx store.Tx) (Campaign, error) { return w.e.Resume(tx, id, bo, w.clock.at) }); !errors.As(err, &state) {
		t.Fatalf("one manager lets other words go out: %v", err)
	}
	if _, err := w.approve(id, bo); !errors.Is(err, ErrSame) {
		t.Fatal(err)
	}
	if _, err := w.approve(id, sam); !errors.Is(err, ErrManager) {
		t.Fatal(err)
	}
	if c, err := w.approve(id, ann); err != nil || c.State != Sending || c.Why != "" {
		t.Fatal(c.State, c.Why, err)
	}
	w.whole()
}

// What an operator let go of while it was paused is over once it goes on.
func TestResumeOfWhatWasDropped(t *testing.T) {
	w := newWorld(t)
	w.join(3, "line", "en")
	id := w.save(plain())
	w.send(id)
	w.run()
	w.update(func(tx store.Tx) error { _, err := w.e.Pause(tx, id, ann, w.clock.at); return err })
	w.update(func(tx store.Tx) error { return outbox.Hold(tx, "restored", w.clock.at) })
	if _, err := w.out.DropHeld(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	if _, err := w.try(func(tx store.Tx) (Campaign, error) { return w.e.Resume(tx, id, ann, w.clock.at) }); err != nil {
		t.Fatal(err)
	}
	w.run()
	w.whole()
}

// When many more are written down than were counted, somebody else looks before
// the first is sent.
func TestGrew(t *testing.T) {
	w := newWorld(t)
	w.limit(10)
	w.join(8, "line", "en")
	d := plain()
	d.When.At = "2026-01-06 12:00"
	id := w.save(d)
	c := w.send(id)
	if c.State != Scheduled || !c.Start.Equal(time.Date(2026, 1, 6, 4, 0, 0, 0, time.UTC)) {
		t.Fatal(c.State, c.Start)
	}
	w.join(5, "tg", "en")
	w.clock.at = c.Start
	w.run()
	if c := w.counts(id); c.State != Paused || c.Why != WhyGrew || c.People != 13 {
		t.Fatal(c.State, c.Why, c.People)
	}
	if _, err := w.try(func(tx store.Tx) (Campaign, error) { return w.e.Resume(tx, id, ann, w.clock.at) }); err == nil {
		t.Error("the one who sent it lets it go on")
	}
	if _, err := w.approve(id, ann); !errors.Is(err, ErrSame) {
		t.Error(err)
	}
	if c, err := w.approve(id, bo); err != nil || c.State != Sending {
		t.Fatal(c.State, err)
	}
	w.whole()
}

// Paused, changed, resumed: whoever was not begun gets the new words; what
// would make other recipients is refused (LEDGER, case 15).
func TestChangeUnderWay(t *testing.T) {
	w := newWorld(t)
	ids := w.join(3, "line", "en")
	id := w.save(plain())
	w.send(id)
	w.run()
	change := func(d Draft) error {
		_, err := w.try(func(tx store.Tx) (Campaign, error) { return w.e.NewVersion(tx, id, d, ann, w.clock.at) })
		return err
	}
	next := plain()
	next.Text["en"]["a"] = Words{Text: "Warm drinks, and cake."}
	var state *StateError
	if err := change(next); !errors.As(err, &state) || state.State != Sending {
		t.Fatalf("changed while it is sent: %v", err)
	}
	if _, err := w.try(func(tx store.Tx) (Campaign, error) { return w.e.Pause(tx, id, ann, w.clock.at) }); err != nil {
		t.Fatal(err)
	}
	for key, change1 := range map[string]func(*Draft){
		"segment":   func(d *Draft) { d.Segment = "others" },
		"text":      func(d *Draft) { d.Text["ja"] = map[string]Words{"a": {Text: "冬"}} },
		"text.en.a": func(d *Draft) { d.Text["en"]["a"] = Words{Text: "Hello {name}"} },
		"button":    func(d *Draft) { d.Buttons = []Button{{ID: "x", Label: map[string]string{"": "X"}, Do: DoMenu}} },
		"channels":  func(d *Draft) { d.Channels = append(d.Channels, "tg") },
	} {
		d := plain()
		change1(&d)
		var no *ChangeError
		if err := change(d); !errors.As(err, &no) || no.Key != key {
			t.Errorf("%s: %v", key, err)
		}
	}
	if err := change(next); err != nil {
		t.Fatal(err)
	}
	if _, err := w.try(func(tx store.Tx) (Campaign, error) { return w.e.Resume(tx, id, ann, w.clock.at) }); err != nil {
		t.Fatal(err)
	}
	c := w.counts(id)
	if c.State != Sending || c.Version != 2 || len(c.Changes) != 1 || c.Changes[0].Begun != 0 || len(w.recipients(id)) != 3 {
		t.Errorf("%+v", c.Campaign)
	}
	w.view(func(r store.Reader) error {
		m, err := w.e.Messages(r, id, "en/a")
		if err != nil || m[0].Text != "Warm drinks, and cake." {
			t.Errorf("%v, %v", m, err)
		}
		old, err := w.e.Draft(r, id, 1)
		if err != nil || old.Text["en"]["a"].Text != "Warm drinks are here." {
			t.Errorf("the first version is not kept: %v", err)
		}
		return nil
	})
	_ = ids
	w.whole()
}

// Stop ends it at any stage; nothing goes on afterwards.
func TestStop(t *testing.T) {
	for _, stage := range []State{Waiting, Scheduled, Freezing, Sending, Paused} {
		w := newWorld(t)
		w.join(30, "line", "en")
		w.e.Step = 10
		if stage == Waiting {
			w.limit(1)
		}
		id := w.save(plain())
		w.send(id)
		switch stage {
		case Freezing:
			for range 2 {
				if _, err := w.e.advance(context.Background(), id); err != nil {
					t.Fatal(err)
				}
			}
		case Sending, Paused:
			w.run()
		}
		if stage == Paused {
			if _, err := w.try(func(tx store.Tx) (Campaign, error) { return w.e.Pause(tx, id, ann, w.clock.at) }); err != nil {
				t.Fatal(err)
			}
		}
		if c := w.counts(id); c.State != stage {
			t.Fatalf("%s, want %s", c.State, stage)
		}
		if _, err := w.try(func(tx store.Tx) (Campaign, error) { return w.e.Stop(tx, id, sam, w.clock.at) }); !errors.Is(err, ErrManager) {
			t.Errorf("a clerk stops: %v", err)
		}
		c, err := w.try(func(tx store.Tx) (Campaign, error) { return w.e.Stop(tx, id, ann, w.clock.at) })
		if err != nil || c.State != Stopped || c.EndedAt.IsZero() {
			t.Fatalf("%s: %s, %v", stage, c.State, err)
		}
		w.run()
		if c := w.counts(id); c.State != Stopped {
			t.Errorf("%s after the stop", c.State)
		}
		if _, err := w.try(func(tx store.Tx) (Campaign, error) { return w.e.Resume(tx, id, ann, w.clock.at) }); err == nil {
			t.Error("resumed after the stop")
		}
		w.whole()
	}
}

// A budget that would not do is said before, not found out half way.
func TestBudgetIsHeldBefore(t *testing.T) {
	w := newWorld(t)
	w.join(3, "line", "en")
	w.join(5, "tg", "en") // costs nothing
	d := plain()
	d.Budget.Messages = 2
	id := w.save(d)
	if _, err := w.e.Count(context.Background(), id); err != nil {
		t.Fatal(err)
	}
	var no *BudgetError
	if _, err := w.submit(id, ann); !errors.As(err, &no) || no.Needs != 3 || no.Has != 2 {
		t.Errorf("%v", err)
	}
}

// Drafts can be unfit; they are refused when they are to be sent. What was sent is
// no draft any more, and a swept campaign leaves nothing.
func TestDraftsAndTheirEnd(t *testing.T) {
	w := newWorld(t)
	w.join(2, "line", "en")
	d := plain()
	d.Text = nil
	id := w.save(d)
	var wrong *DraftError
	if _, err := w.e.Count(context.Background(), id); !errors.As(err, &wrong) {
		t.Errorf("%v", err)
	}
	w.update(func(tx store.Tx) error {
		_, err := w.e.Save(tx, id, plain(), sam, w.clock.at, nil)
		return err
	})
	w.send(id)
	w.run()
	var state *StateError
	err := w.db.Update(context.Background(), func(tx store.Tx) error {
		_, err := w.e.Save(tx, id, plain(), ann, w.clock.at, bytes.NewReader(nil))
		return err
	})
	if !errors.As(err, &state) {
		t.Errorf("%v", err)
	}
	if _, err := w.try(func(tx store.Tx) (Campaign, error) { return w.e.Stop(tx, id, ann, w.clock.at) }); err != nil {
		t.Fatal(err)
	}
	if n, err := w.e.Sweep(context.Background(), w.db, w.clock.at.Add(799*24*time.Hour)); n != 0 || err != nil {
		t.Error(n, err)
	}
	if n, err := w.e.Sweep(context.Background(), w.db, w.clock.at.Add(801*24*time.Hour)); n != 2 || err != nil {
		t.Error(n, err)
	}
}
