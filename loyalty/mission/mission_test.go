package mission

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

func thrice(p *loyalty.Programme) {
	p.Missions = []loyalty.Mission{{ID: "thrice", Goal: loyalty.GoalVisits, Count: 3, Every: loyalty.SpanWeek, Prize: loyalty.Prize{Points: 50, Reward: "latte", Badge: "star"}}}
}

func TestPrizeComesAndGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan(thrice))
	w.sees(ann, "thrice running 0/3")
	w.buy(ann, "east", 100)
	w.buy(ann, "east", 100) // the same day: no visit
	w.later(1)
	second := w.buy(ann, "east", 100)
	w.later(1)
	if w.sees(ann, "thrice running 2/3"); len(w.told) != 0 {
		t.Errorf("told %+v", w.told)
	}
	third := w.buy(ann, "west", 100)
	w.sees(ann, "thrice done 3/3")
	if w.points(ann) != 450 || w.vouchers(ann) != "latte open" || len(w.told) != 1 || w.told[0].Given.Points != 50 || w.told[0].Given.Badge != "star" {
		t.Errorf("%d points, %s, told %+v", w.points(ann), w.vouchers(ann), w.told)
	}
	w.back(second, loyalty.Return{Amount: 40}) // in part: the visit stands
	w.sees(ann, "thrice done 3/3")
	w.back(third, loyalty.Return{})
	w.sees(ann, "thrice running 2/3")
	if w.points(ann) != 260 || w.vouchers(ann) != "latte void" || len(w.told) != 1 || !w.told[0].Taken {
		t.Errorf("%d points, %s, told %+v", w.points(ann), w.vouchers(ann), w.told)
	}
	w.buy(ann, "west", 10) // and once more
	if w.sees(ann, "thrice done 3/3"); w.points(ann) != 320 || w.vouchers(ann) != "latte void, latte open" && w.vouchers(ann) != "latte open, latte void" {
		t.Errorf("%d points, %s", w.points(ann), w.vouchers(ann))
	}
	w.later(5) // the next Monday
	w.sees(ann, "thrice running 0/3")
}

func TestUsedPrizeStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan(func(p *loyalty.Programme) {
		p.Missions = []loyalty.Mission{{ID: "one", Goal: loyalty.GoalVisits, Count: 1, Prize: loyalty.Prize{Reward: "latte"}}}
	}))
	first := w.buy(ann, "east", 100)
	code := w.d.Vouchers.CodeOf(w.told[0].Given.Voucher)
	act := w.act("east")
	w.do(func(tx store.Tx) error { _, _, err := w.d.Vouchers.Use(tx, code, act); return err })
	w.back(first, loyalty.Return{})
	w.buy(ann, "east", 100)
	if w.sees(ann, "one done 1/1"); w.vouchers(ann) != "latte used" {
		t.Errorf("a second one: %s", w.vouchers(ann))
	}
}

func TestRewardOutOfStockIsOwed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan(func(p *loyalty.Programme) {
		p.Missions = []loyalty.Mission{{ID: "one", Goal: loyalty.GoalVisits, Count: 1, Every: loyalty.SpanWeek, Prize: loyalty.Prize{Reward: "mug"}}}
	}))
	for range 3 {
		w.buy(ann, "east", 100)
		w.later(7)
	}
	w.later(-7)
	collect := func() (all []Happened) {
		act := w.act("east")
		w.do(func(tx store.Tx) (err error) { all, err = w.d.Collect(tx, ann, act); return err })
		return all
	}
	if got := collect(); len(got) != 0 || w.vouchers(ann) != "mug open, mug open" {
		t.Errorf("%+v, %s", got, w.vouchers(ann))
	}
	more := int64(3)
	w.p = plan(func(p *loyalty.Programme) { p.Missions = w.p.Missions; p.Rewards[1].Stock = &more })
	if got := collect(); len(got) != 1 || got[0].Given.Voucher.Reward != "mug" || len(collect()) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestBeginningAndDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan(func(p *loyalty.Programme) {
		p.Missions = []loyalty.Mission{{ID: "spree", Goal: loyalty.GoalSpend, Count: 300, Days: 3, OptIn: true, Prize: loyalty.Prize{Points: 5}}}
	}))
	begin := func() error {
		return w.do(func(tx store.Tx) error { _, err := w.d.Begin(tx, ann, "spree", w.now); return err })
	}
	w.buy(ann, "east", 500)
	w.sees(ann, "spree waiting 0/300")
	if begin() != nil || !errors.Is(begin(), ErrNone) {
		t.Error("a mission is begun once")
	}
	w.buy(ann, "east", 200)
	w.sees(ann, "spree running 200/300")
	w.later(3)
	w.buy(ann, "east", 200)
	w.sees(ann, "spree waiting 0/300")
	if begin() != nil {
		t.Error("no second try")
	}
	ref := w.buy(ann, "east", 400)
	w.sees(ann, "spree done 400/300")
	w.back(ref, loyalty.Return{Amount: 99})
	w.sees(ann, "spree done 301/300")
	w.back(ref, loyalty.Return{Amount: 2})
	if w.sees(ann, "spree running 299/300"); !errors.Is(begin(), ErrNone) {
		t.Error("begun while it runs")
	}
}

// Who came twice a week has to come once more than that.
func TestPersonalTarget(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan(func(p *loyalty.Programme) {
		p.Missions = []loyalty.Mission{{ID: "more", Goal: loyalty.GoalVisits, Count: 2, Above: 1, Every: loyalty.SpanWeek, Prize: loyalty.Prize{Points: 5}}}
	}))
	for _, c := range []struct {
		visits int
		want   string
	}{{3, "more done 3/2"}, {4, "more done 4/4"}, {1, "more running 1/4"}, {0, "more running 0/3"}, {3, "more done 3/3"}} {
		for i := range 7 {
			if i < c.visits {
				w.buy(ann, "east", 10)
			}
			w.later(1)
		}
		w.later(-1)
		w.sees(ann, c.want)
		w.later(1)
	}
}

func TestStreakWithAFreeze(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan(func(p *loyalty.Programme) {
		p.Streaks = []loyalty.Streak{{ID: "weeks", Every: loyalty.SpanWeek, Of: loyalty.GoalVisits, Length: 3, Freezes: 1, Prize: loyalty.Prize{Points: 30}}}
	}))
	w.buy(ann, "east", 10)
	w.later(14) // a week is missed
	gone := w.buy(ann, "east", 10)
	w.sees(ann, "weeks 2, 0 to miss")
	w.later(7)
	w.buy(ann, "east", 10)
	if w.sees(ann, "weeks 3, 1 to miss"); w.points(ann) != 60 || w.told[0].Count != 3 {
		t.Errorf("%d points, told %+v", w.points(ann), w.told)
	}
	w.back(gone, loyalty.Return{}) // two weeks missed: it began this week
	if w.sees(ann, "weeks 1, 1 to miss"); w.points(ann) != 20 || !w.told[0].Taken {
		t.Errorf("%d points, told %+v", w.points(ann), w.told)
	}
	w.later(21)
	w.sees(ann, "weeks 0, 1 to miss")
}

func TestCheckIns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan(func(p *loyalty.Programme) {
		p.CheckIn = loyalty.CheckIn{On: true, Points: 2, Minutes: 15}
		p.Missions = []loyalty.Mission{{ID: "both", Goal: loyalty.GoalCheckIns, Count: 2, Every: loyalty.SpanMonth, Prize: loyalty.Prize{Points: 9}}}
	}))
	stores := []loyalty.Store{"east", "west"}
	code, until := w.d.Code("west", w.now)
	if !until.Equal(monday.Add(15 * time.Minute)) {
		t.Errorf("until %v", until)
	}
	for _, c := range []struct {
		after time.Duration
		ok    bool
	}{{0, true}, {14 * time.Minute, true}, {29 * time.Minute, true}, {30 * time.Minute, false}, {24 * time.Hour, false}} {
		if at, ok := w.d.Place(" "+code, stores, w.now.Add(c.after)); ok != c.ok || ok && at != "west" {
			t.Errorf("after %v: %q, %v", c.after, at, ok)
		}
	}
	check := func(at loyalty.Store) (n loyalty.Points, err error) {
		act := w.act(at)
		err = w.do(func(tx store.Tx) (err error) { n, _, err = w.d.CheckIn(tx, ann, act); return err })
		return n, err
	}
	if n, err := check("west"); n != 2 || err != nil {
		t.Error(n, err)
	}
	if _, err := check("west"); !errors.Is(err, ErrTwice) {
		t.Error(err)
	}
	if n, err := check("east"); n != 2 || err != nil || w.points(ann) != 13 {
		t.Error(n, err, w.points(ann))
	}
	w.sees(ann, "both done 2/2")
}

func TestBoardOfAWeek(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan(func(p *loyalty.Programme) { p.Board = loyalty.Board{On: true, Visit: 2, Review: 3, Most: 10} }))
	join := func(m loyalty.MemberID) {
		w.do(func(tx store.Tx) error { return w.d.BoardJoin(tx, "g1", m, []byte(m), w.now) })
	}
	board := func() (list []Line) {
		if err := w.db.View(context.Background(), func(r store.Reader) (err error) { list, err = w.d.Board(r, "g1", w.now); return err }); err != nil {
			t.Fatal(err)
		}
		return list
	}
	join(ann)
	join(bo)
	join(ann)
	ref := w.buy(ann, "east", 10)
	w.buy("01HCY000000000000000000000", "east", 10) // who did not opt in
	w.do(func(tx store.Tx) error { return w.d.Score(tx, bo, loyalty.BoardReview, "review/1", w.now) })
	w.do(func(tx store.Tx) error { return w.d.Score(tx, bo, loyalty.BoardReview, "review/1", w.now) })
	if got := board(); len(got) != 2 || got[0].Member != bo || got[0].Score != 3 || got[1].Score != 2 || got[1].Place != 2 {
		t.Errorf("%+v", got)
	}
	w.back(ref, loyalty.Return{})
	if got := board(); len(got) != 1 {
		t.Errorf("a visit that was taken back counts: %+v", got)
	}
	w.later(7)
	if got := board(); len(got) != 0 {
		t.Errorf("last week counts: %+v", got)
	}
	act := w.act("east")
	w.do(func(tx store.Tx) error { return w.c.Leave(tx, bo, act) })
	for _, row := range w.db.Dump() {
		if s := string(row.Key); slices.Contains([]string{"boardin/g1/" + string(bo), "boardof/" + string(bo) + "/g1"}, s) {
			t.Errorf("%s is left of who left", s)
		}
	}
}

func TestMergedHaveHadIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan(func(p *loyalty.Programme) {
		thrice(p)
		p.Missions[0].Every = ""
	}))
	w.buy(ann, "east", 10)
	ref := w.buy(bo, "east", 10)
	w.later(1)
	w.buy(bo, "east", 10)
	act := w.act("east")
	if err := w.do(func(tx store.Tx) error { _, err := w.c.Merge(tx, bo, ann, act); return err }); err != nil {
		t.Fatal(err)
	}
	w.sees(ann, "thrice running 3/3") // the next deed brings it
	w.later(1)
	w.buy(ann, "east", 10)
	if w.sees(ann, "thrice done 4/3"); w.points(ann) != 90 {
		t.Errorf("%d points", w.points(ann))
	}
	w.back(ref, loyalty.Return{})
	w.sees(ann, "thrice done 3/3")
	act = w.act("east")
	if err := w.do(func(tx store.Tx) error { _, err := w.c.Unmerge(tx, bo, act); return err }); err != nil {
		t.Fatal(err)
	}
	w.later(1)
	w.buy(bo, "east", 10)
	w.sees(bo, "thrice running 2/3")
}

// Who stood on a board before they were merged into somebody stands there on, with
// what they do since.
func TestBoardAfterAMerge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan(func(p *loyalty.Programme) {
		p.Earning.VisitsADay = 0
		p.Board = loyalty.Board{On: true, Visit: 1, Most: 10}
	}))
	w.do(func(tx store.Tx) error { return w.d.BoardJoin(tx, "g1", bo, []byte("Bo"), w.now) })
	w.buy(bo, "east", 10)
	act := w.act("east")
	if err := w.do(func(tx store.Tx) error { _, err := w.c.Merge(tx, bo, ann, act); return err }); err != nil {
		t.Fatal(err)
	}
	ref := w.buy(ann, "east", 10)
	score := func() (n int64) {
		err := w.db.View(context.Background(), func(r store.Reader) error {
			list, err := w.d.Board(r, "g1", w.now)
			if len(list) == 1 {
				n = list[0].Score
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if score() != 2 {
		t.Errorf("%d after a visit before the merge and one since", score())
	}
	if w.back(ref, loyalty.Return{}); score() != 1 {
		t.Errorf("%d after it came back", score())
	}
}

// Whatever is bought and brought back, each mission stands where the purchases that
// stand put it, and its points are given exactly once where it is reached.
func TestProgressIsWhatStands(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := plan(func(p *loyalty.Programme) {
			p.Earning.VisitsADay = 0
			p.Missions = []loyalty.Mission{
				{ID: "visits", Goal: loyalty.GoalVisits, Count: 3, Every: loyalty.SpanWeek, Prize: loyalty.Prize{Points: 1000}},
				{ID: "spend", Goal: loyalty.GoalSpend, Count: 150, Minimum: 20, Every: loyalty.SpanMonth, Prize: loyalty.Prize{Points: 100_000}},
				{ID: "stores", Goal: loyalty.GoalStores, Count: 2, Prize: loyalty.Prize{Points: 10_000_000}},
			}
		})
		w := newWorld(t, p)
		type sale struct {
			ref   loyalty.Ref
			at    time.Time
			store loyalty.Store
			left  loyalty.Money
		}
		var sales []sale
		base := loyalty.Points(0)
		for range rapid.IntRange(1, 16).Draw(t, "deeds") {
			w.now = w.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "hours")) * time.Hour)
			if len(sales) == 0 || rapid.IntRange(0, 2).Draw(t, "deed") > 0 {
				s := sale{at: w.now, store: rapid.SampledFrom([]loyalty.Store{"east", "west"}).Draw(t, "store"), left: loyalty.Money(rapid.IntRange(5, 90).Draw(t, "amount"))}
				s.ref = w.buy(ann, s.store, s.left)
				sales, base = append(sales, s), base+loyalty.Points(s.left)
				continue
			}
			i := rapid.IntRange(0, len(sales)-1).Draw(t, "which")
			back := min(sales[i].left, loyalty.Money(rapid.IntRange(1, 100).Draw(t, "back")))
			if back == 0 {
				continue
			}
			w.back(sales[i].ref, loyalty.Return{Amount: back})
			sales[i].left, base = sales[i].left-back, base-loyalty.Points(back)
		}
		weeks, months, stores := map[string]int64{}, map[string]int64{}, map[loyalty.Store]bool{}
		for _, s := range sales {
			if s.left > 0 {
				weeks[p.Week(s.at)]++
				stores[s.store] = true
			}
			if s.left >= 20 {
				months[s.at.Format("2006-01")] += int64(s.left)
			}
		}
		want := base
		for _, n := range weeks {
			if n >= 3 {
				want += 1000
			}
		}
		for _, n := range months {
			if n >= 150 {
				want += 100_000
			}
		}
		if len(stores) >= 2 {
			want += 10_000_000
		}
		if got := w.points(ann); got != want {
			t.Fatalf("%d points, want %d: %s", got, want, w.shows(ann))
		}
		list := []int64{weeks[p.Week(w.now)], months[w.now.Format("2006-01")], int64(len(stores))}
		err := w.db.View(context.Background(), func(r store.Reader) error {
			all, err := w.d.List(r, ann, w.now)
			for i, m := range all {
				if m.Value != list[i] {
					t.Fatalf("%s: %d, want %d", m.Mission.ID, m.Value, list[i])
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// A store that crashes at any write leaves a purchase whole or not at all, and asked
// again gives its prize once.
func TestCrashAtEveryWrite(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		w := newWorld(t, plan(func(p *loyalty.Programme) {
			p.Missions = []loyalty.Mission{{ID: "one", Goal: loyalty.GoalVisits, Count: 1, Prize: loyalty.Prize{Points: 7, Reward: "latte", Badge: "star"}}}
			p.Board = loyalty.Board{On: true, Visit: 1, Mission: 1, Most: 3}
		}))
		act := w.act("east")
		buy := func() error {
			return w.db.Update(context.Background(), func(tx store.Tx) error {
				_, err := w.c.Sale(tx, ann, act, loyalty.Sale{Amount: 100})
				return err
			})
		}
		w.db.CrashAt(n)
		err := buy()
		crashed := errors.Is(err, mem.ErrCrash)
		if crashed {
			w.db.Reopen()
			err = buy()
		}
		if err != nil {
			t.Fatal(err)
		}
		if w.points(ann) != 107 || w.vouchers(ann) != "latte open" {
			t.Fatalf("crash at write %d: %d points, %s", n, w.points(ann), w.vouchers(ann))
		}
		if !crashed {
			return
		}
	}
}
