package referral

import (
	"context"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

func flagging(n int64) *loyalty.Programme {
	p := plan()
	p.Referral.Flag = n
	return p
}

func (w *world) decide(f func(store.Tx, loyalty.MemberID, Act) (bool, error), m loyalty.MemberID) (calls int) {
	w.t.Helper()
	for more := true; more; calls++ {
		if err := w.do(func(tx store.Tx) (err error) {
			more, err = f(tx, m, Act{"staff/manager", w.now})
			return err
		}); err != nil {
			w.t.Fatalf("decide: %v", err)
		}
	}
	return calls
}

// doubted counts the purchases below a flagged member that wait for a manager.
func (w *world) doubted(m loyalty.MemberID) (n int) {
	w.view(func(r store.Reader) error {
		all, err := w.desk.Doubted(r, m)
		n = len(all)
		return err
	})
	return n
}

// TestCase32Chain: 50 accounts, each brought by the one before, all buying for
// hardly more than the minimum. The one they hang from is flagged, once, and
// nobody is rewarded before a manager says so.
func TestCase32Chain(t *testing.T) {
	w := newWorld(t, flagging(10))
	w.join(ann)
	w.pass(400 * day)
	above := ann
	for i := range 50 {
		w.bring(above, member(i))
		w.buy(member(i), 100)
		above = member(i)
		w.pass(time.Hour)
	}
	if f := only(t, w.flagged()); f.Member != ann || f.Sign != SignCluster || f.Count != 10 {
		t.Errorf("%+v", f)
	}
	w.pass(30 * day)
	if got := w.tick(); len(got) != 0 {
		t.Fatalf("%d of a farm were rewarded", len(got))
	}
	if f := only(t, w.flagged()); f.Held != 50 || len(w.due()) != 0 {
		t.Errorf("%+v, %d due", f, len(w.due()))
	}
	if n := w.doubted(ann); n != 50 {
		t.Errorf("a manager would look at %d purchases, not at all 50", n)
	}
	if f := only(t, w.list(ann)); f.State != StateBought || f.Reason != "" {
		t.Errorf("a farm is told that it was found: %+v", f)
	}
	w.decide(w.desk.Refuse, ann)
	if f := only(t, w.flagged()); f.Held != 0 || f.By != "staff/manager" || f.Refused.IsZero() {
		t.Errorf("%+v", f)
	}
	if f := only(t, w.list(ann)); f.State != StateRefused || f.Reason != "" {
		t.Errorf("%+v", f)
	}
	// It goes on where it was found: refused without asking again.
	w.bring(member(49), "LAST")
	w.buy("LAST", 100)
	w.pass(30 * day)
	if got := w.tick(); len(got) != 0 || only(t, w.list(member(49))).State != StateRefused {
		t.Errorf("%+v", got)
	}
}

// TestCase32Tree: the same with two friends each, so that no chain is long and
// nobody brings many.
func TestCase32Tree(t *testing.T) {
	w := newWorld(t, flagging(10))
	w.join(member(0))
	w.pass(400 * day)
	for i := 1; i <= 50; i++ {
		w.bring(member((i-1)/2), member(i))
		w.buy(member(i), 105)
		w.pass(time.Hour)
	}
	w.pass(30 * day)
	if got := w.tick(); len(got) != 0 {
		t.Errorf("%d of a farm were rewarded", len(got))
	}
	if f := only(t, w.flagged()); f.Member != member(0) || f.Held != 50 {
		t.Errorf("%+v", f)
	}
}

// TestCase32SlowChain: one account every four days, so that the first has left
// the window before the last comes.
func TestCase32SlowChain(t *testing.T) {
	w := newWorld(t, flagging(5))
	above := ann
	for i := range 50 {
		w.bring(above, member(i))
		w.buy(member(i), 100)
		above = member(i)
		w.pass(4 * day)
		w.tick()
	}
	_, first := w.count(ann)
	rewarded := first
	for i := range 50 {
		_, n := w.count(member(i))
		rewarded += n
	}
	if rewarded > 10 || len(w.flagged()) == 0 {
		t.Errorf("%d of 50 were rewarded, %d flags", rewarded, len(w.flagged()))
	}
}

// TestCase32Week: a friend a minute, whatever they buy.
func TestCase32Week(t *testing.T) {
	w := newWorld(t, flagging(10))
	for i := range 9 {
		w.bring(ann, member(i))
		w.buy(member(i), 900)
		w.pass(time.Minute)
	}
	if got := w.flagged(); len(got) != 0 {
		t.Errorf("nine of ten: %+v", got)
	}
	w.bring(ann, member(9))
	w.buy(member(9), 900)
	if f := only(t, w.flagged()); f.Member != ann || f.Sign != SignWeek || f.Count != 10 || f.Held != 0 {
		t.Errorf("%+v", f)
	}
	w.pass(14 * day)
	if got := w.tick(); len(got) != 0 || only(t, w.flagged()).Held != 10 {
		t.Errorf("%+v, %+v", got, w.flagged())
	}
	// The manager knows her: she runs the school's choir.
	w.decide(w.desk.Clear, ann)
	if got := w.tick(); len(got) != 10 || len(w.flagged()) != 0 || w.rowsOf("refheld/") != 0 {
		t.Errorf("%d rewarded after clearing, flags %+v", len(got), w.flagged())
	}
	w.bring(ann, "MORE")
	if len(w.flagged()) != 0 {
		t.Error("what was cleared counts again")
	}
}

// TestClearedStayCleared: another flag, raised before the cleared ones were
// settled, does not hold them again.
func TestClearedStayCleared(t *testing.T) {
	w := newWorld(t, flagging(3))
	for i := range 3 {
		w.bring(ann, member(i))
		w.buy(member(i), 900)
	}
	w.pass(14 * day)
	w.tick()
	w.decide(w.desk.Clear, ann)
	w.pass(time.Second)
	for i := range 3 {
		w.bring(ann, member(10+i))
	}
	if got := w.tick(); len(w.flagged()) != 1 || len(got) != 3 {
		t.Errorf("%d of 3 rewarded, flags %+v", len(got), w.flagged())
	}
}

// TestHeldAccountsBringNothing: a cluster that rests until its accounts are old
// goes on under those that are held, and waits with them.
func TestHeldAccountsBringNothing(t *testing.T) {
	w := newWorld(t, flagging(5))
	above := ann
	for i := range 5 {
		w.bring(above, member(i))
		w.buy(member(i), 100)
		above = member(i)
	}
	w.pass(60 * day)
	w.tick()
	w.bring(above, bob)
	w.buy(bob, 900)
	w.pass(14 * day)
	if got := w.tick(); len(got) != 0 || only(t, w.flagged()).Held != 6 {
		t.Errorf("%+v, flags %+v", got, w.flagged())
	}
	w.decide(w.desk.Clear, ann)
	if got := w.tick(); len(got) != 6 {
		t.Errorf("%d rewarded after clearing", len(got))
	}
}

// TestClusterClearedIsForgiven: only what comes after counts again.
func TestClusterClearedIsForgiven(t *testing.T) {
	w := newWorld(t, flagging(5))
	above := ann
	grow := func(from, to int) {
		for i := from; i < to; i++ {
			w.pass(time.Hour)
			w.bring(above, member(i))
			w.buy(member(i), 100)
			above = member(i)
		}
	}
	grow(0, 5)
	w.decide(w.desk.Clear, ann)
	grow(5, 9)
	if got := w.flagged(); len(got) != 0 {
		t.Errorf("four since: %+v", got)
	}
	grow(9, 10)
	only(t, w.flagged())
}

// TestHonestCrowdIsNotFlagged: a beloved member brings many over months, and a
// happy chain buys as people do.
func TestHonestCrowdIsNotFlagged(t *testing.T) {
	w := newWorld(t, flagging(10))
	above := bob
	for i := range 60 {
		w.bring(ann, member(i))
		w.buy(member(i), loyalty.Money(100+20*(i%40)))
		next := member(1000 + i)
		w.bring(above, next)
		w.buy(next, 180)
		above = next
		w.pass(day)
		w.tick()
	}
	if got := w.flagged(); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestOldRootsAreLeftAlone: the first members of a shop have everybody below
// them, and are not the root of every farm.
func TestOldRootsAreLeftAlone(t *testing.T) {
	w := newWorld(t, flagging(5))
	w.bring("ROOT", ann)
	w.pass(365 * day)
	for i := range 8 {
		w.bring(ann, member(i))
		w.buy(member(i), 100)
		w.pass(2 * day)
	}
	if f := only(t, w.flagged()); f.Member != ann {
		t.Errorf("%+v", f)
	}
}

// TestCase32Himself: a second account of the member's own, blocking and
// returning, leaving and joining again.
func TestCase32Himself(t *testing.T) {
	w := newWorld(t, plan(), mem.Twice)
	w.join(ann)
	// Over a second channel he is a stranger with an id of his own, and presses
	// his own link; then he links it, and is one member again.
	if err := w.bind("ANN2", ann); err != nil {
		t.Fatal(err)
	}
	if err := w.bind(ann, ann); err != ErrSelf {
		t.Errorf("linked: %v", err)
	}
	w.leave("ANN2") // the contact is dissolved
	if bound, _ := w.join(ann); bound {
		t.Error("he brought himself")
	}
	// A friend who blocks, unblocks and presses the link again is the same member.
	w.bring(ann, bob)
	if err := w.bind(bob, ann); err != ErrNotNew {
		t.Errorf("after a block: %v", err)
	}
	// One who leaves and joins again is known by the tombstone.
	w.leave(bob)
	w.returned["BOB2"] = true
	if err := w.bind("BOB2", ann); err != ErrNotNew {
		t.Errorf("after leaving: %v", err)
	}
	w.pass(60 * day)
	if got := w.tick(); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestCase32RefundFromAFarm: a big purchase qualifies, a small one takes its
// place: it is looked at as one near the minimum all the same.
func TestCase32RefundFromAFarm(t *testing.T) {
	w := newWorld(t, flagging(5))
	above := ann
	for i := range 6 {
		w.bring(above, member(i))
		big, _ := w.buy(member(i), 5000)
		w.buy(member(i), 100)
		w.refund(big, 0)
		above = member(i)
	}
	if f := only(t, w.flagged()); f.Member != ann || f.Sign != SignCluster {
		t.Errorf("%+v", f)
	}
}

// TestHeldMayEndOtherwise: a refund or a leaving ends what is held.
func TestHeldMayEndOtherwise(t *testing.T) {
	w := newWorld(t, flagging(2), mem.Twice)
	w.bring(ann, bob)
	w.bring(ann, cat)
	sale, _ := w.buy(bob, 100)
	w.buy(cat, 100)
	w.pass(14 * day)
	w.tick()
	if only(t, w.flagged()).Held != 2 {
		t.Fatalf("%+v", w.flagged())
	}
	w.refund(sale, 0)
	w.leave(cat)
	if only(t, w.flagged()).Held != 0 {
		t.Errorf("%+v", w.flagged())
	}
	w.decide(w.desk.Clear, ann)
	if got := w.tick(); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestClearInSteps: more than one transaction should hold.
func TestClearInSteps(t *testing.T) {
	w := newWorld(t, flagging(3))
	const n = resolveStep + 5
	for i := range n {
		w.bring(ann, member(i))
		w.buy(member(i), 100)
	}
	w.pass(14 * day)
	w.tick()
	if calls := w.decide(w.desk.Clear, ann); calls != 2 {
		t.Errorf("%d calls", calls)
	}
	if got := w.tick(); len(got) != n {
		t.Errorf("%d of %d rewarded", len(got), n)
	}
}

// TestSweepForgetsOldPurchases near the minimum.
func TestSweepForgetsOldPurchases(t *testing.T) {
	w := newWorld(t, flagging(5))
	w.bring(ann, bob)
	w.buy(bob, 100)
	w.pass(nearLife - time.Second)
	if n, err := Sweep(context.Background(), w.db, w.now); n != 0 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	w.pass(time.Second)
	if n, err := Sweep(context.Background(), w.db, w.now); n != 1 || err != nil || w.rowsOf("refnear/") != 0 {
		t.Errorf("swept %d, %v", n, err)
	}
}
