package book

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// bob is another member, and in TestOwnHousehold the one whom the clerk is.
const bob loyalty.MemberID = "01HBOB00000000000000000000"

// stopShop is a shop whose clerks are stopped as s says.
func stopShop(t *testing.T, s loyalty.Stop) *shop {
	p := plan()
	p.Stops = map[loyalty.Role]loyalty.Stop{"clerk": s}
	return newShop(t, p)
}

// enter records a sale, or a gift, of a clerk's; change may say otherwise.
func (s *shop) enter(who loyalty.Actor, m loyalty.MemberID, gift bool, change ...func(*Act)) error {
	a := s.act(who)
	a.Role = "clerk"
	for _, f := range change {
		f(&a)
	}
	_, err := s.do(func(tx store.Tx) (Receipt, error) {
		if gift {
			return s.b.Give(tx, m, a, 1)
		}
		return s.b.Earn(tx, m, a, 10, "")
	})
	return err
}

// by is what stopped an act, "" for nothing.
func (s *shop) by(err error) (by loyalty.Stopped, ask bool) {
	s.t.Helper()
	var stop *loyalty.StopError
	if err != nil && !errors.As(err, &stop) {
		s.t.Fatal(err)
	}
	if stop == nil {
		return "", false
	}
	return stop.By, stop.Ask
}

// TestOneCardAgainAndAgain: an employee's third for one card is stopped, a
// colleague's is not until all together are too many; the next day is a new one.
func TestOneCardAgainAndAgain(t *testing.T) {
	s := stopShop(t, loyalty.Stop{Card: 2, All: 3})
	kim := loyalty.ByStaff("kim")
	want := func(err error, by loyalty.Stopped, ask bool) {
		t.Helper()
		if got, asks := s.by(err); got != by || asks != ask {
			t.Errorf("stopped by %q (ask %v), want %q (%v)", got, asks, by, ask)
		}
	}
	want(s.enter(sam, ann, false), "", false)
	want(s.enter(sam, ann, true), "", false)
	want(s.enter(sam, ann, false), loyalty.StoppedCard, false)
	want(s.enter(sam, ann, true), loyalty.StoppedCard, true)
	want(s.enter(sam, ann, true, func(a *Act) { a.Approver = a.Actor }), loyalty.StoppedCard, true)
	want(s.enter(sam, ann, true, func(a *Act) { a.Approver = kim }), "", false) // a second person said yes
	want(s.enter(kim, ann, false), loyalty.StoppedAll, false)
	want(s.enter(sam, bob, false), "", false)
	want(s.enter(sam, ann, false, func(a *Act) { a.Role = "owner" }), "", false)
	s.now = s.now.AddDate(0, 0, 1)
	want(s.enter(sam, ann, false), "", false)
	s.clean()
}

// TestTooManyInAnHour: hours are those of the clock in the shop's zone, and of the
// moment at which it was done: a counter that was offline tells a whole evening.
func TestTooManyInAnHour(t *testing.T) {
	s := stopShop(t, loyalty.Stop{Hour: 3, Day: 7})
	enter := func(at time.Time) loyalty.Stopped {
		by, _ := s.by(s.enter(sam, ann, false, func(a *Act) { a.At = at }))
		return by
	}
	for i, c := range []struct {
		at   time.Duration
		want loyalty.Stopped
	}{
		{0, ""}, {0, ""}, {0, ""}, {0, loyalty.StoppedHour},
		{-time.Hour, ""}, {-time.Hour, ""}, {-2 * time.Hour, ""}, {-3 * time.Hour, ""}, {-4 * time.Hour, loyalty.StoppedDay},
	} {
		if got := enter(s.now.Add(c.at)); got != c.want {
			t.Errorf("%d: %q, want %q", i, got, c.want)
		}
	}
	s.clean()
}

// TestPacketsAreGifts: what an employee hands out in a group counts among their
// gifts of the day, and is held to the same bounds.
func TestPacketsAreGifts(t *testing.T) {
	s := stopShop(t, loyalty.Stop{Hour: 3, Day: 4})
	pledge := func(role loyalty.Role) loyalty.Stopped {
		a := s.act(sam)
		a.Role = role
		err := s.db.Update(t.Context(), func(tx store.Tx) error { return s.b.Pledge(tx, a, 1) })
		by, ask := s.by(err)
		if ask {
			t.Error("nobody can be asked for a packet")
		}
		return by
	}
	for i, want := range []loyalty.Stopped{"", "", "", "", loyalty.StoppedDay} {
		if got := pledge("clerk"); got != want {
			t.Errorf("packet %d: stopped by %q, want %q", i+1, got, want)
		}
	}
	if by, _ := s.by(s.enter(sam, ann, false)); by != loyalty.StoppedDay {
		t.Errorf("a sale after them: %q", by)
	}
	if by := pledge("owner"); by != "" {
		t.Errorf("an owner is stopped by %q", by)
	}
	s.now = s.now.AddDate(0, 0, 1)
	for range 3 {
		s.enter(sam, ann, false)
	}
	if by := pledge("clerk"); by != loyalty.StoppedHour {
		t.Errorf("a packet after a full hour: %q", by)
	}
	s.clean()
}

// TestOwnHousehold: nobody enters sales for who shares points with them.
func TestOwnHousehold(t *testing.T) {
	for _, way := range []loyalty.HouseholdStop{"", loyalty.HouseholdAsk, loyalty.HouseholdRefuse} {
		s := stopShop(t, loyalty.Stop{Household: way})
		s.b.Household = func(_ store.Reader, a, b loyalty.MemberID) (bool, error) { return a == bob && b == ann, nil }
		mine := func(a *Act) { a.Self = bob }
		for _, gift := range []bool{false, true} {
			by, ask := s.by(s.enter(sam, ann, gift, mine))
			if stopped := by == loyalty.StoppedHousehold; stopped != (way != "") || ask != (gift && way == loyalty.HouseholdAsk) {
				t.Errorf("%q, gift %v: stopped by %q, ask %v", way, gift, by, ask)
			}
		}
		approved := func(a *Act) { a.Self, a.Approver = bob, loyalty.ByStaff("mo") }
		if by, _ := s.by(s.enter(sam, ann, true, approved)); (by != "") != (way == loyalty.HouseholdRefuse) {
			t.Errorf("%q, approved: %q", way, by)
		}
		if by, _ := s.by(s.enter(loyalty.ByStaff("kim"), ann, false)); by != "" {
			t.Errorf("%q: a colleague is stopped by %q", way, by)
		}
		s.clean()
	}
}

// TestStopsAtOnce: of forty acts at once as many go through as may, of one
// employee's for one card and of all employees' together.
func TestStopsAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, open func() store.DB) {
		s := stopShop(t, loyalty.Stop{Card: 5, All: 12})
		s.db = open()
		var wg sync.WaitGroup
		var mu sync.Mutex
		done := map[loyalty.Actor]int{}
		for i := range 40 {
			who := loyalty.ByStaff(fmt.Sprint("clerk", i%4))
			act := Act{Op: loyalty.OpID(fmt.Sprint("at once ", i)), Actor: who, Role: "clerk", Now: s.now}
			wg.Go(func() {
				var refused error
				err := s.db.Update(context.Background(), func(tx store.Tx) error {
					if _, refused = s.b.Earn(tx, ann, act, 10, ""); loyalty.Refused(refused) {
						return nil
					}
					return refused
				})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if refused == nil {
					done[who]++
				}
			})
		}
		wg.Wait()
		sum := 0
		for who, n := range done {
			if sum += n; n > 5 {
				t.Errorf("%s entered %d", who, n)
			}
		}
		if sum != 12 {
			t.Errorf("%d went through, want 12", sum)
		}
		s.clean()
	})
}

// TestDaySaysHow: a day's sums say at which hours, how quickly, without which order
// numbers and after which uses something was done; its acts can be looked up.
func TestDaySaysHow(t *testing.T) {
	s := newShop(t, plan())
	sale := s.earn(ann, 100, "A1").Entry()
	s.earn(bob, 50, "")
	s.now = s.now.Add(20 * time.Second)
	s.earn(bob, 50, "")
	if _, err := s.spend(ann, 60); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(time.Hour)
	if _, err := s.undo(sale.Ref); err != nil {
		t.Fatal(err)
	}
	day := s.day(sam, "2026-03-10")
	if day.Hours[12] != 3 || day.Pace.Fastest != 3 || day.NoOrder != 2 || day.AfterUse != 1 {
		t.Errorf("%+v", day)
	}
	s.now = s.now.AddDate(0, 0, 1)
	s.earn(ann, 10, "B1")
	var acts []StaffAct
	err := s.db.View(context.Background(), func(r store.Reader) (err error) {
		acts, err = s.b.StaffActs(r, sam, "2026-03-10", []loyalty.MemberID{ann, bob})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var late, gives, orders int
	for _, a := range acts {
		late, gives, orders = late+count(a.Late), gives+count(a.Gives()), orders+count(a.Order)
	}
	if len(acts) < 4 || late != 1 || gives != 3 || orders < 1 || acts[0].Ref != sale.Ref {
		t.Errorf("%d acts, %d late, %d give, %d with an order: %+v", len(acts), late, gives, orders, acts)
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
