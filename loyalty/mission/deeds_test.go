package mission

import (
	"context"
	"errors"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/store"
)

// Friends whose purchase counts, and surveys that are answered, each count once.
func TestFriendsAndAnswers(t *testing.T) {
	t.Parallel()
	newer := plan(func(p *loyalty.Programme) {
		p.Missions = []loyalty.Mission{
			{ID: "friends", Goal: loyalty.GoalFriends, Count: 2, Prize: loyalty.Prize{Points: 10}},
			{ID: "answers", Goal: loyalty.GoalAnswers, Count: 1, Every: loyalty.SpanMonth, Prize: loyalty.Prize{Points: 3}},
		}
	})
	w := newWorld(t, newer)
	friend := func(kind club.DeedKind, who loyalty.MemberID) {
		act := w.act("east")
		w.do(func(tx store.Tx) error {
			return w.d.Heard(tx, club.Deed{Kind: kind, Member: ann, Act: act, Friend: who})
		})
	}
	friend(club.Brought, bo)
	friend(club.Brought, bo) // told again, as when a share was owed
	w.sees(ann, "friends running 1/2; answers running 0/1")
	friend(club.Brought, "01HCY000000000000000000000")
	if w.sees(ann, "friends done 2/2; answers running 0/1"); w.points(ann) != 10 {
		t.Errorf("%d points", w.points(ann))
	}
	w.later(40)
	w.p = plan(func(*loyalty.Programme) {}) // the purchase comes back when there is no such mission any more
	friend(club.Unbrought, bo)
	w.p = newer
	if w.sees(ann, "friends running 1/2; answers running 0/1"); w.points(ann) != 0 {
		t.Errorf("%d points", w.points(ann))
	}
	for range 2 {
		act := w.act("east")
		w.do(func(tx store.Tx) error { _, err := w.d.Answered(tx, ann, act, "nps/2026-Q1"); return err })
	}
	if w.sees(ann, "friends running 1/2; answers done 1/1"); w.points(ann) != 3 {
		t.Errorf("%d points", w.points(ann))
	}
}

// A friend's purchase that comes back in another month takes that month's prize with
// it in which it was counted.
func TestFriendsPurchaseReturnedLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan(func(p *loyalty.Programme) {
		p.Missions = []loyalty.Mission{{ID: "friends", Goal: loyalty.GoalFriends, Count: 1, Every: loyalty.SpanMonth, Prize: loyalty.Prize{Points: 10}}}
	}))
	friend := func(kind club.DeedKind, who loyalty.MemberID) {
		act := w.act("east")
		w.do(func(tx store.Tx) error {
			return w.d.Heard(tx, club.Deed{Kind: kind, Member: ann, Act: act, Friend: who})
		})
	}
	friend(club.Brought, bo)
	w.later(31)
	friend(club.Brought, "01HCY000000000000000000000")
	if w.points(ann) != 20 {
		t.Errorf("%d points", w.points(ann))
	}
	friend(club.Unbrought, bo)
	if w.sees(ann, "friends done 1/1"); w.points(ann) != 10 || !w.told[0].Taken {
		t.Errorf("%d points, told %+v", w.points(ann), w.told)
	}
}

// Who fell to another tier keeps the steps that they made before, also when a part of
// such a purchase comes back.
func TestStepsOfATierThatFell(t *testing.T) {
	t.Parallel()
	tiers := loyalty.Tiers{Levels: []loyalty.Level{{ID: "basic"}, {ID: "gold", At: 100}}}
	w := newWorld(t, plan(func(p *loyalty.Programme) {
		p.Tiers = tiers
		p.Missions = []loyalty.Mission{{ID: "gold", Goal: loyalty.GoalVisits, Count: 1, Levels: []string{"basic"}, Prize: loyalty.Prize{Points: 5}}}
	}))
	ref := w.buy(ann, "east", 50)
	w.sees(ann, "gold done 1/1")
	w.p.Missions[0].Levels = []string{"gold"} // as if they were of another tier since
	w.back(ref, loyalty.Return{Amount: 10})
	if w.p.Missions[0].Levels = nil; w.points(ann) != 45 {
		t.Errorf("%d points", w.points(ann))
	}
	w.sees(ann, "gold done 1/1")
}

// Who leaves and joins again has nothing once more that they may have had: neither
// what is once ever, nor this week's, nor the day's check-in.
func TestLeavingBringsNothingAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan(func(p *loyalty.Programme) {
		p.CheckIn = loyalty.CheckIn{On: true, Points: 2, Minutes: 15}
		p.Missions = []loyalty.Mission{
			{ID: "ever", Goal: loyalty.GoalCheckIns, Count: 1, Prize: loyalty.Prize{Points: 100}},
			{ID: "week", Goal: loyalty.GoalCheckIns, Count: 1, Every: loyalty.SpanWeek, Prize: loyalty.Prize{Points: 10}},
			{ID: "later", Goal: loyalty.GoalCheckIns, Count: 1, From: monday.AddDate(0, 0, 1), Prize: loyalty.Prize{Points: 1000}},
		}
		p.Streaks = []loyalty.Streak{{ID: "days", Every: loyalty.SpanDay, Of: loyalty.GoalCheckIns, Length: 1, Prize: loyalty.Prize{Points: 10_000}}}
	}))
	back := false
	w.d.Facts = func(store.Reader, loyalty.MemberID) (loyalty.Facts, error) {
		return loyalty.Facts{Joined: monday, Returned: back}, nil
	}
	check := func(m loyalty.MemberID, want loyalty.Points) {
		t.Helper()
		act := w.act("east")
		if err := w.do(func(tx store.Tx) error { _, _, err := w.d.CheckIn(tx, m, act); return err }); err != nil {
			t.Fatal(err)
		}
		if got := w.points(m); got != want {
			t.Errorf("%d points on %s, want %d", got, w.now.Format(time.DateOnly), want)
		}
	}
	check(ann, 10_112)
	act := w.act("east")
	w.do(func(tx store.Tx) error { return w.c.Leave(tx, ann, act) })
	back = true
	check(bo, 0) // as the same account is called now
	w.later(1)
	check(bo, 11_002) // a new day, and a mission that began after they came back
	w.later(6)
	check(bo, 11_002+10_012) // a new week
}

// What can be had once ever is had once, also when its days are over for long.
func TestOnceEverIsForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan(func(p *loyalty.Programme) {
		p.Missions = []loyalty.Mission{{ID: "round", Goal: loyalty.GoalVisits, Count: 1, Days: 7, OptIn: true, Prize: loyalty.Prize{Points: 5}}}
	}))
	begin := func() error {
		return w.do(func(tx store.Tx) error { _, err := w.d.Begin(tx, ann, "round", w.now); return err })
	}
	if err := begin(); err != nil {
		t.Fatal(err)
	}
	w.buy(ann, "east", 1)
	w.later(600)
	if _, err := Sweep(context.Background(), w.db, w.now); err != nil {
		t.Fatal(err)
	}
	if err := begin(); !errors.Is(err, ErrNone) {
		t.Errorf("begun again: %v", err)
	}
}
