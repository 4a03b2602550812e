package campaign

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/mem"
)

// arrived is an outbox whose texts to many have all been sent, but to some.
type arrived struct {
	*outbox.Outbox
	not map[loyalty.MemberID]bool
}

func (a arrived) BulkReport(r store.Reader, id outbox.BulkID) (outbox.BulkReport, bool, error) {
	rep, ok, err := a.Outbox.BulkReport(r, id)
	if rep.State == outbox.BulkRunning {
		rep.State, rep.Left = outbox.BulkDone, 0
	}
	return rep, ok, err
}

func (a arrived) PartStates(r store.Reader, id outbox.BulkID, n int, f func(bot.PersonID, string, outbox.State) error) (bool, error) {
	return a.Outbox.PartStates(r, id, n, func(who bot.PersonID, wording string, _ outbox.State) error {
		s := outbox.Sent
		if a.not[loyalty.MemberID(who)] {
			s = outbox.Unsure
		}
		return f(who, wording, s)
	})
}

// says is one wording in English.
func says(text string) map[string]map[string]Words {
	return map[string]map[string]Words{"en": {"a": {Text: text}}}
}

// sampled is "sample first, offer after": a day later to the keen, and two hours
// after their purchase to all but those who had enough.
func sampled() Draft {
	d := plain()
	d.Journey = []Step{
		{Wait: 24, If: "keen", Text: says("How was it, {name}?")},
		{Wait: 2, After: "sale", Exit: "enough", Text: says("Ten percent for you.")},
	}
	return d
}

// setOut is a world whose campaign's sending is over.
func setOut(t *testing.T, n int, d Draft) (*world, ID, []loyalty.MemberID) {
	w := newWorld(t)
	w.e.Shop.Listeners = append(w.e.Shop.Listeners, w.e.Heard)
	w.seg.fits["keen"], w.seg.fits["enough"] = map[loyalty.MemberID]bool{}, map[loyalty.MemberID]bool{}
	w.e.Bulks = arrived{w.out, map[loyalty.MemberID]bool{}}
	ids := w.join(n, "line", "en")
	for _, m := range ids {
		w.seg.fits["keen"][m] = true
	}
	id := w.save(d)
	w.send(id)
	return w, id, ids
}

// told are the steps that were written to a member, as in "12".
func (w *world) told(id ID, m loyalty.MemberID) (steps string) {
	w.t.Helper()
	w.view(func(r store.Reader) error {
		for i := range MaxSteps {
			_, ok, err := w.out.Find(r, stepIntent(id, i, m))
			if err != nil {
				return err
			}
			if ok {
				steps += fmt.Sprint(i + 1)
			}
		}
		return nil
	})
	return steps
}

func (w *world) sale(m loyalty.MemberID) (ref loyalty.Ref) {
	w.t.Helper()
	sell := func(tx store.Tx) error {
		act := book.Act{Op: loyalty.OpID(fmt.Sprint("sale", m, w.clock.at)), Actor: loyalty.ByStaff("ann"), Now: w.clock.at}
		out, err := w.e.Shop.Club.Sale(tx, m, act, loyalty.Sale{Amount: 500})
		ref = out.Receipt.Entry().Ref
		return err
	}
	if errors.Is(w.db.Update(context.Background(), sell), mem.ErrCrash) { // it is tried again
		w.db.Reopen()
	}
	w.update(sell)
	return ref
}

func (w *world) later(d time.Duration) {
	w.t.Helper()
	w.clock.at = w.clock.at.Add(d)
	w.run()
	w.whole()
}

func (w *world) walk(id ID) Walk {
	w.t.Helper()
	return *w.counts(id).Walk
}

// A journey goes on after its time and after a deed; If leaves out of one step,
// Exit ends it, and who was not sent the first message has none.
func TestJourney(t *testing.T) {
	w, id, m := setOut(t, 5, sampled())
	w.seg.fits["keen"][m[1]] = false
	w.seg.fits["enough"][m[2]] = true
	w.e.Bulks.(arrived).not[m[4]] = true
	w.run()
	if c := w.counts(id); c.State != Done || c.Walk.People != 4 || !c.Walking() {
		t.Fatalf("%s: %+v", c.State, c.Walk)
	}
	w.later(23*time.Hour + 59*time.Minute)
	if got := w.told(id, m[0]); got != "" {
		t.Fatalf("told %q a minute early", got)
	}
	w.later(time.Minute)
	for i, want := range []string{"1", "", "1", "1", ""} {
		if got := w.told(id, m[i]); got != want {
			t.Errorf("after a day member %d was told %q, want %q", i, got, want)
		}
	}
	w.later(time.Hour)
	for _, x := range m[:3] {
		w.sale(x)
	}
	w.later(2*time.Hour - time.Second)
	if got := w.told(id, m[0]); got != "1" {
		t.Fatalf("told %q a second early", got)
	}
	w.later(time.Second)
	for i, want := range []string{"12", "2", "1", "1", ""} {
		if got := w.told(id, m[i]); got != want {
			t.Errorf("after the purchase member %d was told %q, want %q", i, got, want)
		}
	}
	w.later(mostWait) // the fourth never comes
	got := w.walk(id)
	if !got.Over || got.Through != 2 || fmt.Sprint(got.Steps) != "[{3 1 0} {2 0 2}]" || got.Paid != 5 {
		t.Errorf("%+v", got)
	}
	for _, row := range w.db.Dump() {
		if k := string(row.Key); strings.HasPrefix(k, "campway/") || strings.HasPrefix(k, "campdue/") || strings.HasPrefix(k, "campwaits/") {
			t.Errorf("%s stays", k)
		}
	}
}

// A deed of before the journey began counts, from the first message on and not
// from before it, and the step's hours are those since; a sale that was taken back
// does not.
func TestDeedsBeforeTheJourney(t *testing.T) {
	d := plain()
	d.Journey = []Step{{After: "sale", Wait: 1, Text: says("Thank you.")}}
	w, id, m := setOut(t, 3, d)
	w.sale(m[0])
	w.clock.at = w.clock.at.Add(time.Minute)
	w.e.Bulks = w.out // the sending takes a while
	w.run()
	if c := w.counts(id); c.State != Sending {
		t.Fatal(c.State)
	}
	w.clock.at = w.clock.at.Add(time.Minute)
	w.sale(m[1])
	undone := w.sale(m[2])
	w.update(func(tx store.Tx) error {
		_, err := w.e.Shop.Book.Undo(tx, undone, book.Act{Op: "undo", Actor: loyalty.ByStaff("ann"), Now: w.clock.at})
		return err
	})
	w.clock.at = w.clock.at.Add(40 * time.Minute)
	w.e.Bulks = arrived{w.out, nil}
	w.run()
	w.later(20*time.Minute - time.Second)
	if got := w.told(id, m[1]); got != "" {
		t.Errorf("told %q a second before their hour was over", got)
	}
	w.later(time.Second)
	for i, want := range []string{"", "1", ""} {
		if got := w.told(id, m[i]); got != want {
			t.Errorf("member %d was told %q, want %q", i, got, want)
		}
	}
	w.sale(m[0])
	w.later(time.Hour)
	if got := w.told(id, m[0]); got != "1" {
		t.Errorf("told %q after they bought again", got)
	}
}

// Pausing holds steps, resuming lets them go; stopping ends all, whoever no longer
// wants news is passed over, and who leaves or becomes part of another has none.
func TestJourneyHeldAndEnded(t *testing.T) {
	d := plain()
	d.Journey = []Step{{Wait: 1, Text: says("One.")}, {Wait: 1, Text: says("Two.")}}
	w, id, m := setOut(t, 5, d)
	w.run()
	steer := func(f func(store.Tx, ID, By, time.Time) (Campaign, error)) {
		w.update(func(tx store.Tx) error { _, err := f(tx, id, ann, w.clock.at); return err })
	}
	steer(w.e.Pause)
	w.later(2 * time.Hour)
	if got := w.told(id, m[0]); got != "" {
		t.Fatalf("told %q while paused", got)
	}
	v := w.e.Shop.Vault
	w.update(func(tx store.Tx) error {
		if err := v.SetConsent(tx, m[1], people.ForPromo, false, "1", w.clock.at, w.e.Shop.Rand); err != nil {
			return err
		}
		return v.Erase(tx, m[2], w.clock.at, w.clock.at)
	})
	w.update(func(tx store.Tx) error {
		_, err := w.e.Shop.Merge(tx, m[3], m[4], book.Act{Op: "merge", Actor: loyalty.ByStaff("ann"), Now: w.clock.at})
		return err
	})
	steer(w.e.Resume)
	w.run()
	w.whole()
	for i, want := range []string{"1", "", "", "", "1"} {
		if got := w.told(id, m[i]); got != want {
			t.Errorf("member %d was told %q, want %q", i, got, want)
		}
	}
	if got := w.walk(id); fmt.Sprint(got.Steps) != "[{2 1 2}]" {
		t.Errorf("%+v", got)
	}
	steer(w.e.Stop)
	w.later(2 * time.Hour)
	if got := w.told(id, m[0]); got != "1" {
		t.Errorf("told %q after the stop", got)
	}
	if got := w.walk(id); !got.Over || got.OnTheWay() != 0 {
		t.Errorf("%+v", got)
	}
	var state *StateError
	err := w.db.Update(context.Background(), func(tx store.Tx) error { _, err := w.e.Pause(tx, id, ann, w.clock.at); return err })
	if !errors.As(err, &state) {
		t.Errorf("paused after the stop: %v", err)
	}
}

// What a journey costs stays within the campaign's budget.
func TestJourneyWithinBudget(t *testing.T) {
	d := plain()
	d.Budget.Messages = 12
	d.Journey = []Step{{Wait: 1, Text: says("One.")}, {Wait: 1, Text: says("Two.")}}
	w, id, _ := setOut(t, 8, d)
	w.run()
	w.later(time.Hour)
	w.later(time.Hour)
	if got := w.walk(id); got.Paid != 12 || fmt.Sprint(got.Steps) != "[{8 0 0} {4 4 0}]" {
		t.Errorf("%+v", got)
	}
}

// TestJourneyCutAnywhere kills the process at every write of a journey, before and
// after each commit: each member has each step once, and the sums are the same.
func TestJourneyCutAnywhere(t *testing.T) {
	make := func() (*world, ID, []loyalty.MemberID) {
		w, id, m := setOut(t, 4, sampled())
		w.seg.fits["enough"][m[2]] = true
		return w, id, m
	}
	// play is what happens in 28 hours; what is killed is started again at once.
	play := func(w *world, m []loyalty.MemberID) (killed bool) {
		start := w.clock.at
		for _, after := range []time.Duration{0, 24, 25, 28} {
			w.clock.at = start.Add(after * time.Hour)
			for k := 0; k < len(m) && after == 25; k += 2 {
				w.sale(m[k])
			}
			if _, err := w.e.RunDue(context.Background()); err != nil {
				if !errors.Is(err, mem.ErrCrash) {
					t.Fatal(err)
				}
				w.db.Reopen()
				w.run()
				killed = true
			}
		}
		w.whole()
		return killed
	}
	w, id, m := make()
	before := w.db.Writes()
	play(w, m)
	writes := w.db.Writes() - before
	want := w.walk(id)
	if writes < 20 || want.Through != 1 || want.Steps[0].Written != 4 || want.Steps[1].Left != 1 {
		t.Fatalf("%d writes, %+v", writes, want)
	}
	for _, order := range []func(*mem.DB, int){(*mem.DB).CrashAt, (*mem.DB).CrashAfterCommit} {
		kills := 0
		for n := 1; n <= writes; n++ {
			w, id, m := make()
			order(w.db, n)
			if !play(w, m) {
				continue // a counter's sale was killed, or nothing
			}
			kills++
			if got := w.walk(id); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("killed at %d: %+v, want %+v", n, got, want)
			}
			for i, steps := range []string{"12", "1", "1", "1"} {
				if got := w.told(id, m[i]); got != steps {
					t.Fatalf("killed at %d: member %d was told %q", n, i, got)
				}
			}
		}
		if kills < 5 {
			t.Errorf("killed %d times only", kills)
		}
	}
}

// Two processes that take members on write each step once.
func TestTwoProcessesOnOneJourney(t *testing.T) {
	d := plain()
	d.Journey = []Step{{Wait: 1, Text: says("One.")}, {Wait: 1, Text: says("Two.")}}
	w, id, m := setOut(t, 120, d)
	for range 3 {
		w.clock.at = w.clock.at.Add(time.Hour)
		var errs [2]chan error
		for i := range errs {
			other := *w.e
			errs[i] = make(chan error, 1)
			go func() {
				_, err := other.RunDue(context.Background())
				errs[i] <- err
			}()
		}
		for _, c := range errs {
			if err := <-c; err != nil {
				t.Fatal(err)
			}
		}
		w.run()
	}
	w.whole()
	if got := w.walk(id); got.People != 120 || got.Through != 120 || fmt.Sprint(got.Steps) != "[{120 0 0} {120 0 0}]" {
		t.Errorf("%+v", got)
	}
	for _, x := range m {
		if got := w.told(id, x); got != "12" {
			t.Fatalf("told %q", got)
		}
	}
}
