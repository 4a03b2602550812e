package rules_test

import (
	"strings"
	"testing"
	"time"
)

// TestWhatIfIsAskedAndDrawn: of a version that holds, and of a change that stands
// in the review; with the drawings, the words of what cannot be known, and nothing
// saved.
func TestWhatIfIsAskedAndDrawn(t *testing.T) {
	w, s, _ := open(t)
	w.Sell(w.Clerk, w.Ann, 1000)
	w.Clock.Move(40 * 24 * time.Hour)
	w.Sell(w.Clerk, w.Ann, 500)
	w.Sell(w.Clerk, w.Bob, 50)
	b := w.Open(w.Owner)
	asked := b.Get("/console/rules/whatif").Must("What would it have been?").Form("/console/rules/whatif").Send()
	asked.Must("no difference at all", "What this cannot know")

	twice := strings.Replace(s.text(), "points   = 1 ", "points   = 2 ", 1)
	f := b.Get("/console/rules/file").Form("/console/rules/file").Set("text", twice)
	review := f.Send().Must("Nothing is saved yet")
	p := review.Form("/console/rules/whatif").Send()
	p.Must("These are the changes that you are looking at", "Points given", "155", "310", "Points given by month", "Who would have got more", "+150", "Members by points more or less")
	if text := p.Text(); strings.Contains(text, "Ann Lee") || strings.Contains(text, "Who would have got less") {
		t.Error(text)
	}
	later := p.Form("/console/rules/whatif").Set("from", "2026-02-01").Send()
	later.Must("Points given", "55", "110")
	if wrong := p.Form("/console/rules/whatif").Set("from", "2030-01-01").Send(); !wrong.Says("The first day must lie before the last") {
		t.Error(wrong.Text())
	}
	if s.now().Rules.Rate.Points != 1 {
		t.Error("asking changed the programme")
	}
}

// TestWhatIfIsForTheWholeShop: who manages one store has no such page.
func TestWhatIfIsForTheWholeShop(t *testing.T) {
	w, _, _ := open(t, "[earn]\n", "[[store]]\nid = \"east\"\nname = \"東店\"\n\n[earn]\n")
	b := w.Open(w.Main)
	if p := b.Get("/console/rules/whatif"); p.Status != 404 || p.Says("What would it have been?") {
		t.Error(p.Text())
	}
	if p := b.Get("/console/rules/versions/1").Must(); p.Says("What would it have been?") {
		t.Error(p.Text())
	}
}
