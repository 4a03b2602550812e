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
		m.now = in(p.Location(), s.at)
		m.settle()
		if s.buy > 0 {
			m.sell(Sale{Amount: s.buy})
		}
		if s.of > 0 {
			m.refund(s.of-1, s.back)
		}
		var until time.Time
		if s.until != "" {
			until = in(p.Location(), s.until)
		}
		if got := m.a.Standing; got.Level != s.level || !got.Until.Equal(until) {
			t.Errorf("%s, step %d (%s): %q until %s, want %q until %s", name, i+1, s.at, got.Level, got.Until.In(p.Location()), s.level, s.until)
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

// plain is the entries without when they were recorded.
func plain(list []Entry) []Entry {
	out := append([]Entry(nil), list...)
	for i := range out {
		out[i].RecordedAt, out[i].Hash = time.Time{}, Hash{}
	}
	return out
}
