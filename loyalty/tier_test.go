package loyalty

import (
	"reflect"
	"testing"
	"time"
)

// person is one member under rules that may change, with a clock.
type person struct {
	t     testing.TB
	a     *Account
	p     *Programme // the newest
	f     Facts
	now   time.Time
	sales []Entry
	all   []Entry
}

// do decides and applies.
func (m *person) do(decide func(*Account, *Programme, Draft) ([]Entry, error)) []Entry {
	m.t.Helper()
	d := Draft{Member: "M", Op: "op", Facts: m.f, At: m.now, Now: m.now, Newest: m.p, Reason: []byte("r")}
	made, err := decide(m.a, m.p.At(m.now), d)
	if err != nil {
		m.t.Fatalf("%s: %v", m.now, err)
	}
	for _, e := range made {
		if err := m.a.Apply(e); err != nil {
			m.t.Fatal(err)
		}
	}
	m.all = append(m.all, made...)
	return made
}

func (m *person) settle() []Entry { m.t.Helper(); return m.do(Settle) }

func (m *person) sell(s Sale) {
	m.t.Helper()
	m.settle()
	made := m.do(func(a *Account, p *Programme, d Draft) ([]Entry, error) { return Sell(a, p, d, s) })
	m.sales = append(m.sales, made[0])
}

func (m *person) refund(sale int, amount Money) {
	m.t.Helper()
	m.settle()
	m.do(func(a *Account, p *Programme, d Draft) ([]Entry, error) {
		return Refund(a, p, d, &m.sales[sale], Return{Amount: amount})
	})
}

// step is one day of a story. Zero fields do nothing; the account is settled
// in any case.
type step struct {
	at    string // local
	buy   Money
	of    int   // refund: which sale, from 1
	back  Money // refund: how much, 0 the rest
	level string
	until string // local; "" is never
}

// tell plays the steps and compares the standing after each.
func tell(t *testing.T, name string, p *Programme, f Facts, steps []step) *person {
	t.Helper()
	m := &person{t: t, a: &Account{}, p: p, f: f}
	for i, s := range steps {
		m.now = in(p.zone(), s.at)
		m.settle()
		if s.buy > 0 {
			m.sell(Sale{Amount: s.buy})
		}
		if s.of > 0 {
			m.refund(s.of-1, s.back)
		}
		var until time.Time
		if s.until != "" {
			until = in(p.zone(), s.until)
		}
		if got := m.a.Standing; got.Level != s.level || !got.Until.Equal(until) {
			t.Errorf("%s, step %d (%s): %q until %s, want %q until %s", name, i+1, s.at, got.Level, got.Until.In(p.zone()), s.level, s.until)
		}
	}
	return m
}

// in reads a local time, or a day's first moment.
func in(zone *time.Location, s string) time.Time {
	for _, layout := range []string{"2006-01-02 15:04:05.999999999", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t
		}
	}
	panic(s)
}

// levels are silver from 500 and gold from 1000, of money spent in calendar
// years in Taipei.
func levels() *Programme {
	return &Programme{
		Version: 1, Zone: taipei, Rate: Rate{Points: 1, Per: 1}, Expiry: Expiry{Version: 1},
		Tiers: Tiers{By: MeasureSpend, Window: WindowCalendar, Levels: []Level{{ID: "green"}, {ID: "silver", At: 500}, {ID: "gold", At: 1000}}},
	}
}

func with(change func(*Tiers)) *Programme {
	p := levels()
	change(&p.Tiers)
	return p
}

func TestTierByCalendarYear(t *testing.T) {
	tell(t, "a unit below, at and above", levels(), Facts{}, []step{
		{at: "2026-03-01", buy: 499},
		{at: "2026-03-02", buy: 1, level: "silver", until: "2028-01-01"},
		{at: "2026-03-03", buy: 499, level: "silver", until: "2028-01-01"},
		{at: "2026-03-04", buy: 1, level: "gold", until: "2028-01-01"},
		{at: "2026-03-05", buy: 1, level: "gold", until: "2028-01-01"},
	})
	tell(t, "the last instant of a year", levels(), Facts{}, []step{
		{at: "2026-12-31 23:59:59.999999999", buy: 500, level: "silver", until: "2028-01-01"},
		{at: "2027-12-31 23:59:59.999999999", level: "silver", until: "2028-01-01"},
		{at: "2028-01-01"},
	})
	tell(t, "the first instant of a year", levels(), Facts{}, []step{
		{at: "2027-01-01", buy: 500, level: "silver", until: "2029-01-01"},
		{at: "2029-01-01"},
	})
	tell(t, "two years do not add up", levels(), Facts{}, []step{
		{at: "2026-12-31 23:59:59.999999999", buy: 499},
		{at: "2027-01-01", buy: 499},
	})
	tell(t, "renewed by reaching it again", levels(), Facts{}, []step{
		{at: "2026-05-01", buy: 1000, level: "gold", until: "2028-01-01"},
		{at: "2027-05-01", buy: 999, level: "gold", until: "2028-01-01"},
		{at: "2027-12-31 23:59:59", buy: 1, level: "gold", until: "2029-01-01"},
		{at: "2028-12-31 23:59:59", level: "gold", until: "2029-01-01"},
		{at: "2029-01-01"},
	})
	tell(t, "falls to what the last year reached", levels(), Facts{}, []step{
		{at: "2026-05-01", buy: 1000, level: "gold", until: "2028-01-01"},
		{at: "2027-05-01", buy: 600, level: "gold", until: "2028-01-01"},
		{at: "2028-01-01", level: "silver", until: "2029-01-01"},
		{at: "2029-01-01"},
	})
}

func TestTierGraceAndSoftLanding(t *testing.T) {
	grace := with(func(t *Tiers) { t.GraceDays = 30 })
	tell(t, "grace ends", grace, Facts{}, []step{
		{at: "2026-05-05", buy: 1000, level: "gold", until: "2028-01-31"},
		{at: "2027-05-05", buy: 500, level: "gold", until: "2028-01-31"},
		{at: "2028-01-30 23:59:59.999999999", level: "gold", until: "2028-01-31"},
		{at: "2028-01-31", level: "silver", until: "2029-01-31"},
		{at: "2029-01-30 23:59:59.999999999", level: "silver", until: "2029-01-31"},
		{at: "2029-01-31"},
	})
	tell(t, "renewed in its grace", grace, Facts{}, []step{
		{at: "2026-05-05", buy: 1000, level: "gold", until: "2028-01-31"},
		{at: "2028-01-30 23:59:59.999999999", buy: 1000, level: "gold", until: "2030-01-31"},
	})
	tell(t, "what is bought in the grace counts at its end", grace, Facts{}, []step{
		{at: "2026-05-05", buy: 1000, level: "gold", until: "2028-01-31"},
		{at: "2028-01-15", buy: 500, level: "gold", until: "2028-01-31"},
		{at: "2028-01-31", level: "silver", until: "2030-01-31"},
	})
	soft := with(func(t *Tiers) { t.Soft = true; t.Levels = append(t.Levels, Level{ID: "platinum", At: 2000}) })
	down := []step{
		{at: "2026-05-05", buy: 2000, level: "platinum", until: "2028-01-01"},
		{at: "2028-01-01", level: "gold", until: "2029-01-01"},
		{at: "2029-01-01", level: "silver", until: "2030-01-01"},
		{at: "2029-12-31 23:59:59.999999999", level: "silver", until: "2030-01-01"},
		{at: "2030-01-01"},
	}
	often := tell(t, "down the stairs", soft, Facts{}, down)
	late := tell(t, "down the stairs, looked at after all", soft, Facts{}, []step{down[0], {at: "2030-07-01"}})
	if got, want := plain(late.all), plain(often.all); !reflect.DeepEqual(got, want) {
		t.Errorf("looked at late:\n got %v\nwant %v", got, want)
	}
	tell(t, "from a soft landing up again, and back", soft, Facts{}, []step{
		{at: "2026-05-05", buy: 2000, level: "platinum", until: "2028-01-01"},
		{at: "2028-02-01", buy: 999, level: "gold", until: "2029-01-01"},
		{at: "2028-02-02", buy: 1, level: "gold", until: "2030-01-01"},
		{at: "2028-02-03", of: 3, level: "gold", until: "2029-01-01"}, // the floor
		{at: "2028-02-04", buy: 1001, level: "platinum", until: "2030-01-01"},
		{at: "2028-02-05", of: 4, level: "gold", until: "2029-01-01"},
		{at: "2029-01-01", level: "silver", until: "2030-01-01"}, // 999 in 2028 reach it too
		{at: "2030-01-01"},
	})
	both := with(func(t *Tiers) { t.Soft, t.GraceDays = true, 10 })
	tell(t, "soft with grace", both, Facts{}, []step{
		{at: "2026-05-05", buy: 1000, level: "gold", until: "2028-01-11"},
		{at: "2028-01-10 23:59:59", level: "gold", until: "2028-01-11"},
		{at: "2028-01-11", level: "silver", until: "2029-01-11"},
		{at: "2029-01-11"},
	})
}

func TestTierAndRefunds(t *testing.T) {
	tell(t, "just after rising", levels(), Facts{}, []step{
		{at: "2026-05-01", buy: 400},
		{at: "2026-05-02", buy: 700, level: "gold", until: "2028-01-01"},
		{at: "2026-05-03", of: 2, back: 100, level: "gold", until: "2028-01-01"},
		{at: "2026-05-03", of: 2, back: 1, level: "silver", until: "2028-01-01"},
		{at: "2026-05-04", of: 2},
	})
	tell(t, "last year's sale", levels(), Facts{}, []step{
		{at: "2026-12-30", buy: 1000, level: "gold", until: "2028-01-01"},
		{at: "2027-01-05", of: 1, back: 400, level: "silver", until: "2028-01-01"},
		{at: "2027-01-06", of: 1},
	})
	tell(t, "down to what last year reached", levels(), Facts{}, []step{
		{at: "2026-06-01", buy: 600, level: "silver", until: "2028-01-01"},
		{at: "2027-06-01", buy: 1000, level: "gold", until: "2029-01-01"},
		{at: "2027-06-02", of: 2, level: "silver", until: "2028-01-01"},
	})
	tell(t, "a renewal taken back", levels(), Facts{}, []step{
		{at: "2026-06-01", buy: 1000, level: "gold", until: "2028-01-01"},
		{at: "2027-06-01", buy: 1000, level: "gold", until: "2029-01-01"},
		{at: "2027-06-02", of: 2, level: "gold", until: "2028-01-01"},
		{at: "2027-06-03", of: 1},
	})
	tell(t, "in either order", levels(), Facts{}, []step{
		{at: "2026-06-01", buy: 1000, level: "gold", until: "2028-01-01"},
		{at: "2027-06-01", buy: 1000, level: "gold", until: "2029-01-01"},
		{at: "2027-06-02", of: 1, level: "gold", until: "2029-01-01"},
		{at: "2027-06-03", of: 2},
	})
	tell(t, "in the grace", with(func(t *Tiers) { t.GraceDays = 30 }), Facts{}, []step{
		{at: "2026-06-01", buy: 1000, level: "gold", until: "2028-01-31"},
		{at: "2028-01-15", buy: 500, level: "gold", until: "2028-01-31"},
		{at: "2028-01-16", of: 1, back: 1, level: "silver", until: "2030-01-31"},
	})
	tell(t, "after the fall", levels(), Facts{}, []step{
		{at: "2026-06-01", buy: 1000, level: "gold", until: "2028-01-01"},
		{at: "2028-01-02", of: 1},
	})
}

// TestTierSaleToldLate: a sale of last year that is told this year counts last
// year, and so stands to the end of this one.
func TestTierSaleToldLate(t *testing.T) {
	m := tell(t, "late", levels(), Facts{}, []step{{at: "2026-12-31", buy: 499}})
	m.now = at("2027-01-01 00:30:00")
	m.settle()
	m.do(func(a *Account, p *Programme, d Draft) ([]Entry, error) {
		d.At = at("2026-12-31 23:50:00")
		return Sell(a, p, d, Sale{Amount: 1})
	})
	if s := m.a.Standing; s.Level != "silver" || !s.Until.Equal(at("2028-01-01 00:00:00")) || !s.Since.Equal(m.now) {
		t.Errorf("%+v", s)
	}
}

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

// follow is p as a newer version from a local day on.
func follow(p *Programme, from string, change func(*Programme)) *Programme {
	n := *p
	n.Version, n.Before, n.From = p.Version+1, p, in(p.zone(), from)
	n.Expiry.Version = n.Version
	n.Tiers.Levels = append([]Level(nil), p.Tiers.Levels...)
	change(&n)
	return &n
}

func TestTierUnderNewRules(t *testing.T) {
	dearer := follow(levels(), "2026-07-01", func(p *Programme) { p.Tiers.Levels[2].At = 2000 })
	tell(t, "nobody falls before their time", dearer, Facts{}, []step{
		{at: "2026-06-30 23:59:59", buy: 1000, level: "gold", until: "2028-01-01"},
		{at: "2026-07-01", buy: 10, level: "gold", until: "2028-01-01"},
		{at: "2026-08-01", of: 2, level: "gold", until: "2028-01-01"}, // it did not stand on that
		{at: "2027-05-01", buy: 1500, level: "gold", until: "2028-01-01"},
		{at: "2028-01-01", level: "silver", until: "2029-01-01"},
	})
	cheaper := follow(levels(), "2026-07-01", func(p *Programme) { p.Tiers.Levels[2].At = 800 })
	tell(t, "the next sale lifts", cheaper, Facts{}, []step{
		{at: "2026-06-30", buy: 900, level: "silver", until: "2028-01-01"},
		{at: "2026-07-01", level: "silver", until: "2028-01-01"},
		{at: "2026-07-02", buy: 1, level: "gold", until: "2028-01-01"},
	})
	fewer := follow(levels(), "2026-07-01", func(p *Programme) { p.Tiers.Levels = p.Tiers.Levels[:2] })
	m := tell(t, "a level that is gone", fewer, Facts{}, []step{
		{at: "2026-06-30", buy: 1000, level: "gold", until: "2028-01-01"},
		{at: "2026-07-01", level: "gold", until: "2028-01-01"},
		{at: "2026-07-02", buy: 1, level: "silver", until: "2028-01-01"},
	})
	if i := m.p.Tiers.Index("gold"); i != 0 {
		t.Errorf("a level that is gone has place %d", i)
	}
	none := follow(levels(), "2026-07-01", func(p *Programme) { p.Tiers = Tiers{} })
	tell(t, "no levels any more", none, Facts{}, []step{
		{at: "2026-06-30", buy: 1000, level: "gold", until: "2028-01-01"},
		{at: "2026-07-02", buy: 1, level: "gold", until: "2028-01-01"},
		{at: "2028-01-01"},
	})
	// What happened before the change follows the rules of before it, even if
	// nobody looks until after.
	soft := follow(levels(), "2028-06-01", func(p *Programme) { p.Tiers.Soft = true })
	m = tell(t, "as of its own instant", soft, Facts{}, []step{
		{at: "2026-06-30", buy: 1000, level: "gold", until: "2028-01-01"},
		{at: "2028-07-01"},
	})
	if e := m.all[len(m.all)-1]; e.Kind != KindTier || e.Programme != 1 || e.Level != "gold" || !e.EffectiveAt.Equal(at("2028-01-01 00:00:00")) {
		t.Errorf("the fall is %+v", e)
	}
}

func TestProgress(t *testing.T) {
	p := with(func(t *Tiers) { t.GraceDays = 30 })
	m := tell(t, "progress", p, Facts{}, []step{{at: "2026-05-01", buy: 300}})
	look := func(when string) Progress {
		t.Helper()
		got, ok, err := ProgressAt(m.a, p, Facts{}, at(when))
		if err != nil || !ok {
			t.Fatalf("%v, %v", ok, err)
		}
		return got
	}
	same := func(what string, got, want Progress) {
		t.Helper()
		got.Standing = Standing{}
		if got.Ends = got.Ends.UTC(); got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	y := func(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, taipei).UTC() }
	same("on the way", look("2026-05-02 12:00:00"), Progress{Value: 300, Next: "silver", To: 500, Left: 200, Ends: y(2027)})
	m.now = at("2026-06-01 12:00:00")
	m.sell(Sale{Amount: 450})
	same("silver", look("2026-06-02 12:00:00"), Progress{Value: 750, Next: "gold", From: 500, To: 1000, Left: 250, Ends: y(2027)})
	same("next year", look("2027-06-02 12:00:00"), Progress{Value: 0, Next: "gold", From: 500, To: 1000, Left: 1000, Ends: y(2028), Keep: 500})
	same("in the grace", look("2028-01-30 23:00:00"), Progress{Value: 0, Next: "gold", From: 500, To: 1000, Left: 1000, Ends: y(2029), Keep: 500})
	same("fallen, though nobody settled", look("2028-01-31 00:00:00"), Progress{Next: "silver", To: 500, Left: 500, Ends: y(2029)})
	m.now = at("2027-06-01 12:00:00")
	m.sell(Sale{Amount: 1200})
	same("at the top", look("2027-06-02 12:00:00"), Progress{Value: 1200, From: 1000, To: 1000, Ends: y(2028)})
	if _, ok, err := ProgressAt(m.a, &Programme{}, Facts{}, m.now); ok || err != nil {
		t.Errorf("without levels: %v, %v", ok, err)
	}
	if level := Reckon(m.a, p, Facts{}, m.now); level != "gold" {
		t.Errorf("these rules give %q", level)
	}
	dearer := with(func(t *Tiers) { t.Levels[2].At = 1300 })
	if level := Reckon(m.a, dearer, Facts{}, m.now); level != "silver" {
		t.Errorf("dearer rules give %q", level)
	}
	if level := Reckon(m.a, &Programme{}, Facts{}, m.now); level != "" {
		t.Errorf("no rules give %q", level)
	}
}

// plain is the entries without when they were recorded.
func plain(list []Entry) []Entry {
	out := append([]Entry(nil), list...)
	for i := range out {
		out[i].RecordedAt, out[i].Hash = time.Time{}, Hash{}
	}
	return out
}
