package trust_test

import (
	"strings"
	"testing"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/console/trust"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// onlyLine is the page's one line about a case, without the page around it.
func onlyLine(t *testing.T, p *consoletest.Page, ref loyalty.Ref) string {
	t.Helper()
	for _, line := range strings.Split(p.Body, "\n") {
		if strings.Contains(line, string(ref)) {
			return line
		}
	}
	t.Fatalf("case %s is not on the page", ref)
	return ""
}

// TestDisputes: a manager reads which complaints about lines wait, and who answered or
// settled the others; names are masked, another store's and old ones are not there.
func TestDisputes(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, consoletest.Options{Change: []string{"[earn]\n", "[[store]]\nid = \"east\"\nname = \"東店\"\n\n[earn]\n"}, Parts: func(w *consoletest.World) []console.Part {
		return []console.Part{trust.Part(w.Console, trust.Deps{})}
	}})
	w.Open(w.Manager).Get("/console/trust").Click("Disputed lines").Must("Nobody disputes a line")
	shut := func(k survey.Case, how survey.How, with loyalty.Ref) {
		w.Do(func(tx store.Tx) error {
			k.Fixed = with
			_, err := w.Shop.Surveys.Close(tx, k, string(w.Manager.ID), how, w.Clock.Now())
			return err
		})
	}
	old := w.Doubt(w.Ann, survey.Visit{Store: ""})
	shut(old, survey.Nothing, "")
	w.Clock.Move(61 * 24 * time.Hour)
	fixed := w.Doubt(w.Bob, survey.Visit{Store: "main"})
	shut(fixed, survey.Resolved, "7KQ2M4")
	w.Clock.Move(time.Hour)
	answered := w.Doubt(w.Bob, survey.Visit{Store: "main"})
	w.Do(func(tx store.Tx) error {
		_, err := w.Shop.Surveys.Note(tx, answered, survey.Note{At: w.Clock.Now(), By: string(w.Main.ID)})
		return err
	})
	w.Clock.Move(time.Hour)
	waits := w.Doubt(w.Ann, survey.Visit{Store: "main"})

	p := w.Open(w.Manager).Get("/console/trust/disputes")
	for ref, want := range map[loyalty.Ref][]string{
		fixed.Ref: {"Put right", "7KQ2M4", "mia"}, answered.Ref: {"answered", "max"}, waits.Ref: {"waits for an answer", "Ann"},
	} {
		for _, words := range want {
			if line := onlyLine(t, p, ref); !strings.Contains(line, words) {
				t.Errorf("%q is not in %s", words, line)
			}
		}
	}
	at := func(k survey.Case) int { return strings.Index(p.Body, string(k.Ref)) }
	if !(at(answered) < at(waits) && at(waits) < at(fixed)) || at(old) >= 0 {
		t.Errorf("who waits longest stands first, what is settled last, and what is old nowhere:\n%s", p.Text())
	}
	if strings.Contains(p.Body, "Ann Lee") {
		t.Error("it has a member's whole name")
	}
	other := w.Employ("oda", people.Manager, "east")
	if p := w.Open(other).Get("/console/trust/disputes"); p.Says(string(waits.Ref)) {
		t.Error("another store's manager reads it")
	}
}
