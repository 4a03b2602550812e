package book

import (
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // zones that move their clocks, on any machine

	"regulars/loyalty"
)

// items are what the random shops sell; a piece costs the same everywhere, so
// that what pieces come back says how much money does.
var items = []struct {
	id, category string
	price        int
}{{"latte", "drinks", 6}, {"tea", "drinks", 4}, {"beans", "goods", 9}, {"cigars", "tobacco", 5}, {"room", "rooms", 12}, {"mystery", "", 3}}

// zones: one that moves no clocks, one that does at night, one at midnight.
func zones(pick func(int) int) *time.Location {
	name := []string{"Asia/Taipei", "America/New_York", "Asia/Beirut"}[pick(3)]
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// starts are days on which lives begin: an ordinary one, month's ends, and
// where clocks move soon.
var starts = []date{{2026, 3, 10}, {2026, 1, 31}, {2027, 12, 20}, {2028, 2, 27}, {2026, 10, 23}}

// pickProgrammes chooses one to three versions of a shop's rules, oldest first.
// Numbers are small, so that lives meet their bounds often.
func pickProgrammes(pick func(int) int, start time.Time) (all []*loyalty.Programme) {
	zone := zones(pick)
	first := pickProgramme(pick, zone, start)
	all = append(all, first)
	from := start
	for version := 2; pick(2) == 0 && version <= 3; version++ {
		from = from.Add(time.Duration(1+pick(60*24)) * time.Hour)
		if pick(2) == 0 { // where days, and with them rules, begin and end
			from = dateOf(from, zone).next().begins(zone)
		}
		p := pickProgramme(pick, zone, start)
		old := all[len(all)-1]
		if pick(2) == 0 { // much stays as it is
			q := *old
			switch pick(4) {
			case 0:
				q.Tiers = p.Tiers
			case 1:
				q.Earning = p.Earning
			case 2:
				q.Expiry = p.Expiry
			case 3:
				q.Cards, q.HoldFor, q.ReturnWindow, q.Reversal = p.Cards, p.HoldFor, p.ReturnWindow, p.Reversal
			}
			p = &q
		}
		p.Version, p.From, p.Before = version, from.UTC(), old
		p.Expiry.Version, p.Expiry.Follow = version, pick(3) > 0
		p.Tiers.Levels = slices.Clone(p.Tiers.Levels)
		for i, l := range p.Tiers.Levels {
			if l.Expiry != nil {
				x := *l.Expiry
				x.Version, x.Follow = version, p.Expiry.Follow
				p.Tiers.Levels[i].Expiry = &x
			}
		}
		all = append(all, p)
	}
	for _, p := range all { // the reader of programmes lets no bonus name a level that is not there
		p.Earning.Bonuses = slices.DeleteFunc(slices.Clone(p.Earning.Bonuses), func(b loyalty.Bonus) bool {
			return slices.ContainsFunc(b.Levels, func(id string) bool { return id != "" && rank(p, id) == 0 })
		})
	}
	return all
}

func pickProgramme(pick func(int) int, zone *time.Location, start time.Time) *loyalty.Programme {
	p := plan()
	p.Zone = zone
	p.Rate = pickRate(pick)
	p.ReturnWindow = []time.Duration{0, 0, 7 * 24 * time.Hour}[pick(3)]
	p.HoldFor = []time.Duration{0, 36 * time.Hour}[pick(2)]
	p.Reversal = []loyalty.Reversal{loyalty.ReverseDebt, loyalty.ReverseUpTo, loyalty.ReverseRefuse}[pick(3)]
	p.Expiry = pickExpiry(pick)
	p.NoticeDays = []int{20, 7, 1} // Verify holds their rows against the entries
	p.Earning = pickEarning(pick, start)
	p.Tiers = pickTiers(pick)
	if pick(2) == 0 {
		p.Cards = append(p.Cards, loyalty.StampCard{ID: "visits", Size: int64(2 + pick(3)), Start: int64(pick(3)), Minimum: loyalty.Money(pick(2) * 15)})
	}
	if pick(2) == 0 {
		p.Cards = append(p.Cards, loyalty.StampCard{ID: "cups", Size: int64(1 + pick(5)), Start: int64(pick(2)), Items: pickNames(pick)})
	}
	return p
}

func pickRate(pick func(int) int) loyalty.Rate {
	return loyalty.Rate{
		Points: loyalty.Points(1 + pick(3)), Per: loyalty.Money(1 + pick(4)), Minimum: loyalty.Money(pick(2) * 20),
		Rounding: []loyalty.Rounding{loyalty.RoundDown, loyalty.RoundNearest, loyalty.RoundUp}[pick(3)],
	}
}

func pickExpiry(pick func(int) int) loyalty.Expiry {
	x := loyalty.Expiry{Version: 1}
	to := []loyalty.Period{loyalty.ToDay, loyalty.ToDay, loyalty.ToMonth, loyalty.ToQuarter, loyalty.ToHalfYear, loyalty.ToYear}[pick(6)]
	switch pick(7) {
	case 0, 1:
		x.Kind, x.Months, x.RoundTo = loyalty.AfterMonths, 1+pick(3), to
	case 2, 3:
		x.Kind, x.Months, x.RoundTo = loyalty.Idle, 1+pick(3), to
	case 4:
		x.Kind, x.Months, x.Month, x.Day = loyalty.FixedDate, pick(4), time.Month(1+pick(12)), 28+pick(4)
	case 5:
		x.Kind = loyalty.NextYearEnd
	case 6:
		x.Kind = loyalty.Never
	}
	return x
}

// pickNames chooses some items and categories.
func pickNames(pick func(int) int) (names []string) {
	all := []string{"latte", "tea", "beans", "cigars", "room", "drinks", "goods", "tobacco", "mystery"}
	for range 1 + pick(2) {
		names = append(names, all[pick(len(all))])
	}
	return names
}

func pickEarning(pick func(int) int, start time.Time) (e loyalty.Earning) {
	for _, it := range items {
		item := loyalty.Item{ID: it.id, Category: it.category, Points: loyalty.Points(pick(3)), Nights: int64(pick(4) / 3)}
		if it.category == "rooms" {
			item.Nights = 1
		}
		if it.category != "" {
			e.Items = append(e.Items, item)
		}
	}
	if pick(2) == 0 {
		e.Items = append(e.Items, loyalty.Item{ID: "drinks", Points: loyalty.Points(pick(3)), Nights: int64(pick(2))})
	}
	if pick(3) == 0 {
		e.Exclude = pickNames(pick)
	}
	e.PerVisit, e.VisitsADay = loyalty.Points(pick(2)*pick(5)), pick(3)
	e.Stacking = []loyalty.Stacking{"", loyalty.StackAdd, loyalty.StackBest}[pick(3)]
	cap := func(n int) loyalty.Points { return loyalty.Points(max(0, pick(4)-2) * (n + pick(n))) }
	e.CapSale, e.CapDay, e.CapMonth = cap(20), cap(30), cap(60)
	for i := range pick(4) {
		e.Bonuses = append(e.Bonuses, pickBonus(pick, i, start))
	}
	return e
}

// pickBonus has one condition mostly, and sometimes two.
func pickBonus(pick func(int) int, i int, start time.Time) loyalty.Bonus {
	b := loyalty.Bonus{ID: fmt.Sprint("b", i), Percent: []int64{0, 100, 120, 150, 200, 300}[pick(6)], Points: loyalty.Points(pick(2) * pick(8))}
	for range 1 + pick(5)/4 {
		switch pick(10) {
		case 0:
			b.Levels = []string{[]string{"", "silver", "gold"}[pick(3)]}
		case 1:
			b.Weekdays = []time.Weekday{time.Weekday(pick(7)), time.Weekday(pick(7)), time.Weekday(pick(7))}
		case 2:
			b.FromHour, b.ToHour = pick(24)*60, pick(24)*60
		case 3:
			b.From = start.Add(time.Duration(pick(60*24)) * time.Hour)
			b.To = b.From.Add(time.Duration(pick(60*24)) * time.Hour)
		case 4:
			b.Stores = []loyalty.Store{"main"}
		case 5:
			b.Birthday = []loyalty.Span{loyalty.SpanDay, loyalty.SpanWeek, loyalty.SpanMonth}[pick(3)]
		case 6:
			b.First = true
		case 7:
			b.Items = pickNames(pick)
		case 8:
			b.Minimum = loyalty.Money(5 + pick(30))
		}
	}
	return b
}

func pickTiers(pick func(int) int) (t loyalty.Tiers) {
	if pick(4) == 0 {
		return t
	}
	t.By = []loyalty.Measure{loyalty.MeasureSpend, loyalty.MeasurePoints, loyalty.MeasureVisits, loyalty.MeasureNights}[pick(4)]
	t.Window = []loyalty.Window{loyalty.WindowCalendar, loyalty.WindowRolling, loyalty.WindowAnniversary}[pick(3)]
	if t.Window == loyalty.WindowRolling {
		t.Months = 1 + pick(4)
	}
	t.GraceDays, t.Soft = pick(2)*pick(40), pick(2) == 0
	if t.By == loyalty.MeasurePoints && pick(2) == 0 {
		r := pickRate(pick)
		t.Rate = &r
	}
	step := map[loyalty.Measure]int{loyalty.MeasureSpend: 40, loyalty.MeasurePoints: 25, loyalty.MeasureVisits: 2, loyalty.MeasureNights: 1}[t.By]
	at := 0
	for i, id := range []string{"green", "silver", "gold", "black"}[:2+pick(3)] {
		l := loyalty.Level{ID: id, Percent: []int64{0, 100, 125, 150}[pick(4)]}
		if i > 0 {
			at += step + pick(step+1)
			l.At = int64(at)
		}
		if pick(5) == 0 {
			x := pickExpiry(pick)
			l.Expiry = &x
		}
		t.Levels = append(t.Levels, l)
	}
	return t
}

// pickFacts chooses what is known of the member.
func pickFacts(pick func(int) int, start time.Time) (f loyalty.Facts) {
	switch pick(4) {
	case 0:
		f.Joined = start.Add(-time.Duration(pick(800*24)) * time.Hour)
	case 1:
		f.Joined = time.Date(2024, 2, 29, 12, 0, 0, 0, taipei)
	case 2:
		f.Joined = time.Date(2025, 12, 31, 20, 0, 0, 0, taipei)
	}
	if pick(2) == 0 {
		f.BirthMonth, f.BirthDay = time.Month(1+pick(12)), 1+pick(28)
		if pick(3) == 0 {
			f.BirthMonth, f.BirthDay = time.February, 29
		}
		f.BirthSet = start.AddDate(0, 0, -100)
		if pick(3) == 0 {
			f.BirthChanged = start.Add(-time.Duration(pick(60*24)) * time.Hour)
		}
	}
	f.Returned = pick(6) == 0
	return f
}
