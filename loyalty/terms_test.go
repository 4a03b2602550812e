package loyalty

import (
	"testing"
	"time"
)

// TestRulesThatOldPointsFollow: a lot earned under one rule, another rule from
// a date on. "" is never. Each end was worked out by hand: when the new rule
// would have had it, if that is later than before; else as before, or a full
// period after the change if that is sooner.
func TestRulesThatOldPointsFollow(t *testing.T) {
	never := Expiry{}
	after := func(n int) Expiry { return Expiry{Kind: AfterMonths, Months: n} }
	idle := func(n int) Expiry { return Expiry{Kind: Idle, Months: n} }
	march := func(safe int) Expiry { return Expiry{Kind: FixedDate, Months: safe, Month: time.March, Day: 1} }
	nextYear := Expiry{Kind: NextYearEnd}
	const july = "2026-07-01"
	for _, c := range []struct {
		name   string
		old    Expiry
		earned string
		new    Expiry
		from   string
		gone   string
		quiet  bool // no entry: nothing changes
	}{
		{"never → after 12", never, "2024-05-05", after(12), july, "2027-07-02", false},
		{"never → after 12, earned the day before", never, "2026-06-30", after(12), july, "2027-07-02", false},
		{"never → after 12, from a month's end", never, "2026-01-05", after(1), "2027-01-31", "2027-03-01", false},
		{"never → after 12 to the quarter's end", never, "2024-05-05", Expiry{Kind: AfterMonths, Months: 12, RoundTo: ToQuarter}, july, "2027-10-01", false},
		{"never → next year's end", never, "2020-01-01", nextYear, july, "2028-01-01", false},
		{"never → 1 March, sparing 12 months", never, "2024-01-01", march(12), july, "2028-03-01", false},
		{"never → 1 March, sparing 12 months, the last day", never, "2024-01-01", march(12), "2026-03-01", "2027-03-01", false},
		{"never → 1 March, sparing none, a week before", never, "2024-01-01", march(0), "2026-02-20", "2027-03-01", false},
		{"never → 6 idle months", never, "2024-01-01", idle(6), july, "2027-01-02", false},
		{"24 → 12, the old end is sooner", after(24), "2025-01-10", after(12), july, "2027-01-11", true},
		{"24 → 12, the period from then is sooner", after(24), "2026-06-01", after(12), july, "2027-07-02", false},
		{"24 → 12, both on one day", after(24), "2025-07-01", after(12), july, "2027-07-02", true},
		{"12 → 24", after(12), "2026-01-10", after(24), july, "2028-01-11", false},
		{"12 → never", after(12), "2026-01-10", never, july, "", false},
		{"12 → 12", after(12), "2026-01-10", after(12), july, "2027-01-11", true},
		{"12 → 12 to the month's end", after(12), "2026-01-10", Expiry{Kind: AfterMonths, Months: 12, RoundTo: ToMonth}, july, "2027-02-01", false},
		{"12 → next year's end", after(12), "2026-01-10", nextYear, july, "2028-01-01", false},
		{"next year's end → 24", nextYear, "2025-06-01", after(24), july, "2027-06-02", false},
		{"next year's end → 12", nextYear, "2026-06-01", after(12), july, "2027-07-02", false},
		{"1 March → 12", march(12), "2025-06-01", after(12), july, "2027-03-01", true},
		{"1 March → never", march(12), "2025-06-01", never, july, "", false},
		{"12 → 1 March, sparing 12", after(12), "2026-01-10", march(12), july, "2027-03-01", false},
		{"12 → 24 idle months", after(12), "2026-01-10", idle(24), july, "2028-01-11", false},
		{"24 → 6 idle months", after(24), "2026-06-10", idle(6), july, "2027-01-02", false},
		{"6 idle months → 12", idle(6), "2026-05-15", after(12), july, "2027-05-16", false},
		{"6 idle months → never", idle(6), "2026-05-15", never, july, "", false},
		{"12 idle months → 6", idle(12), "2026-05-15", idle(6), july, "2027-01-02", false},
		{"6 idle months → 12 idle", idle(6), "2026-05-15", idle(12), july, "2027-05-16", false},
		{"gone already", after(1), "2026-05-01", never, july, "2026-06-02", true},
		{"gone that instant", after(1), "2026-05-30", never, july, "2026-07-01", true},
	} {
		old := levels()
		old.Expiry = c.old
		old.Expiry.Version = 1
		p := follow(old, c.from, func(p *Programme) { v := p.Version; p.Expiry = c.new; p.Expiry.Version, p.Expiry.Follow = v, true })
		for _, early := range []bool{true, false} {
			m := &person{t: t, a: &Account{}, p: p, now: in(taipei, c.earned).Add(10 * time.Hour)}
			m.sell(Sale{Amount: 100})
			if m.now = in(taipei, c.from); early {
				m.settle()
			}
			if b := m.balance(); c.gone == "" && !b.Next.At.IsZero() || b.Available == 100 && c.gone != "" && !b.Next.At.Equal(in(taipei, c.gone)) {
				t.Errorf("%s: gone at %s, want %s", c.name, b.Next.At.In(taipei), c.gone)
			}
			if c.gone == "" {
				m.now = in(taipei, "2090-01-01")
				m.has(c.name, 100)
			} else {
				if end := in(taipei, c.gone); !early || end.After(m.now) {
					m.now = end.Add(-1)
					m.has(c.name, 100)
				}
				m.now = in(taipei, c.gone)
				m.has(c.name, 0)
			}
			m.settle()
			var terms []Entry
			for _, e := range m.all {
				if e.Kind == KindTerms {
					terms = append(terms, e)
				}
			}
			if quiet := len(terms) == 0; quiet != c.quiet {
				t.Errorf("%s: entries %+v", c.name, terms)
			}
			for _, e := range terms {
				if !e.EffectiveAt.Equal(p.From) || e.Programme != 2 || m.a.Terms != 2 {
					t.Errorf("%s: terms %+v", c.name, e)
				}
			}
			if err := m.a.Check(); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
}

func (m *person) balance() Balance {
	m.t.Helper()
	b, err := BalanceAt(m.a, m.p.At(m.now), m.now)
	if err != nil {
		m.t.Fatal(err)
	}
	return b
}

// has looks at the points, whether or not anybody settled.
func (m *person) has(name string, n Points) {
	m.t.Helper()
	if b := m.balance(); b.Available != n {
		m.t.Errorf("%s: %d points at %s, want %d", name, b.Available, m.now.In(taipei), n)
	}
}

// expires is p with another expiry rule from a day on.
func expires(p *Programme, from string, x Expiry) *Programme {
	return follow(p, from, func(p *Programme) { x.Version = p.Version; p.Expiry = x })
}

func TestRuleThatOldPointsDoNotFollow(t *testing.T) {
	p := expires(levels(), "2026-07-01", Expiry{Kind: AfterMonths, Months: 1})
	m := &person{t: t, a: &Account{}, p: p, now: at("2026-03-01 12:00:00")}
	m.sell(Sale{Amount: 100})
	m.now = at("2026-07-01 12:00:00")
	m.sell(Sale{Amount: 7})
	m.now = at("2030-01-01 00:00:00")
	m.has("only the new ones go", 100)
	if list := p.Follows(m.now); len(list) != 0 {
		t.Errorf("%d versions to follow", len(list))
	}
	// A later one that is followed catches up, although it says the same.
	p = expires(p, "2030-02-01", Expiry{Kind: AfterMonths, Months: 1, Follow: true})
	m.p, m.now = p, at("2030-03-01 23:59:59.999999999")
	m.has("a full period after", 100)
	m.now = at("2030-03-02 00:00:00")
	m.has("then they go", 0)
}

// TestIdleRuleOnAndOff: from the day on which it is switched on, activity
// renews; from the day on which it is off, it does not.
func TestIdleRuleOnAndOff(t *testing.T) {
	p := expires(levels(), "2026-07-01", Expiry{Kind: Idle, Months: 6, Follow: true})
	m := &person{t: t, a: &Account{}, p: p, now: at("2024-03-01 12:00:00")}
	m.sell(Sale{Amount: 100})
	m.now = at("2026-09-10 12:00:00")
	m.sell(Sale{Amount: 10})
	m.now = at("2027-03-10 23:59:59")
	m.has("half a year after the last sale", 110)
	m.now = at("2027-03-11 00:00:00")
	m.has("and no longer", 0)
	m.now = at("2027-01-05 12:00:00")
	p = expires(p, "2027-01-01", Expiry{Kind: AfterMonths, Months: 12, Follow: true})
	m.p = p
	m.sell(Sale{Amount: 1}) // renews nothing now
	// 2024's lot: a year from its base is past, so the old end stays; the
	// other's year ends later than before.
	m.now = at("2027-03-11 00:00:00")
	m.has("without renewal", 11)
	m.now = at("2027-09-11 00:00:00")
	m.has("a year after earning", 1)
	m.now = at("2028-01-06 00:00:00")
	m.has("all", 0)
}

// TestIdleLotsKeepTheirRule: where old points do not follow, activity still
// renews those that were earned under an idle rule.
func TestIdleLotsKeepTheirRule(t *testing.T) {
	old := levels()
	old.Expiry = Expiry{Version: 1, Kind: Idle, Months: 6}
	p := expires(old, "2026-07-01", Expiry{Kind: NextYearEnd})
	m := &person{t: t, a: &Account{}, p: p, now: at("2026-06-01 12:00:00")}
	m.sell(Sale{Amount: 100})
	m.now = at("2026-11-01 12:00:00")
	m.sell(Sale{Amount: 10})
	m.now = at("2027-05-01 23:59:59")
	m.has("renewed in November", 110)
	m.now = at("2027-05-02 00:00:00")
	m.has("silent since", 10)
}

// TestPresentIsNoActivity: a birthday's points renew nothing, and live no longer
// than points earned on that day.
func TestPresentIsNoActivity(t *testing.T) {
	p := levels()
	p.Expiry = Expiry{Version: 1, Kind: Idle, Months: 6}
	m := &person{t: t, a: &Account{}, p: p, now: at("2026-01-10 12:00:00")}
	m.sell(Sale{Amount: 100})
	m.now = at("2026-05-10 12:00:00")
	m.do(func(a *Account, p *Programme, d Draft) ([]Entry, error) {
		return Grant(a, p, d, "birthday/2026", 5, nil)
	})
	if want := at("2026-01-10 12:00:00"); !m.a.Count.Activity.Equal(want) {
		t.Errorf("active %s, want %s", m.a.Count.Activity, want)
	}
	m.now = at("2026-07-10 23:59:59")
	m.has("half a year after the sale", 105)
	m.now = at("2026-07-11 00:00:00")
	m.has("the sale's go", 5)
	m.now = at("2026-11-11 00:00:00")
	m.has("half a year after the present", 0)
}

// TestLevelsWithTheirOwnRule: as in a coffee house, the lowest level's points
// lapse after six months without activity, the others' do not.
func TestLevelsWithTheirOwnRule(t *testing.T) {
	p := levels()
	p.Tiers.Levels[0].Expiry = &Expiry{Version: 1, Kind: Idle, Months: 6}
	m := &person{t: t, a: &Account{}, p: p, now: at("2026-01-10 12:00:00")}
	m.sell(Sale{Amount: 500}) // made while still green
	m.now = at("2026-02-10 12:00:00")
	m.sell(Sale{Amount: 100})
	if got := []string{m.a.Lots[0].Level, m.a.Lots[1].Level}; got[0] != "" || got[1] != "silver" || !m.a.Lots[0].Idle || m.a.Lots[1].Idle {
		t.Fatalf("lots %+v", m.a.Lots)
	}
	m.now = at("2026-08-10 23:59:59")
	m.has("renewed in February", 600)
	m.now = at("2026-08-11 00:00:00")
	m.has("the green ones lapse", 100)
	// A change of the lowest level's rule leaves the others' points alone.
	next := follow(p, "2026-03-01", func(p *Programme) {
		p.Expiry.Follow = true
		p.Tiers.Levels[0].Expiry = &Expiry{Version: 2, Kind: Idle, Months: 12}
	})
	m.p, m.now = next, at("2027-02-10 23:59:59")
	m.has("twelve months now", 600)
	m.now = at("2027-02-11 00:00:00")
	m.has("for the green ones", 100)
	m.settle()
	terms := 0
	for _, e := range m.all {
		if e.Kind == KindTerms {
			terms++
		}
	}
	if terms != 1 {
		t.Errorf("%d lots came under new terms", terms)
	}
}

// TestTermsOfHeldAndReturnedPoints: points that come back after a rule let
// their lot live longer, live longer.
func TestTermsOfHeldAndReturnedPoints(t *testing.T) {
	old := levels()
	old.Expiry = Expiry{Version: 1, Kind: AfterMonths, Months: 12}
	p := expires(old, "2026-07-01", Expiry{Kind: AfterMonths, Months: 24, Follow: true})
	m := &person{t: t, a: &Account{}, p: p, now: at("2026-01-10 12:00:00")}
	m.sell(Sale{Amount: 100})
	var spent, held Entry
	spent = m.do(func(a *Account, p *Programme, d Draft) ([]Entry, error) { return Spend(a, p, d, 60) })[0]
	held = m.do(func(a *Account, p *Programme, d Draft) ([]Entry, error) { return SetAside(a, p, d, 40, Terms{}) })[0]
	m.now = at("2027-06-01 12:00:00")
	m.settle()
	m.do(func(a *Account, p *Programme, d Draft) ([]Entry, error) { return Release(a, p, d, &held) })
	m.has("released", 40)
	m.do(func(a *Account, p *Programme, d Draft) ([]Entry, error) { return Undo(a, p, d, &spent) })
	m.has("given back", 100)
	m.now = at("2028-01-11 00:00:00")
	m.has("two years after", 0)
	// Wholly spent, the lot is closed when the rule comes, and meets it when
	// the points come back.
	m = &person{t: t, a: &Account{}, p: p, now: at("2026-01-10 12:00:00")}
	m.sell(Sale{Amount: 100})
	spent = m.do(func(a *Account, p *Programme, d Draft) ([]Entry, error) { return Spend(a, p, d, 100) })[0]
	m.now = at("2027-06-01 12:00:00")
	m.settle()
	m.do(func(a *Account, p *Programme, d Draft) ([]Entry, error) { return Undo(a, p, d, &spent) })
	m.has("given back to a closed lot", 100)
}

// TestSaleToldLateFollowsToo: told after the change, made before it.
func TestSaleToldLateFollowsToo(t *testing.T) {
	old := levels()
	old.Expiry = Expiry{Version: 1, Kind: AfterMonths, Months: 1}
	p := expires(old, "2026-07-01", Expiry{Kind: AfterMonths, Months: 12, Follow: true})
	m := &person{t: t, a: &Account{}, p: p, now: at("2026-07-01 00:10:00")}
	m.settle()
	d := Draft{Member: "M", Op: "late", At: at("2026-06-30 23:55:00"), Now: m.now, Newest: p}
	must(Sell(m.a, p.At(d.At), d, Sale{Amount: 100}))(t, m.a)
	m.now = at("2027-06-30 23:59:59")
	m.has("as if told in time", 100)
	m.now = at("2027-07-01 00:00:00")
	m.has("as if told in time", 0)
}

func TestNotices(t *testing.T) {
	p := levels()
	p.Expiry = Expiry{Version: 1, Kind: AfterMonths, Months: 1}
	p.NoticeDays = []int{30, 7, 1}
	m := &person{t: t, a: &Account{}, p: p, now: at("2026-03-10 09:00:00")}
	m.sell(Sale{Amount: 100}) // gone on 11 April, the 10th is its last day
	m.sell(Sale{Amount: 50})
	m.now = at("2026-03-15 12:00:00")
	m.sell(Sale{Amount: 7}) // gone on 16 April
	m.do(func(a *Account, p *Programme, d Draft) ([]Entry, error) { return Spend(a, p, d, 20) })
	look := func(when string, want ...Notice) {
		t.Helper()
		got := Notices(m.a, p, at(when))
		if next, ok := NextNotice(m.a, p, at(when)); ok != (len(want) > 0) || ok && next != want[0] {
			t.Errorf("%s: the next is %+v, %v", when, next, ok)
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %+v", when, got)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: %+v, want %+v", when, got[i], want[i])
			}
		}
	}
	april := func(day, hour int) time.Time { return time.Date(2026, 4, day, hour, 0, 0, 0, taipei).UTC() }
	first, second := april(11, 0), april(16, 0)
	look("2026-03-15 12:00:00",
		Notice{april(-14, 10), 30, 7, second}, // 17 March
		Notice{april(4, 10), 7, 130, first}, Notice{april(9, 10), 7, 7, second},
		Notice{april(10, 10), 1, 130, first}, Notice{april(15, 10), 1, 7, second})
	look("2026-04-10 10:00:00", Notice{april(15, 10), 1, 7, second})
	look("2026-04-10 09:59:59.999", Notice{april(10, 10), 1, 130, first}, Notice{april(15, 10), 1, 7, second})
	look("2026-04-15 10:00:00")
	n := Notice{april(4, 10), 7, 130, first}
	if got := n.As(p, april(8, 23)); got.Days != 3 || got.Points != 130 {
		t.Errorf("told late: %+v", got)
	}
	if got := n.As(p, first); got.Points != 0 {
		t.Errorf("told too late: %+v", got)
	}
	newYork := mustZone("America/New_York") // summer begins on 8 March 2026
	p.Zone = newYork
	m = &person{t: t, a: &Account{}, p: p, now: time.Date(2026, 2, 8, 12, 0, 0, 0, newYork)}
	m.sell(Sale{Amount: 1}) // gone on 9 March
	got := Notices(m.a, p, m.now)
	if len(got) != 2 || !got[0].At.Equal(time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)) || !got[1].At.Equal(time.Date(2026, 3, 8, 14, 0, 0, 0, time.UTC)) {
		t.Errorf("where clocks are moved: %+v", got)
	}
}
