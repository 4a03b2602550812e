package mission

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
	"regulars/store/mem"
)

// days is a programme with a streak of days and nothing else.
func days(length, freezes int, prize loyalty.Prize) *loyalty.Programme {
	return plan(func(p *loyalty.Programme) {
		p.Streaks = []loyalty.Streak{{ID: "days", Every: loyalty.SpanDay, Of: loyalty.GoalVisits, Length: length, Freezes: freezes, Prize: prize}}
	})
}

// buyOn is a sale of another day, as a receipt that is claimed late.
func (w *world) buyOn(m loyalty.MemberID, day int) (ref loyalty.Ref) {
	w.t.Helper()
	act := w.act("east")
	act.At = monday.AddDate(0, 0, day)
	if err := w.do(func(tx store.Tx) error {
		out, err := w.c.Sale(tx, m, act, loyalty.Sale{Amount: 1})
		ref = out.Receipt.Entry().Ref
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return ref
}

// However the receipts of a streak are put in, and whichever are brought back, as
// many prizes are given as somebody would count who sees what stands.
func TestStreakInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.IntRange(1, 4).Draw(t, "length")
		w := newWorld(t, days(length, rapid.IntRange(0, length-1).Draw(t, "freezes"), loyalty.Prize{Points: 1000}))
		w.p.Earning.VisitsADay = 0 // a second purchase of a day stands for the first
		w.later(30)
		s := &w.p.Streaks[0]
		type sale struct {
			ref loyalty.Ref
			day int
		}
		var sales []sale
		for range rapid.IntRange(1, 18).Draw(t, "deeds") {
			if len(sales) == 0 || rapid.IntRange(0, 3).Draw(t, "deed") > 0 {
				day := rapid.IntRange(0, 14).Draw(t, "day")
				sales = append(sales, sale{w.buyOn(ann, day), day})
			} else {
				i := rapid.IntRange(0, len(sales)-1).Draw(t, "back")
				w.back(sales[i].ref, loyalty.Return{})
				sales = slices.Delete(sales, i, i+1)
			}
			var active []int
			for _, s := range sales {
				active = append(active, s.day)
			}
			run := s.Run(active, 100, taipei)
			if got, want := w.points(ann), loyalty.Points(len(sales)+1000*len(run.Prizes)); got != want {
				t.Fatalf("%d points, want %d: days %v, prizes %v", got, want, active, run.Prizes)
			}
		}
	})
}

// Fourteen receipts of fourteen days that are claimed from the last to the first
// bring what they bring in their order, and no voucher twice.
func TestReceiptsClaimedBackwards(t *testing.T) {
	t.Parallel()
	w := newWorld(t, days(3, 0, loyalty.Prize{Reward: "latte"}))
	w.later(14)
	refs := map[int]loyalty.Ref{}
	for day := 13; day >= 0; day-- {
		refs[day] = w.buyOn(ann, day)
	}
	if got := strings.Count(w.vouchers(ann), "open"); got != 4 {
		t.Errorf("%d vouchers, want 4: %s", got, w.vouchers(ann))
	}
	// Without the first, thirteen days still hold four lengths; without two more, three.
	for day, want := range []int{4, 4, 3} {
		w.back(refs[day], loyalty.Return{})
		if got := strings.Count(w.vouchers(ann), "open"); got != want {
			t.Errorf("%d vouchers after %d came back, want %d: %s", got, day+1, want, w.vouchers(ann))
		}
	}
}

// A prize that was used stands for what is reached: what cannot come back is not
// given once more, and of two the one that was not used goes.
func TestUsedStreakPrizeCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, days(2, 0, loyalty.Prize{Reward: "latte"}))
	w.later(10)
	first := w.buyOn(ann, 0)
	w.buyOn(ann, 1)
	code := w.d.Vouchers.CodeOf(w.told[0].Given.Voucher)
	act := w.act("east")
	w.do(func(tx store.Tx) error { _, _, err := w.d.Vouchers.Use(tx, code, act); return err })
	w.back(first, loyalty.Return{})
	w.buyOn(ann, 2) // days 1 and 2: the used one is what they brought
	if got := w.vouchers(ann); got != "latte used" {
		t.Errorf("a second one: %s", got)
	}
	w.buyOn(ann, 3)
	last := w.buyOn(ann, 4)
	if got := w.vouchers(ann); strings.Count(got, "open") != 1 {
		t.Errorf("four days: %s", got)
	}
	w.back(last, loyalty.Return{})
	w.buyOn(ann, 4)
	if got := w.vouchers(ann); strings.Count(got, "open") != 1 || strings.Count(got, "used") != 1 {
		t.Errorf("four days again: %s", got)
	}
}

// A streak's reward that was out of stock is said to wait, and is handed over when
// there is some.
func TestStreaksOwedReward(t *testing.T) {
	t.Parallel()
	p := days(1, 0, loyalty.Prize{Reward: "mug"})
	w := newWorld(t, p)
	var refs []loyalty.Ref
	for day := range 4 {
		w.now = monday.AddDate(0, 0, day)
		refs = append(refs, w.buyOn(ann, day))
	}
	w.back(refs[3], loyalty.Return{}) // its prize was never handed over: nothing is owed for it
	collect := func() (all []Happened) {
		act := w.act("east")
		w.do(func(tx store.Tx) (err error) { all, err = w.d.Collect(tx, ann, act); return err })
		return all
	}
	owed := func() (n int) {
		w.do(func(tx store.Tx) error {
			list, err := w.d.Streaks(tx, ann, w.now)
			n = len(list[0].Owed)
			return err
		})
		return n
	}
	if got := collect(); len(got) != 0 || owed() != 1 {
		t.Errorf("%+v while there are none, %d are owed", got, owed())
	}
	more := int64(5)
	q := *p
	q.Rewards = slices.Clone(p.Rewards)
	q.Rewards[1].Stock = &more
	w.p = &q
	w.now = w.now.Add(time.Hour)
	got := collect()
	if len(got) != 1 || got[0].Kind != KindStreak || got[0].Given.Voucher.Reward != "mug" || len(collect()) != 0 || owed() != 0 {
		t.Errorf("%+v, %d are owed", got, owed())
	}
	if list := w.vouchers(ann); list != "mug open, mug open, mug open" {
		t.Error(list)
	}
}

// A streak that is longer than what is kept of it goes on bringing its prize.
func TestVeryLongStreak(t *testing.T) {
	t.Parallel()
	w := newWorld(t, days(7, 0, loyalty.Prize{Points: 1}))
	row := streakRow{}
	s := &w.p.Streaks[0]
	first := s.Number(monday, taipei) - longStreak
	for i := range longStreak {
		row.add(first+i, "sale/old")
	}
	w.do(func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("member/" + string(ann))); err != nil {
			return err
		}
		return streaks.Put(tx, row, string(ann), "days")
	})
	w.later(14)
	for day := range 14 {
		w.buyOn(ann, day)
	}
	if got := w.points(ann); got != 16 {
		t.Errorf("%d points of fourteen more days, want 16", got)
	}
}

// A go that a mission brings goes with what brought it; one that was used is not brought
// again.
func TestMissionBringsAGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan(func(p *loyalty.Programme) {
		p.Missions = []loyalty.Mission{{ID: "one", Goal: loyalty.GoalVisits, Count: 1, Prize: loyalty.Prize{Go: "wheel"}}}
	}))
	goes, used := 0, false
	w.d.Bring = func(store.Tx, loyalty.MemberID, book.Act, string, string) error { goes++; return nil }
	w.d.Unbring = func(store.Tx, loyalty.MemberID, book.Act, string, string) (bool, error) {
		if !used {
			goes--
		}
		return !used, nil
	}
	w.db = mem.New() // the hooks keep no rows: each Update runs once
	ref := w.buy(ann, "east", 1)
	if goes != 1 || w.told[0].Given.Go != "wheel" {
		t.Errorf("%d goes, told %+v", goes, w.told)
	}
	w.back(ref, loyalty.Return{})
	if goes != 0 || w.told[0].Given.Go != "wheel" || !w.told[0].Taken {
		t.Errorf("%d goes, told %+v", goes, w.told)
	}
	ref = w.buy(ann, "east", 1)
	used = true
	w.back(ref, loyalty.Return{})
	if w.buy(ann, "east", 1); goes != 1 {
		t.Errorf("%d goes after one that was used", goes)
	}
}
