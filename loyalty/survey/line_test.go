package survey

import (
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// doubts says something of a line.
func (w *world) doubts(m loyalty.MemberID, line uint64, words string) (c Case, fresh bool) {
	w.do(func(tx store.Tx) (err error) {
		c, fresh, err = w.desk.Doubt(tx, m, line, Visit{Store: "main"}, Note{At: w.now, Sealed: []byte(words)})
		return err
	})
	return c, fresh
}

// closes is an employee's word that a case is settled.
func (w *world) closes(ref loyalty.Ref, how How) {
	w.do(func(tx store.Tx) error {
		c, _, err := w.desk.Case(tx, ref)
		if err == nil {
			_, err = w.desk.Close(tx, c, "sam", how, w.now)
		}
		return err
	})
}

// One line has one case, whatever is said of it and when; what is missing has one until
// it is closed.
func TestDoubtHasOneCase(t *testing.T) {
	w := newWorld(t)
	first, fresh := w.doubts("ann", 3, "too much")
	if !fresh || !first.IsOpen() || first.Ref == "" {
		t.Fatalf("%+v", first)
	}
	again, fresh := w.doubts("ann", 3, "by ten")
	if fresh || again.Ref != first.Ref || len(again.Notes) != 2 {
		t.Errorf("said again: %+v", again)
	}
	for what, other := range map[string]Case{
		"another line": func() Case { c, _ := w.doubts("ann", 4, "x"); return c }(), "another member's": func() Case { c, _ := w.doubts("ben", 3, "x"); return c }(),
		"a missing one": func() Case { c, _ := w.doubts("ann", 0, "x"); return c }(),
	} {
		if other.Ref == first.Ref {
			t.Errorf("%s went to the same case", what)
		}
	}
	w.closes(first.Ref, Explained)
	if c, fresh := w.doubts("ann", 3, "still"); fresh || !c.IsOpen() || c.How != "" {
		t.Errorf("a closed one that is doubted again: %+v", c)
	}
	missing, _ := w.doubts("ann", 0, "more of it")
	w.closes(missing.Ref, Resolved)
	w.now = w.now.Add(time.Hour)
	if c, fresh := w.doubts("ann", 0, "another day"); !fresh || c.Ref == missing.Ref {
		t.Errorf("what is missing another time went to %s, fresh %v", c.Ref, fresh)
	}
	if all, err := Verify(t.Context(), w.db, w.now); err != nil || len(all) > 0 {
		t.Errorf("%q, %v", all, err)
	}
}

// Who waits is who spoke last, and nobody of a closed case or a survey's.
func TestUnanswered(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	asked, answered := Note{At: at}, Note{At: at.Add(time.Hour), By: "sam"}
	for what, tt := range map[string]struct {
		c    Case
		want time.Time
	}{
		"just said":      {Case{Wrong: true, Notes: []Note{asked}}, at},
		"answered":       {Case{Wrong: true, Notes: []Note{asked, answered}}, time.Time{}},
		"written back":   {Case{Wrong: true, Notes: []Note{answered, asked}}, at},
		"closed":         {Case{Wrong: true, Notes: []Note{asked}, Closed: at}, time.Time{}},
		"a survey's":     {Case{Notes: []Note{asked}}, time.Time{}},
		"without a word": {Case{Wrong: true, Opened: at}, at},
	} {
		if got := tt.c.Unanswered(); !got.Equal(tt.want) {
			t.Errorf("%s: %s", what, got)
		}
	}
}

// Who leaves has no open case left, however many lines they doubted; others have theirs.
func TestLeftClosesDoubts(t *testing.T) {
	w := newWorld(t)
	for line := range uint64(mostLines + 3) {
		w.doubts("ann", line, "x")
	}
	bens, _ := w.doubts("ben", 1, "x")
	w.do(func(tx store.Tx) error { return w.desk.Left(tx, "ann", w.now) })
	w.view(func(r store.Reader) error {
		open, err := OpenCases(r, "")
		if len(open) != 1 || open[0].Ref != bens.Ref || !open[0].Wrong {
			t.Errorf("open are %+v", open)
		}
		return err
	})
}

// A case about a line is closed in other ways than an unhappy customer's.
func TestWays(t *testing.T) {
	line, score := Case{Wrong: true}, Case{}
	if !slices.Contains(line.Ways(), Explained) || slices.Contains(score.Ways(), Explained) || slices.Contains(line.Ways(), Gifted) {
		t.Errorf("%v, %v", line.Ways(), score.Ways())
	}
}
