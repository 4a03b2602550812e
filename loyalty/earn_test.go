package loyalty

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// till is a member's account at a shop whose rules a test sets.
type till struct {
	t     testing.TB
	p     *Programme
	a     *Account
	f     Facts
	store Store
	seq   map[uint64]Entry
}

// newTill is a shop in Taipei with a point for each 10.
func newTill(t testing.TB) *till {
	p := &Programme{Version: 1, Zone: taipei, Rate: Rate{Points: 1, Per: 10}}
	return &till{t: t, p: p, a: &Account{}, seq: map[uint64]Entry{}}
}

func (l *till) draft(when time.Time) Draft {
	return Draft{Member: "M", Op: "op", Actor: ByStaff("sam"), Now: later(when, l.a.RecordedAt), At: when, Store: l.store, Facts: l.f, Reason: []byte("r")}
}

// do applies what was decided and gives its first entry.
func (l *till) do(made []Entry, err error) Entry {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
	first := l.a.Seq + 1
	for _, e := range made {
		if err := l.a.Apply(e); err != nil {
			l.t.Fatal(err)
		}
		l.seq[e.Seq] = e
	}
	for seq := first; seq <= l.a.Seq; seq++ { // what settling wrote comes before
		if !l.seq[seq].Kind.Automatic() {
			return l.seq[seq]
		}
	}
	return Entry{}
}

func (l *till) sell(when time.Time, s Sale) Entry {
	l.t.Helper()
	return l.do(Sell(l.a, l.p, l.draft(when), s))
}

func (l *till) refund(when time.Time, of Entry, r Return) Entry {
	l.t.Helper()
	return l.do(Refund(l.a, l.p, l.draft(when), &of, r))
}

// shares is "12 = base 10 + bonus/x 2".
func shares(e Entry) string {
	var parts []string
	var sum Points
	for _, s := range e.Shares {
		parts = append(parts, fmt.Sprint(s.Rule, " ", s.Points))
		sum += s.Points
	}
	text := fmt.Sprint(-e.In(Issued))
	if len(parts) > 0 {
		text += " = " + strings.Join(parts, " + ")
	}
	if sum != -e.In(Issued) {
		text += " which do not sum"
	}
	return text
}

// goods are a sale's lines: "latte 2 240" is two for 240.
func goods(list ...string) (lines []Line) {
	for _, text := range list {
		var l Line
		if _, err := fmt.Sscan(text, &l.Item, &l.Quantity, &l.Amount); err != nil {
			panic(err)
		}
		lines = append(lines, l)
	}
	return lines
}

// cafe sets rules for the tables below: 10 = 1 point; tobacco earns nothing;
// items of the category drinks give 1 each, a latte 2; a bag of beans has no
// rule of its own.
func cafe(p *Programme) {
	p.Earning.Exclude = []string{"tobacco"}
	p.Earning.Items = []Item{
		{ID: "latte", Category: "drinks", Points: 2}, {ID: "tea", Category: "drinks"}, {ID: "drinks", Points: 1},
		{ID: "beans", Category: "goods"}, {ID: "cigars", Category: "tobacco"}, {ID: "room", Nights: 1},
	}
}

func TestEarning(t *testing.T) {
	tuesday := at("2026-03-10 15:00:00")
	bonus := func(list ...Bonus) func(*Programme) { return func(p *Programme) { p.Earning.Bonuses = list } }
	levels := func(p *Programme) {
		p.Tiers = Tiers{By: MeasureSpend, Levels: []Level{{ID: "green"}, {ID: "gold", At: 1, Percent: 125}}}
	}
	for _, c := range []struct {
		name  string
		rules []func(*Programme)
		level string
		lines []Line
		total Money
		want  string
	}{
		{name: "the rate rounds down: 12.9", total: 129, want: "12 = base 12"},
		{name: "nothing", total: 9, want: "0"},
		{name: "below the minimum no rule gives", total: 99, want: "0", lines: goods("latte 1 99"),
			rules: []func(*Programme){cafe, func(p *Programme) { p.Rate.Minimum, p.Earning.PerVisit = 100, 5 }}},
		{name: "at the minimum all do: 10, 5 a visit, 2 a latte", total: 100, want: "17 = base 10 + visit 5 + item/latte 2", lines: goods("latte 1 99"),
			rules: []func(*Programme){cafe, func(p *Programme) { p.Rate.Minimum, p.Earning.PerVisit = 100, 5 }}},

		// 200 of which 95 are cigars: 105 earn 10 (10.5).
		{name: "excluded lines earn nothing", rules: []func(*Programme){cafe}, lines: goods("cigars 1 95", "beans 1 50"), total: 200, want: "10 = base 10"},
		{name: "all excluded", rules: []func(*Programme){cafe, bonus(Bonus{ID: "b", Percent: 200, Points: 3})}, lines: goods("cigars 1 200"), total: 200, want: "0"},
		// Paid 100 for 160 of goods, of which 80 are cigars: half of what was paid earns.
		{name: "a discount is shared", rules: []func(*Programme){cafe}, lines: goods("cigars 1 80", "beans 1 80"), total: 100, want: "5 = base 5"},

		// A latte has a rule of its own, a tea its category's, beans neither.
		{name: "items and categories", rules: []func(*Programme){cafe}, lines: goods("latte 3 90", "tea 2 60", "latte 1 30", "beans 1 20"), total: 200,
			want: "30 = base 20 + item/latte 8 + category/drinks 2"},
		{name: "the till's own category", rules: []func(*Programme){cafe}, lines: []Line{{Item: "mocha", Category: "drinks", Quantity: 2}}, total: 50,
			want: "7 = base 5 + category/drinks 2"},

		{name: "a tier's percent: 12 × 25 % is 3", rules: []func(*Programme){levels}, level: "gold", total: 129, want: "15 = base 12 + tier/gold 3"},
		{name: "the lowest tier's", rules: []func(*Programme){levels}, total: 129, want: "12 = base 12"},
		{name: "a tier that is no more is the lowest", rules: []func(*Programme){levels}, level: "platinum", total: 129, want: "12 = base 12"},

		// 13 × (125−100 + 200−100 + 150−100) %: each share rounds by itself, 3.25, 13, 6.5.
		{name: "adding", rules: []func(*Programme){levels, bonus(Bonus{ID: "two", Percent: 200}, Bonus{ID: "half", Percent: 150, Points: 4})}, level: "gold", total: 130,
			want: "39 = base 13 + tier/gold 3 + bonus/two 13 + bonus/half 10"},
		{name: "adding, nearest: 3, 13, 7", rules: []func(*Programme){levels, bonus(Bonus{ID: "two", Percent: 200}, Bonus{ID: "half", Percent: 150}), func(p *Programme) { p.Rate.Rounding = RoundNearest }}, level: "gold", total: 130,
			want: "36 = base 13 + tier/gold 3 + bonus/two 13 + bonus/half 7"},
		{name: "adding, up: 4, 13, 7", rules: []func(*Programme){levels, bonus(Bonus{ID: "two", Percent: 200}, Bonus{ID: "half", Percent: 150}), func(p *Programme) { p.Rate.Rounding = RoundUp }}, level: "gold", total: 130,
			want: "37 = base 13 + tier/gold 4 + bonus/two 13 + bonus/half 7"},
		// 3 for the tier, 13 for two, 6 + 8 for half: the last is best.
		{name: "the best", rules: []func(*Programme){levels, bonus(Bonus{ID: "two", Percent: 200}, Bonus{ID: "half", Percent: 150, Points: 8}), best}, level: "gold", total: 130,
			want: "27 = base 13 + bonus/half 14"},
		{name: "the best is the tier", rules: []func(*Programme){levels, bonus(Bonus{ID: "a", Points: 2}), best}, level: "gold", total: 130,
			want: "16 = base 13 + tier/gold 3"},
		{name: "of equals the first", rules: []func(*Programme){bonus(Bonus{ID: "a", Percent: 200}, Bonus{ID: "b", Percent: 200}), best}, total: 130,
			want: "26 = base 13 + bonus/a 13"},
		{name: "100 and 0 multiply nothing", rules: []func(*Programme){bonus(Bonus{ID: "a", Percent: 100}, Bonus{ID: "b"})}, total: 130, want: "13 = base 13"},

		// Of 200, lattes are 95, which alone give 9: twice that is 9 more.
		{name: "a product's bonus", rules: []func(*Programme){cafe, bonus(Bonus{ID: "b", Percent: 200, Items: []string{"latte"}})}, lines: goods("latte 1 95", "beans 1 105"), total: 200,
			want: "31 = base 20 + item/latte 2 + bonus/b 9"},
		{name: "a category's bonus", rules: []func(*Programme){cafe, bonus(Bonus{ID: "b", Percent: 300, Items: []string{"goods"}})}, lines: goods("latte 1 95", "beans 1 105"), total: 200,
			want: "42 = base 20 + item/latte 2 + bonus/b 20"},
		{name: "a product's points come once a sale", rules: []func(*Programme){bonus(Bonus{ID: "b", Points: 7, Items: []string{"x"}})}, lines: goods("x 3 30"), total: 30, want: "10 = base 3 + bonus/b 7"},
		{name: "not without the product", rules: []func(*Programme){bonus(Bonus{ID: "b", Points: 7, Items: []string{"x"}})}, lines: goods("y 3 30"), total: 30, want: "3 = base 3"},
		{name: "nor for an excluded one", rules: []func(*Programme){cafe, bonus(Bonus{ID: "b", Percent: 200, Points: 7, Items: []string{"cigars"}})}, lines: goods("cigars 1 30", "beans 1 30"), total: 60, want: "3 = base 3"},
		{name: "below a bonus's minimum", rules: []func(*Programme){bonus(Bonus{ID: "b", Points: 7, Minimum: 100})}, total: 99, want: "9 = base 9"},
		{name: "at a bonus's minimum", rules: []func(*Programme){bonus(Bonus{ID: "b", Points: 7, Minimum: 100})}, total: 100, want: "17 = base 10 + bonus/b 7"},

		{name: "another store's", rules: []func(*Programme){bonus(Bonus{ID: "b", Points: 7, Stores: []Store{"west"}})}, total: 100, want: "10 = base 10"},
		{name: "this store's", rules: []func(*Programme){bonus(Bonus{ID: "b", Points: 7, Stores: []Store{"west", "main"}})}, total: 100, want: "17 = base 10 + bonus/b 7"},
		{name: "a tier's bonus, not theirs", rules: []func(*Programme){levels, bonus(Bonus{ID: "b", Points: 7, Levels: []string{"gold"}})}, total: 100, want: "10 = base 10"},
		{name: "the lowest tier by its name", rules: []func(*Programme){levels, bonus(Bonus{ID: "b", Points: 7, Levels: []string{"green"}})}, total: 100, want: "17 = base 10 + bonus/b 7"},
		{name: "the lowest tier without one", rules: []func(*Programme){levels, bonus(Bonus{ID: "b", Points: 7, Levels: []string{""}})}, total: 100, want: "17 = base 10 + bonus/b 7"},
		{name: "first purchase", rules: []func(*Programme){bonus(Bonus{ID: "b", Points: 7, First: true})}, total: 100, want: "17 = base 10 + bonus/b 7"},
		{name: "a weekday", rules: []func(*Programme){bonus(Bonus{ID: "b", Points: 7, Weekdays: []time.Weekday{time.Monday, time.Tuesday}})}, total: 100, want: "17 = base 10 + bonus/b 7"},
		{name: "another weekday", rules: []func(*Programme){bonus(Bonus{ID: "b", Points: 7, Weekdays: []time.Weekday{time.Monday}})}, total: 100, want: "10 = base 10"},

		// 13 base, 3 tier, 13 bonus, 5 visit are 34; 30 may be.
		{name: "the sale's cap", rules: []func(*Programme){levels, bonus(Bonus{ID: "two", Percent: 200}), func(p *Programme) { p.Earning.PerVisit, p.Earning.CapSale = 5, 30 }}, level: "gold", total: 130,
			want: "30 = base 13 + visit 5 + tier/gold 3 + bonus/two 13 + cap -4"},
		{name: "at the sale's cap", rules: []func(*Programme){func(p *Programme) { p.Earning.CapSale = 13 }}, total: 130, want: "13 = base 13"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newTill(t)
			for _, set := range c.rules {
				set(l.p)
			}
			l.store, l.a.Standing.Level = "main", c.level
			if c.level != "" {
				l.a.Standing.Until = at("2030-01-01 00:00:00")
			}
			if got := shares(l.sell(tuesday, Sale{Amount: c.total, Lines: c.lines})); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func best(p *Programme) { p.Earning.Stacking = StackBest }

// TestHours: 14:00 to 17:00 holds from the first to before the second; 22:00 to
// 02:00 on Fridays is one night, of which the end lies on Saturday.
func TestHours(t *testing.T) {
	afternoon := Bonus{ID: "b", Points: 7, FromHour: 14 * 60, ToHour: 17 * 60}
	night := Bonus{ID: "b", Points: 7, FromHour: 22 * 60, ToHour: 2 * 60, Weekdays: []time.Weekday{time.Friday}}
	december := Bonus{ID: "b", Points: 7, From: at("2026-12-01 00:00:00"), To: at("2027-01-01 00:00:00")}
	for _, c := range []struct {
		bonus Bonus
		when  string
		want  bool
	}{
		{afternoon, "2026-03-10 13:59:59.999", false},
		{afternoon, "2026-03-10 14:00:00", true},
		{afternoon, "2026-03-10 16:59:59.999", true},
		{afternoon, "2026-03-10 17:00:00", false},
		{night, "2026-03-13 21:59:59", false}, // the 13th is a Friday
		{night, "2026-03-13 22:00:00", true},
		{night, "2026-03-14 01:59:59", true},
		{night, "2026-03-14 02:00:00", false},
		{night, "2026-03-13 01:00:00", false}, // Thursday's night
		{night, "2026-03-14 22:30:00", false}, // Saturday's
		{december, "2026-11-30 23:59:59.999", false},
		{december, "2026-12-01 00:00:00", true},
		{december, "2026-12-31 23:59:59.999", true},
		{december, "2027-01-01 00:00:00", false},
	} {
		l := newTill(t)
		l.p.Earning.Bonuses = []Bonus{c.bonus}
		if got := -l.sell(at(c.when), Sale{Amount: 100}).In(Issued) == 17; got != c.want {
			t.Errorf("%s: %t", c.when, got)
		}
	}
}

// TestDaylightSaving: in Berlin 02:00 to 03:00 is missing on 2026-03-29 and
// comes twice on 2026-10-25. An hour's bonus goes by the clock on the wall, a
// day and a month by the local date, in which a sale at 23:30 UTC lies a day on.
func TestDaylightSaving(t *testing.T) {
	berlin := mustZone("Europe/Berlin")
	utc := func(s string) time.Time {
		u, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	for _, c := range []struct {
		when string
		want bool
		day  string
	}{
		{"2026-03-29 00:59", false, "2026-03-29"}, // 01:59
		{"2026-03-29 01:00", false, "2026-03-29"}, // 03:00
		{"2026-03-28 01:30", true, "2026-03-28"},  // 02:30, the day before
		{"2026-10-24 23:59", false, "2026-10-25"}, // 01:59
		{"2026-10-25 00:00", true, "2026-10-25"},  // 02:00, summer time
		{"2026-10-25 01:59", true, "2026-10-25"},  // 02:59, again
		{"2026-10-25 02:00", false, "2026-10-25"}, // 03:00
		{"2026-10-31 23:30", false, "2026-11-01"}, // 00:30, the next month
		{"2026-07-31 22:30", false, "2026-08-01"}, // in summer two hours
	} {
		l := newTill(t)
		l.p.Zone = berlin
		l.p.Earning.Bonuses = []Bonus{{ID: "b", Points: 7, FromHour: 2 * 60, ToHour: 3 * 60}}
		e := l.sell(utc(c.when), Sale{Amount: 100})
		if got := e.In(Issued) == -17; got != c.want {
			t.Errorf("%s: %t", c.when, got)
		}
		if day := dayName(e.Tally.Day); day != c.day || dayName(e.Tally.Bucket) != c.day[:8]+"01" {
			t.Errorf("%s counts on %s in %s, want %s", c.when, day, dayName(e.Tally.Bucket), c.day)
		}
	}
}

func dayName(n int32) string { return time.Unix(int64(n)*24*60*60, 0).UTC().Format(time.DateOnly) }

// TestBirthday: the day, its week from Monday to Sunday, its month; 29 February
// is on the 28th in other years; a week may lie over new year.
func TestBirthday(t *testing.T) {
	for _, c := range []struct {
		born  string // month and day
		span  Span
		when  string
		wants bool
	}{
		{"03-10", SpanDay, "2026-03-10 00:00:00", true},
		{"03-10", SpanDay, "2026-03-10 23:59:59", true},
		{"03-10", SpanDay, "2026-03-11 00:00:00", false},
		{"03-10", SpanDay, "2026-03-09 23:59:59", false},
		{"03-10", SpanMonth, "2026-03-01 00:00:00", true},
		{"03-10", SpanMonth, "2026-03-31 23:59:59", true},
		{"03-10", SpanMonth, "2026-04-01 00:00:00", false},
		{"03-10", SpanMonth, "2027-03-31 12:00:00", true},
		// 10 March 2026 is a Tuesday: the 9th to the 15th.
		{"03-10", SpanWeek, "2026-03-08 23:59:59", false},
		{"03-10", SpanWeek, "2026-03-09 00:00:00", true},
		{"03-10", SpanWeek, "2026-03-15 23:59:59", true},
		{"03-10", SpanWeek, "2026-03-16 00:00:00", false},
		// 1 January 2026 is a Thursday: 29 December to 4 January.
		{"01-01", SpanWeek, "2025-12-28 12:00:00", false},
		{"01-01", SpanWeek, "2025-12-29 12:00:00", true},
		{"01-01", SpanWeek, "2026-01-04 12:00:00", true},
		{"01-01", SpanWeek, "2026-01-05 12:00:00", false},
		// 31 December 2025 is the day before, in the same week.
		{"12-31", SpanWeek, "2026-01-04 12:00:00", true},
		{"12-31", SpanWeek, "2025-12-28 12:00:00", false},
		{"12-31", SpanMonth, "2026-01-01 00:00:00", false},
		{"02-29", SpanDay, "2026-02-28 12:00:00", true},
		{"02-29", SpanDay, "2026-03-01 12:00:00", false},
		{"02-29", SpanDay, "2028-02-28 12:00:00", false},
		{"02-29", SpanDay, "2028-02-29 12:00:00", true},
		{"02-29", SpanMonth, "2028-02-01 12:00:00", true},
		// 29 February 2032 is a Sunday, 28 February 2033 a Monday.
		{"02-29", SpanWeek, "2032-02-23 12:00:00", true},
		{"02-29", SpanWeek, "2033-03-06 12:00:00", true},
		{"02-29", SpanWeek, "2033-02-27 12:00:00", false},
		{"", SpanMonth, "2026-03-10 12:00:00", false},
	} {
		l := newTill(t)
		l.p.Earning.Bonuses = []Bonus{{ID: "b", Points: 7, Birthday: c.span}}
		if c.born != "" {
			b, err := time.Parse("2006-01-02", "2000-"+c.born)
			if err != nil {
				t.Fatal(err)
			}
			l.f.BirthMonth, l.f.BirthDay = b.Month(), b.Day()
		}
		if got := l.sell(at(c.when), Sale{Amount: 100}).In(Issued) == -17; got != c.wants {
			t.Errorf("born %s, %s of it at %s: %t", c.born, c.span, c.when, got)
		}
	}
}

// TestChangedBirthday: one that became another brings nothing for 30 days; one
// that was entered for the first time does.
func TestChangedBirthday(t *testing.T) {
	now := at("2026-03-10 12:00:00")
	for ago, want := range map[int]Points{0: 10, 29: 10, 30: 17, 400: 17} {
		l := newTill(t)
		l.p.Earning.Bonuses = []Bonus{{ID: "b", Points: 7, Birthday: SpanMonth}}
		l.f = Facts{BirthMonth: time.March, BirthDay: 3, BirthSet: now, BirthChanged: now.AddDate(0, 0, -ago)}
		if got := -l.sell(now, Sale{Amount: 100}).In(Issued); got != want {
			t.Errorf("changed %d days ago: %d", ago, got)
		}
	}
}

// TestFirstPurchase: once, unless it is taken back as a whole; never for who was
// a member before.
func TestFirstPurchase(t *testing.T) {
	l := newTill(t)
	l.p.Earning.Bonuses = []Bonus{{ID: "b", Points: 7, First: true}}
	now := at("2026-03-10 12:00:00")
	l.do(Give(l.a, l.p, l.draft(now), 5)) // is no sale
	first := l.sell(now, Sale{Amount: 100})
	second := l.sell(now, Sale{Amount: 100})
	if first.In(Issued) != -17 || second.In(Issued) != -10 {
		t.Errorf("%s, %s", shares(first), shares(second))
	}
	l.refund(now, first, Return{})
	l.refund(now, second, Return{})
	if again := l.sell(now, Sale{Amount: 100}); again.In(Issued) != -17 {
		t.Errorf("after all was taken back: %s", shares(again))
	}
	l = newTill(t)
	l.p.Earning.Bonuses = []Bonus{{ID: "b", Points: 7, First: true}}
	l.f.Returned = true
	if e := l.sell(now, Sale{Amount: 100}); e.In(Issued) != -10 {
		t.Errorf("a member before: %s", shares(e))
	}
}

// TestCapsOfADayAndAMonth: 25 a day, 60 a month, sales of 20 and 10 points.
func TestCapsOfADayAndAMonth(t *testing.T) {
	l := newTill(t)
	l.p.Earning.CapDay, l.p.Earning.CapMonth = 25, 60
	sell := func(when string, amount Money, want Points) Entry {
		t.Helper()
		e := l.sell(at(when), Sale{Amount: amount})
		if got := -e.In(Issued); got != want || e.Tally.Earned != want {
			t.Errorf("%s: %s, want %d", when, shares(e), want)
		}
		return e
	}
	sell("2026-03-10 12:00:00", 200, 20)
	second := sell("2026-03-10 13:00:00", 100, 5) // 25 − 20
	sell("2026-03-10 23:59:59.999", 100, 0)
	sell("2026-03-11 00:00:00", 250, 25) // a new day, and exactly its cap
	sell("2026-03-12 12:00:00", 200, 10) // 60 − 50 in this month
	sell("2026-03-31 23:59:59", 200, 0)
	sell("2026-04-01 00:00:00", 200, 20) // a new month
	// Told late: it counts on its own day, which is full, and in its month.
	sell("2026-03-11 18:00:00", 100, 0)
	// Of the 10th's second sale, of 100, 40 come back. The 60 left would have
	// given 6, of which 5 fitted: nothing goes. With 60 back it keeps 4.
	if e := l.refund(at("2026-04-01 01:00:00"), second, Return{Amount: 40}); e.In(Issued) != 0 {
		t.Errorf("took %d", e.In(Issued))
	}
	if e := l.refund(at("2026-04-01 01:00:00"), second, Return{Amount: 20}); e.In(Issued) != 1 || e.Tally.Earned != -1 || e.Tally.Day != second.Tally.Day {
		t.Errorf("took %d: %+v", e.In(Issued), e.Tally)
	}
	sell("2026-03-10 14:00:00", 100, 1) // the point that came back is there again
}

// TestForgottenDays: of the days with sales the newest eight are known; a sale
// told late of one before them is not held against what it had.
func TestForgottenDays(t *testing.T) {
	l := newTill(t)
	l.p.Earning.CapDay = 10
	for day := range 9 {
		l.sell(at("2026-03-10 12:00:00").AddDate(0, 0, day), Sale{Amount: 100})
	}
	for day, want := range []Points{10, 0} {
		if e := l.sell(at("2026-03-10 13:00:00").AddDate(0, 0, day), Sale{Amount: 100}); -e.In(Issued) != want {
			t.Errorf("of day %d: %s", day, shares(e))
		}
	}
}

// TestVisits: two visits count a day, and so do their points and stamps.
func TestVisits(t *testing.T) {
	l := newTill(t)
	l.p.Earning.PerVisit, l.p.Earning.VisitsADay = 5, 2
	l.p.Cards = []StampCard{{ID: "card", Size: 10}}
	var got []string
	for _, when := range []string{"2026-03-10 08:00:00", "2026-03-10 12:00:00", "2026-03-10 23:59:59", "2026-03-11 00:00:00"} {
		e := l.sell(at(when), Sale{Amount: 100})
		got = append(got, fmt.Sprint(-e.In(Issued), e.Tally.Visits, len(e.Stamps)))
	}
	if want := []string{"15 1 1", "15 1 1", "10 0 0", "15 1 1"}; !slices.Equal(got, want) {
		t.Errorf("points, visits, stamps: %v, want %v", got, want)
	}
	if l.a.Cards["card"].Have != 3 || l.a.Count.Visits != 4 {
		t.Errorf("%+v, %d sales", l.a.Cards, l.a.Count.Visits)
	}
	// A visit that was taken back makes room for another.
	l.refund(at("2026-03-11 01:00:00"), l.seq[1], Return{})
	if e := l.sell(at("2026-03-10 23:00:00"), Sale{Amount: 100}); e.Tally.Visits != 1 {
		t.Errorf("told late: %+v", e.Tally)
	}
}

// TestTally: what a sale adds to the counts.
func TestTally(t *testing.T) {
	for _, c := range []struct {
		name   string
		set    func(*Programme)
		joined string
		when   string
		want   Tally // its days are checked apart
		bucket string
	}{
		{name: "by the calendar", when: "2026-03-10 12:00:00", bucket: "2026-03-01",
			want: Tally{Visits: 1, Nights: 2, Money: 305, Points: 30, Earned: 30}},
		{name: "points of a rate of their own, 1 for 4 of what is not excluded: 76.25", when: "2026-03-10 12:00:00", bucket: "2026-03-01",
			set:  func(p *Programme) { p.Tiers.Rate = &Rate{Points: 1, Per: 4} },
			want: Tally{Visits: 1, Nights: 2, Money: 305, Points: 76, Earned: 30}},
		{name: "bonuses qualify for nothing, caps cut what is earned", when: "2026-03-10 12:00:00", bucket: "2026-03-01",
			set: func(p *Programme) {
				p.Earning.Bonuses, p.Earning.CapSale = []Bonus{{ID: "b", Percent: 300}}, 40
			},
			want: Tally{Visits: 1, Nights: 2, Money: 305, Points: 30, Earned: 40}},
		{name: "excluded lines are money", when: "2026-03-10 12:00:00", bucket: "2026-03-01",
			set:  func(p *Programme) { p.Earning.Exclude = []string{"room"} },
			want: Tally{Visits: 1, Nights: 2, Money: 305, Points: 10, Earned: 10}},
		{name: "from the day of joining", joined: "2025-01-15 12:00:00", when: "2026-03-15 00:00:00", bucket: "2026-03-15", set: anniversary,
			want: Tally{Visits: 1, Nights: 2, Money: 305, Points: 30, Earned: 30}},
		{name: "the day before", joined: "2025-01-15 12:00:00", when: "2026-03-14 23:59:59", bucket: "2026-02-15", set: anniversary,
			want: Tally{Visits: 1, Nights: 2, Money: 305, Points: 30, Earned: 30}},
		{name: "joined on a 31st", joined: "2025-01-31 12:00:00", when: "2026-02-28 12:00:00", bucket: "2026-02-28", set: anniversary,
			want: Tally{Visits: 1, Nights: 2, Money: 305, Points: 30, Earned: 30}},
		{name: "joined on a 31st, over new year", joined: "2025-03-31 12:00:00", when: "2026-01-30 12:00:00", bucket: "2025-12-31", set: anniversary,
			want: Tally{Visits: 1, Nights: 2, Money: 305, Points: 30, Earned: 30}},
		{name: "with the first sale", when: "2026-03-10 12:00:00", bucket: "2026-03-10", set: anniversary,
			want: Tally{Visits: 1, Nights: 2, Money: 305, Points: 30, Earned: 30}},
	} {
		l := newTill(t)
		l.p.Earning.Items = []Item{{ID: "room", Nights: 1}}
		if c.set != nil {
			c.set(l.p)
		}
		if c.joined != "" {
			l.f.Joined = at(c.joined)
		}
		e := l.sell(at(c.when), Sale{Amount: 305, Lines: goods("room 2 200")})
		if got := dayName(e.Tally.Bucket); got != c.bucket || dayName(e.Tally.Day) != c.when[:10] {
			t.Errorf("%s: in %s on %s", c.name, got, dayName(e.Tally.Day))
		}
		if e.Tally.Bucket, e.Tally.Day = 0, 0; e.Tally != c.want {
			t.Errorf("%s: %+v", c.name, e.Tally)
		}
	}
}

func anniversary(p *Programme) { p.Tiers.Window = WindowAnniversary }

// TestStampCards: 10 stamps fill the card, 2 come with the first one.
func TestStampCards(t *testing.T) {
	l := newTill(t)
	l.p.Cards = []StampCard{
		{ID: "coffee", Size: 10, Start: 2, Items: []string{"drinks"}},
		{ID: "visits", Size: 3, Minimum: 100},
	}
	cafe(l.p)
	now := at("2026-03-10 12:00:00")
	has := func(coffee, visits Stamps) {
		t.Helper()
		if l.a.Cards["coffee"] != coffee || l.a.Cards["visits"] != visits {
			t.Fatalf("cards: %+v", l.a.Cards)
		}
	}
	l.sell(now, Sale{Amount: 99, Lines: goods("beans 1 99")}) // below the minimum, and no drink
	has(Stamps{}, Stamps{})
	l.sell(now, Sale{Amount: 100, Lines: goods("latte 2 60", "tea 1 20")})
	has(Stamps{Have: 5}, Stamps{Have: 1}) // 3 and the 2 at the start
	big := l.sell(now, Sale{Amount: 900, Lines: goods("latte 27 810")})
	has(Stamps{Have: 2, Filled: 3}, Stamps{Have: 2}) // 32: three cards and 2
	if !slices.Equal(big.Stamps, []Stamping{{"coffee", -3, 3}, {"visits", 1, 0}}) {
		t.Errorf("%+v", big.Stamps)
	}
	third := l.sell(now, Sale{Amount: 100})
	has(Stamps{Have: 2, Filled: 3}, Stamps{Have: 0, Filled: 1})
	l.refund(now, third, Return{})
	has(Stamps{Have: 2, Filled: 3}, Stamps{Have: 2}) // the card is one short again
	// 27 of 32 stamps come back: 5, so that no card stands full.
	if e := l.refund(now, big, Return{}); !slices.Equal(e.Stamps, []Stamping{{"coffee", 3, -3}, {"visits", -1, 0}}) {
		t.Errorf("%+v", e.Stamps)
	}
	has(Stamps{Have: 5}, Stamps{Have: 1})
}

// TestHeadStart is given once ever: with the first stamps or by a grant before,
// not again after the sale was taken back, and not to a former member.
func TestHeadStart(t *testing.T) {
	now := at("2026-03-10 12:00:00")
	shop := func() *till {
		l := newTill(t)
		l.p.Cards = []StampCard{{ID: "card", Size: 10, Start: 2}}
		return l
	}
	l := shop()
	first := l.sell(now, Sale{Amount: 100})
	if e := l.seq[2]; e.Kind != KindGift || e.Gift != StartGift || first.Stamps[0] != (Stamping{"card", 1, 0}) {
		t.Errorf("%+v", e)
	}
	l.refund(now, first, Return{})
	if l.a.Cards["card"].Have != 2 {
		t.Errorf("after the refund %+v", l.a.Cards)
	}
	l.sell(now, Sale{Amount: 100})
	if l.a.Cards["card"].Have != 3 {
		t.Errorf("after the next sale %+v", l.a.Cards)
	}
	l = shop()
	l.do(Grant(l.a, l.p, l.draft(now), StartGift, 0, HeadStart(l.a, l.p, l.f)))
	if len(HeadStart(l.a, l.p, l.f)) != 0 || l.a.Cards["card"].Have != 2 {
		t.Errorf("at joining %+v", l.a.Cards)
	}
	l.sell(now, Sale{Amount: 100})
	if l.a.Cards["card"].Have != 3 {
		t.Errorf("after joining and a sale %+v", l.a.Cards)
	}
	l = shop()
	l.f.Returned = true
	l.sell(now, Sale{Amount: 100})
	if l.a.Cards["card"].Have != 1 {
		t.Errorf("a former member %+v", l.a.Cards)
	}
}

// TestGrant gives points, stamps or both, and is undone as one.
func TestGrant(t *testing.T) {
	now := at("2026-03-10 12:00:00")
	l := newTill(t)
	l.p.Cards = []StampCard{{ID: "card", Size: 5}}
	e := l.do(Grant(l.a, l.p, l.draft(now), "birthday/2026", 30, []Stamping{{Card: "card", Stamps: 6}}))
	if e.Kind != KindGift || e.Gift != "birthday/2026" || e.Change() != 30 || l.a.Cards["card"] != (Stamps{1, 1}) || l.a.Count.Visits != 0 || e.Tally != (Tally{}) {
		t.Errorf("%+v, %+v", e, l.a.Cards)
	}
	back := l.do(Undo(l.a, l.p, l.draft(now), &e))
	if back.Change() != -30 || l.a.Cards["card"] != (Stamps{}) {
		t.Errorf("%+v, %+v", back, l.a.Cards)
	}
	if _, err := Undo(l.a, l.p, l.draft(now), &e); !errors.Is(err, ErrAlreadyReversed) {
		t.Error(err)
	}
	for _, c := range []struct {
		n      Points
		stamps []Stamping
		want   error
	}{
		{0, nil, ErrAmount}, {-1, []Stamping{{Card: "card", Stamps: 1}}, ErrAmount}, {1, []Stamping{{Card: "card"}}, ErrAmount},
		{1, []Stamping{{Stamps: 1}}, ErrAmount}, {0, []Stamping{{"card", 1, 0}, {"card", 1, 0}}, ErrAmount},
		{0, []Stamping{{Card: "card", Stamps: math.MaxInt64}}, ErrOverflow}, {math.MaxInt64, nil, nil},
	} {
		if _, err := Grant(l.a, l.p, l.draft(now), "x", c.n, c.stamps); !errors.Is(err, c.want) {
			t.Errorf("%d and %v: %v", c.n, c.stamps, err)
		}
	}
	only := l.do(Grant(l.a, l.p, l.draft(now), "start", 0, []Stamping{{Card: "card", Stamps: 2}}))
	l.do(Undo(l.a, l.p, l.draft(now), &only))
	if l.a.Cards["card"] != (Stamps{}) {
		t.Errorf("stamps alone: %+v", l.a.Cards)
	}
}

// TestNothingWrapsAround: every product and every sum that does not fit is
// refused.
func TestNothingWrapsAround(t *testing.T) {
	const most = math.MaxInt64
	for name, c := range map[string]struct {
		set  func(*Programme)
		sale Sale
		want error
	}{
		"the rate":        {func(p *Programme) { p.Rate = Rate{Points: 2, Per: 1} }, Sale{Amount: most}, ErrOverflow},
		"a tier's rate":   {func(p *Programme) { p.Tiers.Rate = &Rate{Points: 20, Per: 1} }, Sale{Amount: most}, ErrOverflow},
		"a bonus":         {func(p *Programme) { p.Earning.Bonuses = []Bonus{{ID: "b", Percent: most}} }, Sale{Amount: most}, ErrOverflow},
		"a bonus's sum":   {func(p *Programme) { p.Earning.Bonuses = []Bonus{{ID: "b", Points: most}} }, Sale{Amount: 100}, ErrOverflow},
		"a visit":         {func(p *Programme) { p.Earning.PerVisit = most }, Sale{Amount: 10}, ErrOverflow},
		"pieces":          {func(p *Programme) { p.Earning.Items = []Item{{ID: "x", Points: most}} }, Sale{Amount: 1, Lines: goods("x 2 0")}, ErrOverflow},
		"nights":          {func(p *Programme) { p.Earning.Items = []Item{{ID: "x", Nights: most}} }, Sale{Amount: 1, Lines: goods("x 2 0")}, ErrOverflow},
		"lines":           {nil, Sale{Amount: most, Lines: goods("x 1 9223372036854775807", "y 1 1")}, ErrOverflow},
		"too many pieces": {nil, Sale{Amount: 1, Lines: goods("x 10000 0", "y 1 0")}, ErrOverflow},
		"too many lines":  {nil, Sale{Amount: 1, Lines: make([]Line, 501)}, ErrOverflow},
		"a long name":     {nil, Sale{Amount: 1, Lines: []Line{{Item: strings.Repeat("x", 201)}}}, ErrOverflow},
		"a negative line": {nil, Sale{Amount: 1, Lines: goods("x -1 0")}, ErrAmount},
		"negative money":  {nil, Sale{Amount: 1, Lines: goods("x 1 -1")}, ErrAmount},
		"no amount":       {nil, Sale{}, ErrAmount},
		"all that fits":   {func(p *Programme) { p.Rate = Rate{Points: 1, Per: 1} }, Sale{Amount: most, Lines: goods("x 1 9223372036854775807")}, nil},
	} {
		l := newTill(t)
		if c.set != nil {
			c.set(l.p)
		}
		if _, err := Sell(l.a, l.p, l.draft(at("2026-03-10 12:00:00")), c.sale); !errors.Is(err, c.want) || !Refused(c.want) && c.want != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	l := newTill(t)
	l.sell(at("2026-03-10 12:00:00"), Sale{Amount: most})
	if _, err := Sell(l.a, l.p, l.draft(at("2026-03-10 12:00:00")), Sale{Amount: 1}); !errors.Is(err, ErrOverflow) {
		t.Errorf("money of a day: %v", err)
	}
}

// TestLines: what a sale records of what was bought.
func TestLines(t *testing.T) {
	l := newTill(t)
	cafe(l.p)
	in := []Line{{Item: "latte"}, {Item: "scone", Category: "bakery", Quantity: 2, Amount: 90}, {Item: "latte", Category: "hot", Quantity: 2, Amount: 110}}
	e := l.sell(at("2026-03-10 12:00:00"), Sale{Amount: 200, Lines: in, Voucher: "V", Order: "A"})
	want := []Line{{"latte", "drinks", 3, 110}, {"scone", "bakery", 2, 90}}
	if !slices.Equal(e.Lines, want) || e.Voucher != "V" || e.Order != "A" {
		t.Errorf("%+v", e)
	}
	if in[0] != (Line{Item: "latte"}) {
		t.Error("the caller's lines were changed")
	}
	// 200 of goods for 150: three quarters each, rounded down.
	if e := l.sell(at("2026-03-10 12:00:00"), Sale{Amount: 150, Lines: in}); e.Lines[0].Amount != 82 || e.Lines[1].Amount != 67 {
		t.Errorf("%+v", e.Lines)
	}
}
