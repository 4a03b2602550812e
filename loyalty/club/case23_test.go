package club

import (
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/store/mem"
)

// The ledger's case 23: clocks that are moved, go wrong or come to another
// place. The tables' times have their offset, as some come twice; they fall
// where the machine's clock does.

// owls is a shop with something for each kind of time: double points from one
// to three at night, four times in the birthday's week, a month of life for
// points and a day for a voucher, and a birthday gift to choose.
func owls(t *testing.T, zone, around string, version int) *programme.Programme {
	t.Helper()
	p, complaints := programme.Load(fmt.Appendf(nil, `
version = %d
country = "US"
zone = %q
currency = "USD"
languages = ["en"]
name.en = "Night Owl"
store = [{ id = "main", name = "Night Owl" }]
earn.per = 1
notices.days = [1]

[[bonus]]
id = "owls"
name = "Owls"
multiply = 2
hours = "01:00-03:00"

[[bonus]]
id = "birthday"
name = "Birthday"
multiply = 4
birthday = %q

[expiry]
kind = "after_months"
months = 1

[[reward]]
id = "tea"
name = "Tea"
cost = 10
valid_days = 1

[[reward]]
id = "ticket"
name = "Ticket"
cost = 20
valid_days = 1
on_expiry = "forfeit"

[[reward]]
id = "cake"
name = "Cake"
valid_days = 1

[[gift]]
id = "birthday"
name = "Birthday"
kind = "birthday"
around = %q
rewards = ["cake", "tea"]
`, version, zone, around, around))
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	return p
}

// playClock plays a table as [playYear] does, under the versions of the rules
// that hold from their From on, and leaves clean books.
func playClock(t *testing.T, table []step, versions ...*programme.Programme) {
	t.Helper()
	l := newLife(t, versions[0], mem.New(mem.Twice))
	for i, v := range versions[1:] {
		v.Rules.Before = &versions[i].Rules
	}
	newest := &versions[len(versions)-1].Rules
	rules := func(at time.Time) *loyalty.Programme { return newest.At(at) }
	l.c.Programme, l.c.Book.Programme, l.c.Vouchers.Programme, l.c.Referrals.Programme = rules, rules, rules, rules
	for _, s := range table {
		at, err := time.Parse(time.RFC3339, s.at)
		if err != nil {
			t.Fatal(err)
		}
		l.now = at
		l.row(s)
	}
	l.audit()
}

// TestCase23Spring: on 8 March 2026 New York goes from 02:00 (-05) to 03:00
// (-04). The day has 23 hours, and ends its points, its vouchers and the
// birthday's week at its own midnight; what was to end before it does so by the
// winter's clock.
func TestCase23Spring(t *testing.T) {
	playClock(t, []step{
		{"2026-02-01T10:00:00-05:00", join("03-08"), "0", "", "", "", ""}, // a Sunday; its week began on the 2nd
		{"2026-02-07T12:00:00-05:00", sale("A", "100"), "100", "", "", "", ""},
		{"2026-02-08T12:00:00-05:00", sale("B", "200"), "300", "", "", "", ""},
		{"2026-03-01T23:59:58-05:00", sale("C", "10"), "310", "", "", "", ""},
		{"2026-03-01T23:59:59-05:00", night(), "310", "", "", "", ""},
		{"2026-03-02T00:00:00-05:00", sale("D", "10"), "350", "", "", "", ""}, // 4 × 10
		{"2026-03-02T00:00:01-05:00", night(), "350", "", "", "", "birthday choose"},
		{"2026-03-07T10:00:00-05:00", night(), "350", "", "", "", "100 go in 1 days"},
		// Ten of A's last half hour, in tea to the end of tomorrow: 23 ½ hours.
		{"2026-03-07T23:30:00-05:00", redeem("tea", "tea"), "340 h10", "", "", "tea", ""},
		{"2026-03-07T23:59:59-05:00", look(), "340 h10", "", "", "tea", ""},
		{"2026-03-08T00:00:00-05:00", look(), "250 h10", "", "", "tea", ""}, // 340 − A's 90
		// 10, owls 10, birthday 30. At two it is three, and there are no owls.
		{"2026-03-08T01:00:00-05:00", sale("E", "10"), "300 h10", "", "", "tea", ""},
		{"2026-03-08T01:59:59-05:00", sale("F", "10"), "350 h10", "", "", "tea", ""},
		{"2026-03-08T03:00:00-04:00", sale("G", "10"), "390 h10", "", "", "tea", ""},
		{"2026-03-08T09:59:59-04:00", night(), "390 h10", "", "", "tea", ""},
		{"2026-03-08T10:00:00-04:00", night(), "390 h10", "", "", "tea", "200 go in 1 days"},
		// The week's last second. The cake is good to the end of tomorrow.
		{"2026-03-08T23:59:58-04:00", sale("H", "10"), "430 h10", "", "", "tea", ""},
		{"2026-03-08T23:59:59-04:00", claim("birthday", "cake"), "430 h10", "", "", "cake tea", "birthday cake"},
		// 430 − B's 200; the tea's points come back to A, and go with it.
		{"2026-03-09T00:00:00-04:00", look(), "230", "", "", "cake", ""},
		{"2026-03-09T00:00:01-04:00", sale("I", "10"), "240", "", "", "cake", ""},
		{"2026-03-09T23:59:59-04:00", use("cake"), "240", "", "", "", ""},
	}, owls(t, "America/New_York", "week", 1))
}

// TestCase23Autumn: on 1 November 2026 New York goes from 02:00 (-04) back to
// 01:00 (-05). The day has 25 hours, of which the second is owls' twice.
func TestCase23Autumn(t *testing.T) {
	playClock(t, []step{
		{"2026-09-30T10:00:00-04:00", join("11-01"), "0", "", "", "", ""}, // a Sunday
		{"2026-10-01T12:00:00-04:00", sale("A", "100"), "100", "", "", "", ""},
		{"2026-10-31T23:30:00-04:00", redeem("tea", "tea"), "90 h10", "", "", "tea", ""}, // for 25 ½ hours
		{"2026-10-31T23:59:59-04:00", night(), "90 h10", "", "", "tea", ""},
		{"2026-11-01T00:00:00-04:00", night(), "90 h10", "", "", "tea", "birthday choose"},
		// 40 are birthday's, and 10 owls'.
		{"2026-11-01T00:59:59-04:00", sale("B", "10"), "130 h10", "", "", "tea", ""},
		{"2026-11-01T01:30:00-04:00", sale("C", "10"), "180 h10", "", "", "tea", ""},
		{"2026-11-01T01:30:00-05:00", sale("D", "10"), "230 h10", "", "", "tea", ""},
		{"2026-11-01T02:59:59-05:00", sale("E", "10"), "280 h10", "", "", "tea", ""},
		{"2026-11-01T03:00:00-05:00", sale("F", "10"), "320 h10", "", "", "tea", ""},
		{"2026-11-01T10:00:00-05:00", night(), "320 h10", "", "", "tea", "90 go in 1 days"},
		{"2026-11-01T23:59:58-05:00", claim("birthday", "cake"), "320 h10", "", "", "cake tea", "birthday cake"},
		{"2026-11-01T23:59:59-05:00", use("tea"), "320", "", "", "cake", ""},
		{"2026-11-02T00:00:00-05:00", night(), "230", "", "", "cake", ""},
		{"2026-11-02T00:00:01-05:00", sale("G", "10"), "240", "", "", "cake", ""},
	}, owls(t, "America/New_York", "day", 1))
}

// TestCase23NoMidnight: in Havana the clocks go from 00:00 (-05) to 01:00 (-04)
// on 8 March 2026, and from 01:00 (-04) back to 00:00 (-05) on 1 November: one
// midnight is missing, and one comes twice. A day ends where the next begins.
func TestCase23NoMidnight(t *testing.T) {
	playClock(t, []step{
		{"2026-02-01T10:00:00-05:00", join("03-07"), "0", "", "", "", ""},
		{"2026-02-07T12:00:00-05:00", sale("A", "100"), "100", "", "", "", ""},
		{"2026-03-07T00:00:00-05:00", night(), "100", "", "", "", "birthday choose"},
		{"2026-03-07T23:59:58-05:00", sale("B", "10"), "140", "", "", "", ""},
		{"2026-03-07T23:59:59-05:00", claim("birthday", "cake"), "140", "", "", "cake", "birthday cake"},
		{"2026-03-08T01:00:00-04:00", sale("C", "10"), "60", "", "", "cake", ""}, // 140 − 100, and owls' 20
		{"2026-03-08T23:59:59-04:00", look(), "60", "", "", "cake", ""},
		{"2026-03-09T00:00:00-04:00", look(), "60", "", "", "", ""},
	}, owls(t, "America/Havana", "day", 1))
	playClock(t, []step{
		{"2026-09-30T10:00:00-04:00", join("10-31"), "0", "", "", "", ""},
		{"2026-09-30T12:00:00-04:00", sale("A", "100"), "100", "", "", "", ""},
		{"2026-10-01T12:00:00-04:00", sale("B", "100"), "200", "", "", "", ""},
		{"2026-10-31T00:00:00-04:00", night(), "100", "", "", "", "birthday choose"}, // A's end: 30 October
		{"2026-10-31T23:59:59-04:00", claim("birthday", "tea"), "100", "", "", "tea", "birthday tea"},
		{"2026-11-01T00:00:00-04:00", sale("C", "10"), "110", "", "", "tea", ""},
		{"2026-11-01T00:30:00-05:00", sale("D", "10"), "120", "", "", "tea", ""}, // the same clock again
		{"2026-11-01T23:59:59-05:00", look(), "120", "", "", "tea", ""},
		{"2026-11-02T00:00:00-05:00", look(), "20", "", "", "", ""},
	}, owls(t, "America/Havana", "day", 1))
	playClock(t, []step{ // who has until a midnight that comes twice has until the first
		{"2026-09-30T10:00:00-04:00", join("10-31"), "0", "", "", "", ""},
		{"2026-10-31T10:00:00-04:00", night(), "0", "", "", "", "birthday choose"},
		{"2026-11-01T00:00:00-04:00", claim("birthday", "cake"), "0", "", "", "", "refused: no such gift now"},
	}, owls(t, "America/Havana", "day", 1))
}

// TestCase23WrongClock: a clock that is a day ahead, and then a day behind,
// brings nothing twice; and one that is known to be wrong takes nothing.
func TestCase23WrongClock(t *testing.T) {
	playClock(t, []step{
		{"2026-05-10T10:00:00-04:00", join("05-18"), "0", "", "", "", ""},
		{"2026-05-15T10:00:00-04:00", sale("A", "100"), "100", "", "", "", ""},
		// On the 17th it says the 18th, and the gift comes a day early, but once.
		{"2026-05-18T10:00:00-04:00", night(), "100", "", "", "", "birthday choose"},
		{"2026-05-17T10:05:00-04:00", night(), "100", "", "", "", ""},
		{"2026-05-17T10:06:00-04:00", sale("B", "10"), "110", "", "", "", ""},
		{"2026-05-18T10:00:00-04:00", night(), "110", "", "", "", ""},
		// On the 19th it says the 18th again.
		{"2026-05-18T11:00:00-04:00", sale("C", "10"), "150", "", "", "", ""},
		{"2026-05-18T11:01:00-04:00", night(), "150", "", "", "", ""},
		{"2026-05-19T11:02:00-04:00", claim("birthday", "cake"), "150", "", "", "", "refused: no such gift now"},
		{"2026-05-18T11:03:00-04:00", claim("birthday", "cake"), "150", "", "", "cake", "birthday cake"},
		{"2026-05-18T11:04:00-04:00", claim("birthday", "cake"), "150", "", "", "cake", "refused: no such gift now"},
		{"2026-05-18T12:00:00-04:00", use("cake"), "150", "", "", "", ""},
	}, owls(t, "America/New_York", "day", 1))
	playClock(t, []step{
		{"2026-05-10T10:00:00-04:00", join(""), "0", "", "", "", ""},
		{"2026-05-15T10:00:00-04:00", sale("A", "100"), "100", "", "", "", ""},
		{"2026-06-14T12:00:00-04:00", redeem("tea", "tea"), "90 h10", "", "", "tea", ""},
		{"2026-06-14T12:01:00-04:00", redeem("ticket", "ticket"), "70 h30", "", "", "tea ticket", ""},
		// On the 15th it says the 16th, where A and both vouchers are over, and is
		// known to be wrong.
		{"2026-06-16T10:00:00-04:00", doubt(true), "0", "", "", "", ""},
		{"2026-06-16T10:01:00-04:00", night(), "0", "", "", "", ""},
		{"2026-06-16T10:02:00-04:00", use("tea"), "0", "", "", "", "refused: lapsed"},
		// It is still the 15th: nothing of that has happened.
		{"2026-06-15T10:03:00-04:00", doubt(false), "70 h30", "", "", "tea ticket", ""},
		{"2026-06-15T10:04:00-04:00", night(), "70 h30", "", "", "tea ticket", "70 go in 1 days"},
		{"2026-06-15T23:59:59-04:00", use("tea"), "70 h20", "", "", "ticket", ""},
		{"2026-06-16T00:00:00-04:00", night(), "0", "", "", "", "lapsed ticket"},
	}, owls(t, "America/New_York", "day", 1))
}

// doubt says whether the clock is known to be wrong.
func doubt(on bool) deed {
	return deed{do: func(l *life, _ loyalty.MemberID) []string {
		l.c.Book.ClockInDoubt = func() bool { return on }
		return nil
	}}
}

// TestCase23LeapDay: 29 February is kept on the 28th of other years, once a
// year, and months are clamped to it.
func TestCase23LeapDay(t *testing.T) {
	playClock(t, []step{
		{"2026-01-10T10:00:00-05:00", join("02-29"), "0", "", "", "", ""},
		{"2026-02-27T23:59:59-05:00", night(), "0", "", "", "", ""},
		{"2026-02-28T00:00:00-05:00", night(), "0", "", "", "", "birthday choose"},
		{"2026-02-28T12:00:00-05:00", sale("A", "10"), "40", "", "", "", ""},
		{"2026-02-28T23:59:59-05:00", claim("birthday", "cake"), "40", "", "", "cake", "birthday cake"},
		{"2026-03-01T00:00:00-05:00", night(), "40", "", "", "cake", ""},
		{"2026-03-02T00:00:00-05:00", night(), "40", "", "", "", "lapsed cake"},
		{"2027-01-31T10:00:00-05:00", sale("B", "100"), "100", "", "", "", ""},
		{"2027-02-28T23:59:59-05:00", night(), "100", "", "", "", "birthday choose, 100 go in 1 days"},
		{"2027-03-01T00:00:00-05:00", claim("birthday", "cake"), "0", "", "", "", "refused: no such gift now"},
		{"2028-01-31T10:00:00-05:00", sale("C", "100"), "100", "", "", "", ""},
		{"2028-02-28T12:00:00-05:00", sale("D", "10"), "110", "", "", "", ""},
		{"2028-02-28T23:59:59-05:00", night(), "110", "", "", "", ""},
		{"2028-02-29T00:00:00-05:00", night(), "110", "", "", "", "birthday choose"},
		{"2028-02-29T12:00:00-05:00", sale("E", "10"), "150", "", "", "", ""},
		{"2028-02-29T23:59:59-05:00", look(), "150", "", "", "", ""},
		{"2028-03-01T00:00:00-05:00", look(), "50", "", "", "", ""},
		// D: a month from the 28th. E: one from the 29th.
		{"2028-03-28T23:59:59-04:00", look(), "50", "", "", "", ""},
		{"2028-03-29T00:00:00-04:00", look(), "40", "", "", "", ""},
		{"2028-03-30T00:00:00-04:00", look(), "0", "", "", "", ""},
	}, owls(t, "America/New_York", "day", 1))
}

// TestCase23NewZone: a shop that moves keeps what it promised to the instant,
// and counts new days where it is; a day that comes twice, or has gone by, has
// one gift.
func TestCase23NewZone(t *testing.T) {
	moved := func(from, to, at string) (a, b *programme.Programme) {
		a, b = owls(t, from, "day", 1), owls(t, to, "day", 2)
		var err error
		if b.Rules.From, err = time.Parse(time.RFC3339, at); err != nil {
			t.Fatal(err)
		}
		return a, b
	}
	a, b := moved("America/New_York", "Asia/Tokyo", "2026-03-10T09:00:00+09:00") // 20:00 of the 9th in New York
	playClock(t, []step{
		{"2026-02-20T10:00:00-05:00", join("03-10"), "0", "", "", "", ""},
		{"2026-02-20T10:05:00-05:00", sale("A", "100"), "100", "", "", "", ""},
		{"2026-03-09T19:59:59-04:00", night(), "100", "", "", "", ""},
		{"2026-03-10T09:00:00+09:00", night(), "100", "", "", "", "birthday choose"},
		{"2026-03-10T09:30:00+09:00", sale("B", "100"), "500", "", "", "", ""},
		{"2026-03-10T23:59:59+09:00", claim("birthday", "cake"), "500", "", "", "cake", "birthday cake"},
		{"2026-03-11T00:00:00+09:00", night(), "500", "", "", "cake", ""},
		{"2026-03-11T00:00:01+09:00", sale("C", "100"), "600", "", "", "cake", ""}, // in New York it is still the 10th
		{"2026-03-12T00:00:00+09:00", look(), "600", "", "", "", ""},
		// A goes at New York's midnight, 00:00-04:00.
		{"2026-03-21T12:59:59+09:00", look(), "600", "", "", "", ""},
		{"2026-03-21T13:00:00+09:00", look(), "500", "", "", "", ""},
		{"2026-04-10T23:59:59+09:00", look(), "500", "", "", "", ""},
		{"2026-04-11T00:00:00+09:00", look(), "100", "", "", "", ""},
	}, a, b)
	a, b = moved("Asia/Tokyo", "America/New_York", "2026-03-10T09:00:00+09:00")
	playClock(t, []step{
		{"2026-02-20T10:00:00+09:00", join("03-10"), "0", "", "", "", ""},
		{"2026-03-10T08:00:00+09:00", night(), "0", "", "", "", "birthday choose"},
		{"2026-03-09T20:00:00-04:00", night(), "0", "", "", "", ""},
		{"2026-03-09T20:01:00-04:00", sale("A", "100"), "100", "", "", "", ""},
		{"2026-03-10T10:00:00-04:00", night(), "100", "", "", "", ""},
		{"2026-03-10T10:01:00-04:00", sale("B", "100"), "500", "", "", "", ""},
		{"2026-04-09T23:59:59-04:00", look(), "500", "", "", "", ""},
		{"2026-04-10T00:00:00-04:00", look(), "400", "", "", "", ""},
	}, a, b)
}
