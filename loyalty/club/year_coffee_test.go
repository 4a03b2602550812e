package club

import (
	"slices"
	"testing"

	"regulars/loyalty"
)

// TestYearOfCoffee lives from green to reserve and back. What the preset says,
// and the sums that the table uses:
//
//	stars    $1 is 1, cents dropped; Wednesdays 14:00 to 18:00 the base once more;
//	         gold 20 % and reserve 70 % of the base more; 25 for an own cup; 15 for
//	         a sale of $8 in 1 to 14 September 2026; 500 a day at most; gift cards
//	         earn nothing.
//	         Those earned at green go 6 months after the last earning or spending,
//	         whatever the level is by then; a present is neither. Those of gold
//	         and reserve never.
//	levels   by a star for $1, nothing else counted: gold from 500, reserve from
//	         2,500, in this month and the 11 before it; for 12 months from the sale
//	         that reached or renewed it; then to what these months still have.
//	birthday a drink: green on the day, and on the next; gold in the week; reserve
//	         in the month.
//	rewards  held for 30 minutes.
//
// "level" is what counts for the level after the row, where it decides something.
func TestYearOfCoffee(t *testing.T) {
	playYear(t, "coffee", []step{
		{"2026-01-12 09:00", join("06-11"), "0", "green", "", "", ""},
		{"2026-01-12 09:05", sale("A", "6.45"), "6", "green", "", "", ""},                                                                                                  // level 6
		{"2026-01-13 09:00", sale("B", "12.80", "own-cup"), "43", "green", "", "", ""},                                                                                     // 12 + 25; level 18
		{"2026-01-14 14:00", sale("C", "9.99"), "61", "green", "", "", ""},                                                                                                 // Wednesday: 9 + 9; level 27
		{"2026-01-14 17:59", sale("D", "4"), "69", "green", "", "", ""},                                                                                                    // 4 + 4; level 31
		{"2026-01-14 18:00", sale("E", "5"), "74", "green", "", "", ""},                                                                                                    // 5; level 36
		{"2026-01-15 09:00", sale("F", "30", "gift-card=25"), "79", "green", "", "", ""},                                                                                   // on 30 - 25: 5; level 41
		{"2026-01-16 09:00", redeem("extra", "extra"), "54 h25", "green", "", "extra", ""},                                                                                 // 79 - 25
		{"2026-01-16 09:10", use("extra"), "54", "green", "", "", ""},                                                                                                      // the last activity for long
		{"2026-01-20 09:00", refund("B", "6.40"), "48", "green", "", "", ""},                                                                                               // $6.40 and the cup keep 6 + 25: -6
		{"2026-01-20 10:00", refund("B", ""), "17", "green", "", "", ""},                                                                                                   // -31; level 29
		{"2026-01-21 09:00", planned(), "17", "green", "", "", "2026-06-17 10:00: 17 go in 30 days, 2026-07-10 10:00: 17 go in 7 days, 2026-07-16 10:00: 17 go in 1 days"}, // 6 months after 16 January
		{"2026-06-08 05:00", night(), "17", "green", "", "", ""},                                                                                                           // Monday of the birthday's week: not yet
		{"2026-06-11 05:00", night(), "17", "green", "", "birthday-drink", "birthday birthday-drink"},
		{"2026-06-12 23:59", use("birthday-drink"), "17", "green", "", "", ""}, // the next day, whole; it costs nothing and is no activity
		{"2026-06-17 10:05", night(), "17", "green", "", "", "17 go in 30 days"},
		{"2026-07-10 10:05", night(), "17", "green", "", "", "17 go in 7 days"},
		{"2026-07-16 10:05", night(), "17", "green", "", "", "17 go in 1 days"},
		{"2026-07-16 23:59", look(), "17", "green", "", "", ""},
		{"2026-07-17 00:00", look(), "0", "green", "", "", ""},
		{"2026-07-17 05:00", night(), "0", "green", "", "", ""},

		// Autumn: to gold.
		{"2026-09-01 09:00", sale("G", "8"), "23", "green", "", "", ""},                      // Tuesday: 8 + 15; level 37
		{"2026-09-02 15:00", sale("H", "7.99"), "37", "green", "", "", ""},                   // Wednesday, under $8: 7 + 7; level 44
		{"2026-09-14 23:30", sale("I", "20"), "72", "green", "", "", ""},                     // the last day: 20 + 15; level 64
		{"2026-09-15 09:00", sale("J", "20"), "92", "green", "", "", ""},                     // 20; level 84
		{"2026-09-16 15:00", sale("K", "300"), "592", "green", "", "", ""},                   // Wednesday: 300 + 300, of which 500; level 384
		{"2026-09-16 16:00", refund("K", "30"), "592", "green", "", "", ""},                  // $270 keep 540, still over 500; level 354
		{"2026-09-16 17:00", refund("K", "50"), "532", "green", "", "", ""},                  // $220 keep 440: -60; level 304
		{"2026-09-17 09:00", sale("L", "195.99"), "727", "green", "", "", ""},                // +195; level 499
		{"2026-09-18 09:00", sale("M", "1.50"), "728", "gold", "", "", "green>gold"},         // +1, as green; level 500
		{"2026-09-19 09:00", sale("N", "100"), "848", "gold", "", "", ""},                    // 100 + 20, which do not lapse; level 600
		{"2026-09-20 09:00", redeem("mug 1", "mug"), "448 h400", "gold", "", "mug", ""},      // of those that lapse, 728 - 400 = 328, and 120
		{"2026-09-20 09:10", use("mug 1"), "448", "gold", "", "", ""},                        //
		{"2026-09-21 09:00", redeem("mug 2", "mug"), "48 h400", "gold", "", "mug", ""},       // the 328, and 72 of the 120
		{"2026-09-21 09:10", use("mug 2"), "48", "gold", "", "", ""},                         //
		{"2026-09-22 09:00", redeem("-", "mug"), "48", "gold", "", "", "refused: 2 a month"}, //
		{"2026-10-05 09:00", sale("O", "10"), "60", "gold", "", "", ""},                      // 10 + 2; level 610
		{"2026-10-06 09:00", redeem("-", "brewed"), "60", "gold", "", "", "refused: 60 of 100"},
		{"2026-10-06 10:00", refund("L", ""), "0 d135", "green", "", "", "gold>green"},      // 60 - 195, as its own are spent; level 610 - 195 = 415
		{"2026-10-07 15:00", sale("P", "100"), "65", "gold", "", "", "green>gold"},          // Wednesday, as green: 100 + 100 - 135; level 515
		{"2026-11-02 09:00", brings(bob), "65", "gold", "", "", ""},                         //
		{"2026-11-03 09:00", as(bob, join("")), "0", "green", "", "", ""},                   //
		{"2026-11-03 09:05", as(bob, sale("Bob's", "5")), "5", "green", "", "", ""},         // reaches $5; 3 days more
		{"2026-11-06 09:00", night(), "65", "gold", "", "", ""},                             // five minutes early
		{"2026-11-07 05:00", night(), "115", "gold", "", "", "referrer 50, BOB: friend 25"}, // 50 at gold, which do not lapse; 65 by 7 April, as a reward is no activity

		// 2027: gold to 7 October.
		{"2027-03-09 10:05", night(), "115", "gold", "", "", "65 go in 30 days"},
		{"2027-04-04 10:05", night(), "115", "gold", "", "", "65 go in 4 days, BOB: 5 go in 30 days"}, // 5 of 3 November, 6 months: not renewed by the 25 of the 7th
		{"2027-04-06 09:00", sale("Q", "20"), "139", "gold", "", "", ""},                              // Tuesday: 20 + 4; renews the 65 to 6 October
		{"2027-04-07 09:00", planned(), "139", "gold", "", "", "2027-09-07 10:00: 65 go in 30 days, 2027-09-30 10:00: 65 go in 7 days, 2027-10-06 10:00: 65 go in 1 days"},
		{"2027-04-08 10:05", night(), "139", "gold", "", "", "BOB: 25 go in 30 days"}, // 25 of 7 November
		{"2027-04-27 10:05", night(), "139", "gold", "", "", "BOB: 5 go in 7 days"},
		{"2027-05-01 10:05", night(), "139", "gold", "", "", "BOB: 25 go in 7 days"},
		{"2027-05-04 00:00", as(bob, look()), "25", "green", "", "", ""},
		{"2027-05-07 10:05", night(), "139", "gold", "", "", "BOB: 25 go in 1 days"},
		{"2027-05-08 00:00", as(bob, look()), "0", "green", "", "", ""},
		{"2027-06-06 05:00", night(), "139", "gold", "", "", ""}, // Sunday before the birthday's week
		{"2027-06-07 05:00", night(), "139", "gold", "", "birthday-drink", "birthday-gold birthday-drink"},
		{"2027-06-11 05:00", night(), "139", "gold", "", "birthday-drink", ""}, // the day itself brings no second
		{"2027-06-13 23:59", use("birthday-drink"), "139", "gold", "", "", ""}, // Sunday, whole
		// 12 months to July: 2026-09 8+7+20+20+220+1+100 = 376, 2026-10 10+100, 2027-04 20: 506.
		{"2027-07-01 09:00", sale("R", "500"), "639", "gold", "", "", ""},                 // Thursday: 500 + 100, of which 500; level 1,006
		{"2027-07-02 09:00", sale("S", "500"), "1139", "gold", "", "", ""},                // level 1,506
		{"2027-07-03 09:00", sale("T", "500"), "1639", "gold", "", "", ""},                // level 2,006
		{"2027-07-04 09:00", sale("U", "494"), "2139", "reserve", "", "", "gold>reserve"}, // 494 + 98, of which 500; level 2,500
		{"2027-07-05 09:00", sale("V", "10"), "2156", "reserve", "", "", ""},              // 10 + 7; level 2,510; to the end of 5 July 2028; the 65 to 5 January
		{"2027-12-07 10:05", night(), "2156", "reserve", "", "", "65 go in 30 days"},
		{"2027-12-30 10:05", night(), "2156", "reserve", "", "", "65 go in 7 days"},

		// 2028: the last green stars go; reserve for its year, then gold, then green.
		{"2028-01-05 10:05", night(), "2156", "reserve", "", "", "65 go in 1 days"},
		{"2028-01-06 00:00", look(), "2091", "reserve", "", "", ""},           // 2156 - 65
		{"2028-05-15 09:00", sale("W", "480"), "2591", "reserve", "", "", ""}, // Monday: 480 + 336, of which 500; level 2,004 + 480 = 2,484
		{"2028-06-01 05:00", night(), "2591", "reserve", "", "birthday-drink", "birthday-reserve birthday-drink"},
		{"2028-06-11 05:00", night(), "2591", "reserve", "", "birthday-drink", ""},
		{"2028-06-30 23:59", use("birthday-drink"), "2591", "reserve", "", "", ""}, // the month, whole
		{"2028-07-01 09:00", sale("X", "20"), "2625", "reserve", "", "", ""},       // Saturday: 20 + 14; since August 2027 480 + 20
		{"2028-07-05 23:59", look(), "2625", "reserve", "", "", ""},
		{"2028-07-06 00:00", look(), "2625", "gold", "", "", ""},          // 500 are gold
		{"2028-07-06 09:00", sale("Y", "10"), "2637", "gold", "", "", ""}, // 10 + 2; level 510; to the end of 6 July 2029
		{"2029-07-06 23:59", look(), "2637", "gold", "", "", ""},
		{"2029-07-07 00:00", look(), "2637", "green", "", "", ""}, // nothing since August 2028; what gold and reserve earned stays
		{"2029-12-31 12:00", look(), "2637", "green", "", "", ""},
	}, []asOf{
		{"2026-03-01 12:00", "17"}, {"2026-07-17 00:00", "0"}, {"2026-10-06 23:59", "0 d135"}, {"2028-01-05 23:59", "2156"}, {"2028-01-06 00:01", "2091"},
	})
}

// TestCoffeeBirthdayOfWhoRises: gold on Wednesday, with a birthday on Friday the
// 18th: the week's drink comes with the sale, and the day brings no second; nor
// does reserve on Saturday, which has the month's. Who is green on the day and
// gold after it had the day's.
func TestCoffeeBirthdayOfWhoRises(t *testing.T) {
	playYear(t, "coffee", []step{
		{"2026-09-13 09:00", join("09-18"), "0", "green", "", "", ""},
		{"2026-09-13 09:05", as(bob, join("09-18")), "0", "green", "", "", ""},
		{"2026-09-14 05:00", night(), "0", "green", "", "", ""}, // Monday of the week: both are green
		{"2026-09-16 09:00", sale("A", "500"), "500", "gold", "", "birthday-drink", "green>gold, birthday-gold birthday-drink"},
		{"2026-09-18 05:00", night(), "500", "gold", "", "birthday-drink", "BOB: birthday birthday-drink"},
		{"2026-09-18 09:00", as(bob, sale("Bob's", "500")), "500", "gold", "", "birthday-drink", "green>gold"},
		{"2026-09-19 09:00", sale("B", "2000"), "1000", "reserve", "", "birthday-drink", "gold>reserve"}, // 2,000 + 400, of which 500
		{"2026-09-20 05:00", night(), "1000", "reserve", "", "birthday-drink", "BOB: lapsed birthday-drink"},
		{"2026-09-20 23:59", use("birthday-drink"), "1000", "reserve", "", "", ""},                               // Sunday, whole
		{"2027-09-01 05:00", night(), "500", "reserve", "", "birthday-drink", "birthday-reserve birthday-drink"}, // A's 500, earned at green, went in March
	}, nil)
}

// TestCoffeeShows is what PROGRAMMES.md says that coffee must show.
func TestCoffeeShows(t *testing.T) {
	p := presetNamed(t, "coffee").Rules
	want(t, "stars of $100", mustEarn(t, &p, 100_00), 100)
	want(t, "levels by", p.Tiers.By, loyalty.MeasurePoints)
	want(t, "gold from", p.Tiers.Levels[1].At, 500)
	want(t, "reserve from", p.Tiers.Levels[2].At, 2500)
	want(t, "window's months", p.Tiers.Months, 12)
	var bands []loyalty.Points
	for _, r := range p.Rewards {
		if r.Cost > 0 {
			bands = append(bands, r.Cost)
		}
	}
	if !slices.Equal(bands, []loyalty.Points{25, 100, 200, 300, 400}) {
		t.Errorf("bands %v", bands)
	}
	want(t, "stars expire", p.Expiry.Kind, loyalty.Never)
	green := p.Tiers.Levels[0].Expiry
	if green == nil || green.Kind != loyalty.Idle || green.Months != 6 {
		t.Errorf("green stars expire %+v", green)
	}
	var around []loyalty.Span
	for _, g := range p.Gifts {
		if g.Kind == loyalty.GiftBirthday && len(g.Levels) == 1 {
			around = append(around, g.Around)
		}
	}
	if !slices.Equal(around, []loyalty.Span{loyalty.SpanDay, loyalty.SpanWeek, loyalty.SpanMonth}) {
		t.Errorf("birthdays around %v", around)
	}
	want(t, "double-star days", p.Earning.Bonuses[0].Percent, 200)
}

// mustEarn is what the rate alone gives for an amount.
func mustEarn(t *testing.T, p *loyalty.Programme, amount loyalty.Money) loyalty.Points {
	t.Helper()
	n, err := p.Earn(amount)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
