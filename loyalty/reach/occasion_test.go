package reach

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
)

var taipei = time.FixedZone("Taipei", 8*60*60)

func local(t string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", t, taipei)
	if err != nil {
		panic(err)
	}
	return at
}

func date(t string) time.Time {
	at, err := time.Parse(time.DateOnly, t)
	if err != nil {
		panic(err)
	}
	return at
}

// told are the occasions of a nudge in one line each: when, until when, and what
// is said.
func told(n loyalty.Nudge, rules *loyalty.Programme, f Facts, now string) (all []string) {
	if f.Account == nil {
		f.Account = &loyalty.Account{}
	}
	n.From, n.To = 10*60, 20*60
	f.Points, f.Lapses = true, true
	for _, o := range Occasions(&n, rules, &f, local(now)) {
		line := o.At.In(taipei).Format("2006-01-02 15:04") + " until "
		if o.Until.IsZero() {
			line += "ever"
		} else {
			line += o.Until.In(taipei).Format("2006-01-02 15:04")
		}
		switch n.Kind {
		case loyalty.NudgePoints, loyalty.NudgeVouchers:
			for _, l := range o.Lots {
				line += fmt.Sprintf(" %d%s", l.Points, l.Voucher)
			}
		case loyalty.NudgeTier, loyalty.NudgeStamps:
			line += fmt.Sprintf(" %d to go", o.Left)
		case loyalty.NudgeReleased:
			line += fmt.Sprintf(" %d points", o.Points)
		case loyalty.NudgeAnniversary:
			line += fmt.Sprintf(" %d years", o.Years)
		}
		if o.Key == "" {
			line = "look " + o.At.In(taipei).Format("2006-01-02 15:04")
		}
		all = append(all, line)
	}
	return all
}

func TestOccasions(t *testing.T) {
	ends := func(day string, n loyalty.Points) loyalty.Lot {
		return loyalty.Lot{Opening: loyalty.Opening{ExpiresAt: local(day + " 00:00")}, Remaining: n}
	}
	waits := func(until string, n loyalty.Points) loyalty.Lot {
		return loyalty.Lot{Opening: loyalty.Opening{ActiveAt: local(until)}, Remaining: n}
	}
	lots := func(all ...loyalty.Lot) *loyalty.Account { return &loyalty.Account{Lots: all} }
	plain := &loyalty.Programme{Zone: taipei}
	levels := []loyalty.Level{{ID: "member"}, {ID: "gold", At: 1000}}
	tiers := &loyalty.Programme{Zone: taipei, Tiers: loyalty.Tiers{By: loyalty.MeasureSpend, Window: loyalty.WindowCalendar, Levels: levels}}
	gold := &loyalty.Account{Standing: loyalty.Standing{Level: "gold"}}
	drops := func(keep int64) loyalty.Progress {
		return loyalty.Progress{Standing: loyalty.Standing{Level: "gold", Until: local("2027-01-31 00:00")}, Ends: local("2027-01-01 00:00"), Keep: keep}
	}
	cards := &loyalty.Programme{Zone: taipei, Cards: []loyalty.StampCard{{ID: "coffee", Size: 10, Start: 8}, {ID: "tea", Size: 5}}}
	gifted := &loyalty.Programme{Zone: taipei, Gifts: []loyalty.Gift{{Kind: loyalty.GiftAnniversary}}}
	for _, c := range []struct {
		what  string
		n     loyalty.Nudge
		rules *loyalty.Programme
		f     Facts
		now   string
		want  []string
	}{
		{
			"points of two dates", loyalty.Nudge{Kind: loyalty.NudgePoints, Days: []int{30, 7, 1}}, plain,
			Facts{Account: lots(ends("2027-01-01", 30), ends("2027-01-01", 10), ends("2027-01-11", 5))}, "2026-12-01 09:00",
			[]string{
				// The later date's notice of 12 December stands for the earlier date's first one.
				"2026-12-02 10:00 until 2026-12-12 10:00 40", "2026-12-12 10:00 until 2027-01-04 10:00 40 5", "2026-12-25 10:00 until 2026-12-31 10:00 40",
				"2026-12-31 10:00 until 2027-01-01 00:00 40", "2027-01-04 10:00 until 2027-01-10 10:00 40 5", "2027-01-10 10:00 until 2027-01-11 00:00 40 5",
			},
		},
		{
			"points and vouchers are told together", loyalty.Nudge{Kind: loyalty.NudgeVouchers, Days: []int{7}}, plain,
			Facts{Account: lots(ends("2027-01-01", 40)), Vouchers: []Ending{{"cake", local("2027-01-05 15:00")}}}, "2026-12-20 09:00",
			[]string{"2026-12-30 10:00 until 2027-01-05 15:00 40 0cake"},
		},
		{"nothing of what is gone", loyalty.Nudge{Kind: loyalty.NudgePoints, Days: []int{1}}, plain, Facts{Account: lots(ends("2027-01-01", 40))}, "2027-01-01 00:00", nil},
		{
			"a level that ends", loyalty.Nudge{Kind: loyalty.NudgeTier, Days: []int{30, 7}}, tiers, Facts{Account: gold, Progress: drops(400), Tiers: true}, "2026-12-26 12:00",
			[]string{"2026-12-02 10:00 until 2026-12-25 10:00 400 to go", "2026-12-25 10:00 until 2027-01-01 00:00 400 to go", "look 2027-01-01 00:00"},
		},
		{
			"a level that is kept already", loyalty.Nudge{Kind: loyalty.NudgeTier, Days: []int{30, 7}}, tiers, Facts{Account: gold, Progress: drops(0), Tiers: true}, "2026-12-10 12:00",
			[]string{"2026-12-25 10:00 until 2027-01-01 00:00 0 to go", "look 2027-01-01 00:00"},
		},
		{
			"in its grace", loyalty.Nudge{Kind: loyalty.NudgeTier, Days: []int{7}}, tiers,
			Facts{Account: gold, Tiers: true, Progress: loyalty.Progress{Standing: drops(0).Standing, Ends: local("2028-01-01 00:00"), Keep: 1000}}, "2027-01-26 12:00",
			[]string{"2027-01-24 10:00 until 2027-01-31 00:00 1000 to go", "look 2027-01-31 00:00"},
		},
		{
			"cards that are almost full", loyalty.Nudge{Kind: loyalty.NudgeStamps, Left: 2, After: 5, Deadline: 14}, cards,
			Facts{Last: date("2026-03-01"), Account: &loyalty.Account{Cards: map[string]loyalty.Stamps{"coffee": {Have: 8}, "tea": {Have: 4}}}}, "2026-03-02 12:00",
			[]string{"2026-03-06 10:00 until 2026-03-20 10:00 1 to go"}, // eight of ten were a head start
		},
		{
			"silence", loyalty.Nudge{Kind: loyalty.NudgeComeback, After: 45, Deadline: 14}, plain, Facts{Last: date("2026-01-01")}, "2026-01-02 12:00",
			[]string{"2026-02-15 10:00 until 2026-03-01 10:00"},
		},
		{"silence of who never came", loyalty.Nudge{Kind: loyalty.NudgeComeback, After: 45}, plain, Facts{}, "2026-01-02 12:00", nil},
		{
			"29 February", loyalty.Nudge{Kind: loyalty.NudgeAnniversary}, plain, Facts{Joined: local("2024-02-29 23:30")}, "2027-06-01 12:00",
			[]string{"2026-02-28 10:00 until ever 2 years", "2027-02-28 10:00 until ever 3 years", "2028-02-29 10:00 until ever 4 years"},
		},
		{"a gift tells the anniversary", loyalty.Nudge{Kind: loyalty.NudgeAnniversary}, gifted, Facts{Joined: local("2024-02-29 23:30")}, "2027-06-01 12:00", nil},
		{
			"thanks, not at night", loyalty.Nudge{Kind: loyalty.NudgeThanks, Visit: 10, Every: true, Deadline: 3}, plain,
			Facts{Visits: 21, Thanks: Visit{Number: 20, At: local("2026-05-04 19:10")}}, "2026-05-04 20:00", []string{"2026-05-05 10:00 until 2026-05-08 10:00"},
		},
		{
			"the visit was taken back", loyalty.Nudge{Kind: loyalty.NudgeThanks, Visit: 10, Every: true}, plain,
			Facts{Visits: 19, Thanks: Visit{Number: 20, At: local("2026-05-04 12:10")}}, "2026-05-04 20:00", nil,
		},
		{
			"points of a day are released together", loyalty.Nudge{Kind: loyalty.NudgeReleased, Deadline: 7}, plain,
			Facts{Account: lots(waits("2026-05-04 09:00", 10), waits("2026-05-03 18:00", 20), waits("2026-05-04 10:01", 40))}, "2026-05-02 12:00",
			[]string{"2026-05-04 10:00 until 2026-05-11 10:00 30 points", "2026-05-05 10:00 until 2026-05-12 10:00 40 points"},
		},
		{
			"another tier", loyalty.Nudge{Kind: loyalty.NudgeComeback, After: 45, Levels: []string{"member"}}, tiers,
			Facts{Last: date("2026-01-01"), Account: gold}, "2026-01-02 12:00", nil,
		},
	} {
		if got := told(c.n, c.rules, c.f, c.now); strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s\n got %s\nwant %s", c.what, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
	}
}

// In the last days it is counted how many are left, so a message about them is
// another one each day; before, it stays the same.
func TestFiguresTurnAtMidnight(t *testing.T) {
	n := &loyalty.Nudge{Kind: loyalty.NudgePoints, Days: []int{30}, From: 10 * 60, To: 20 * 60}
	rules := &loyalty.Programme{Zone: taipei}
	f := &Facts{Points: true, Account: &loyalty.Account{Lots: []loyalty.Lot{{Opening: loyalty.Opening{ExpiresAt: local("2027-01-01 00:00")}, Remaining: 40}}}}
	at := func(now string) Occasion { return Occasions(n, rules, f, local(now))[0] }
	for _, c := range []struct{ from, turns string }{
		{"2026-12-02 10:00", "2026-12-29 00:00"}, {"2026-12-28 23:59", "2026-12-29 00:00"},
		{"2026-12-29 00:00", "2026-12-30 00:00"}, {"2026-12-30 12:00", "2026-12-31 00:00"},
	} {
		o, turns := at(c.from), local(c.turns)
		if !o.Turns.Equal(turns) {
			t.Errorf("at %s its figures turn at %s, not %s", c.from, o.Turns.In(taipei), c.turns)
		}
		if before, then := at(turns.Add(-time.Second).Format("2006-01-02 15:04")), at(c.turns); before.Digest() != o.Digest() || then.Digest() == o.Digest() {
			t.Errorf("from %s to %s the figures are %q, %q, %q", c.from, c.turns, o.Figures, before.Figures, then.Figures)
		}
	}
	if o := at("2026-12-31 12:00"); !o.Turns.IsZero() {
		t.Errorf("on the last day they turn again at %s", o.Turns)
	}
}

// An occasion is told once, in the figures that it leaves with; late ones are not
// told at all.
func TestPlanTellsOnce(t *testing.T) {
	p := Plan{Told: map[string]*Told{}}
	o := Occasion{Key: "a", At: local("2026-05-04 10:00"), Until: local("2026-05-11 10:00"), Figures: "40"}
	next := Occasion{Key: "b", At: local("2026-05-20 10:00")}
	list := []Occasion{o, next}
	if _, ok, _, later := p.Next("x", list, local("2026-05-04 09:59")); ok || !later.Equal(o.At) {
		t.Errorf("before its time: %v, look at %s", ok, later)
	}
	if got, ok, redo, _ := p.Next("x", list, local("2026-05-04 10:00")); !ok || redo || got.Key != "a" {
		t.Errorf("at its time: %v %v %v", got, ok, redo)
	}
	if _, ok, _, later := p.Next("x", list, local("2026-05-11 10:00")); ok || !later.Equal(next.At) {
		t.Errorf("after its deadline: %v, look at %s", ok, later)
	}
	p.Tell("x", o, local("2026-05-04 10:00"), true)
	if _, ok, _, later := p.Next("x", list, local("2026-05-04 10:01")); ok || !later.Equal(next.At) {
		t.Errorf("once told: %v, look at %s", ok, later)
	}
	list[0].Figures = "30"
	if _, ok, redo, _ := p.Next("x", list, local("2026-05-04 10:01")); !ok || !redo {
		t.Error("what waits in wrong figures is not written anew")
	}
	p.Told["x"].Left = true
	if _, ok, _, _ := p.Next("x", list, local("2026-05-04 10:01")); ok {
		t.Error("what has left is written anew")
	}
}

func TestEnough(t *testing.T) {
	p := Plan{Told: map[string]*Told{}}
	n := &loyalty.Nudge{ID: "x", PerPerson: 2, Per: loyalty.SpanMonth}
	for i, at := range []string{"2026-05-01 10:00", "2026-05-10 10:00"} {
		if p.Enough(n, local(at)) {
			t.Errorf("number %d is one too many", i+1)
		}
		p.Tell("x", Occasion{Key: at, At: local(at)}, local(at), true)
	}
	if !p.Enough(n, local("2026-05-20 10:00")) || p.Enough(n, local("2026-06-01 10:00")) {
		t.Error("two in thirty days are not counted as two")
	}
}
