package fraud

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/programme"
)

// TestHonestMonths: of busy honest months next to nothing is told. The rate is what
// an owner bears: at most one employee's day in two hundred.
func TestHonestMonths(t *testing.T) {
	const seeds, months = 8, 3
	looked, told := 0, map[Rule]int{}
	for seed := range uint64(seeds) {
		c := &cafe{rand: rand.New(rand.NewPCG(seed, 1)), open: 8}
		days := c.days(30 + 30*months)
		for day := 30; day < len(days[0]); day++ {
			for who := range days {
				if days[who][day].Empty() {
					continue
				}
				looked++
				found, err := look(&days, who, day).Find()
				if err != nil {
					t.Fatal(err)
				}
				for i := range found {
					if found[i].Worth() >= tell {
						told[found[i].Rule]++
						t.Logf("seed %d, day %d, employee %d: %s %v", seed, day, who, found[i].Rule, found[i].Numbers)
					}
				}
			}
		}
	}
	sum := 0
	for _, n := range told {
		sum += n
	}
	t.Logf("%d of %d honest days are told, %.2f%%: %v", sum, looked, 100*float64(sum)/float64(looked), told)
	if 200*sum > looked {
		t.Errorf("%d of %d honest days are told: %v", sum, looked, told)
	}
}

// cheats are ways to give what is nobody's, as they go into an honest day.
var cheats = map[Rule]func(c *cafe, acts []did) []did{
	OneCard: func(_ *cafe, acts []did) []did { // other people's sales go on one card
		for i := range 12 { // the day's stop
			acts[i*3].member = 7777
		}
		return acts
	},
	Minute: func(_ *cafe, acts []did) []did { // the evening's receipts, typed in at once
		for i := range 16 {
			acts[i].minute = 15*60 + 3
		}
		return acts
	},
	Hour: func(c *cafe, acts []did) []did {
		for range 300 {
			acts = append(acts, did{minute: 15*60 + c.rand.IntN(60), member: c.regular(), amount: 135, order: true})
		}
		return acts
	},
	Round: func(_ *cafe, acts []did) []did {
		for i := range 60 {
			acts[i].amount = 500
		}
		return acts
	},
	ByHand: func(_ *cafe, acts []did) []did { return append(acts, did{minute: 900, member: 5, points: 900}) },
	Undone: func(_ *cafe, acts []did) []did {
		for range 60 {
			acts = append(acts, did{undone: true})
		}
		return acts
	},
	AfterUse: func(_ *cafe, acts []did) []did {
		for range 3 {
			acts = append(acts, did{undone: true, late: true})
		}
		return acts
	},
	NoOrder: func(_ *cafe, acts []did) []did {
		for i := range 60 {
			acts[i].order = false
		}
		return acts
	},
	OffHours: func(_ *cafe, acts []did) []did {
		for i := range 5 {
			acts = append(acts, did{minute: 3*60 + i*7, member: i, amount: 135, order: true})
		}
		return acts
	},
}

// TestEveryCheatIsFound: each way, in the middle of an honest day of whoever works
// then, is told as what it is, whatever the café's days were like before.
func TestEveryCheatIsFound(t *testing.T) {
	for rule, cheat := range cheats {
		for seed := range uint64(5) {
			c := &cafe{rand: rand.New(rand.NewPCG(seed, 2)), open: 8}
			days := c.days(40)
			var acts []did
			for acts == nil {
				acts = c.day(int(seed)%4, 3)
			}
			days[seed%4][39] = sum(cheat(c, acts))
			wants(t, rule, look(&days, int(seed)%4, 39))
		}
	}
}

// wants fails unless the day shows the rule, and is told for it.
func wants(t *testing.T, rule Rule, d *Day) {
	t.Helper()
	found, err := d.Find()
	i := slices.IndexFunc(found, func(f Finding) bool { return f.Rule == rule })
	if err != nil || i < 0 {
		t.Errorf("%s is not found: %+v %v", rule, found, err)
	} else if found[i].Worth() < tell {
		t.Errorf("%s weighs %d only: %+v", rule, found[i].Worth(), found[i])
	}
}

// TestSlowOneCard: who stays below the day's number is found in the week.
func TestSlowOneCard(t *testing.T) {
	c := &cafe{rand: rand.New(rand.NewPCG(1, 3)), open: 8}
	days := c.days(40)
	for day := 33; day < 40; day++ {
		var acts []did
		for acts == nil {
			acts = c.day(1, day%7)
		}
		for i := range 5 {
			acts[i].member = 7777
		}
		days[1][day] = sum(acts)
	}
	wants(t, OneCardWeek, look(&days, 1, 39))
	days = c.days(40) // refunds after use, one every other day
	for day := 33; day < 40; day += 2 {
		days[2][day].AfterUse++
	}
	wants(t, AfterUse, look(&days, 2, 39))
}

// TestRelated: friends and family may buy; what is entered for them again and again,
// and every gift, counts.
func TestRelated(t *testing.T) {
	act := func(m loyalty.MemberID, gift bool) book.StaffAct {
		return book.StaffAct{Member: m, Kind: loyalty.KindEarn, Gift: gift, Points: 10}
	}
	d := &Day{Rules: rules, Related: []book.StaffAct{act("A", false), act("B", false), act("C", false), act("D", false)}}
	if found, err := d.Find(); err != nil || len(found) != 0 {
		t.Errorf("a family's coffees: %+v %v", found, err)
	}
	d.Related = append(d.Related, act("A", false), act("A", false), act("B", true))
	wants(t, Related, d)
}

// TestOneOddColleague: neither the cheat's own days nor one odd colleague make what
// is odd usual.
func TestOneOddColleague(t *testing.T) {
	peers := []float64{2, 2, 3, 2, 1, 2, 3, 2, 2, 3, 2, 900, 900}
	if b := bound(6, peers); b != 6 {
		t.Errorf("the bound is %v, not the programme's", b)
	}
	if b := bound(6, []float64{20, 22, 19, 21, 20, 23, 18, 20, 21, 22}); b < 23 || b > 40 {
		t.Errorf("among colleagues with twenty the bound is %v", b)
	}
	if b := bound(6, []float64{900, 900}); b != 6 {
		t.Errorf("two days tell: %v", b)
	}
}

func TestOver(t *testing.T) {
	for _, c := range []struct {
		n, bound float64
		want     int
	}{{5, 6, 0}, {6, 6, 50}, {12, 6, 75}, {6e6, 6, 99}, {0, 0, 0}} {
		if got := over(c.n, c.bound); got != c.want {
			t.Errorf("%v over %v: %d, want %d", c.n, c.bound, got, c.want)
		}
	}
}

func TestOpenHours(t *testing.T) {
	for _, c := range []struct {
		h          programme.Hours
		in, out    []int
		programmed bool
	}{
		{programme.Hours{From: 450, To: 1320}, []int{7, 12, 21}, []int{6, 22, 3}, true},
		{programme.Hours{From: 1080, To: 120}, []int{18, 23, 0, 1}, []int{2, 12, 17}, true},
		{programme.Hours{}, nil, nil, false},
	} {
		open, ok := Opening(c.h)
		if ok != c.programmed {
			t.Errorf("%+v: %v", c.h, ok)
		}
		for _, h := range c.in {
			if !open[h] {
				t.Errorf("%+v: closed at %d", c.h, h)
			}
		}
		for _, h := range c.out {
			if open[h] {
				t.Errorf("%+v: open at %d", c.h, h)
			}
		}
	}
	if _, ok := Learn(make([]book.DaySum, 100)); ok {
		t.Error("hours were learned from days without any")
	}
}

// TestRuleOff: 0 turns each rule off.
func TestRuleOff(t *testing.T) {
	c := &cafe{rand: rand.New(rand.NewPCG(1, 4)), open: 8}
	for rule, cheat := range cheats {
		days := c.days(40)
		var acts []did
		for acts == nil {
			acts = c.day(0, 3)
		}
		days[0][39] = sum(cheat(c, acts))
		d := look(&days, 0, 39)
		d.Rules = programme.FraudStaff{}
		if found, err := d.Find(); err != nil || len(found) != 0 {
			t.Errorf("%s, with no rule on: %+v %v", rule, found, err)
		}
	}
}

// TestDaysThatCannotBeRead: an accident is no finding.
func TestDaysThatCannotBeRead(t *testing.T) {
	broken := errors.New("disk")
	d := &Day{Rules: rules, LookBack: 30, Sum: book.DaySum{Gives: 1, GivePoints: 500}, Before: func(int) (book.DaySum, error) { return book.DaySum{}, broken }}
	if found, err := d.Find(); err != broken || found != nil {
		t.Errorf("%+v %v", found, err)
	}
}

// TestWhatItRestsOn: a finding names the acts that it rests on, and only them.
func TestWhatItRestsOn(t *testing.T) {
	open := OpenHours{10: true, 11: true}
	at := func(clock string) time.Time {
		h, err := time.Parse("15:04:05", clock)
		if err != nil {
			t.Fatal(err)
		}
		return time.Date(2026, 3, 30, h.Hour(), h.Minute(), h.Second(), 0, time.UTC)
	}
	sale := func(ref loyalty.Ref, m loyalty.MemberID, clock string) book.StaffAct {
		return book.StaffAct{Ref: ref, Member: m, Kind: loyalty.KindEarn, At: at(clock), Order: true}
	}
	acts := []book.StaffAct{
		sale("night", "A", "03:00:00"), sale("a1", "A", "10:00:01"), sale("b1", "B", "10:00:30"), sale("c1", "C", "10:00:59"), sale("a2", "A", "11:05:00"),
		{Ref: "gift", Member: "B", Kind: loyalty.KindGive, Gift: true, At: at("11:10:00")},
		{Ref: "round", Member: "C", Kind: loyalty.KindEarn, Round: true, At: at("11:20:00")},
		{Ref: "undo", Member: "C", Kind: loyalty.KindReverse, At: at("11:30:00")},
		{Ref: "late", Member: "C", Kind: loyalty.KindUndo, Late: true, At: at("11:40:00")},
	}
	d := &Day{Rules: programme.FraudStaff{Minute: 3}, Open: &open}
	for rule, want := range map[Rule][]loyalty.Ref{
		OneCard: {"night", "a1", "a2"}, Minute: {"a1", "b1", "c1"}, Hour: {"a1", "b1", "c1"}, Round: {"round"}, ByHand: {"gift"},
		Undone: {"undo", "late"}, AfterUse: {"late"}, NoOrder: {"round"}, OffHours: {"night"},
	} {
		f := Finding{Key: Key{Rule: rule}, Members: []loyalty.MemberID{"A"}, Numbers: Numbers{"hour": 10}}
		d.Name(&f, OfStaff("sam"), "main", "2026-03-30", time.UTC, acts, now)
		var got []loyalty.Ref
		for _, e := range f.Entries {
			got = append(got, e.Ref)
		}
		if !slices.Equal(got, want) || f.Key.String() != "staff/sam/2026-03-30/"+string(rule) || f.Store != "main" {
			t.Errorf("%s rests on %v, want %v (%s)", rule, got, want, f.Key)
		}
	}
}
