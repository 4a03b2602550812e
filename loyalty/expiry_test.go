package loyalty

import (
	"testing"
	"time"
	_ "time/tzdata"
)

var taipei = mustZone("Asia/Taipei")

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// at reads a local time of Taipei.
func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05.999999999", s, taipei)
	if err != nil {
		panic(err)
	}
	return t
}

// TestExpiryVectors is the table of LEDGER.md: the last moment at which the
// points are spendable is a nanosecond before gone.
func TestExpiryVectors(t *testing.T) {
	after := func(months int, to Period) Expiry { return Expiry{Kind: AfterMonths, Months: months, RoundTo: to} }
	march := Expiry{Kind: FixedDate, Months: 12, Month: time.March, Day: 1}
	nextYear := Expiry{Kind: NextYearEnd}
	for _, c := range []struct {
		rule         Expiry
		earned, gone string
	}{
		{after(1, ""), "2026-01-25 10:00:00", "2026-02-26 00:00:00"},
		{after(1, ToDay), "2028-01-31 23:59:59.999", "2028-03-01 00:00:00"},
		{after(1, ToDay), "2026-01-31 00:00:00", "2026-03-01 00:00:00"},
		{after(12, ToDay), "2028-02-29 12:00:00", "2029-03-01 00:00:00"},
		{after(0, ToDay), "2026-05-05 12:00:00", "2026-05-06 00:00:00"},
		{after(12, ToQuarter), "2026-01-10 12:00:00", "2027-04-01 00:00:00"},
		{after(12, ToHalfYear), "2026-01-10 12:00:00", "2027-07-01 00:00:00"},
		{after(12, ToHalfYear), "2026-12-10 12:00:00", "2028-01-01 00:00:00"},
		{after(12, ToYear), "2026-01-10 12:00:00", "2028-01-01 00:00:00"},
		{after(12, ToMonth), "2020-07-06 12:00:00", "2021-08-01 00:00:00"},
		{after(1, ToMonth), "2026-12-31 12:00:00", "2027-02-01 00:00:00"},
		{march, "2024-03-01 23:59:59", "2025-03-01 00:00:00"},
		{march, "2023-07-01 12:00:00", "2025-03-01 00:00:00"},
		{march, "2024-03-02 00:00:00", "2026-03-01 00:00:00"},
		{Expiry{Kind: FixedDate, Month: time.March, Day: 1}, "2024-03-01 12:00:00", "2025-03-01 00:00:00"},
		{Expiry{Kind: FixedDate, Months: 1, Month: time.February, Day: 29}, "2026-01-10 12:00:00", "2026-02-28 00:00:00"},
		{nextYear, "2026-01-01 00:00:00", "2028-01-01 00:00:00"},
		{nextYear, "2026-12-31 23:59:59.999", "2028-01-01 00:00:00"},
		{Expiry{Kind: Idle, Months: 6}, "2026-08-31 12:00:00", "2027-03-01 00:00:00"},
	} {
		got := c.rule.End(at(c.earned), taipei)
		if !got.Equal(at(c.gone)) {
			t.Errorf("%+v earned %s: gone at %s, want %s", c.rule, c.earned, got.In(taipei), c.gone)
		}
		l := Lot{Opening: Opening{ExpiresAt: got}}
		if l.GoneAt(got.Add(-time.Nanosecond)) || !l.GoneAt(got) {
			t.Errorf("%+v: the end is not exclusive", c.rule)
		}
	}
	for _, kind := range []ExpiryKind{Never, ""} {
		if got := (Expiry{Kind: kind}).End(at("2026-01-01 00:00:00"), taipei); !got.IsZero() {
			t.Errorf("%q gives %s", kind, got)
		}
	}
}

// TestEveryDayEnds goes through every day of two years under every rule: no
// points are gone on the day on which they were given, and what is earned
// later never goes earlier.
func TestEveryDayEnds(t *testing.T) {
	for _, x := range []Expiry{
		{Kind: AfterMonths, Months: 1}, {Kind: AfterMonths, Months: 6, RoundTo: ToQuarter},
		{Kind: FixedDate, Month: time.February, Day: 29}, {Kind: FixedDate, Months: 7, Month: time.June, Day: 30}, {Kind: NextYearEnd},
	} {
		var last time.Time
		for d := at("2027-01-01 09:00:00"); d.Before(at("2029-01-01 00:00:00")); d = d.AddDate(0, 0, 1) {
			end := x.End(d, taipei)
			if !end.After(d) || end.Before(last) {
				t.Fatalf("%+v earned %s goes at %s, the day before's at %s", x, d, end, last)
			}
			last = end
		}
	}
}

func TestLocation(t *testing.T) {
	if p := (Programme{}); p.Location() != time.UTC || !p.DayEnd(at("2026-12-31 23:59:59")).Equal(p.DayEnd(at("2026-12-31 12:00:00"))) {
		t.Errorf("without a zone: %s", p.Location())
	}
}

// TestDaysWithOddMidnights: where clocks are moved at midnight, a day ends
// when the next one begins, not an hour off.
func TestDaysWithOddMidnights(t *testing.T) {
	for _, c := range []struct{ zone, day, start string }{
		{"America/Sao_Paulo", "2017-10-15", "2017-10-15T03:00:00Z"}, // 00:00 does not exist
		{"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"},    // 00:00 comes twice
		{"Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"},      // 00:00 does not exist
		{"Asia/Tokyo", "2026-01-01", "2025-12-31T15:00:00Z"},
	} {
		zone := mustZone(c.zone)
		d, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		got := startOfDay(d.Year(), d.Month(), d.Day(), zone)
		if got.Format(time.RFC3339) != c.start {
			t.Errorf("%s begins in %s at %s, want %s", c.day, c.zone, got.Format(time.RFC3339), c.start)
		}
		p := Programme{Zone: zone}
		if end := p.DayEnd(got.Add(-time.Nanosecond)); !end.Equal(got) {
			t.Errorf("the day before %s ends in %s at %s", c.day, c.zone, end)
		}
		if end := p.DayEnd(got); end.Sub(got) < 22*time.Hour {
			t.Errorf("%s ends in %s at %s", c.day, c.zone, end)
		}
		if before := got.Add(-time.Nanosecond).In(zone); before.Day() == d.Day() {
			t.Errorf("%s in %s had begun before", c.day, c.zone)
		}
	}
}
