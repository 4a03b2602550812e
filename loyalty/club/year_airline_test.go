package club

import (
	"slices"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// TestYearOfAirline lives Ann through the airline: a year up to gold, and the
// years in which she comes down step by step.
//
// By the file: a dollar is 6 miles, to the nearest, none for taxes; a business
// ticket 500 more, the first flight 1,000 more. They can be spent 3 × 24 hours
// after the sale. A dollar is also a tier point, rounded down, apart from miles:
// they count in years from joining, from 31 March to 30 March. Bronze from 3,500
// gives 15 % more miles, silver from 7,500 35 %, gold from 20,000 50 %. A tier
// stands to the end of the year after its own, and 30 days more: to 29 April.
// Then it falls by one at most, and stands as long again. 36 months without a
// sale or a redemption end all miles. Silver brings an upgrade, gold an upgrade
// or a companion's ticket (365 days each), a friend 1,500 and 1,000 miles 14
// days after their first flight of $100.
func TestYearOfAirline(t *testing.T) {
	playYear(t, "airline", slices.Concat(airlineUp, airlineFriend, airlineDown), []asOf{
		{"2026-07-04 00:00", "38671 h12000"},
		{"2027-03-31 00:00", "141858"},
		{"2030-01-01 00:00", "137658"},
		{"2032-01-07 00:00", "0"},
	})
}

// Up to gold. Comments count the tier points of the first year.
var airlineUp = []step{
	{"2026-03-31 09:00", join(""), "0", "member", "", "", ""},
	// 400 of 480 earn: 2,400, and 1,000 for the first flight. 400.
	{"2026-04-10 08:00", sale("A", "480", "economy=400", "taxes=80"), "0 p3400", "member", "", "", ""},
	// Half of it comes back: 200 keep 1,200, and it is still the first flight. 200.
	{"2026-04-12 08:00", refund("A", "240"), "0 p2200", "member", "", "", ""},
	{"2026-04-13 07:59", look(), "0 p2200", "member", "", "", ""},
	{"2026-04-13 08:00", look(), "2200", "member", "", "", ""},
	// 2,050.42 × 6 = 12,302.52: 12,303, and 2 × 500. Down to 2,050 tier points: 2,250.
	{"2026-05-02 10:00", sale("B", "2200", "business*2=2050.42", "taxes=149.58"), "2200 p13303", "member", "", "", ""},
	// 1,249.99 × 6 = 7,499.94: 7,500, and 1,249: 3,499. 2,200 + 13,303 = 15,503.
	{"2026-06-01 10:00", sale("C", "1249.99", "economy=1249.99"), "15503 p7500", "member", "", "", ""},
	{"2026-06-01 10:01", way(), "15503 p7500", "member", "", "", "3499 to bronze 3500"},
	// 6 miles, and 3,500.
	{"2026-06-02 10:00", sale("D", "1", "economy=1"), "15503 p7506", "bronze", "", "", "member>bronze"},
	// 23,994 + 15 % (3,599.1) = 27,593. 7,499. 15,503 + 7,506 = 23,009.
	{"2026-06-10 10:00", sale("E", "3999", "economy=3999"), "23009 p27593", "bronze", "", "", ""},
	// 60.06: 60, + 9. 7,509, and an upgrade. 23,009 + 27,593 = 50,602.
	{"2026-06-15 10:00", sale("F", "10.01", "economy=10.01"), "50602 p69", "silver", "", "upgrade", "bronze>silver, silver upgrade"},
	// 50,602 + 69 − 2,500, and back.
	{"2026-07-01 10:00", redeem("seat", "seat"), "48171 h2500", "silver", "", "seat upgrade", ""},
	{"2026-07-02 10:00", cancel("seat"), "50671", "silver", "", "upgrade", ""},
	{"2026-07-03 10:00", redeem("short", "flight-short"), "38671 h12000", "silver", "", "flight-short upgrade", ""}, // 50,671 − 12,000
	{"2026-07-20 10:00", use("short"), "38671", "silver", "", "upgrade", ""},
	// A code costs at once: 38,671 − 1,500; where there is none, nothing.
	{"2026-07-25 10:00", redeem("none", "wifi"), "38671", "silver", "", "upgrade", "refused: voucher: nothing is left of reward wifi"},
	{"2026-07-26 10:00", pool("wifi", "SKY-1"), "38671", "silver", "", "upgrade", ""},
	{"2026-07-27 10:00", redeem("wifi", "wifi"), "37171", "silver", "", "upgrade", ""},
	{"2026-07-27 10:05", redeem("none", "wifi"), "37171", "silver", "", "upgrade", "refused: voucher: nothing is left of reward wifi"},
	// The upgrade goes with a flight: 3,000 + 35 % = 4,050. 8,009.
	{"2026-08-05 10:00", called("up", "upgrade", use("up")), "37171", "silver", "", "", ""},
	{"2026-08-05 10:05", paidSale("G", "500", "up", "economy=500"), "37171 p4050", "silver", "", "", ""},
	// The flight comes back, and the upgrade to Ann. 7,509.
	{"2026-08-06 10:00", refund("G", ""), "37171", "silver", "", "upgrade", "again upgrade"},
	{"2026-09-01 10:00", use("up"), "37171", "silver", "", "", ""},
	// 37,171 − 69. 7,499 are no silver; the upgrade was used, and stays so.
	{"2026-09-05 10:00", refund("F", ""), "37102", "bronze", "", "", "silver>bronze"},
	// 12 + 15 % (1.8) = 14. 7,501: silver again, which has had its upgrade.
	{"2026-09-10 10:00", sale("H", "2", "economy=2"), "37102 p14", "silver", "", "", "bronze>silver"},
	// 12,499 × 6 = 74,994, + 35 % (26,247.9) + 4 × 500 = 103,242. 20,000. 37,102 + 14.
	{"2026-10-20 10:00", sale("I", "13099", "business*4=12000", "economy=499", "taxes=600"), "37116 p103242", "gold", "", "", "silver>gold, gold"},
	{"2026-10-21 10:00", claim("gold", "companion"), "37116 p103242", "gold", "", "companion", "gold companion"},
}

// A friend comes along.
var airlineFriend = []step{
	{"2026-11-01 10:00", brings(bob), "140358", "gold", "", "companion", ""}, // 37,116 + 103,242
	{"2026-11-01 10:05", as(bob, join("")), "0", "member", "", "", ""},
	// 1,500 + 1,000, for a seat; then the flight comes back. What it gave is set
	// aside, and so owed, until the seat is given up.
	{"2026-11-05 10:00", as(bob, sale("BA", "250", "economy=250")), "0 p2500", "member", "", "", ""},
	{"2026-11-09 10:00", as(bob, redeem("bob's", "seat")), "0 h2500", "member", "", "seat", ""},
	{"2026-11-10 10:00", as(bob, refund("BA", "")), "0 h2500 d2500", "member", "", "seat", ""},
	{"2026-11-11 10:00", as(bob, cancel("bob's")), "0", "member", "", "", ""},
	// That was nobody's first flight. This is: 1,800 + 1,000.
	{"2026-12-01 10:00", as(bob, sale("BB", "300", "economy=300")), "0 p2800", "member", "", "", ""},
	{"2026-12-15 09:59", night(), "140358", "gold", "", "companion", ""},
	{"2026-12-15 10:00", night(), "141858", "gold", "", "companion", "referrer 1500, BOB: friend 1000"},
	{"2026-12-15 10:01", as(bob, look()), "3800", "member", "", "", ""},
}

// Down again, a step in a year.
var airlineDown = []step{
	{"2027-03-30 23:59", way(), "141858", "gold", "", "companion", "20000, until 2028-04-30 00:00"},
	// Told after the year: 600 + 50 % = 900, flown in its last hours and in the
	// first of the next.
	{"2027-04-01 10:00", late("2027-03-30 22:00", "J", "100", "economy=100"), "141858 p900", "gold", "", "companion", ""},
	{"2027-04-01 10:01", way(), "141858 p900", "gold", "", "companion", "0, keep 20000, until 2028-04-30 00:00"},
	{"2027-04-01 10:05", late("2027-03-31 00:30", "K", "100", "economy=100"), "141858 p1800", "gold", "", "companion", ""},
	{"2027-04-01 10:06", way(), "141858 p1800", "gold", "", "companion", "100, keep 19900, until 2028-04-30 00:00"},
	// 4,900 × 6 = 29,400, + 50 %. The second year has 5,000. 141,858 + 1,800.
	{"2027-08-15 10:00", sale("L", "5200", "economy*2=4900", "taxes=300"), "143658 p44100", "gold", "", "companion", ""},
	// 365 days from 21 October 2026. 143,658 + 44,100.
	{"2027-10-21 23:59", look(), "187758", "gold", "", "companion", ""},
	{"2027-10-22 00:00", night(), "187758", "gold", "", "", "lapsed companion"},
	// The second year was bronze: gold lands on silver, for the third.
	{"2028-04-29 23:59", way(), "187758", "gold", "", "", "0, keep 20000, until 2028-04-30 00:00"},
	{"2028-04-30 00:00", way(), "187758", "silver", "", "", "0 to gold 20000, keep 7500, until 2029-04-30 00:00"},
	// The second year's flight comes back: a landing stands whatever is counted.
	{"2028-06-01 10:00", refund("L", ""), "143658", "silver", "", "", ""},
	// 600 + 35 % = 810.
	{"2028-07-01 10:00", sale("N", "100", "economy=100"), "143658 p810", "silver", "", "", ""},
	// 144,468 − 6,000, for 21 + 31 + 30 + 31 + 30 + 31 + 6 days.
	{"2028-07-10 10:00", redeem("lounge", "lounge"), "138468 h6000", "silver", "", "lounge", ""},
	{"2029-01-06 23:59", use("lounge"), "138468", "silver", "", "", ""},
	// The third year reached nothing: one step more, and one again.
	{"2029-04-29 23:59", look(), "138468", "silver", "", "", ""},
	{"2029-04-30 00:00", way(), "138468", "bronze", "", "", "0 to silver 7500, keep 3500, until 2030-04-30 00:00"},
	{"2029-05-10 10:00", refund("N", ""), "137658", "bronze", "", "", ""},
	{"2030-04-29 23:59", look(), "137658", "bronze", "", "", ""},
	{"2030-04-30 00:00", way(), "137658", "member", "", "", "0 to bronze 3500"},
	// 36 months from the visit to the lounge on 6 January 2029, not from the day
	// on which it was redeemed.
	{"2031-07-11 00:00", planned(), "137658", "member", "", "", "2031-10-09 10:00: 137658 go in 90 days, " +
		"2031-12-08 10:00: 137658 go in 30 days, 2031-12-31 10:00: 137658 go in 7 days"},
	{"2031-10-09 10:00", night(), "137658", "member", "", "", "137658 go in 90 days"},
	{"2031-12-08 10:00", night(), "137658", "member", "", "", "137658 go in 30 days"},
	{"2031-12-31 10:00", night(), "137658", "member", "", "", "137658 go in 7 days"},
	{"2032-01-06 23:59", look(), "137658", "member", "", "", ""},
	{"2032-01-07 00:00", look(), "0", "member", "", "", ""},
}

// TestYearOfAirlineAgain: who landed softly rises again, and has the tier's gift
// again in the new year; a refund leaves them where they landed, and no lower.
func TestYearOfAirlineAgain(t *testing.T) {
	playYear(t, "airline", []step{
		{"2026-03-31 09:00", join(""), "0", "member", "", "", ""},
		// 45,000, and 1,000 for the first flight. Both tiers on the way: one has a gift.
		{"2026-05-01 10:00", sale("A", "7500", "economy=7500"), "0 p46000", "silver", "", "upgrade", "member>silver, silver upgrade"},
		{"2026-05-10 10:00", use("upgrade"), "46000", "silver", "", "", ""},
		// Nothing in the second year, from 31 March 2027.
		{"2028-04-29 23:59", look(), "46000", "silver", "", "", ""},
		{"2028-04-30 00:00", way(), "46000", "bronze", "", "", "0 to silver 7500, keep 3500, until 2029-04-30 00:00"},
		// 45,000 + 15 % = 51,750. The third year's silver has its own gift.
		{"2028-06-01 10:00", sale("B", "7500", "economy=7500"), "46000 p51750", "silver", "", "upgrade", "bronze>silver, silver upgrade"},
		{"2028-06-02 10:00", refund("B", ""), "46000", "bronze", "", "", "silver>bronze, no more silver upgrade"},
		{"2028-06-03 10:00", way(), "46000", "bronze", "", "", "0 to silver 7500, keep 3500, until 2029-04-30 00:00"},
		// 44,999.94: 45,000, + 6,750; but 7,499 tier points: bronze, and that for
		// another year.
		{"2028-07-01 10:00", sale("C", "7499.99", "economy=7499.99"), "46000 p51750", "bronze", "", "", ""},
		{"2028-07-01 10:01", way(), "46000 p51750", "bronze", "", "", "7499 to silver 7500, until 2030-04-30 00:00"},
		// 75,006 + 15 % (11,250.9) = 86,257; 46,000 + 51,750. 20,000: past silver to gold.
		{"2028-08-01 10:00", sale("D", "12501", "economy=12501"), "97750 p86257", "gold", "", "upgrade", "bronze>gold, silver upgrade, gold"},
		{"2028-08-02 10:00", claim("gold", "upgrade"), "97750 p86257", "gold", "", "upgrade upgrade", "gold upgrade"},
		{"2028-08-04 10:00", way(), "184007", "gold", "", "upgrade upgrade", "20000, until 2030-04-30 00:00"}, // 97,750 + 86,257
	}, nil)
}

// pool puts codes into a reward's pool.
func pool(reward string, codes ...string) deed {
	return deed{do: func(l *life, _ loyalty.MemberID) []string {
		plain := func(b []byte) ([]byte, error) { return b, nil } // nobody reads this store
		l.c.Vouchers.Seal, l.c.Vouchers.Open = plain, plain
		return l.try(func(tx store.Tx, act book.Act) error {
			_, _, err := l.c.Vouchers.AddCodes(tx, reward, codes, act.Now)
			return err
		})
	}}
}

// called gives a present's voucher a name of the table's, and then does d.
func called(name, reward string, d deed) deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		l.cards[name] = l.voucher(m, reward)
		return d.do(l, m)
	}}
}
