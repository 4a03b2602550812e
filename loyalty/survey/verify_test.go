package survey

import (
	"strings"
	"testing"
	"time"

	"regulars/store"
)

// Lists that say something else than the rows they were made from are found.
func TestVerify(t *testing.T) {
	w := newWorld(t, nps("visit"))
	w.visit("ann")
	w.visit("ben")
	w.now = w.now.Add(3 * time.Hour)
	w.tick()
	a, _ := w.answer("ann", "visit", 2)
	w.answer("ben", "visit", 9)
	var k Case
	w.do(func(tx store.Tx) (err error) {
		k, _, err = w.desk.Alert(tx, a, w.now)
		return err
	})
	faults := func() string {
		all, err := Verify(t.Context(), w.db, w.now)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(all, "\n")
	}
	if f := faults(); f != "" {
		t.Fatal(f)
	}
	w.do(func(tx store.Tx) error {
		if _, _, err := w.desk.Case(tx, k.Ref); err != nil { // locks it
			return err
		}
		return opened.Delete(tx, string(k.Ref))
	})
	if f := faults(); f != "open cases: "+string(k.Ref)+" is missing" {
		t.Error(f)
	}
	w.do(func(tx store.Tx) error {
		if _, _, err := w.desk.Case(tx, k.Ref); err != nil {
			return err
		}
		if err := opened.Put(tx, Opened{Ref: k.Ref, Member: "ann"}, string(k.Ref)); err != nil {
			return err
		}
		s := a.score()
		s.Score = 10
		return days.Put(tx, s, "2026-03-02", s.Survey, s.Wave, "ann")
	})
	if f := faults(); f != "answers of a day: 2026-03-02/visit/2026-03/ann is not what its member answered" {
		t.Error(f)
	}
}
