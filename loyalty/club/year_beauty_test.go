package club

import (
	"slices"
	"testing"

	"regulars/loyalty"
)

// TestYearOfBeauty lives from insider to rouge and back. What the preset says,
// and the sums that the table uses:
//
//	points   $1 is 1, cents dropped; gift cards and make-overs earn nothing. Of what
//	         fits a sale only the best gives more: vib 25 % and rouge 50 % of the
//	         base, or an event: insider 2, vib 3, rouge 4 times in April 2026, scent
//	         2 times for its own lines in November. Each to be spent after 30 days of
//	         24 hours. All go after 18 months without earning or spending.
//	tiers    vib from $350 a calendar year, rouge from $1,000; to the end of the next
//	         year, without grace; then to what that year reached.
//	birthday one of three in the month; its voucher for 30 days.
//	rouge    reaching it brings 100 points, at once.
//	rewards  held for 60 minutes.
//	voices   a review brings 25 points, four times a month, a post 50, twice; at once.
//	events   the preview of November opens to rouge on 26 October.
//
// "spend" is the money of the year after the row, where it decides something.
func TestYearOfBeauty(t *testing.T) {
	playYear(t, "beauty", []step{
		{"2026-01-10 11:00", join("08-20"), "0", "insider", "", "", ""},
		{"2026-01-10 11:05", sale("A", "60.50"), "0 p60", "insider", "", "", ""},                                //
		{"2026-01-20 12:00", sale("B", "100", "make-over=40", "gift-card=10"), "0 p110", "insider", "", "", ""}, // on 100 - 40 - 10: 50
		{"2026-01-25 10:00", refund("A", "20.50"), "0 p90", "insider", "", "", ""},                              // $40 keep 40: -20; spend 140
		{"2026-02-09 11:04", look(), "0 p90", "insider", "", "", ""},                                            //
		{"2026-02-09 11:05", look(), "40 p50", "insider", "", "", ""},                                           // A, after 30 days
		{"2026-02-19 12:00", look(), "90", "insider", "", "", ""},                                               // B
		{"2026-02-20 10:00", redeem("-", "mini"), "90", "insider", "", "", "refused: 90 of 100"},                //
		{"2026-03-01 10:00", sale("C", "209.99"), "90 p209", "insider", "", "", ""},                             // spend 349.99
		{"2026-03-02 10:00", sale("D", "1"), "90 p210", "vib", "", "", "insider>vib"},                           // 1, as insider; spend 350.99
		{"2026-03-31 10:59", look(), "90 p210", "vib", "", "", ""},                                              // clocks went on by an hour on 8 March
		{"2026-03-31 11:00", look(), "299 p1", "vib", "", "", ""},                                               // C
		{"2026-04-01 11:00", look(), "300", "vib", "", "", ""},                                                  // D
		{"2026-04-02 10:00", redeem("trial", "trial-set"), "50 h250", "vib", "", "trial-set", ""},               // 300 - 250
		{"2026-04-02 10:59", use("trial"), "50", "vib", "", "", ""},                                             //
		{"2026-04-02 11:00", redeem("-", "box"), "50", "vib", "", "", "refused: 50 of 1500"},                    // vib may, but for the points
		{"2026-04-07 10:00", sale("E", "100"), "50 p125", "vib", "", "", ""},                                    // Tuesday; rouge's event only: 100 + 25; spend 450.99
		{"2026-04-10 10:00", sale("F", "100"), "50 p425", "vib", "", "", ""},                                    // 100 + the better of 25 and 200; spend 550.99
		{"2026-04-20 23:59", sale("G", "10.99"), "50 p455", "vib", "", "", ""},                                  // 10 + 20; spend 561.98
		{"2026-04-21 00:00", sale("H", "10"), "50 p467", "vib", "", "", ""},                                     // the event is over: 10 + 2.5 → 2; spend 571.98
		{"2026-04-22 10:00", refund("F", "50"), "50 p317", "vib", "", "", ""},                                   // $50 keep 50 + 100: -150; spend 521.98
		{"2026-05-07 10:00", look(), "175 p192", "vib", "", "", ""},                                             // E: 50 + 125
		{"2026-05-21 00:00", look(), "367", "vib", "", "", ""},                                                  // F 150, G 30, H 12
		{"2026-06-01 10:00", sale("I", "478.02"), "467 p597", "rouge", "", "", "vib>rouge, rouge 100"},          // 478 + 119.5 → 119, as vib; 100 at once; spend 1,000.00
		{"2026-06-02 10:00", sale("J", "100"), "467 p747", "rouge", "", "", ""},                                 // 100 + 50; spend 1,100.00
		{"2026-06-03 10:00", refund("I", "100"), "467 p622", "rouge", "", "", ""},                               // $378.02 keep 378 + 94.5 → 94 = 472: -125; spend 1,000.00
		{"2026-06-04 10:00", refund("J", "0.01"), "367 p620", "vib", "", "", "rouge>vib, no more rouge 100"},    // $99.99 keep 99 + 49.5 → 49: -2; spend 999.99
		{"2026-06-05 10:00", sale("K", "1.01"), "467 p621", "rouge", "", "", "vib>rouge, rouge 100"},            // 1 + 0.25 → 0; spend 1,001.00
		{"2026-06-06 10:00", brings(bob), "467 p621", "rouge", "", "", ""},                                      //
		{"2026-06-06 11:00", as(bob, join("")), "0", "insider", "", "", ""},                                     //
		{"2026-06-07 10:00", as(bob, sale("Bob's", "30")), "0 p30", "insider", "", "", ""},                      // reaches $25; 30 days more
		{"2026-07-07 03:00", night(), "1088", "rouge", "", "", ""},                                              // I 472, J 148, K 1 by 5 July: 467 + 621; Bob's time is 10:00
		{"2026-07-08 03:00", night(), "1188", "rouge", "", "", "referrer 100, BOB: friend 50"},                  //
		{"2026-07-08 04:00", as(bob, look()), "80", "insider", "", "", ""},                                      // 30 + 50
		{"2026-07-09 10:00", as(bob, refund("Bob's", "")), "0", "insider", "", "", "no more friend 50, elsewhere no more referrer 100"},
		{"2026-07-09 11:00", look(), "1088", "rouge", "", "", ""},                 // 1188 - 100
		{"2026-08-01 03:00", night(), "1088", "rouge", "", "", "birthday choose"}, //
		{"2026-08-05 10:00", claim("birthday", "birthday-scent"), "1088", "rouge", "", "birthday-scent", "birthday birthday-scent"},
		{"2026-08-05 10:05", claim("birthday", "birthday-skin"), "1088", "rouge", "", "birthday-scent", "refused: no such gift now"},
		{"2026-08-06 10:00", give(50, false), "1138", "rouge", "", "birthday-scent", ""},                                 // for a review
		{"2026-08-06 10:05", give(150, false), "1138", "rouge", "", "birthday-scent", "refused: a second person's word"}, // over 100
		{"2026-08-06 10:10", give(150, true), "1288", "rouge", "", "birthday-scent", ""},                                 //
		{"2026-09-04 23:59", use("birthday-scent"), "1288", "rouge", "", "", ""},                                         // 5 August + 30 days, whole
		{"2026-10-25 23:59", signUp("preview"), "1288", "rouge", "", "", "refused: not yet"},                             // rouge from the 26th, vib from the 29th, all from 1 November
		{"2026-10-26 00:00", signUp("preview"), "1288", "rouge", "", "", ""},                                             // free
		{"2026-11-02 10:00", sale("L", "100", "fragrance=80"), "1288 p180", "rouge", "", "", ""},                         // 100 + the better of 50 and 80; spend 1,101.00
		{"2026-11-08 10:00", sale("M", "200", "fragrance=20"), "1288 p480", "rouge", "", "", ""},                         // 200 + the better of 100 and 20; spend 1,301.00
		{"2026-11-09 10:00", sale("N", "10", "fragrance=10"), "1288 p495", "rouge", "", "", ""},                          // the week is over: 10 + 5; spend 1,311.00
		{"2026-11-10 10:00", refund("L", "", "fragrance=80"), "1288 p335", "rouge", "", "", ""},                          // $20 without scent keep 20: -160; spend 1,231.00
		{"2026-11-11 12:00", arrive("preview"), "1288 p335", "rouge", "", "", "refused: event: the door opens at 2026-11-12T05:00:00Z"},
		{"2026-11-12 18:40", arrive("preview"), "1288 p335", "rouge", "", "", ""},                              //
		{"2026-12-15 10:00", redeem("box", "box"), "123 h1500", "rouge", "", "box", ""},                        // 1288 + 335 - 1500
		{"2026-12-15 10:30", use("box"), "123", "rouge", "", "", ""},                                           //
		{"2026-12-16 10:00", redeem("-", "box"), "123", "rouge", "", "", "refused: 1 a year"},                  //
		{"2026-12-17 10:00", refund("M", ""), "0 d177", "rouge", "", "", ""},                                   // 123 - 300; spend 1,031.00
		{"2026-12-18 10:00", said("review"), "0 d152", "rouge", "", "", ""},                                    // 25 of what is owed
		{"2026-12-18 10:05", said("post"), "0 d102", "rouge", "", "", ""},                                      // 50
		{"2026-12-18 10:10", said("post"), "0 d52", "rouge", "", "", ""},                                       // 50
		{"2026-12-18 10:15", said("post"), "0 d52", "rouge", "", "", "refused: all that points are given for"}, // two a month
		{"2026-12-19 10:00", said("review"), "0 d27", "rouge", "", "", ""},                                     // 25
		{"2026-12-19 10:05", said("review"), "0 d2", "rouge", "", "", ""},                                      // 25
		{"2026-12-20 10:00", said("review"), "23", "rouge", "", "", ""},                                        // 25 - 2
		{"2026-12-21 10:00", said("review"), "23", "rouge", "", "", "refused: all that points are given for"},  // four a month

		// 2027: rouge to its end.
		{"2027-01-05 10:00", sale("O", "50"), "23 p75", "rouge", "", "", ""},      // 50 + 25
		{"2027-02-10 10:00", sale("P", "1000"), "98 p1500", "rouge", "", "", ""},  // 23 + 75; 1000 + 500; spend 1,050: another year, and no second gift
		{"2027-03-12 09:59", look(), "98 p1500", "rouge", "", "", ""},             //
		{"2027-03-12 10:00", look(), "1598", "rouge", "", "", ""},                 //
		{"2027-08-01 03:00", night(), "1598", "rouge", "", "", "birthday choose"}, //
		{"2027-08-10 10:00", claim("birthday", "birthday-skin"), "1598", "rouge", "", "birthday-skin", "birthday birthday-skin"},
		{"2027-09-09 23:59", look(), "1598", "rouge", "", "birthday-skin", ""},         // 10 August + 30 days, whole
		{"2027-09-10 03:00", night(), "1598", "rouge", "", "", "lapsed birthday-skin"}, //

		// 2028: $400 make vib of rouge at its end; silence makes nothing of all.
		{"2028-03-01 10:00", sale("Q", "400"), "1598 p600", "rouge", "", "", ""}, // 400 + 200; spend 400; the last activity
		{"2028-12-31 23:59", look(), "2198", "rouge", "", "", ""},
		{"2029-01-01 00:00", look(), "2198", "vib", "", "", ""},
		{"2029-01-02 10:00", planned(), "2198", "vib", "", "", "2029-07-04 10:00: 2198 go in 60 days, 2029-08-19 10:00: 2198 go in 14 days, 2029-08-30 10:00: 2198 go in 3 days"}, // 18 months after 1 March 2028: the end of 1 September
		{"2029-07-04 10:05", night(), "2198", "vib", "", "", "2198 go in 60 days"},
		{"2029-08-19 10:05", night(), "2198", "vib", "", "", "birthday choose, 2198 go in 14 days"}, // the first night since 1 August
		{"2029-08-30 10:05", night(), "2198", "vib", "", "", "2198 go in 3 days"},
		{"2029-09-01 23:59", look(), "2198", "vib", "", "", ""},
		{"2029-09-02 00:00", look(), "0", "vib", "", "", ""},
		{"2029-12-31 23:59", look(), "0", "vib", "", "", ""},
		{"2030-01-01 00:00", look(), "0", "insider", "", "", ""},
	}, []asOf{
		{"2026-02-15 12:00", "40 p50"}, {"2026-04-15 12:00", "50 p425"}, {"2026-12-31 12:00", "23"}, {"2029-09-01 12:00", "2198"},
	})
}

// TestBeautyShows is what PROGRAMMES.md says that beauty must show.
func TestBeautyShows(t *testing.T) {
	p := presetNamed(t, "beauty").Rules
	want(t, "points of $100", mustEarn(t, &p, 100_00), 100)
	want(t, "tiers by", p.Tiers.By, loyalty.MeasureSpend)
	want(t, "tiers' window", p.Tiers.Window, loyalty.WindowCalendar)
	var levels []string
	var from []int64
	for _, l := range p.Tiers.Levels {
		levels, from = append(levels, l.ID), append(from, l.At)
	}
	if !slices.Equal(levels, []string{"insider", "vib", "rouge"}) || !slices.Equal(from, []int64{0, 350_00, 1000_00}) {
		t.Errorf("tiers %v from %v", levels, from)
	}
	times := map[string]int64{}
	for _, b := range p.Earning.Bonuses {
		if len(b.Levels) == 1 {
			times[b.Levels[0]] = b.Percent
		}
	}
	if times["insider"] != 200 || times["vib"] != 300 || times["rouge"] != 400 {
		t.Errorf("events %v", times)
	}
	want(t, "birthday gifts to choose from", len(p.Gifts[0].Rewards), 3)
	want(t, "points by hand without a second person", p.ApproveOver, 100)
}
