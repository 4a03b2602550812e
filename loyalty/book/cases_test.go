package book

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// The tests named TestCase… are the cases of the ledger's specification, at
// the level of one operation in one Update.

// parallel runs f n times at once and gives how many were refused.
func (s *shop) parallel(n int, f func(i int, tx store.Tx) (Receipt, error)) (done, refused int) {
	s.t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			var no error
			err := s.db.Update(context.Background(), func(tx store.Tx) error {
				if _, no = f(i, tx); loyalty.Refused(no) {
					return nil
				}
				return no
			})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				s.t.Error(err)
			case no != nil:
				refused++
			default:
				done++
			}
		})
	}
	wg.Wait()
	return done, refused
}

func (s *shop) entryCount(m loyalty.MemberID) int {
	s.t.Helper()
	var list []loyalty.Entry
	err := s.db.View(context.Background(), func(r store.Reader) (err error) {
		list, err = s.b.History(r, m, 0, 1000)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return len(list)
}

func TestCase1OneEventFiveTimesAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, open func() store.DB) {
		s := newShop(t, plan())
		s.db = open()
		a := s.act(sam)
		done, refused := s.parallel(5, func(_ int, tx store.Tx) (Receipt, error) { return s.b.Earn(tx, ann, a, 100, "A1") })
		if done != 5 || refused != 0 || s.entryCount(ann) != 1 {
			t.Errorf("%d done, %d refused, %d entries", done, refused, s.entryCount(ann))
		}
		s.has(ann, 100, 0, 0, 0)
	})
}

func TestCase2RefundBeforeItsPurchase(t *testing.T) {
	s := newShop(t, plan())
	rec, err := s.refund(ann, "A1", 30)
	if err != nil || rec.Entry().Kind != loyalty.KindWait {
		t.Fatalf("%v, %v", rec.Entry(), err)
	}
	s.has(ann, 0, 0, 0, 0)
	waiting := func(before time.Time) (list []Waiting) {
		err := s.db.View(context.Background(), func(r store.Reader) (err error) {
			list, err = s.b.Waits(r, before, 10)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if n := len(waiting(s.now)); n != 0 {
		t.Errorf("%d waiting at once", n)
	}
	s.now = s.now.Add(25 * time.Hour)
	if list := waiting(s.now.Add(-24 * time.Hour)); len(list) != 1 || list[0].Order != "A1" || list[0].Member != ann {
		t.Errorf("after a day: %+v", list)
	}
	rec = s.earn(ann, 100, "A1")
	if len(rec.Entries) != 2 || rec.Entries[1].Kind != loyalty.KindReverse {
		t.Errorf("the sale made %v", rec.Entries)
	}
	s.has(ann, 70, 0, 0, 0)
	if n := len(waiting(s.now.Add(time.Hour))); n != 0 {
		t.Errorf("%d waiting afterwards", n)
	}
	s.now = s.now.Add(24 * time.Hour) // the same order number another day: the refund is used up
	s.earn(ann, 100, "A1")
	s.has(ann, 170, 0, 0, 0)
	s.clean()
}

// TestARefundDoesNotWaitForEver: nor does a number typed wrong have to.
func TestARefundDoesNotWaitForEver(t *testing.T) {
	s := newShop(t, plan())
	wrong, err := s.refund(ann, "71", 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.refund(ann, "17", 0); err != nil {
		t.Fatal(err)
	}
	if _, err := s.undo(wrong.Entry().Ref); err != nil {
		t.Fatal(err)
	}
	if _, err := s.undo(wrong.Entry().Ref); !errors.Is(err, loyalty.ErrAlreadyReversed) {
		t.Errorf("forgotten twice: %v", err)
	}
	s.earn(ann, 10, "71")
	s.now = s.now.AddDate(0, 0, 31)
	s.earn(ann, 10, "17")
	s.has(ann, 20, 0, 0, 0)
	s.clean()
}

func TestCase3RedeemTappedTwice(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 100, "")
	a := s.act(loyalty.ByMember(ann))
	spend := func(tx store.Tx) (Receipt, error) { return s.b.Spend(tx, ann, a, 60) }
	first, second := s.must(spend), s.must(spend)
	if first.Replayed || !second.Replayed || first.Entry().Ref != second.Entry().Ref || second.Balance.Available != 40 {
		t.Errorf("first %+v\nsecond %+v", first, second)
	}
	s.has(ann, 40, 0, 0, 0)
}

func TestCase4HundredRedemptionsForOneBalance(t *testing.T) {
	engines(t, func(t *testing.T, open func() store.DB) {
		for _, c := range []struct{ has, costs, want int }{{50, 50, 1}, {130, 40, 3}, {30, 50, 0}} {
			s := newShop(t, plan())
			s.db = open()
			s.earn(ann, loyalty.Money(c.has), "")
			done, refused := s.parallel(100, func(i int, tx store.Tx) (Receipt, error) {
				a := Act{Op: loyalty.OpID(fmt.Sprint("tap", i)), Actor: loyalty.ByMember(ann), Now: s.now}
				return s.b.Spend(tx, ann, a, loyalty.Points(c.costs))
			})
			if done != c.want || refused != 100-c.want { // invariant 5
				t.Errorf("%d of %d: %d done, %d refused", c.costs, c.has, done, refused)
			}
			s.has(ann, loyalty.Points(c.has-c.want*c.costs), 0, 0, 0)
			s.clean()
		}
	})
}

func TestCase7RefusedStaysRefused(t *testing.T) {
	s := newShop(t, plan())
	a := s.act(loyalty.ByMember(ann))
	spend := func(tx store.Tx) (Receipt, error) { return s.b.Spend(tx, ann, a, 50) }
	_, first := s.do(spend)
	s.earn(ann, 100, "")
	rec, again := s.do(spend)
	var short *loyalty.ShortError
	if !errors.As(again, &short) || short.Need != 50 || short.Have != 0 || first.Error() != again.Error() || !rec.Replayed {
		t.Errorf("first %v, again %v, %+v", first, again, rec)
	}
	if rec.Balance.Available != 100 {
		t.Errorf("the answer tells of %d points", rec.Balance.Available)
	}
	s.has(ann, 100, 0, 0, 0)
}

func TestCase8SameOperationOtherPayload(t *testing.T) {
	s := newShop(t, plan())
	a := s.act(sam)
	s.must(func(tx store.Tx) (Receipt, error) { return s.b.Earn(tx, ann, a, 100, "A1") })
	var conflict *loyalty.ConflictError
	for name, f := range map[string]func(store.Tx) (Receipt, error){
		"other amount": func(tx store.Tx) (Receipt, error) { return s.b.Earn(tx, ann, a, 101, "A1") },
		"other order":  func(tx store.Tx) (Receipt, error) { return s.b.Earn(tx, ann, a, 100, "A2") },
		"other member": func(tx store.Tx) (Receipt, error) { return s.b.Earn(tx, bo, a, 100, "A1") },
		"other verb":   func(tx store.Tx) (Receipt, error) { return s.b.Give(tx, ann, a, 100) },
		"a reference":  func(tx store.Tx) (Receipt, error) { return s.b.Undo(tx, "7KQ2M4", a) },
	} {
		if rec, err := s.do(f); !errors.As(err, &conflict) || conflict.Op != a.Op || len(rec.Entries) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s.entryCount(ann) != 1 || s.entryCount(bo) != 0 {
		t.Error("a conflict left an entry")
	}
	rec := s.must(func(tx store.Tx) (Receipt, error) { return s.b.Earn(tx, ann, a, 100, "A1") })
	if !rec.Replayed {
		t.Error("the first payload is forgotten")
	}
}

func TestCase24EarnSpendRefund(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 100, "A1")
	if _, err := s.spend(ann, 80); err != nil {
		t.Fatal(err)
	}
	rec, err := s.refund(ann, "A1", 0)
	if err != nil || rec.Balance.Debt != 80 || rec.Balance.Available != 0 {
		t.Fatalf("%+v, %v", rec.Balance, err)
	}
	if rec := s.earn(ann, 50, ""); rec.Entry().In(loyalty.Debt) != 50 || rec.Entry().Lot != nil {
		t.Errorf("the next earning: %+v", rec.Entry())
	}
	s.has(ann, 0, 0, 0, 30)
	if rec := s.earn(ann, 50, ""); rec.Entry().Lot == nil || rec.Entry().Lot.Granted != 20 || rec.Entry().Change() != 50 {
		t.Errorf("the one after: %+v", rec.Entry())
	}
	s.has(ann, 20, 0, 0, 0)
	if _, err := s.refund(ann, "A1", 0); !errors.Is(err, loyalty.ErrAlreadyReversed) {
		t.Errorf("refunded again: %v", err)
	}
	s.clean()
}

func TestCase24UnderTheOtherPolicies(t *testing.T) {
	for policy, want := range map[loyalty.Reversal]string{loyalty.ReverseUpTo: "", loyalty.ReverseRefuse: "short"} {
		p := plan()
		p.Reversal = policy
		s := newShop(t, p)
		s.earn(ann, 100, "A1")
		if _, err := s.spend(ann, 80); err != nil {
			t.Fatal(err)
		}
		_, err := s.refund(ann, "A1", 0)
		if reason(err) != want {
			t.Errorf("%s: %v", policy, err)
		}
		if policy == loyalty.ReverseUpTo {
			s.has(ann, 0, 0, 0, 0)
		} else {
			s.has(ann, 20, 0, 0, 0)
		}
		s.clean()
	}
}

func TestCase29Staff(t *testing.T) {
	p := plan()
	p.Caps = map[loyalty.Role]loyalty.Cap{"clerk": {GiveAct: 50, GiveDay: 200, SaleDay: 1000}}
	p.ApproveOver = 40
	s := newShop(t, p)
	give := func(n loyalty.Points, change func(*Act)) error {
		a := s.act(sam)
		a.Role = "clerk"
		change(&a)
		_, err := s.do(func(tx store.Tx) (Receipt, error) { return s.b.Give(tx, ann, a, n) })
		return err
	}
	as := func(*Act) {}
	var limit *loyalty.LimitError
	var approval *loyalty.ApprovalError
	if err := give(10, func(a *Act) { a.Self = ann }); !errors.Is(err, loyalty.ErrSelf) {
		t.Errorf("to himself: %v", err)
	}
	if err := give(10, func(a *Act) { a.Reason = nil }); !errors.Is(err, loyalty.ErrReason) {
		t.Errorf("without a reason: %v", err)
	}
	if err := give(51, as); !errors.As(err, &limit) || limit.Span != loyalty.SpanAct {
		t.Errorf("over the act's cap: %v", err)
	}
	if err := give(41, as); !errors.As(err, &approval) {
		t.Errorf("over the threshold: %v", err)
	}
	if err := give(41, func(a *Act) { a.Approver = a.Actor }); !errors.As(err, &approval) {
		t.Errorf("approved by himself: %v", err)
	}
	if err := give(41, func(a *Act) { a.Approver = loyalty.ByStaff("mo") }); err != nil {
		t.Errorf("approved: %v", err)
	}
	small := 0
	for range 200 { // two hundred small ones: the day's cap ends them
		if give(3, as) == nil {
			small++
		}
	}
	if small != (200-41)/3 {
		t.Errorf("%d small gifts went through", small)
	}
	if err := give(3, as); !errors.As(err, &limit) || limit.Span != loyalty.SpanDay || limit.Used != 200 {
		t.Errorf("over the day's cap: %v", err)
	}
	sum := s.day(sam, "2026-03-10")
	if sum.GivePoints != 200 || sum.Gives != 54 {
		t.Errorf("the day: %+v", sum)
	}
	s.now = time.Date(2026, 3, 11, 0, 0, 0, 0, taipei) // the shop's day, not UTC's
	if err := give(3, as); err != nil {
		t.Errorf("the next day: %v", err)
	}
	s.clean()
}

func (s *shop) day(staff loyalty.Actor, day string) (sum DaySum) {
	s.t.Helper()
	err := s.db.View(context.Background(), func(r store.Reader) (err error) {
		sum, err = s.b.Day(r, staff, day)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return sum
}

func TestDayCountsWhatAnEmployeeDid(t *testing.T) {
	s := newShop(t, plan())
	sale := s.earn(ann, 100, "A1").Entry()
	s.earn(ann, 50, "A2")
	if _, err := s.undo(sale.Ref); err != nil {
		t.Fatal(err)
	}
	if _, err := s.refund(ann, "A2", 20); err != nil {
		t.Fatal(err)
	}
	a := s.act(sam)
	s.must(func(tx store.Tx) (Receipt, error) { return s.b.Spend(tx, ann, a, 5) })
	want := DaySum{Sales: 2, SaleMoney: 150, SalePoints: 150, Round: 1, Uses: 1, UsePoints: 5, Undos: 2, UndoPoints: 120, UndoMoney: 120, UndoGiven: 120, Often: []Often{{ann, 2}}, Hours: Hours{12: 2}, Pace: Pace{noon.Unix() / 60, 2, 2}}
	if got := s.day(sam, "2026-03-10"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestNothingTakesEffectInTheFuture: an act dated ahead by more than clocks
// differ is a programming error, and leaves nothing.
func TestNothingTakesEffectInTheFuture(t *testing.T) {
	s := newShop(t, plan())
	for ahead, ok := range map[time.Duration]bool{-time.Hour: true, 0: true, Early: true, Early + 1: false, 24 * time.Hour: false} {
		a := s.act(sam)
		a.At = s.now.Add(ahead)
		before := s.balance(ann)
		err := s.db.Update(context.Background(), func(tx store.Tx) error {
			_, err := s.b.Earn(tx, ann, a, 10, "")
			return err
		})
		if (err == nil) != ok || loyalty.Refused(err) {
			t.Errorf("%v ahead: %v", ahead, err)
		}
		if got := s.balance(ann); !ok && got != before {
			t.Errorf("%v ahead: %+v", ahead, got)
		}
	}
	s.clean()
}

// TestOrdersOfOtherDaysInBetween: what came late for another day under the same
// number does not let today's be entered twice; a refund means the newest.
func TestOrdersOfOtherDaysInBetween(t *testing.T) {
	s := newShop(t, plan())
	sell := func(days int, amount loyalty.Money) (Receipt, error) {
		a := s.act(sam)
		a.At = s.now.AddDate(0, 0, days)
		return s.do(func(tx store.Tx) (Receipt, error) { return s.b.Earn(tx, ann, a, amount, "7") })
	}
	var first loyalty.Ref
	for days := 0; days > -5; days-- {
		rec, err := sell(days, 100)
		if err != nil {
			t.Fatalf("%d days ago: %v", -days, err)
		}
		if days == 0 {
			first = rec.Entry().Ref
		}
	}
	var dup *loyalty.DuplicateError
	for days := 0; days > -5; days-- {
		if _, err := sell(days, 100); !errors.As(err, &dup) || days == 0 && dup.Ref != first {
			t.Errorf("%d days ago, twice: %v", -days, err)
		}
	}
	if _, err := s.refund(ann, "7", 0); err != nil {
		t.Fatal(err)
	}
	if _, err := sell(-4, 30); err != nil {
		t.Errorf("entered anew after the refund of the newest: %v", err)
	}
	if _, err := sell(-3, 30); !errors.As(err, &dup) {
		t.Errorf("the one before it: %v", err)
	}
	s.has(ann, 430, 0, 0, 0)
	s.clean()
}

// TestOrderRowsOfForm1: a row that says the newest sale only reads as before,
// and what comes behind it leads to both.
func TestOrderRowsOfForm1(t *testing.T) {
	var row numbered
	if err := json.Unmarshal([]byte(`{"seq":4}`), &row); err != nil {
		t.Fatal(err)
	}
	row = row.with(&loyalty.Entry{Form: 2, Seq: 9})
	if row.Seq != 9 || !slices.Equal(row.Older, []uint64{4}) {
		t.Errorf("%+v", row)
	}
	for seq := range uint64(20) {
		row = row.with(&loyalty.Entry{Form: 2, Seq: 10 + seq})
	}
	if row.Seq != 29 || len(row.Older) != mostNumbered-1 || row.Older[0] != 28 {
		t.Errorf("%+v", row)
	}
	if row = row.with(&loyalty.Entry{Form: 1, Seq: 40}); row.Seq != 40 || row.Older != nil {
		t.Errorf("%+v", row)
	}
}

func TestOneOrderEarnsOnceADay(t *testing.T) {
	s := newShop(t, plan())
	first := s.earn(ann, 100, "17").Entry()
	again := func() error {
		a := s.act(sam)
		_, err := s.do(func(tx store.Tx) (Receipt, error) { return s.b.Earn(tx, ann, a, 100, "17") })
		return err
	}
	var dup *loyalty.DuplicateError
	if err := again(); !errors.As(err, &dup) || dup.Ref != first.Ref {
		t.Errorf("entered twice: %v", err)
	}
	if _, err := s.undo(first.Ref); err != nil {
		t.Fatal(err)
	}
	if err := again(); err != nil {
		t.Errorf("entered anew after an undo: %v", err)
	}
	s.now = s.now.AddDate(0, 0, 1)
	if err := again(); err != nil {
		t.Errorf("the till's number of the next day: %v", err)
	}
	s.has(ann, 200, 0, 0, 0)
}

func TestUnknownReferenceStaysUnknown(t *testing.T) {
	s := newShop(t, plan())
	a := s.act(sam)
	undo := func(ref loyalty.Ref) error {
		_, err := s.do(func(tx store.Tx) (Receipt, error) { return s.b.Undo(tx, ref, a) })
		return err
	}
	// The reference that ann's first entry will get.
	other := newShop(t, plan())
	ref := other.earn(ann, 10, "").Entry().Ref
	if err := undo(ref); !errors.Is(err, loyalty.ErrUnknownRef) {
		t.Fatal(err)
	}
	if got := s.earn(ann, 10, "").Entry().Ref; got != ref {
		t.Fatalf("got %s, the other shop %s", got, ref)
	}
	if err := undo(ref); !errors.Is(err, loyalty.ErrUnknownRef) {
		t.Errorf("the same operation later: %v", err)
	}
	s.has(ann, 10, 0, 0, 0)
}

func TestActsWithoutParticularsAreAccidents(t *testing.T) {
	s := newShop(t, plan())
	good := s.act(sam)
	for name, a := range map[string]Act{
		"no op": {Actor: sam, Now: s.now}, "no actor": {Op: "x", Now: s.now}, "no now": {Op: "x", Actor: sam},
	} {
		err := s.db.Update(context.Background(), func(tx store.Tx) error { _, err := s.b.Earn(tx, ann, a, 1, ""); return err })
		if err == nil || loyalty.Refused(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, m := range []loyalty.MemberID{"", "a/b", "x\x00"} {
		err := s.db.Update(context.Background(), func(tx store.Tx) error { _, err := s.b.Earn(tx, m, good, 1, ""); return err })
		if err == nil || loyalty.Refused(err) {
			t.Errorf("member %q: %v", m, err)
		}
	}
}

// TestEveryRefusalSurvivesItsRow: what comes back is what was refused.
func TestEveryRefusalSurvivesItsRow(t *testing.T) {
	all := append([]error{
		&loyalty.ShortError{Need: 2, Have: 1}, &loyalty.LimitError{Span: loyalty.SpanDay, Limit: 3, Used: 2, Asked: 1},
		&loyalty.ApprovalError{Over: 1, Asked: 2}, &loyalty.DuplicateError{Ref: "R", At: noon.UTC()},
		&loyalty.ExcessError{Asked: 2, Left: 1}, &loyalty.KindError{Kind: loyalty.KindWait},
		&loyalty.StopError{By: loyalty.StoppedCard, Limit: 3, Ask: true},
	}, plain...)
	for _, refusal := range all {
		if !loyalty.Refused(fmt.Errorf("wrapped: %w", refusal)) {
			t.Errorf("%v is no refusal", refusal)
		}
		row, err := packRefusal(fmt.Errorf("wrapped: %w", refusal))
		if err != nil {
			t.Fatal(err)
		}
		back := row.unpack()
		if fmt.Sprintf("%T %+v", back, back) != fmt.Sprintf("%T %+v", refusal, refusal) {
			t.Errorf("%T %v came back as %T %v", refusal, refusal, back, back)
		}
	}
	if loyalty.Refused(errors.New("disk")) || loyalty.Refused(nil) || loyalty.Refused(mem.ErrCrash) {
		t.Error("an accident passes for a refusal")
	}
}

// TestSettleAll settles who is due, page after page, and can be run again.
func TestSettleAll(t *testing.T) {
	s := newShop(t, plan())
	const members = store.ScanPage + 44
	for i := range members {
		s.earn(loyalty.MemberID(fmt.Sprintf("01HM%022d", i)), 10, "")
	}
	settle := func() (made, seen int) {
		made, err := s.b.SettleAll(context.Background(), s.db, s.now, func(n int) { seen = n })
		if err != nil {
			t.Fatal(err)
		}
		return made, seen
	}
	if made, seen := settle(); made != 0 || seen != 0 {
		t.Errorf("at once: %d entries, %d members", made, seen)
	}
	s.now = s.now.AddDate(0, 2, 0)
	if made, seen := settle(); made != members || seen != members {
		t.Errorf("later: %d entries, %d members", made, seen)
	}
	if made, seen := settle(); made != 0 || seen != 0 {
		t.Errorf("again: %d entries, %d members", made, seen)
	}
	s.clean()
}

// TestSweeps: outcomes and employees' days go after 400 days, and only they.
func TestSweeps(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 10, "")
	sweep := func() [2]int {
		ops, err := SweepOps(context.Background(), s.db, s.now)
		if err != nil {
			t.Fatal(err)
		}
		days, err := SweepStaffDays(context.Background(), s.db, s.now)
		if err != nil {
			t.Fatal(err)
		}
		return [2]int{ops, days}
	}
	s.now = noon.AddDate(0, 0, 399)
	s.earn(ann, 10, "")
	if got := sweep(); got != [2]int{0, 0} {
		t.Errorf("after 399 days: %v", got)
	}
	s.now = noon.AddDate(0, 0, 402)
	if got := sweep(); got != [2]int{1, 1} {
		t.Errorf("after 402 days: %v", got)
	}
	s.clean()
}
