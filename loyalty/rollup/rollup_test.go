package rollup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
	"regulars/store/mem"
)

// TestDay: what a day came to, and what a later refund makes of it.
func TestDay(t *testing.T) {
	w := strict(t)
	ann, bob := w.member("ann"), w.member("bob")
	monday := w.today()
	w.sell(ann, "eve", "north", 100)
	big := w.sell(ann, "eve", "south", 300)
	w.sell(bob, "", "north", 50)
	w.refresh()
	s := Span{monday, monday + 1}
	if got := w.total(s, Where{}); got.Orders != 3 || got.Gross != 450 || got.SalePoints != 450 || got.Joined != 2 || got.Visits != 3 || got.Unspent != 450 {
		t.Errorf("the day: %+v", got)
	}
	if got := w.total(s, Where{Store: "north"}); got.Orders != 2 || got.Gross != 150 || got.Visits != 2 || got.Joined != 1 {
		t.Errorf("north: %+v", got)
	}
	w.days(3)
	w.refund(big, "north", 100)
	w.spend(ann, "eve", "north", 120)
	w.refresh()
	if got := w.total(s, Where{}); got.Orders != 3 || got.Refunded != 100 || got.Money() != 350 || got.Back != 0 {
		t.Errorf("after a part came back: %+v", got)
	}
	w.refund(big, "north", 200)
	w.refresh()
	if got := w.total(s, Where{Store: "south"}); got.Orders != 0 || got.Void != 1 || got.Money() != 0 || got.Visits != 0 {
		t.Errorf("after all of it came back: %+v", got)
	}
	later := Span{monday + 3, monday + 4}
	if got := w.total(later, Where{}); got.Back != 300 || got.Spent != 120 || got.Uses != 1 || got.Orders != 0 || got.Unspent != -400 {
		t.Errorf("three days later: %+v", got) // 20 of what was taken back are owed
	}
	list, err := w.desk.Sums(context.Background(), Span{monday, monday + 4}, Where{})
	if err != nil || len(list) != 4 || list[1].Orders != 0 || list[3].Spent != 120 || list[0].Orders != 2 {
		t.Errorf("by day: %+v, %v", list, err)
	}
	got := w.customers(Span{monday, monday + 4}, Where{})
	if got[ann] != (Customer{Orders: 1, Days: 1, First: monday, Last: monday, Money: 100}) || len(got) != 2 {
		t.Errorf("customers: %+v", got)
	}
}

// TestNotYet: nothing is said to be 0 that was never counted.
func TestNotYet(t *testing.T) {
	w := strict(t)
	if _, err := w.desk.Total(context.Background(), Ever, Where{}); !errors.Is(err, ErrNotYet) {
		t.Error(err)
	}
	w.refresh()
	if got := w.total(Ever, Where{}); got != (Sums{}) {
		t.Error(got)
	}
}

// TestMergedIsOneCustomer, and two again when that is taken back.
func TestMergedIsOneCustomer(t *testing.T) {
	w := strict(t)
	ann, bob := w.member("ann"), w.member("bob")
	day := w.today()
	w.sell(ann, "", "north", 100)
	ref := w.sell(bob, "", "north", 60)
	w.days(1)
	w.sell(bob, "", "north", 40)
	w.merge(bob, ann)
	w.refresh()
	got := w.customers(Ever, Where{})
	if len(got) != 1 || got[ann] != (Customer{Orders: 3, Days: 2, First: day, Last: day + 1, Money: 200}) {
		t.Errorf("merged: %+v", got)
	}
	if n := w.total(Ever, Where{}).Joined; n != 1 {
		t.Errorf("one person joined %d times", n)
	}
	w.refund(ref, "north", 60)
	w.refresh()
	if got := w.customers(Ever, Where{}); got[ann].Orders != 2 || got[ann].Money != 140 {
		t.Errorf("refunded while merged: %+v", got)
	}
	w.unmerge(bob)
	w.refresh()
	got = w.customers(Ever, Where{})
	if got[ann] != (Customer{Orders: 1, Days: 1, First: day, Last: day, Money: 100}) || got[bob] != (Customer{Orders: 1, Days: 1, First: day + 1, Last: day + 1, Money: 40}) {
		t.Errorf("parted: %+v", got)
	}
	if n := w.total(Ever, Where{}).Joined; n != 2 {
		t.Errorf("two persons joined %d times", n)
	}
}

// TestSegment: the sums of a segment's members, merged ones among them.
func TestSegment(t *testing.T) {
	w := strict(t)
	ann, bob, cat := w.member("ann"), w.member("bob"), w.member("cat")
	w.sell(ann, "", "north", 100)
	w.sell(bob, "", "north", 900)
	w.sell(cat, "", "north", 30)
	w.merge(cat, bob)
	w.refresh()
	e, err := w.desk.Segments.Expr("spend > 500", w.now)
	if err != nil {
		t.Fatal(err)
	}
	set, err := w.desk.SetOf(context.Background(), e, w.now)
	if err != nil || set.Len() != 1 || !set.AsOf.Equal(w.now) {
		t.Fatal(set, err)
	}
	if got := w.total(Ever, Where{Set: set}); got.Orders != 2 || got.Gross != 930 {
		t.Errorf("%+v", got)
	}
	if got := w.customers(Ever, Where{Set: set}); len(got) != 1 || got[bob].Money != 930 {
		t.Errorf("%+v", got)
	}
	if err := w.desk.Rebuild(context.Background(), w.now, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.desk.Total(context.Background(), Ever, Where{Set: set}); !errors.Is(err, ErrOldSet) {
		t.Error(err)
	}
	if set, err = w.desk.SetOf(context.Background(), e, w.now); err != nil || w.total(Ever, Where{Set: set}).Gross != 930 {
		t.Error(err)
	}
}

// TestSettlement: points of one store spent at another, in the month in which
// that was recorded; taking it back counts when it is done.
func TestSettlement(t *testing.T) {
	w := strict(t)
	ann := w.member("ann")
	w.sell(ann, "eve", "north", 100)
	w.days(3) // February
	w.sell(ann, "eve", "south", 100)
	ref := w.spend(ann, "eve", "south", 150)
	w.refresh()
	settled := func(m Month) (n map[[2]loyalty.Store]loyalty.Points) {
		list, err := w.desk.Settlement(context.Background(), m)
		if err != nil {
			t.Fatal(err)
		}
		n = map[[2]loyalty.Store]loyalty.Points{}
		for _, s := range list {
			n[[2]loyalty.Store{s.From, s.To}] = s.Points
		}
		return n
	}
	feb := settled(202602)
	if feb[[2]loyalty.Store{"north", "south"}] != 100 || feb[[2]loyalty.Store{"south", "south"}] != 50 || len(settled(202601)) != 0 {
		t.Error(feb)
	}
	w.days(30)
	act := w.act("eve", "north")
	w.play(func(tx store.Tx) (book.Receipt, error) { return w.book.Undo(tx, ref, act) })
	w.refresh()
	if got := settled(202602); got[[2]loyalty.Store{"north", "south"}] != 100 {
		t.Error("a month that is over has changed:", got)
	}
	if got := settled(202603); got[[2]loyalty.Store{"north", "south"}] != -100 {
		t.Error(got)
	}
}

// TestStaff: what an employee gave, to whom, and who joined with them.
func TestStaff(t *testing.T) {
	w := strict(t)
	ann, bob := w.member("ann"), w.member("bob")
	w.sell(ann, "eve", "north", 100)
	ref := w.sell(bob, "eve", "north", 300)
	w.sell(bob, "joe", "north", 10)
	w.refund(ref, "north", 300)
	w.refresh()
	list, err := w.desk.Staff(context.Background(), 202601)
	if err != nil || len(list) != 2 || list[0].Staff != "eve" || list[0].Members != 2 || list[0].SalePoints != 400 || list[0].Back != 300 || list[0].Joined != 2 || list[1].Joined != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	to, err := w.desk.StaffMembers(context.Background(), 202601, "eve", 10)
	if err != nil || len(to) != 2 || to[0].Given() != 100 || to[1].Given() != 0 {
		t.Errorf("%+v, %v", to, err)
	}
}

// TestErased: a person goes, their day stays.
func TestErased(t *testing.T) {
	w := strict(t)
	ann := w.member("ann")
	w.sell(ann, "eve", "north", 100)
	w.leave(ann) // before anything was taken in
	w.refresh()
	want := w.total(Ever, Where{})
	if want.Orders != 1 || want.Gross != 100 || want.Joined != 1 || want.Unspent != 0 {
		t.Errorf("%+v", want)
	}
	if err := w.desk.Rebuild(context.Background(), w.now, nil); err != nil {
		t.Fatal(err)
	}
	if got := w.total(Ever, Where{}); got != want {
		t.Errorf("made anew: %+v", got)
	}
}

// TestCheck: a row that says something else is found, and Rebuild puts it right.
func TestCheck(t *testing.T) {
	w := strict(t)
	ann, bob := w.member("ann"), w.member("bob")
	w.sell(ann, "eve", "north", 100)
	w.spend(ann, "eve", "south", 10)
	w.merge(bob, ann)
	w.refresh()
	check := func() []string {
		faults, err := w.desk.Check(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return faults
	}
	if faults := check(); len(faults) > 0 {
		t.Fatal(faults)
	}
	w.do(func(tx store.Tx) error {
		if err := tx.Lock(all); err != nil {
			return err
		}
		gen := generation(1)
		wrong := record{ord: 0, columns: columns{cOrders: 7}}
		_, err := addRecords(tx, dayKey(w.today(), "north", 0).under(1), []record{wrong})
		return errors.Join(err,
			tx.Delete(staffKey(202601, "eve", 0).under(1)),
			settled.Put(tx, 5, gen, pad(202601), storePart("north"), storePart("east")),
			parts.Put(tx, 1, gen, pad(0)),
		)
	})
	if faults := check(); len(faults) != 4 {
		t.Errorf("%q", faults)
	}
	if err := w.desk.Rebuild(context.Background(), w.now, nil); err != nil {
		t.Fatal(err)
	}
	if faults := check(); len(faults) > 0 {
		t.Error(faults)
	}
}

// TestCheckBesideAnother: what another process takes in while the rows are held
// against the entries is no fault of theirs.
func TestCheckBesideAnother(t *testing.T) {
	w := strict(t)
	ann := w.member("ann")
	w.sell(ann, "eve", "north", 100)
	w.refresh()
	other := &Desk{DB: w.db, Book: w.book, Programme: w.desk.Programme, Segments: w.desk.Segments}
	times := 0
	faults, err := w.desk.Check(context.Background(), func(int) {
		if times++; times > 2 {
			return
		}
		w.sell(ann, "eve", "south", 50)
		if _, err := other.Refresh(context.Background(), w.now); err != nil {
			t.Error(err)
		}
	})
	if err != nil || len(faults) > 0 || times != 3 {
		t.Errorf("after %d looks: %q, %v", times, faults, err)
	}
	if _, err := w.desk.Check(context.Background(), func(int) {
		w.sell(ann, "eve", "south", 50)
		if _, err := other.Refresh(context.Background(), w.now); err != nil {
			t.Error(err)
		}
	}); err == nil {
		t.Error("who is never done says that all is well")
	}
}

// TestTooMuchIsMadeAnew: after an import, taking in one by one is given up for
// making all rows anew, and nothing is lost or counted twice.
func TestTooMuchIsMadeAnew(t *testing.T) {
	w := newWorld(t, mem.New(), 1)
	w.refresh()
	for i := range 2 * atOnce {
		w.sell(w.member(fmt.Sprint("brought", i)), "", "north", 10)
	}
	ctx := context.Background()
	if _, err := w.desk.Segments.Refresh(ctx, w.now); err != nil {
		t.Fatal(err)
	}
	if done, err := w.desk.takeAll(ctx, w.now, &work{most: 100}); err != nil || done != 2*atOnce {
		t.Error(done, err)
	}
	if got := w.total(Ever, Where{}); got.Orders != 2*atOnce || got.Joined != 2*atOnce {
		t.Errorf("%+v", got)
	}
	if st, err := w.desk.setState(ctx, func(*state) error { return nil }); err != nil || st.Gen != 2 {
		t.Error(st, err)
	}
}

// TestRebuildWhileSelling: what is sold, joined and merged while the rows are made
// anew is in them afterwards, once.
func TestRebuildWhileSelling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mem.New(), 1)
	for i := range 300 { // more than one chunk
		w.sell(w.member(fmt.Sprint("early", i)), "eve", "north", 10)
	}
	ctx, now := context.Background(), w.now
	sold, made := make(chan struct{}), make(chan error)
	go func() {
		for {
			err := w.desk.Rebuild(ctx, now, nil)
			if err == nil {
				_, err = w.desk.Refresh(ctx, now)
			}
			select {
			case <-sold:
				made <- err
				return
			default:
				if err != nil {
					made <- err
					return
				}
			}
		}
	}()
	for i := range 150 {
		late, early := w.member(fmt.Sprint("late", i)), w.member(fmt.Sprint("early", i))
		w.sell(late, "eve", "north", 10)
		w.sell(early, "joe", "south", 10)
		if i%3 == 0 {
			w.merge(early, late)
			w.sell(early, "joe", "south", 10)
		}
	}
	close(sold)
	if err := <-made; err != nil {
		t.Fatal(err)
	}
	w.refresh()
	if got := w.total(Ever, Where{}); got.Orders != 650 || got.Gross != 6500 || got.Joined != 400 {
		t.Errorf("%+v", got)
	}
	if n := len(w.customers(Ever, Where{})); n != 400 {
		t.Errorf("%d customers", n)
	}
	if faults, err := w.desk.Check(ctx, nil); err != nil || len(faults) > 0 {
		t.Errorf("%v %q", err, faults)
	}
}

// TestRebuildBrokenOff: what holds goes on as before.
func TestRebuildBrokenOff(t *testing.T) {
	w := strict(t)
	for i := range 5 {
		w.sell(w.member(fmt.Sprint("m", i)), "", "north", 10)
	}
	w.refresh()
	ctx, stop := context.WithCancel(context.Background())
	if err := w.desk.Rebuild(ctx, w.now, func(_, of int) {
		if of > 0 {
			stop()
		}
	}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	w.sell(w.member("later"), "", "north", 10)
	w.refresh()
	if got := w.total(Ever, Where{}); got.Orders != 6 {
		t.Errorf("%+v", got)
	}
	if err := w.desk.Rebuild(context.Background(), w.now, nil); err != nil || w.total(Ever, Where{}).Orders != 6 {
		t.Error(err)
	}
}

// TestDamagedMember: one who cannot be read is named, and the figures of all
// others stand.
func TestDamagedMember(t *testing.T) {
	w := strict(t)
	ann, bob := w.member("ann"), w.member("bob")
	w.sell(ann, "", "north", 10)
	w.sell(bob, "", "north", 10)
	w.refresh()
	w.do(func(tx store.Tx) error {
		if err := tx.Lock(people.Subject(ann)); err != nil {
			return err
		}
		return tx.Put(fmt.Appendf(nil, "entry/%s/%012d", ann, 1), []byte("not what was written"))
	})
	err := w.desk.Rebuild(context.Background(), w.now, nil)
	if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), string(ann)) {
		t.Error(err)
	}
	if got := w.total(Ever, Where{}); got.Orders != 1 {
		t.Errorf("%+v", got)
	}
}

// TestSweep: answers go when package survey lets them go, days stay.
func TestSweep(t *testing.T) {
	w := strict(t)
	ann := w.member("ann")
	w.sell(ann, "", "north", 10)
	w.score(ann, 9, survey.Visit{At: w.now, Store: "north", Staff: "eve"})
	w.refresh()
	list, err := w.desk.Scores(context.Background(), Ever, Where{Store: "north"})
	if err != nil || len(list) != 1 || list[0].Score != 9 || list[0].Staff != "eve" || list[0].Day != w.today() || list[0].Kind != loyalty.SurveyNPS {
		t.Errorf("%+v %v", list, err)
	}
	for want, days := range []int{scoresKept, scoresKept + 1} {
		if n, err := w.desk.Sweep(context.Background(), w.db, w.now.AddDate(0, 0, days)); n != want || err != nil {
			t.Errorf("after %d days %d rows went, %v", days, n, err)
		}
	}
	if w.total(Ever, Where{}).Orders != 1 {
		t.Error("a day went with the answers")
	}
}
