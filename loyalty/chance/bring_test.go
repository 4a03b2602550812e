package chance

import (
	"errors"
	"testing"

	"regulars/loyalty"
	"regulars/store"
)

// Goes that a mission brings are used after the day's own and before points, once, until
// their last day; taken back, so is what they won.
func TestGoesThatWereBrought(t *testing.T) {
	w := newWorld(t, nil)
	bring := func(from string) {
		act := w.act(loyalty.ByJob("mission"))
		if err := w.do(func(tx store.Tx) error { return w.d.Bring(tx, ann, act, "daily", from, 1) }); err != nil {
			t.Fatal(err)
		}
	}
	bring("mission/one")
	bring("mission/one")
	if o := w.offer(ann, "daily"); o.FreeNow != 2 || o.Price != 0 {
		t.Errorf("%d free, %d points", o.FreeNow, o.Price)
	}
	for i, brought := range []bool{false, true} {
		x, err := w.play(ann, "daily")
		if err != nil || !x.Free || (x.Go != "") != brought {
			t.Errorf("go %d: %+v, %v", i, x, err)
		}
	}
	if o := w.offer(ann, "daily"); o.FreeNow != 0 || o.Price != 10 {
		t.Errorf("%d free, %d points after both", o.FreeNow, o.Price)
	}
	back := func(from string) (all bool) {
		act := w.act(loyalty.ByJob("mission"))
		if err := w.do(func(tx store.Tx) (err error) { all, err = w.d.Unbring(tx, ann, act, "daily", from); return err }); err != nil {
			t.Fatal(err)
		}
		return all
	}
	if back("mission/one") || w.balance(ann) > 50 {
		t.Errorf("a go that was used came back whole, %d points", w.balance(ann))
	}
	bring("mission/two")
	if !back("mission/two") {
		t.Error("a go that was not used did not come back")
	}
	if o := w.offer(ann, "daily"); o.FreeNow != 0 {
		t.Errorf("%d free after it went back", o.FreeNow)
	}
	bring("mission/three")
	w.now = w.now.AddDate(0, 0, goodFor)
	if o := w.offer(ann, "daily"); o.FreeNow != 1 {
		t.Errorf("%d free after the last day, want the day's own", o.FreeNow)
	}
	act := w.act(loyalty.ByJob("mission"))
	if err := w.do(func(tx store.Tx) error { return w.d.Bring(tx, ann, act, "gone", "mission/four", 1) }); !errors.Is(err, ErrNoGame) {
		t.Errorf("a game that is not there: %v", err)
	}
}
