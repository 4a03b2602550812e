package lever

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/measure"
	"regulars/store"
	"regulars/store/mem"
)

var taipei = time.FixedZone("Asia/Taipei", 8*60*60)

// world is a shop that pulls some levers; bought says who bought what in their
// days.
type world struct {
	*testing.T
	db     *mem.DB
	d      *Desk
	p      *loyalty.Programme
	now    time.Time
	bought map[loyalty.MemberID]loyalty.Money
	spans  map[loyalty.MemberID]string
}

func newWorld(t *testing.T, rules ...loyalty.LeverRule) *world {
	w := &world{
		T: t, db: mem.New(mem.Twice), now: time.Date(2026, 3, 2, 22, 0, 0, 0, taipei),
		bought: map[loyalty.MemberID]loyalty.Money{}, spans: map[loyalty.MemberID]string{},
	}
	w.p = &loyalty.Programme{Version: 1, Zone: taipei, Rate: loyalty.Rate{Points: 1, Per: 1}, Levers: rules}
	at := func(time.Time) *loyalty.Programme { return w.p }
	w.d = &Desk{Key: bytes.Repeat([]byte{7}, 32), Programme: at, Book: &book.Book{Key: bytes.Repeat([]byte{7}, 32), Programme: at}}
	w.d.Bought = func(_ store.Reader, m loyalty.MemberID, from, to time.Time) (int64, loyalty.Money, error) {
		w.spans[m] = from.In(taipei).Format(time.DateOnly) + " to " + to.In(taipei).Format("2006-01-02 15:04")
		if w.bought[m] == 0 {
			return 0, 0, nil
		}
		return 1, w.bought[m], nil
	}
	return w
}

func (w *world) pull(l loyalty.Lever, m loyalty.MemberID) (told bool) {
	w.Helper()
	err := w.db.Update(context.Background(), func(tx store.Tx) (err error) {
		if err = tx.Lock(store.Subject("member/" + string(m))); err == nil {
			told, err = w.d.Pull(tx, l, m, w.now)
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return told
}

func (w *world) settle() int {
	w.Helper()
	n, err := w.d.Settle(context.Background(), w.db, w.now)
	if err != nil {
		w.Fatal(err)
	}
	return n
}

func (w *world) effect(l loyalty.Lever) Effect {
	w.Helper()
	all, err := w.d.Effects(context.Background(), w.db, w.now)
	if err != nil {
		w.Fatal(err)
	}
	for _, e := range all {
		if e.Rule.Lever == l {
			return e
		}
	}
	w.Fatalf("no effect of %s", l)
	return Effect{}
}

func id(i int) loyalty.MemberID { return loyalty.MemberID(fmt.Sprintf("M%04d", i)) }

// TestArms: as many as the rule says are held out, each lever's by itself, the same
// ones ever again; none is where nothing is held out, or the lever is off.
func TestArms(t *testing.T) {
	w := newWorld(t, loyalty.LeverRule{Lever: loyalty.LeverGoal, Holdout: 10}, loyalty.LeverRule{Lever: loyalty.LeverLoss, Holdout: 50}, loyalty.LeverRule{Lever: loyalty.LeverSocial})
	const n = 20_000
	var goal, loss, both int
	for i := range n {
		g, l := w.d.Held(loyalty.LeverGoal, id(i), 10), w.d.Held(loyalty.LeverLoss, id(i), 50)
		if g {
			goal++
		}
		if l {
			loss++
		}
		if g && l {
			both++
		}
		if w.d.Held(loyalty.LeverGoal, id(i), 0) || g && !w.d.Held(loyalty.LeverGoal, id(i), 20) {
			t.Fatalf("%s is held out of nothing, or not by a larger share", id(i))
		}
	}
	// Four standard deviations about 2000, 10000 and 1000.
	for _, c := range []struct{ got, want, by float64 }{{float64(goal), 2000, 170}, {float64(loss), 10_000, 283}, {float64(both), 1000, 124}} {
		if math.Abs(c.got-c.want) > c.by {
			t.Errorf("%v are held out, want about %v", c.got, c.want)
		}
	}
	for i := range 40 {
		if told := w.pull(loyalty.LeverGoal, id(i)); told == w.d.Held(loyalty.LeverGoal, id(i), 10) || told != w.pull(loyalty.LeverGoal, id(i)) {
			t.Errorf("%s: told %v", id(i), told)
		}
		if !w.pull(loyalty.LeverSocial, id(i)) || w.pull(loyalty.LeverScarcity, id(i)) {
			t.Errorf("%s: nobody is held out of one, and the other is off", id(i))
		}
	}
}

// TestEffectByHand: of 400, half held out, everybody reads on one evening. Of the
// treated 60 in 100 buy, of the held-out 30 in 100, all for 100.
func TestEffectByHand(t *testing.T) {
	w := newWorld(t, loyalty.LeverRule{Lever: loyalty.LeverGoal, Holdout: 50})
	var treated, held measure.Share
	for i := range 400 {
		arm, of := &treated, int64(60)
		if !w.pull(loyalty.LeverGoal, id(i)) {
			arm, of = &held, 30
		}
		if arm.Of++; arm.Of*of/100 > arm.Hits {
			arm.Hits++
			w.bought[id(i)] = 100
		}
	}
	// Thirty local days, the evening's first: the last is 31 March.
	w.now = time.Date(2026, 3, 31, 23, 59, 0, 0, taipei)
	if n := w.settle(); n != 0 {
		t.Errorf("%d are settled a day early", n)
	}
	if e := w.effect(loyalty.LeverGoal); e.Waiting != 400 || e.Treated.Of+e.Held.Of != 0 || e.Verdict.Outcome != measure.TooFew {
		t.Errorf("too early: %+v", e)
	}
	w.pull(loyalty.LeverGoal, "LATE")
	w.now = time.Date(2026, 4, 1, 0, 0, 0, 0, taipei)
	if n, again := w.settle(), w.settle(); n != 400 || again != 0 {
		t.Errorf("%d are settled, and then %d", n, again)
	}
	if got, want := w.spans[id(7)], "2026-03-02 to 2026-04-01 00:00"; got != want {
		t.Errorf("counted from %s, by hand %s", got, want)
	}
	e := w.effect(loyalty.LeverGoal)
	if e.Treated != treated || e.Held != held || e.Waiting != 1 || e.Verdict.Outcome != measure.Higher || e.Money != measure.Higher {
		t.Errorf("%+v, by hand %v and %v", e, treated, held)
	}
	want := 100 * (treated.Rate() - held.Rate())
	if math.Abs(e.Spend.Value-want) > 1e-9 || math.Abs(e.Verdict.Diff.Value-want/100) > 1e-12 {
		t.Errorf("spend %v, share %v, by hand %v", e.Spend, e.Verdict.Diff, want)
	}
	// Who is moved to the other arm by a new share is in neither.
	w.p.Levers[0].Holdout = 40
	if e := w.effect(loyalty.LeverGoal); e.Treated != treated || e.Held.Of >= held.Of || e.Held.Of == 0 {
		t.Errorf("after a new share: %+v", e)
	}
}

// TestTooFewToTell: a hold-out of nobody, or of a handful, tells nothing.
func TestTooFewToTell(t *testing.T) {
	w := newWorld(t, loyalty.LeverRule{Lever: loyalty.LeverLoss, Holdout: 10})
	for i := range 60 {
		w.pull(loyalty.LeverLoss, id(i))
		w.bought[id(i)] = 50
	}
	w.now = w.now.AddDate(0, 0, 40)
	w.settle()
	if e := w.effect(loyalty.LeverLoss); e.Verdict.Outcome != measure.TooFew || e.Money != measure.TooFew {
		t.Errorf("%+v", e)
	}
}

// TestForget: nothing is left of who is erased, also when they are settled later.
func TestForget(t *testing.T) {
	w := newWorld(t, loyalty.LeverRule{Lever: loyalty.LeverLoss, Holdout: 10})
	w.pull(loyalty.LeverLoss, id(1))
	err := w.db.Update(context.Background(), func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("member/" + string(id(1)))); err != nil {
			return err
		}
		return w.d.Forget(tx, id(1))
	})
	w.now = w.now.AddDate(0, 0, 40)
	if n := w.settle(); err != nil || n != 0 {
		t.Errorf("%d settled, %v", n, err)
	}
	if e := w.effect(loyalty.LeverLoss); e.Waiting+e.Treated.Of+e.Held.Of != 0 {
		t.Errorf("%+v", e)
	}
}
