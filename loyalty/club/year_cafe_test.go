package club

import (
	"testing"

	"regulars/loyalty"
)

// TestYearOfCafe lives two years and what follows of them. What the preset says,
// and the sums that the table uses:
//
//	points   NT$10 are 1, fractions dropped; on Wednesdays the base once more; silver
//	         10 % and gold 25 % of the base more, each rounded by itself; a gift
//	         card earns nothing. To the end of the next year.
//	tiers    silver from NT$6,000 a calendar year, gold from NT$15,000; to the end
//	         of the next year and 30 days; then down by one.
//	stamps   one a day for NT$60 or more, 2 to begin with, 10 are a free drink,
//	         good for 60 days more.
//	rewards  held for 30 minutes.
//
// "spend" is the money of the year after the row, where it decides something.
func TestYearOfCafe(t *testing.T) {
	playYear(t, "cafe", []step{
		{"2026-01-05 10:00", join("03-15"), "0", "member", "2/0", "", ""},
		{"2026-01-05 10:05", sale("A", "325"), "32", "member", "3/0", "", ""},                                                                  // Monday; 32.5 → 32
		{"2026-01-05 15:00", sale("B", "80"), "40", "member", "3/0", "", ""},                                                                   // +8; the day has its stamp
		{"2026-01-06 09:00", sale("C", "55"), "45", "member", "3/0", "", ""},                                                                   // +5; under NT$60 no stamp
		{"2026-01-07 10:00", sale("D", "250"), "95", "member", "4/0", "", ""},                                                                  // Wednesday: 25 + 25
		{"2026-01-08 10:00", sale("E", "680", "gift-card=500"), "113", "member", "5/0", "", ""},                                                // on 680 - 500 = 180: 18
		{"2026-01-08 12:00", redeem("cookie 1", "cookie"), "53 h60", "member", "5/0", "cookie", ""},                                            // 113 - 60
		{"2026-01-08 12:10", use("cookie 1"), "53", "member", "5/0", "", ""},                                                                   //
		{"2026-01-09 10:00", refund("D", "100"), "33", "member", "5/0", "", ""},                                                                // NT$150 keep 15 + 15: -20
		{"2026-01-10 10:00", refund("B", ""), "25", "member", "5/0", "", ""},                                                                   // -8; spend 325+55+150+680 = 1,210
		{"2026-01-12 11:00", brings(bob), "25", "member", "5/0", "", ""},                                                                       //
		{"2026-01-12 12:00", as(bob, join("")), "0", "member", "2/0", "", ""},                                                                  //
		{"2026-01-13 12:30", as(bob, sale("Bob's", "120")), "12", "member", "3/0", "", ""},                                                     // reaches NT$100; 7 days more
		{"2026-01-20 03:00", night(), "25", "member", "5/0", "", ""},                                                                           // not yet 7 days
		{"2026-01-21 03:00", night(), "75", "member", "5/0", "", "referrer 50, BOB: friend 30"},                                                // 25 + 50
		{"2026-01-21 04:00", as(bob, look()), "42", "member", "3/0", "", ""},                                                                   // 12 + 30
		{"2026-02-02 10:00", sale("F", "600"), "135", "member", "6/0", "", ""},                                                                 // Monday; +60
		{"2026-02-03 10:00", sale("G", "700"), "205", "member", "7/0", "", ""},                                                                 // +70
		{"2026-02-05 10:00", sale("H", "990"), "304", "member", "8/0", "", ""},                                                                 // Thursday; +99
		{"2026-02-06 10:00", sale("I", "60"), "310", "member", "9/0", "", ""},                                                                  // +6; NT$60 just bring a stamp
		{"2026-02-09 10:00", sale("J", "75"), "317", "member", "0/1", "free-drink", "stamp/coffee free-drink"},                                 // 7.5 → 7; the tenth stamp
		{"2026-02-10 10:00", refund("J", ""), "310", "member", "9/0", "", "no more stamp/coffee free-drink"},                                   // -7
		{"2026-02-11 10:00", sale("K", "130"), "336", "member", "0/1", "free-drink", "stamp/coffee free-drink"},                                // Wednesday: 13 + 13; spend 1,210+600+700+990+60+130 = 3,690
		{"2026-03-01 03:00", night(), "336", "member", "0/1", "free-drink", "birthday choose"},                                                 // the month of 15 March
		{"2026-03-15 10:00", claim("birthday", "birthday-cake"), "336", "member", "0/1", "birthday-cake free-drink", "birthday birthday-cake"}, //
		{"2026-03-16 10:00", claim("birthday", "free-drink"), "336", "member", "0/1", "birthday-cake free-drink", "refused: no such gift now"}, // one of the two
		{"2026-03-20 10:00", use("birthday-cake"), "336", "member", "0/1", "free-drink", ""},                                                   //
		{"2026-04-12 23:59", look(), "336", "member", "0/1", "free-drink", ""},                                                                 // 11 February + 60 days = 12 April, whole
		{"2026-04-13 03:00", night(), "336", "member", "0/1", "", "lapsed free-drink"},                                                         //
		{"2026-04-14 10:00", redeem("americano 1", "americano"), "236 h100", "member", "0/1", "americano", ""},                                 // 336 - 100
		{"2026-04-14 10:29", look(), "236 h100", "member", "0/1", "americano", ""},                                                             //
		{"2026-04-14 10:30", look(), "336", "member", "0/1", "", ""},                                                                           // after 30 minutes
		{"2026-04-14 11:00", redeem("latte 1", "latte"), "196 h140", "member", "0/1", "latte", ""},                                             // 336 - 140
		{"2026-04-14 11:05", cancel("latte 1"), "336", "member", "0/1", "", ""},                                                                //
		{"2026-04-14 11:10", redeem("-", "beans"), "336", "member", "0/1", "", "refused: 336 of 450"},                                          //
		{"2026-04-14 11:15", redeem("-", "tumbler"), "336", "member", "0/1", "", "refused: tier"},                                              // silver and gold only
		{"2026-04-15 03:00", night(), "336", "member", "0/1", "", "lapsed americano"},                                                          //
		{"2026-05-04 10:00", sale("N", "2300"), "566", "member", "1/1", "", ""},                                                                // Monday; +230; spend 5,990
		{"2026-05-05 10:00", sale("O", "95"), "575", "silver", "2/1", "", "member>silver"},                                                     // 9.5 → 9; spend 6,085
		{"2026-05-06 10:00", sale("P", "200"), "617", "silver", "3/1", "", ""},                                                                 // Wednesday: 20 + 2 + 20; spend 6,285
		{"2026-05-07 10:00", refund("P", "150"), "585", "silver", "2/1", "", ""},                                                               // NT$50 keep 5 + 0 + 5 and no stamp: -32; spend 6,135
		{"2026-05-08 10:00", refund("O", ""), "576", "silver", "1/1", "", ""},                                                                  // -9; spend 6,040
		{"2026-05-09 10:00", refund("P", ""), "566", "member", "1/1", "", "silver>member"},                                                     // -10; spend 5,990
		{"2026-06-01 10:00", sale("Q", "3000"), "866", "silver", "2/1", "", "member>silver"},                                                   // Monday; +300; spend 8,990
		{"2026-06-02 10:00", redeem("tumbler", "tumbler"), "116 h750", "silver", "2/1", "tumbler", ""},                                         // 866 - 750
		{"2026-06-02 10:10", use("tumbler"), "116", "silver", "2/1", "", ""},                                                                   //
		{"2026-06-04 10:00", sale("R", "5800"), "754", "silver", "3/1", "", ""},                                                                // Thursday; 580 + 58; spend 14,790
		{"2026-06-05 10:00", redeem("-", "tumbler"), "754", "silver", "3/1", "", "refused: 1 a year"},                                          //
		{"2026-07-01 10:00", sale("S", "215"), "798", "gold", "4/1", "", "silver>gold"},                                                        // Wednesday, still as silver: 21 + 2 + 21; spend 15,005
		{"2026-07-02 10:00", sale("T", "400"), "848", "gold", "5/1", "", ""},                                                                   // 40 + 10; spend 15,405
		{"2026-07-03 10:00", refund("T", "101"), "834", "gold", "5/1", "", ""},                                                                 // NT$299 keep 29 + 7: -14; spend 15,304
		{"2026-07-04 10:00", redeem("beans", "beans"), "384 h450", "gold", "5/1", "beans", ""},                                                 // 834 - 450
		{"2026-07-04 10:05", use("beans"), "384", "gold", "5/1", "", ""},                                                                       //
		{"2026-07-05 10:00", refund("R", ""), "0 d254", "silver", "4/1", "", "gold>silver"},                                                    // 384 - 638 = -254; spend 9,504
		{"2026-07-06 10:00", sale("V", "3000"), "76", "silver", "5/1", "", ""},                                                                 // 300 + 30 - 254; spend 12,504
		{"2026-09-01 10:00", sale("W", "2600"), "362", "gold", "6/1", "", "silver>gold"},                                                       // Tuesday; 260 + 26; spend 15,104
		{"2026-12-01 10:00", planned(), "362", "gold", "6/1", "", "2027-12-02 10:00: 362 go in 30 days, 2027-12-25 10:00: 362 go in 7 days, 2027-12-31 10:00: 362 go in 1 days"},

		// 2027: gold to 30 January 2028; what 2026 left is 362.
		{"2027-01-31 03:00", night(), "362", "gold", "6/1", "", ""},
		{"2027-02-03 10:00", sale("X", "100"), "384", "gold", "7/1", "", ""},                                         // Wednesday: 10 + 2 + 10; the year's spend 100
		{"2027-03-01 03:00", night(), "384", "gold", "7/1", "", "birthday choose"},                                   // another year, another gift
		{"2027-04-01 10:00", claim("birthday", "free-drink"), "384", "gold", "7/1", "", "refused: no such gift now"}, // the month is over
		{"2027-05-10 10:00", redeem("latte 2", "latte"), "244 h140", "gold", "7/1", "latte", ""},                     // of 2026, which lapses first: 362 - 140 = 222, and 22
		{"2027-05-10 10:10", use("latte 2"), "244", "gold", "7/1", "", ""},                                           //
		{"2027-06-07 10:00", redeem("americano 2", "americano"), "144 h100", "gold", "7/1", "americano", ""},         // of 2026: 222 - 100 = 122, and 22
		{"2027-06-07 10:05", use("americano 2"), "144", "gold", "7/1", "", ""},                                       //
		{"2027-06-07 10:06", paidSale("Y", "150", "americano 2"), "162", "gold", "8/1", "", ""},                      // Monday; 15 + 3
		{"2027-06-08 10:00", refund("Y", ""), "144 h100", "gold", "7/1", "americano", "again americano"},             // -18; the voucher is good again
		{"2027-06-15 23:59", use("americano 2"), "144", "gold", "7/1", "", ""},                                       // for 7 days, whole
		{"2027-12-02 10:05", night(), "144", "gold", "7/1", "", "122 go in 30 days, BOB: 42 go in 30 days"},          //
		{"2027-12-25 10:05", night(), "144", "gold", "7/1", "", "122 go in 7 days, BOB: 42 go in 7 days"},            //
		{"2027-12-31 10:05", night(), "144", "gold", "7/1", "", "122 go in 1 days, BOB: 42 go in 1 days"},            //
		{"2027-12-31 23:59", look(), "144", "gold", "7/1", "", ""},                                                   //

		// 2028: NT$100 in 2027 keep nothing, and gold lands on silver.
		{"2028-01-01 00:00", look(), "22", "gold", "7/1", "", ""},               // 144 - 122
		{"2028-01-01 03:00", as(bob, night()), "0", "member", "3/0", "", ""},    // 42 - 42
		{"2028-01-30 23:59", look(), "22", "gold", "7/1", "", ""},               // 31 December + 30 days
		{"2028-01-31 00:00", look(), "22", "silver", "7/1", "", ""},             //
		{"2028-02-01 10:00", sale("Z", "1000"), "132", "silver", "8/1", "", ""}, // Tuesday; 100 + 10
		{"2028-12-02 10:05", night(), "132", "silver", "8/1", "", "22 go in 30 days"},
		{"2029-01-01 00:00", look(), "110", "silver", "8/1", "", ""}, // 132 - 22 of 2027
		{"2029-01-30 23:59", look(), "110", "silver", "8/1", "", ""}, // a landing stands for a year, and has its grace
		{"2029-01-31 00:00", look(), "110", "member", "8/1", "", ""}, //
	}, []asOf{
		{"2026-02-28 23:59", "336"}, {"2026-07-05 23:59", "0 d254"}, {"2027-12-31 23:59", "144"}, {"2028-01-15 12:00", "22"},
	})
}

// TestYearOfCafeInHongKong: HK$5 are a point, rounded to the nearest; a stamp
// from HK$25; silver from HK$2,000; points go 12 months later at the month's end.
func TestYearOfCafeInHongKong(t *testing.T) {
	playYear(t, "cafe-hk", []step{
		{"2026-01-05 10:00", join(""), "0", "member", "2/0", "", ""},
		{"2026-01-05 10:05", sale("A", "38.50"), "8", "member", "3/0", "", ""},               // 7.7 → 8
		{"2026-01-06 10:00", sale("B", "37.40"), "15", "member", "4/0", "", ""},              // 7.48 → 7
		{"2026-01-07 10:00", sale("C", "24.90"), "25", "member", "4/0", "", ""},              // Wednesday: 4.98 → 5, and 5; no stamp
		{"2026-01-08 10:00", refund("A", "19.25"), "21", "member", "3/0", "", ""},            // HK$19.25 keep 3.85 → 4 and no stamp: -4
		{"2026-02-10 10:00", sale("D", "2000"), "421", "silver", "4/0", "", "member>silver"}, // +400; spend 19.25+37.40+24.90+2,000 = 2,081.55
		{"2026-02-11 10:00", sale("E", "33"), "436", "silver", "5/0", "", ""},                // Wednesday: 6.6 → 7, 10 % 0.7 → 1, and 7
		{"2026-02-12 10:00", planned(), "436", "silver", "5/0", "", "2027-01-02 10:00: 21 go in 30 days, 2027-01-25 10:00: 21 go in 7 days, 2027-01-30 10:00: 415 go in 30 days, " +
			"2027-01-31 10:00: 21 go in 1 days, 2027-02-22 10:00: 415 go in 7 days, 2027-02-28 10:00: 415 go in 1 days"}, // January's 4+7+10, February's 400+15
		{"2027-01-31 23:59", look(), "436", "silver", "5/0", "", ""},
		{"2027-02-01 00:00", look(), "415", "silver", "5/0", "", ""}, // 436 - 21
		{"2027-02-28 23:59", look(), "415", "silver", "5/0", "", ""},
		{"2027-03-01 00:00", look(), "0", "silver", "5/0", "", ""}, // - 415
		{"2028-01-30 23:59", look(), "0", "silver", "5/0", "", ""},
		{"2028-01-31 00:00", look(), "0", "member", "5/0", "", ""}, // 2027, and 30 days
	}, []asOf{{"2026-01-07 23:59", "25"}, {"2026-06-30 12:00", "436"}, {"2027-02-15 12:00", "415"}})
}

// TestYearOfCafeInJapan: ¥100 are a point; a stamp from ¥300; 12 months without
// earning or spending, and all points go. Returning something is neither.
func TestYearOfCafeInJapan(t *testing.T) {
	playYear(t, "cafe-jp", []step{
		{"2026-01-05 10:00", join(""), "0", "member", "2/0", "", ""},
		{"2026-01-05 10:05", sale("A", "1280"), "12", "member", "3/0", "", ""},                    // 12.8 → 12
		{"2026-01-07 10:00", sale("B", "680"), "24", "member", "4/0", "", ""},                     // Wednesday: 6.8 → 6, and 6
		{"2026-01-08 10:00", sale("C", "299"), "26", "member", "4/0", "", ""},                     // 2; no stamp
		{"2026-06-11 10:00", sale("D", "3000"), "56", "member", "5/0", "", ""},                    // Thursday; +30
		{"2026-12-01 10:00", redeem("cookie", "cookie"), "16 h40", "member", "5/0", "cookie", ""}, // 56 - 40
		{"2026-12-01 10:05", use("cookie"), "16", "member", "5/0", "", ""},                        // the last activity: to the end of 1 December 2027
		{"2026-12-02 10:00", refund("D", "1000"), "6", "member", "5/0", "", ""},                   // ¥2,000 keep 20: -10
		{"2026-12-03 10:00", planned(), "6", "member", "5/0", "", "2027-11-02 10:00: 6 go in 30 days, 2027-11-25 10:00: 6 go in 7 days, 2027-12-01 10:00: 6 go in 1 days"},
		{"2027-12-01 23:59", look(), "6", "member", "5/0", "", ""},
		{"2027-12-02 00:00", look(), "0", "member", "5/0", "", ""},
	}, []asOf{{"2026-01-31 12:00", "26"}, {"2026-12-01 10:02", "16 h40"}, {"2027-06-30 12:00", "6"}})
}

// TestYearOfCafeInThailand: ฿25 are a point; a stamp from ฿60; silver from
// ฿4,000; points to the end of the next year.
func TestYearOfCafeInThailand(t *testing.T) {
	playYear(t, "cafe-th", []step{
		{"2026-01-05 10:00", join(""), "0", "member", "2/0", "", ""},
		{"2026-01-05 10:05", sale("A", "112.50"), "4", "member", "3/0", "", ""},                 // 4.5 → 4
		{"2026-01-07 10:00", sale("B", "99.75"), "10", "member", "4/0", "", ""},                 // Wednesday: 3.99 → 3, and 3
		{"2026-01-08 10:00", refund("A", "50"), "8", "member", "4/0", "", ""},                   // ฿62.50 keep 2.5 → 2 and the stamp: -2
		{"2026-02-02 10:00", sale("C", "3900"), "164", "silver", "5/0", "", "member>silver"},    // Monday; +156; spend 62.50+99.75+3,900 = 4,062.25
		{"2026-02-03 10:00", sale("D", "100"), "168", "silver", "6/0", "", ""},                  // 4, and 0.4 → 0
		{"2026-02-04 10:00", redeem("latte", "latte"), "113 h55", "silver", "6/0", "latte", ""}, // 168 - 55
		{"2026-02-04 10:05", use("latte"), "113", "silver", "6/0", "", ""},
		{"2027-12-31 23:59", look(), "113", "silver", "6/0", "", ""},
		{"2028-01-01 00:00", look(), "0", "silver", "6/0", "", ""},
		{"2028-01-31 00:00", look(), "0", "member", "6/0", "", ""},
	}, []asOf{{"2026-01-31 12:00", "8"}, {"2026-02-04 10:02", "113 h55"}, {"2027-12-31 12:00", "113"}})
}

// TestCafesShow is what PROGRAMMES.md says that the cafés must show: a stamp
// card of 10 with 2 at the start and a drink for it, a month for birthdays,
// three tiers by yearly spend, a referral that rewards both sides, and each
// market's own currency, digits and expiry.
func TestCafesShow(t *testing.T) {
	for _, c := range []struct {
		preset, currency, zone string
		digits                 int
		expiry                 loyalty.ExpiryKind
	}{
		{"cafe", "TWD", "Asia/Taipei", 0, loyalty.NextYearEnd},
		{"cafe-hk", "HKD", "Asia/Hong_Kong", 2, loyalty.AfterMonths},
		{"cafe-jp", "JPY", "Asia/Tokyo", 0, loyalty.Idle},
		{"cafe-th", "THB", "Asia/Bangkok", 2, loyalty.NextYearEnd},
	} {
		t.Run(c.preset, func(t *testing.T) {
			p := presetNamed(t, c.preset).Rules
			want(t, "currency", p.Currency, loyalty.Currency{Code: c.currency, Digits: c.digits})
			want(t, "zone", p.Zone.String(), c.zone)
			want(t, "expiry", p.Expiry.Kind, c.expiry)
			want(t, "tiers by", p.Tiers.By, loyalty.MeasureSpend)
			want(t, "tiers' window", p.Tiers.Window, loyalty.WindowCalendar)
			want(t, "tiers", len(p.Tiers.Levels), 3)
			card := p.Cards[0]
			want(t, "stamps", card.Size, 10)
			want(t, "stamps to begin with", card.Start, 2)
			want(t, "prize", card.Prize, "free-drink")
			want(t, "birthday", p.Gifts[0].Kind, loyalty.GiftBirthday)
			want(t, "birthday's span", p.Gifts[0].Around, loyalty.SpanMonth)
			if p.Referral.ReferrerPoints <= 0 || p.Referral.FriendPoints <= 0 {
				t.Errorf("referral: %+v", p.Referral)
			}
		})
	}
}
