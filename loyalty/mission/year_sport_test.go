package mission

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// yearOf lives one member's year under a preset.
type yearOf struct {
	*world
	t     *testing.T
	sales map[string]loyalty.Ref
}

// dollars is an amount such as "60.50" in cents.
func dollars(s string) loyalty.Money {
	var whole, cents int64
	if n, _ := fmt.Sscanf(s, "%d.%d", &whole, &cents); n == 0 {
		panic(s)
	}
	return loyalty.Money(whole*100 + cents)
}

func (y *yearOf) checkIn() {
	act := y.act("main")
	y.do(func(tx store.Tx) error {
		_, all, err := y.d.CheckIn(tx, ann, act)
		y.told = append(y.told, all...)
		return err
	})
}

// line is a purchase of one thing, "" for something that has no name.
func (y *yearOf) sale(name, amount, item string) {
	var lines []loyalty.Line
	if item != "" {
		lines = []loyalty.Line{{Item: item, Quantity: 1, Amount: dollars(amount)}}
	}
	y.sales[name] = y.buy(ann, "main", dollars(amount), lines...)
}

// happened writes what came and went: "+three-a-week 15", "-new-gear class".
func (y *yearOf) happened() string {
	var all []string
	for _, h := range y.told {
		word := "+" + h.ID
		if h.Taken {
			word = "-" + h.ID
		}
		for _, what := range []string{number(h.Given.Points), h.Given.Voucher.Reward, h.Given.Badge} {
			if what != "" {
				word += " " + what
			}
		}
		all = append(all, word)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func number(n loyalty.Points) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// TestYearOfSport lives a runner's year. What the preset says, and the sums that the
// table uses:
//
//	points   $1 is 1, cents dropped; on the 8th of a month the base once more; 20 for
//	         joining; 5 for a check-in, once a day. From $500 in a year a tenth more.
//	weekly   the third check-in from Monday to Sunday brings 15.
//	monthly  8 check-ins, or one more than the mean of the four months before since the
//	         first of them, bring 40 and a badge.
//	gear     from the day it was begun 30 days for $200: a class.
//	sports   shoes, a mat and a cap bring 30 and a badge.
//	streak   four weeks with a check-in, of which one may be missed in between, bring 25
//	         and a badge.
func TestYearOfSport(t *testing.T) {
	t.Parallel()
	data, _ := programme.Preset("sport")
	p, complaints := programme.Load(data)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	y := &yearOf{newWorld(t, &p.Rules), t, map[string]loyalty.Ref{}}
	check := y.checkIn
	daily := func(days int) func() {
		return func() {
			var told []Happened
			for i := range days {
				if i > 0 {
					y.now = y.now.AddDate(0, 0, 1)
				}
				check()
				told = append(told, y.told...)
			}
			y.told = told
		}
	}
	buy := func(name, amount, item string) func() { return func() { y.sale(name, amount, item) } }
	back := func(name, amount string) func() {
		return func() {
			r := loyalty.Return{}
			if amount != "" {
				r.Amount = dollars(amount)
			}
			y.back(y.sales[name], r)
		}
	}
	for _, row := range []struct {
		at     string
		do     func()
		points loyalty.Points
		came   string
	}{
		{"2026-01-05 09:00", func() {
			act := y.act("main")
			y.do(func(tx store.Tx) error { _, err := y.c.Join(tx, ann, act); return err })
		}, 20, ""},
		{"2026-01-05 10:00", check, 25, ""},                                                  // Monday; the first week of a streak
		{"2026-01-07 10:00", check, 30, ""},                                                  // two this week
		{"2026-01-07 18:00", check, 30, ""},                                                  // once a day
		{"2026-01-08 12:00", buy("shoes", "60.50", "running-shoes"), 150, ""},                // member day: 60 + 60
		{"2026-01-09 10:00", check, 170, "+three-a-week 15"},                                 // 5 + 15
		{"2026-01-11 10:00", check, 175, ""},                                                 // a fourth brings nothing
		{"2026-01-12 10:00", check, 180, ""},                                                 // second week
		{"2026-01-15 12:00", buy("mat", "40", "yoga-mat"), 220, ""},                          //
		{"2026-01-26 10:00", check, 225, ""},                                                 // the week of the 19th is missed: third
		{"2026-01-27 12:00", buy("cap", "30", "swim-cap"), 285, "+three-sports 30 explorer"}, // 30 + 30
		{"2026-01-28 09:00", func() {
			y.do(func(tx store.Tx) error { _, err := y.d.Begin(tx, ann, "new-gear", y.now); return err })
		}, 285, ""}, // to the end of 26 February
		{"2026-01-30 12:00", buy("more", "150.99", "running-shoes"), 435, ""},                                  // 150.99 of 200
		{"2026-02-02 10:00", check, 465, "+week-after-week 25 steady"},                                         // January had six: 5, 7, 9, 11, 12, 26. Fourth week: 5 + 25
		{"2026-02-03 12:00", back("cap", ""), 405, "-three-sports 30 explorer"},                                // -30 -30
		{"2026-02-08 12:00", buy("cap2", "50", "swim-cap"), 535, "+new-gear class, +three-sports 30 explorer"}, // member day: 50 + 50 + 30; 200.99 of 200
		{"2026-02-09 12:00", back("more", "10"), 525, "-new-gear class"},                                       // 190.99
		{"2026-02-10 09:00", buy("bar", "20", ""), 545, "+new-gear class"},                                     // 210.99
		{"2026-02-10 10:00", daily(6), 590, "+three-a-week 15"},                                                // Tuesday to Sunday: 6 × 5 + 15; fifth week
		{"2026-02-16 10:00", check, 635, "+more-than-usual 40 mover"},                                          // the eighth of February, one more than January's six would be seven: 5 + 40
		{"2026-02-17 10:00", daily(6), 680, "+three-a-week 15"},                                                // 6 × 5 + 15: fourteen in February
		{"2026-02-23 11:00", func() {
			y.do(func(tx store.Tx) error {
				all, err := y.d.Vouchers.List(tx, ann, y.now)
				if err != nil {
					return err
				}
				i := slices.IndexFunc(all, func(v voucher.Voucher) bool { return v.State == voucher.Open })
				_, _, err = y.d.Vouchers.Use(tx, y.d.Vouchers.CodeOf(all[i]), y.act("main"))
				return err
			})
		}, 680, ""},
		{"2026-02-24 12:00", back("bar", ""), 660, "-new-gear"},                   // 190.99 again; the class was had, and nothing of it comes back
		{"2026-03-09 10:00", check, 665, ""},                                      // two weeks missed: a new streak
		{"2026-03-10 12:00", buy("coat", "250", ""), 915, ""},                     // $541.49 this year: Pacer from the next on
		{"2026-03-11 10:00", daily(9), 990, "+three-a-week 15, +three-a-week 15"}, // 9 × 5 + 30: Wednesday to Sunday with Monday's, and Monday to Thursday
		{"2026-03-20 10:00", check, 1035, "+more-than-usual 40"},                  // the eleventh: one more than (6 + 14) / 2
		{"2026-04-08 12:00", buy("tent", "100", ""), 1245, ""},                    // member day at Pacer: 100 + 100 + 10
		{"2026-12-31 12:00", func() { y.told = nil }, 1245, ""},                   // good to the end of 2027
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", row.at, p.Rules.Location())
		if err != nil {
			t.Fatal(err)
		}
		y.now = at
		y.told = nil
		row.do()
		if got := y.happened(); y.points(ann) != row.points || got != row.came {
			t.Errorf("%s: %d points, %q; want %d, %q\n%s", row.at, y.points(ann), got, row.points, row.came, y.shows(ann))
		}
	}
}
