package trust_test

import (
	"net/http"
	"testing"

	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/console/trust"
	"regulars/loyalty"
	"regulars/loyalty/fraud"
	"regulars/loyalty/people"
	"regulars/store"
)

// found keeps a finding about an employee's day.
func found(w *consoletest.World, who people.Staff, rule fraud.Rule) fraud.Key {
	k := fraud.Key{Subject: fraud.OfStaff(string(who.ID)), Day: w.Shop.Local(w.Clock.Now()).Format("2006-01-02"), Rule: rule}
	w.Do(func(tx store.Tx) error {
		_, err := fraud.Record(tx, fraud.Finding{
			Key: k, Score: 80, Weight: 50, Store: who.Store, Numbers: fraud.Numbers{"times": 16}, FoundAt: w.Clock.Now(),
			Entries: []fraud.Entry{{Ref: "7KQ2M4", Member: w.Ann, At: w.Clock.Now()}}, Members: []loyalty.MemberID{w.Ann},
		})
		return err
	})
	return k
}

// TestFindings: a manager reads what is unusual of their employees, with what it
// rests on, and decides it, with a reason, once and for all.
func TestFindings(t *testing.T) {
	w := world(t)
	found(w, w.Clerk, fraud.Minute)
	b := w.Open(w.Manager)
	b.Get("/console/trust").Click("Worth a look").Must("Too fast", "16 sales and gifts within one minute", "sam", "40", "open")
	p := b.Get("/console/trust/fraud").Click("Too fast").Must("16 sales and gifts within one minute", "7KQ2M4", "Ann Lee", "What do you make of it?")
	f := p.Form("/decide")
	if p := f.Set("decision", "maybe").Set("reason", "x y z").Send(); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("another decision: %d", p.Status)
	}
	if p := f.Set("decision", "fine").Set("reason", "").Send(); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", p.Status)
	}
	f.Set("decision", "fine").Set("reason", "a group that paid one by one").Send().Must("Noted", "Nothing unusual is open")
	b.Get("/console/trust/fraud").Click("Also what was decided").Must("it is fine").Click("Too fast").
		Must("a group that paid one by one", "decided that something unusual is fine", "mia")
}

// TestFindingsOfOnesOwn: nobody reads or decides what was found about themselves, nor
// a manager what another store's is.
func TestFindingsOfOnesOwn(t *testing.T) {
	w := world(t)
	own := found(w, w.Manager, fraud.Minute)
	b := w.Open(w.Manager)
	if p := b.Get("/console/trust/fraud"); p.Says("Too fast") {
		t.Error("a manager reads what was found about themselves")
	}
	at := "/console/trust/fraud/" + own.String()
	if p := b.Get(at); p.Status != http.StatusNotFound {
		t.Errorf("one's own finding: %d", p.Status)
	}
	form := w.Open(w.Owner).Get(at).Must("16 sales and gifts within one minute").Form("/decide")
	if p := b.Get("/console/trust/fraud/staff/nobody/2026-01-05/minute"); p.Status != http.StatusNotFound {
		t.Errorf("nobody's finding: %d", p.Status)
	}
	if p := b.Get("/console/trust/fraud/staff/x/never/minute"); p.Status != http.StatusNotFound {
		t.Errorf("no day: %d", p.Status)
	}
	form.Set("decision", "fraud").Set("reason", "the till was empty").Send().Must("Noted")
}

// TestFindingsOfAnotherStore: a manager of one store reads nothing of another's.
func TestFindingsOfAnotherStore(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, consoletest.Options{Change: []string{"[earn]\n", "[[store]]\nid = \"east\"\nname = \"東店\"\n\n[earn]\n"}, Parts: func(w *consoletest.World) []console.Part {
		return []console.Part{trust.Part(w.Console, trust.Deps{})}
	}})
	elsewhere := "/console/trust/fraud/" + found(w, w.Employ("eve", people.Clerk, "east"), fraud.Hour).String()
	for _, c := range []struct {
		who  people.Staff
		want int
	}{{w.Main, http.StatusNotFound}, {w.Owner, http.StatusOK}} {
		b := w.Open(c.who)
		if p := b.Get(elsewhere); p.Status != c.want {
			t.Errorf("%s gets %d, want %d", c.who.Name, p.Status, c.want)
		}
		if listed := b.Get("/console/trust/fraud").Says("eve"); listed != (c.want == http.StatusOK) {
			t.Errorf("%s reads of it in the list: %v", c.who.Name, listed)
		}
	}
}
