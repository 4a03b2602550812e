package club

import (
	"testing"
	"time"

	"regulars/loyalty"
)

// TestSpans holds birthday and anniversary spans against dates worked out with
// a calendar: 1 January 2027 is a Friday, 28 February 2026 a Saturday, 29
// February 2028 a Tuesday.
func TestSpans(t *testing.T) {
	birthday := func(s loyalty.Span) loyalty.Gift { return loyalty.Gift{Kind: loyalty.GiftBirthday, Around: s} }
	day, week, month := birthday(loyalty.SpanDay), birthday(loyalty.SpanWeek), birthday(loyalty.SpanMonth)
	years := loyalty.Gift{Kind: loyalty.GiftAnniversary}
	for _, c := range []struct {
		what  string
		gift  loyalty.Gift
		month time.Month
		day   int
		today string
		from  string // "" is none
		to    string
		year  string
	}{
		{"the day", day, 5, 2, "2026-05-02", "2026-05-02", "2026-05-03", "2026"},
		{"the day before", day, 5, 2, "2026-05-01", "", "", ""},
		{"the day after", day, 5, 2, "2026-05-03", "", "", ""},
		{"29 February in a leap year", day, 2, 29, "2028-02-29", "2028-02-29", "2028-03-01", "2028"},
		{"the 28th in a leap year", day, 2, 29, "2028-02-28", "", "", ""},
		{"29 February in another year", day, 2, 29, "2026-02-28", "2026-02-28", "2026-03-01", "2026"},
		{"1 March in another year", day, 2, 29, "2026-03-01", "", "", ""},
		{"a week on its Monday", week, 5, 7, "2026-05-04", "2026-05-04", "2026-05-11", "2026"},
		{"a week on its Sunday", week, 5, 7, "2026-05-10", "2026-05-04", "2026-05-11", "2026"},
		{"a week over", week, 5, 7, "2026-05-11", "", "", ""},
		{"a week over new year, in the old one", week, 1, 1, "2026-12-28", "2026-12-28", "2027-01-04", "2027"},
		{"a week over new year, in the new one", week, 1, 1, "2027-01-03", "2026-12-28", "2027-01-04", "2027"},
		{"31 December, in the new year", week, 12, 31, "2027-01-02", "2026-12-28", "2027-01-04", "2026"},
		{"a leapling's week", week, 2, 29, "2026-02-23", "2026-02-23", "2026-03-02", "2026"},
		{"a month's first", month, 2, 29, "2026-02-01", "2026-02-01", "2026-03-01", "2026"},
		{"a month's last", month, 12, 1, "2026-12-31", "2026-12-01", "2027-01-01", "2026"},
		{"a month over", month, 12, 1, "2027-01-01", "", "", ""},
		{"the anniversary", years, 12, 20, "2026-12-20", "2026-12-20", "2027-01-20", "2026"},
		{"30 days after it", years, 12, 20, "2027-01-19", "2026-12-20", "2027-01-20", "2026"},
		{"31 days after it", years, 12, 20, "2027-01-20", "", "", ""},
		{"joined on 29 February", years, 2, 29, "2027-02-28", "2027-02-28", "2027-03-31", "2027"},
	} {
		today, err := time.Parse(time.DateOnly, c.today)
		if err != nil {
			t.Fatal(err)
		}
		s, ok := spanAt(&c.gift, c.month, c.day, today)
		if ok != (c.from != "") {
			t.Errorf("%s: in the span %v", c.what, ok)
			continue
		}
		if ok && (s.from.Format(time.DateOnly) != c.from || s.to.Format(time.DateOnly) != c.to || s.period() != c.year) {
			t.Errorf("%s: %s to %s of %s, want %s to %s of %s", c.what,
				s.from.Format(time.DateOnly), s.to.Format(time.DateOnly), s.period(), c.from, c.to, c.year)
		}
	}
}

// TestBirthdayEntered is LEDGER.md's invariant 24: what a birthday entered or
// changed late earns. The span is May 2026.
func TestBirthdayEntered(t *testing.T) {
	for _, c := range []struct {
		what         string
		set, changed string
		next         bool // FirstEntryNext
		within       int  // ChangeDays
		returned     bool
		had          bool
	}{
		{what: "entered long ago", set: "2025-01-01", within: 30, had: true},
		{what: "not known when", within: 30, had: true},
		{what: "entered in the month", set: "2026-05-10", within: 30, had: true},
		{what: "entered in the month, from next year on", set: "2026-05-10", next: true},
		{what: "entered on the month's first, from next year on", set: "2026-05-01", next: true},
		{what: "entered the day before it, from next year on", set: "2026-04-30", next: true, had: true},
		{what: "changed in the month", set: "2025-01-01", changed: "2026-05-10", within: 30},
		{what: "changed 30 days before it", changed: "2026-04-01", within: 30},
		{what: "changed 31 days before it", changed: "2026-03-31", within: 30, had: true},
		{what: "changed in the month, where that is no matter", changed: "2026-05-10", had: true},
		{what: "changed in the month where first entries wait", changed: "2026-05-10", next: true, had: true},
		{what: "a former member who came back this year", set: "2026-05-10", within: 30, returned: true},
	} {
		at := func(s string) (t time.Time) {
			if s != "" {
				t, _ = time.ParseInLocation(time.DateOnly, s, taipei)
			}
			return t
		}
		g := &loyalty.Gift{Kind: loyalty.GiftBirthday, Around: loyalty.SpanMonth, FirstEntryNext: c.next, ChangeDays: c.within}
		f := loyalty.Facts{
			Joined: at("2026-02-01"), BirthMonth: 5, BirthDay: 20,
			BirthSet: at(c.set), BirthChanged: at(c.changed), Returned: c.returned,
		}
		if _, had := calendarSpan(g, f, date(2026, 5, 15), taipei); had != c.had {
			t.Errorf("%s: the gift %v, want %v", c.what, had, c.had)
		}
	}
}
