package club

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/programme"
	"regulars/store"
)

// TestYearOfHotel lives Ann through the hotel: her first two years with every
// tier up and down, and then the silences after them.
//
// By the file: a dollar is 10 points, rounded down, none for the city tax; they
// can be spent 7 × 24 hours after the sale. Silver from 10 nights of a calendar
// year gives 10 % more, gold from 25 nights 25 %, platinum from 50 50 %,
// titanium from 75 75 %; each rounds down by itself. A tier stands to the end of
// the year after its own, and 59 days more; what falls does not land softly.
// Rooms and suites are doubled from 2027-01-10 to 2027-02-28. 24 months without
// a sale or a redemption end all points. A voucher is good to the end of its
// last day: of a drink the 90th, of a night in a suite, an upgrade or a weekday
// night the 365th. Fifty nights bring an upgrade or a weekday night, each
// anniversary of 10 January a drink, a friend 2,000 points on either side, 10
// days after their first stay of $100.
func TestYearOfHotel(t *testing.T) {
	playYear(t, "hotel", slices.Concat(hotelFirst, hotelTop, hotelSecond, hotelSilence), []asOf{
		{"2026-06-30 00:00", "80205"},  // after the night in a suite
		{"2027-01-01 00:00", "144381"}, // that 31 December had two nights was told on the 2nd
		{"2028-12-31 23:59", "200330"},
		{"2029-08-01 00:00", "196330 h4000"},
		{"2031-06-16 00:00", "0"},
		{"2031-07-15 00:00", "0 d4000"},
	})
}

// To silver and back, and to platinum, twice. Comments count the nights of 2026.
var hotelFirst = []step{
	{"2026-01-10 10:00", join(""), "0", "member", "", "", ""},
	// $600 of the $660 earn: 600 × 10 = 6,000. 3 nights.
	{"2026-01-15 11:00", sale("A", "660", "room*3=600", "city-tax=60"), "0 p6000", "member", "", "", ""},
	{"2026-01-22 10:59", look(), "0 p6000", "member", "", "", ""},
	{"2026-01-22 11:00", look(), "6000", "member", "", "", ""},
	// $85.55 × 10 = 855.5, down: 855. A dinner is no night: 3.
	{"2026-02-10 20:00", sale("B", "85.55", "dining=85.55"), "6000 p855", "member", "", "", ""},
	// 6,000 + 855 − 4,000 = 2,855.
	{"2026-02-20 09:00", redeem("drink", "welcome-drink"), "2855 h4000", "member", "", "welcome-drink", ""},
	{"2026-02-20 19:00", use("drink"), "2855", "member", "", "", ""},
	// 1,200 + 120 of the 1,410 earn: 13,200. 3 + 6 = 9 nights: one too few.
	{"2026-03-05 12:00", sale("C", "1410", "suite*6=1200", "dining=120", "city-tax=90"), "2855 p13200", "member", "", "", ""},
	// The clocks went forward on 8 March: 168 hours end at 13:00.
	{"2026-03-12 12:59", look(), "2855 p13200", "member", "", "", ""},
	{"2026-03-12 13:00", look(), "16055", "member", "", "", ""}, // 2,855 + 13,200
	// 150.99 × 10 = 1,509.9, down; a member still while it is rung up. 10 nights.
	{"2026-03-20 12:00", sale("D", "165.99", "room=150.99", "city-tax=15"), "16055 p1509", "silver", "", "", "member>silver"},
	// 300.05 × 10 = 3,000.5: 3,000, and 10 % more: 300. 16,055 + 1,509 = 17,564. 12 nights.
	{"2026-04-02 15:00", sale("E", "300.05", "room*2=300.05"), "17564 p3300", "silver", "", "", ""},
	// A night comes back: half of 300.05 is 150.025, to the nearest cent 150.03.
	// 150.02 is left: 1,500 + 150. 3,300 − 1,650 = 1,650 go. 11 nights.
	{"2026-04-05 10:00", refund("E", "", "room"), "17564 p1650", "silver", "", "", ""},
	{"2026-04-09 14:59", look(), "17564 p1650", "silver", "", "", ""},
	{"2026-04-09 15:00", look(), "19214", "silver", "", "", ""}, // 17,564 + 1,650
	// The other night as well: 19,214 − 1,650. 10 nights keep silver.
	{"2026-04-20 10:00", refund("E", ""), "17564", "silver", "", "", ""},
	// 17,564 − 1,509. 9 nights do not.
	{"2026-04-21 10:00", refund("D", ""), "16055", "member", "", "", "silver>member"},
	// 2,250 × 10, at member. 9 + 15 = 24 nights.
	{"2026-05-11 14:00", sale("F", "2475", "room*15=2250", "city-tax=225"), "16055 p22500", "silver", "", "", "member>silver"},
	// A night in a suite is for gold and above.
	{"2026-05-20 10:00", redeem("none", "night-suite"), "38555", "silver", "", "", "refused: tier"}, // 16,055 + 22,500
	// 1,500 + 10 % = 1,650. 25 nights.
	{"2026-06-01 10:00", sale("G", "165", "room=150", "city-tax=15"), "38555 p1650", "gold", "", "", "silver>gold"},
	// 7,200 + 800 earn: 80,000 + 25 % = 100,000. 38,555 + 1,650 = 40,205. 49 nights.
	{"2026-06-10 10:00", sale("H", "8720", "suite*24=7200", "dining=800", "city-tax=720"), "40205 p100000", "gold", "", "", ""},
	// 140,205 − 60,000, and once more; a third in a year is refused.
	{"2026-06-18 10:00", redeem("suite", "night-suite"), "80205 h60000", "gold", "", "night-suite", ""},
	{"2026-06-18 10:05", redeem("other", "night-suite"), "20205 h120000", "gold", "", "night-suite night-suite", ""},
	{"2026-06-18 10:10", redeem("none", "night-suite"), "20205 h120000", "gold", "", "night-suite night-suite", "refused: 2 a year"},
	{"2026-06-20 10:00", cancel("other"), "80205 h60000", "gold", "", "night-suite", ""},
	{"2026-06-25 18:00", use("suite"), "80205", "gold", "", "", ""},
	// 2,000 + 25 % = 2,500. 50 nights bring platinum and its gift to choose.
	{"2026-07-01 10:00", sale("I", "200", "room=200"), "80205 p2500", "platinum", "", "", "gold>platinum, platinum"},
	{"2026-07-01 10:05", claim("platinum", "breakfast"), "80205 p2500", "platinum", "", "", "refused: club: this gift has no such reward to choose"},
	{"2026-07-02 10:00", claim("platinum", "suite-upgrade"), "80205 p2500", "platinum", "", "suite-upgrade", "platinum suite-upgrade"},
	// 49 nights: the sale takes its points, its tier and its tier's gift along.
	{"2026-07-03 10:00", refund("I", ""), "80205", "gold", "", "", "platinum>gold, no more platinum suite-upgrade"},
	// As I. 50 nights again, and now the other of the two.
	{"2026-07-05 10:00", sale("J", "200", "room=200"), "80205 p2500", "platinum", "", "", "gold>platinum, platinum"},
	{"2026-07-05 10:05", claim("platinum", "night-weekday"), "80205 p2500", "platinum", "", "night-weekday", "platinum night-weekday"},
	{"2026-07-05 10:10", claim("platinum", "suite-upgrade"), "80205 p2500", "platinum", "", "night-weekday", "refused: no such gift now"},
}

// To the top, and a friend.
var hotelTop = []step{
	// 36,000 + 50 % = 54,000. 80,205 + 2,500 = 82,705. 74 nights.
	{"2026-08-01 10:00", sale("K", "3600", "room*24=3600"), "82705 p54000", "platinum", "", "night-weekday", ""},
	// 1,500 + 50 % = 2,250. 82,705 + 54,000 = 136,705. 75 nights.
	{"2026-08-20 10:00", sale("L", "150", "room=150"), "136705 p2250", "titanium", "", "night-weekday", "platinum>titanium"},
	// 410.09 × 10 = 4,100.9: 4,100, and 75 %: 3,075. 136,705 + 2,250 = 138,955. 77 nights.
	{"2026-09-05 16:00", sale("M", "410.09", "room*2=310.10", "dining=99.99"), "138955 p7175", "titanium", "", "night-weekday", ""},
	// The dinner comes back: 310.10 keep 3,101 + 75 % (2,325.75: 2,325) = 5,426.
	{"2026-09-06 10:00", refund("M", "", "dining"), "138955 p5426", "titanium", "", "night-weekday", ""},
	{"2026-10-01 10:00", brings(bob), "144381", "titanium", "", "night-weekday", ""}, // 138,955 + 5,426
	{"2026-10-01 11:00", as(bob, join("")), "0", "member", "", "", ""},
	// 999.9, down; a cent too little to count for Ann.
	{"2026-10-03 12:00", as(bob, sale("N", "99.99", "room=99.99")), "0 p999", "member", "", "", ""},
	{"2026-10-10 10:00", as(bob, sale("O", "100", "room=100")), "0 p1999", "member", "", "", ""},
	{"2026-10-20 09:59", night(), "144381", "titanium", "", "night-weekday", ""},
	{"2026-10-20 10:00", night(), "146381", "titanium", "", "night-weekday", "referrer 2000, BOB: friend 2000"},
	{"2026-10-20 10:01", as(bob, look()), "3999", "member", "", "", ""}, // 1,999 + 2,000
	// The stay comes back, and what both had for it: 3,999 − 1,000 − 2,000.
	{"2026-10-25 10:00", as(bob, refund("O", "")), "999", "member", "", "", "no more friend 2000, elsewhere no more referrer 2000"},
	{"2026-10-25 10:01", look(), "144381", "titanium", "", "night-weekday", ""},
	{"2026-12-31 23:59", way(), "144381", "titanium", "", "night-weekday", "77, until 2028-02-29 00:00"},
}

// Over the new year, by the clock of New York, and the nights of 2027.
var hotelSecond = []step{
	// Told late, slept in 2026 (in London it was the new year): 3,000 + 75 % =
	// 5,250. 79 nights of 2026, none of 2027.
	{"2027-01-02 10:00", late("2026-12-31 23:30", "W", "300", "room*2=300"), "144381 p5250", "titanium", "", "night-weekday", ""},
	{"2027-01-02 10:01", way(), "144381 p5250", "titanium", "", "night-weekday", "0, keep 75, until 2028-02-29 00:00"},
	// 1,500 + 75 % = 2,625, ten minutes into 2027: its first night.
	{"2027-01-02 10:05", late("2027-01-01 00:10", "X", "150", "room=150"), "144381 p7875", "titanium", "", "night-weekday", ""},
	{"2027-01-02 10:06", way(), "144381 p7875", "titanium", "", "night-weekday", "1, keep 74, until 2028-02-29 00:00"},
	// W can be spent 7 days after it was slept.
	{"2027-01-07 23:29", look(), "144381 p7875", "titanium", "", "night-weekday", ""},
	{"2027-01-07 23:30", look(), "149631 p2625", "titanium", "", "night-weekday", ""},
	// The last minute before the winter: 2,000 + 75 % = 3,500. 149,631 + 2,625 = 152,256.
	{"2027-01-09 23:59", sale("P", "200", "room=150", "dining=50"), "152256 p3500", "titanium", "", "night-weekday", ""},
	// Its first: 2,000 + 1,500 + the room's 1,500 again = 5,000.
	{"2027-01-10 00:00", sale("Q", "200", "room=150", "dining=50"), "152256 p8500", "titanium", "", "night-weekday", ""},
	{"2027-01-10 10:00", night(), "152256 p8500", "titanium", "", "night-weekday welcome-drink", "anniversary welcome-drink"},
	{"2027-01-11 10:00", night(), "152256 p8500", "titanium", "", "night-weekday welcome-drink", ""},
	// Its last minute: 1,500 + 1,125 + 1,500 = 4,125; then 2,625. 152,256 + 8,500 = 160,756.
	{"2027-02-28 23:59", sale("R", "150", "room=150"), "160756 p4125", "titanium", "", "night-weekday welcome-drink", ""},
	{"2027-03-01 00:00", sale("S", "150", "room=150"), "160756 p6750", "titanium", "", "night-weekday welcome-drink", ""},
	// Last year's stays come back. 160,756 + 6,750 − 5,426: all that was left of
	// M, and 77 nights are left of 2026.
	{"2027-03-10 10:00", refund("M", ""), "162080", "titanium", "", "night-weekday welcome-drink", ""},
	// 3 of K's 24 nights: 450 of 3,600. 3,150 keep 31,500 + 15,750 = 47,250, so
	// 6,750 go. 74 nights of 2026: no titanium in 2027.
	{"2027-03-10 10:05", refund("K", "", "room*3"), "155330", "platinum", "", "night-weekday welcome-drink", "titanium>platinum"},
	// 2027 has the nights of X, P, Q, R and S.
	{"2027-03-10 10:10", way(), "155330", "platinum", "", "night-weekday welcome-drink", "5 to titanium 75, keep 45, until 2028-02-29 00:00"},
	// The drink's 90th day from 10 January: 21 + 28 + 31 + 10.
	{"2027-04-10 23:59", use("welcome-drink"), "155330", "platinum", "", "night-weekday", ""},
	// 28,500 + 50 % = 42,750. 5 + 19 = 24 nights.
	{"2027-05-20 12:00", sale("T", "3135", "room*19=2850", "city-tax=285"), "155330 p42750", "platinum", "", "night-weekday", ""},
	// 1,500 + 50 % = 2,250. 25 nights: gold is safe. 155,330 + 42,750 = 198,080.
	{"2027-06-15 12:00", sale("U", "150", "room=150"), "198080 p2250", "platinum", "", "night-weekday", ""},
	// A year from 5 July 2026 is over.
	{"2027-07-05 23:59", look(), "200330", "platinum", "", "night-weekday", ""}, // 198,080 + 2,250
	{"2027-07-06 00:00", night(), "200330", "platinum", "", "", "lapsed night-weekday"},
	{"2027-12-31 23:59", way(), "200330", "platinum", "", "", "25 to titanium 75, keep 25, until 2028-02-29 00:00"},
}

// Ann stays away. The presents that the house sends meanwhile are vouchers, and
// keep no points alive.
var hotelSilence = []step{
	// Five days late, and until 90 days from then: 16 + 29 + 31 + 14 April.
	{"2028-01-15 12:00", night(), "200330", "platinum", "", "welcome-drink", "anniversary welcome-drink"},
	// 59 days after the end of 2027, as 2028 is a leap year.
	{"2028-02-28 23:59", way(), "200330", "platinum", "", "welcome-drink", "0 to titanium 75, keep 50, until 2028-02-29 00:00"},
	{"2028-02-29 00:00", way(), "200330", "gold", "", "welcome-drink", "0 to platinum 50, keep 25, until 2029-03-01 00:00"},
	{"2028-04-15 00:00", night(), "200330", "gold", "", "", "lapsed welcome-drink"},
	// Nothing in 2028: from gold to the bottom.
	{"2029-02-28 23:59", look(), "200330", "gold", "", "", ""},
	{"2029-03-01 00:00", way(), "200330", "member", "", "", "0 to silver 10"},
	// 24 months from 15 June 2027 end with 15 June 2029. Days before the 16th:
	// 90 are 18 March, 30 are 17 May, 7 are 9 June. Bob's went long before.
	{"2029-03-18 09:59", night(), "200330", "member", "", "", ""},
	{"2029-03-18 10:00", night(), "200330", "member", "", "", "200330 go in 90 days"},
	{"2029-05-17 10:00", night(), "200330", "member", "", "", "200330 go in 30 days"},
	{"2029-06-12 10:00", night(), "200330", "member", "", "", "200330 go in 4 days"}, // told late
	// In the last minute a drink is redeemed, which renews all of them.
	{"2029-06-15 23:59", redeem("late", "welcome-drink"), "196330 h4000", "member", "", "welcome-drink", ""},
	{"2029-06-16 00:00", planned(), "196330 h4000", "member", "", "welcome-drink", "2031-03-18 10:00: 196330 go in 90 days, " +
		"2031-05-17 10:00: 196330 go in 30 days, 2031-06-09 10:00: 196330 go in 7 days"},
	// It lapses after 15 + 31 + 31 + 13 days, and its points are back where they were.
	{"2029-09-13 23:59", look(), "196330 h4000", "member", "", "welcome-drink", ""},
	{"2029-09-14 00:00", night(), "200330", "member", "", "", "lapsed welcome-drink"},
	{"2029-09-14 10:00", use("late"), "200330", "member", "", "", "refused: lapsed"},
	{"2031-05-20 10:00", night(), "200330", "member", "", "", "200330 go in 27 days"},
	{"2031-06-09 10:00", night(), "200330", "member", "", "", "200330 go in 7 days"},
	{"2031-06-15 23:59", look(), "200330", "member", "", "", ""},
	{"2031-06-16 00:00", look(), "0", "member", "", "", ""},
	// What lapsed unused is not owed when its stay comes back.
	{"2031-06-20 10:00", refund("T", ""), "0", "member", "", "", ""},
	// What was spent is: 5,000 − 4,000 were left of 5,000.
	{"2031-07-01 10:00", sale("Y", "500", "room*2=500"), "0 p5000", "member", "", "", ""},
	{"2031-07-08 10:00", redeem("last", "welcome-drink"), "1000 h4000", "member", "", "welcome-drink", ""},
	{"2031-07-08 19:00", use("last"), "1000", "member", "", "", ""},
	{"2031-07-10 10:00", refund("Y", ""), "0 d4000", "member", "", "", ""},
	// What is earned next pays it: 3,000, then 1,000 of 2,500.
	{"2031-07-20 10:00", sale("Z", "300", "room=300"), "0 d1000", "member", "", "", ""},
	{"2031-07-25 10:00", sale("ZZ", "250", "dining=250"), "0 p1500", "member", "", "", ""},
	{"2031-08-01 10:00", look(), "1500", "member", "", "", ""},
}

// late is a sale that is told after the time at which it was made.
func late(made, name, amount string, lines ...string) deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		s := loyalty.Sale{Amount: l.money(amount), Lines: l.lines(lines)}
		return l.run(func(tx store.Tx, act book.Act) (Outcome, error) {
			act.At = l.clock(made)
			o, err := l.c.Sale(tx, m, act, s)
			l.sales[name] = o.Receipt.Entry().Ref
			return o, err
		})
	}}
}

// way tells what counts for a tier in the window now, the next tier, what is
// missing to keep the present one, and until when that stands.
func way() deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		var way loyalty.Progress
		l.see(func(r store.Reader) (err error) {
			way, _, err = l.c.Book.Progress(r, m, l.now)
			return err
		})
		s := fmt.Sprint(way.Value)
		if way.Next != "" {
			s += fmt.Sprintf(" to %s %d", way.Next, way.To)
		}
		if way.Keep > 0 {
			s += fmt.Sprintf(", keep %d", way.Keep)
		}
		if u := way.Standing.Until; !u.IsZero() {
			s += ", until " + u.In(l.zone()).Format("2006-01-02 15:04")
		}
		return []string{s}
	}}
}

// TestHotelPerks: what a tier brings is said in words, in every language, and
// late check-out and better rooms come with the tiers that promise them.
func TestHotelPerks(t *testing.T) {
	file := presetNamed(t, "hotel")
	for level, promised := range map[string][]string{
		"member":   {"Wi-Fi"},
		"silver":   {"Late check-out until 2 p.m."},
		"gold":     {"Late check-out until 2 p.m.", "A better room"},
		"platinum": {"Late check-out until 4 p.m.", "A better room", "Breakfast for two"},
		"titanium": {"Late check-out until 4 p.m.", "A suite", "Breakfast for two"},
	} {
		english := file.Words(programme.Level, level, "en").Perks
		for _, p := range promised {
			if !strings.Contains(strings.Join(english, "\n"), p) {
				t.Errorf("%s: no %q among %q", level, p, english)
			}
		}
		for _, lang := range []string{"zh-TW", "zh-HK", "ja", "th", "zh-CN"} {
			if n := len(file.Words(programme.Level, level, lang).Perks); n != len(english) {
				t.Errorf("%s in %s: %d perks of %d", level, lang, n, len(english))
			}
		}
	}
}
