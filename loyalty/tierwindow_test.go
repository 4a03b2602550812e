package loyalty

import (
	"testing"
	"time"
)

func TestTierInARollingWindow(t *testing.T) {
	rolling := func(months int) *Programme {
		return with(func(t *Tiers) { t.Window, t.Months = WindowRolling, months })
	}
	tell(t, "months' ends", rolling(1), Facts{}, []step{
		{at: "2026-01-31 23:59:59", buy: 500, level: "silver", until: "2026-03-01"},
		{at: "2026-02-28 23:59:59.999999999", level: "silver", until: "2026-03-01"},
		{at: "2026-03-01"},
	})
	tell(t, "a leap year's", rolling(1), Facts{}, []step{{at: "2028-01-31", buy: 500, level: "silver", until: "2028-03-01"}})
	tell(t, "a year", rolling(12), Facts{}, []step{{at: "2028-02-29 10:00:00", buy: 500, level: "silver", until: "2029-03-01"}})
	tell(t, "two months back", rolling(2), Facts{}, []step{
		{at: "2026-01-31", buy: 250},
		{at: "2026-02-01", buy: 250, level: "silver", until: "2026-04-02"},
	})
	tell(t, "no more than two", rolling(2), Facts{}, []step{
		{at: "2026-01-31 23:59:59.999999999", buy: 250},
		{at: "2026-03-01", buy: 250},
		{at: "2026-03-31", buy: 249},
		{at: "2026-03-31 23:59:59", buy: 1, level: "silver", until: "2026-06-01"},
	})
	tell(t, "renewed on each day that has it", rolling(12), Facts{}, []step{
		{at: "2026-01-10", buy: 500, level: "silver", until: "2027-01-11"},
		{at: "2026-02-20", buy: 1, level: "silver", until: "2027-02-21"},
		{at: "2027-01-05", buy: 498, level: "silver", until: "2027-02-21"}, // 499 since February
		{at: "2027-02-05", buy: 1, level: "silver", until: "2027-02-21"},   // and again without February
		{at: "2027-02-21"},
	})
	tell(t, "falls to what the window has", rolling(12), Facts{}, []step{
		{at: "2026-01-10", buy: 1000, level: "gold", until: "2027-01-11"},
		{at: "2027-01-05", buy: 500, level: "gold", until: "2027-01-11"},
		{at: "2027-01-11", level: "silver", until: "2028-01-12"},
		{at: "2028-01-12"},
	})
	tell(t, "lands softly", with(func(t *Tiers) { t.Window, t.Months, t.Soft, t.GraceDays = WindowRolling, 6, true, 7 }), Facts{}, []step{
		{at: "2026-01-10", buy: 1000, level: "gold", until: "2026-07-18"},
		{at: "2026-07-18", level: "silver", until: "2027-01-26"},
		{at: "2027-01-26"},
	})
	tell(t, "the big one comes back after a small one renewed", rolling(12), Facts{}, []step{
		{at: "2026-01-10", buy: 1000, level: "gold", until: "2027-01-11"},
		{at: "2026-02-10", buy: 20, level: "gold", until: "2027-02-11"},
		{at: "2026-02-11", of: 1, back: 400, level: "silver", until: "2027-02-11"},
		{at: "2026-02-12", of: 1},
	})
	tell(t, "back to what stood before", rolling(12), Facts{}, []step{
		{at: "2026-01-10", buy: 600, level: "silver", until: "2027-01-11"},
		{at: "2027-01-05", buy: 1000, level: "gold", until: "2028-01-06"},
		{at: "2027-01-06", of: 2, level: "silver", until: "2027-02-01"}, // by months: a little longer
		{at: "2027-02-01"},
	})
}

func TestTierByTheYearOfJoining(t *testing.T) {
	p := with(func(t *Tiers) { t.Window = WindowAnniversary })
	may := Facts{Joined: at("2024-05-20 15:00:00")}
	tell(t, "the day itself begins it", p, may, []step{
		{at: "2026-05-19 23:59:59.999999999", buy: 499},
		{at: "2026-05-20", buy: 499},
		{at: "2027-05-19 23:59:59.999999999", buy: 1, level: "silver", until: "2028-05-20"},
		{at: "2028-05-20"},
	})
	leap := Facts{Joined: at("2024-02-29 12:00:00")}
	tell(t, "joined on 29 February", p, leap, []step{
		{at: "2026-02-27 23:59:59", buy: 500, level: "silver", until: "2027-02-28"},
		{at: "2027-02-27 23:59:59", buy: 500, level: "silver", until: "2028-02-29"},
		{at: "2027-02-28", buy: 250, level: "silver", until: "2028-02-29"},
		{at: "2028-02-28 23:59:59", buy: 250, level: "silver", until: "2029-02-28"},
		{at: "2028-02-29", buy: 500, level: "silver", until: "2030-02-28"},
		{at: "2030-02-27 23:59:59.999999999", level: "silver", until: "2030-02-28"},
		{at: "2030-02-28"},
	})
	last := Facts{Joined: at("2024-01-31 12:00:00")}
	tell(t, "joined on a 31st", p, last, []step{
		{at: "2025-01-30", buy: 250},
		{at: "2025-01-31", buy: 250},
		{at: "2025-04-30", buy: 100}, // the months of this year begin on 30 April
		{at: "2026-01-30 23:59:59", buy: 150, level: "silver", until: "2027-01-31"},
	})
	tell(t, "joined with the first sale", p, Facts{}, []step{
		{at: "2025-08-15 10:00:00", buy: 499},
		{at: "2026-08-14 23:59:59", buy: 1, level: "silver", until: "2027-08-15"},
	})
}

// TestTierWhereClocksAreMoved: days end when the next begins, whatever the
// offset is then.
func TestTierWhereClocksAreMoved(t *testing.T) {
	newYork := mustZone("America/New_York")
	for _, c := range []struct{ name, bought, until string }{
		{"calendar", "2026-12-31T23:59:59-05:00", "2028-01-01T05:00:00Z"},
		{"calendar, first hour", "2027-01-01T00:00:00-05:00", "2029-01-01T05:00:00Z"},
		{"grace into summer", "2026-06-01T12:00:00-04:00", "2028-03-31T04:00:00Z"},
		{"rolling over spring", "2026-03-08T01:59:59-05:00", "2026-04-09T04:00:00Z"},
		{"rolling from the night of spring", "2026-03-08T03:00:00-04:00", "2026-04-09T04:00:00Z"},
		{"rolling over autumn", "2026-10-31T23:59:59-04:00", "2026-12-01T05:00:00Z"},
		{"rolling from the hour that comes twice", "2026-11-01T01:30:00-05:00", "2026-12-02T05:00:00Z"},
		{"joined", "2026-11-01T23:59:59-05:00", "2027-11-02T04:00:00Z"},
	} {
		p := levels()
		p.Zone = newYork
		f := Facts{Joined: time.Date(2024, 11, 2, 1, 30, 0, 0, newYork)}
		switch {
		case c.name == "grace into summer":
			p.Tiers.GraceDays = 90
		case c.name == "joined":
			p.Tiers.Window = WindowAnniversary
		case c.name[0] == 'r':
			p.Tiers.Window, p.Tiers.Months = WindowRolling, 1
		}
		now, err := time.Parse(time.RFC3339, c.bought)
		if err != nil {
			t.Fatal(err)
		}
		m := &person{t: t, a: &Account{}, p: p, f: f, now: now}
		m.sell(Sale{Amount: 500})
		if got := m.a.Standing; got.Level != "silver" || got.Until.Format(time.RFC3339) != c.until {
			t.Errorf("%s: %q until %s, want %s", c.name, got.Level, got.Until.Format(time.RFC3339), c.until)
		}
		end := m.a.Standing.Until
		if m.now = end.Add(-1); len(m.settle()) != 0 {
			t.Errorf("%s: it fell a nanosecond before", c.name)
		}
		if m.now = end; len(m.settle()) != 1 || m.a.Standing.Level != "" {
			t.Errorf("%s: it did not fall", c.name)
		}
	}
}

func TestTierMeasures(t *testing.T) {
	for _, c := range []struct {
		by   Measure
		at   int64 // silver's
		sale Sale
		n    int // so many sales reach it
	}{
		{MeasureSpend, 300, Sale{Amount: 100}, 3},
		{MeasureVisits, 3, Sale{Amount: 100}, 3},
		{MeasurePoints, 300, Sale{Amount: 100}, 3}, // the bonus does not qualify
		{MeasureNights, 6, Sale{Amount: 100, Lines: []Line{{Item: "room", Quantity: 2, Amount: 100}}}, 3},
	} {
		p := with(func(t *Tiers) { t.By, t.Levels[1].At, t.Levels[2].At = c.by, c.at, 1e9 })
		p.Earning = Earning{Items: []Item{{ID: "room", Nights: 1}}, Bonuses: []Bonus{{ID: "double", Percent: 200}}}
		m := &person{t: t, a: &Account{}, p: p, now: at("2026-03-01 12:00:00")}
		for i := range c.n {
			if m.a.Standing.Level != "" {
				t.Errorf("%s: silver after %d of %d sales", c.by, i, c.n)
			}
			m.sell(c.sale)
		}
		if m.a.Standing.Level != "silver" {
			t.Errorf("%s: not silver after %d sales: %+v", c.by, c.n, m.a.Buckets)
		}
		if m.refund(0, 0); m.a.Standing.Level != "" {
			t.Errorf("%s: still %q after a refund", c.by, m.a.Standing.Level)
		}
	}
}

// TestBucketsLieInTheirWindow: a day's month counts in the day's window, for
// whoever joined when, so that no sale counts a year early or late.
func TestBucketsLieInTheirWindow(t *testing.T) {
	for _, w := range []Window{WindowCalendar, WindowRolling, WindowAnniversary} {
		p := with(func(t *Tiers) { t.Window, t.Months = w, 3 })
		for joined := in(time.UTC, "2024-02-25"); joined.Before(in(time.UTC, "2024-04-02")); joined = joined.AddDate(0, 0, 1) {
			for day := in(time.UTC, "2023-11-01"); day.Before(in(time.UTC, "2029-03-05")); day = day.AddDate(0, 0, 1) {
				on, b := p.Tiers.windowAt(day, joined), p.bucket(joined, day)
				if b < epochDay(on.from) || b >= epochDay(on.to) || day.Before(on.from) || !day.Before(on.to) {
					t.Fatalf("%s, joined %s: %s counts on day %d, its window is %v", w, joined, day, b, on)
				}
			}
		}
	}
}
