package loyalty

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// randomRules is a chain of up to three versions with other tiers and expiry.
func randomRules(t *rapid.T) *Programme {
	var p *Programme
	for v := 1; v <= rapid.IntRange(1, 3).Draw(t, "versions"); v++ {
		pick := func(n int, what string) int { return rapid.IntRange(0, n-1).Draw(t, what) }
		rule := func() Expiry {
			return Expiry{
				Version: v, Kind: []ExpiryKind{Never, AfterMonths, FixedDate, NextYearEnd, Idle}[pick(5, "kind")],
				Months: 1 + pick(14, "months"), RoundTo: []Period{"", ToMonth, ToYear}[pick(3, "to")],
				Month: time.March, Day: 31, Follow: pick(3, "follow") > 0,
			}
		}
		n := &Programme{
			Version: v, Before: p, Zone: []*time.Location{taipei, mustZone("America/New_York")}[pick(2, "zone")],
			Rate: Rate{Points: 1, Per: 1}, Expiry: rule(), HoldFor: time.Duration(pick(2, "hold")) * 240 * time.Hour,
			ReturnWindow: time.Duration(pick(2, "return")) * 168 * time.Hour,
			Tiers: Tiers{
				By: []Measure{MeasureSpend, MeasureVisits}[pick(2, "by")], Window: []Window{WindowCalendar, WindowRolling, WindowAnniversary}[pick(3, "window")],
				Months: 1 + pick(14, "back"), GraceDays: []int{0, 40}[pick(2, "grace")], Soft: pick(2, "soft") == 0,
			},
		}
		for i := range pick(4, "levels") {
			l := Level{ID: fmt.Sprint("level", (v+i)%3), At: int64(i * (1 + pick(30, "at")))}
			if pick(4, "own rule") == 0 {
				x := rule()
				l.Expiry = &x
			}
			n.Tiers.Levels = append(n.Tiers.Levels, l)
		}
		if p != nil {
			n.From = at("2026-01-01 00:00:00").AddDate(0, 0, 300*(v-1)+pick(300, "from"))
		}
		p = n
	}
	return p
}

// TestSettlingOftenChangesNothing is invariant 10, over tiers, terms and
// versions: a life gives the same entries but for recorded_at, however often
// somebody settled in between.
func TestSettlingOftenChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := randomRules(t)
		f := Facts{Joined: at("2024-02-29 12:00:00")}
		lazy, busy := &person{a: &Account{}, p: p, f: f}, &person{a: &Account{}, p: p, f: f}
		now := at("2026-01-01 00:00:00")
		life := func(m *person, do func(*person) error) {
			m.now = now
			if err := do(m); err != nil && !Refused(err) {
				t.Fatal(err)
			}
		}
		for range rapid.IntRange(1, 14).Draw(t, "steps") {
			pause := time.Duration(rapid.IntRange(0, 160*24).Draw(t, "hours")) * time.Hour
			for range rapid.IntRange(0, 4).Draw(t, "settled") {
				now = now.Add(pause / 4)
				life(busy, func(m *person) error { return m.try(Settle) })
				if pause -= pause / 4; rapid.Bool().Draw(t, "look") {
					alike(t, lazy, busy, now)
				}
			}
			now = now.Add(pause)
			do := randomAct(t, len(lazy.sales))
			life(lazy, do)
			life(busy, do)
		}
		now = now.AddDate(4, 0, 0)
		life(lazy, func(m *person) error { return m.try(Settle) })
		life(busy, func(m *person) error { return m.try(Settle) })
		got, want := plain(busy.all), plain(lazy.all)
		for i := range got {
			if i >= len(want) || !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("entry %d:\n got %s\nwant %s", i+1, show(got[i:]), show(want[min(i, len(want)):]))
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%d entries, want %d", len(got), len(want))
		}
		lazy.a.RecordedAt = busy.a.RecordedAt
		if !reflect.DeepEqual(lazy.a.Lots, busy.a.Lots) || lazy.a.Standing != busy.a.Standing {
			t.Fatalf("%+v, want %+v", busy.a, lazy.a)
		}
	})
}

func show(list []Entry) (s string) {
	for _, e := range list[:min(2, len(list))] {
		s += fmt.Sprintf("%s %s legs %v lot %+v parts %v standing %+v; ", e.Kind, e.EffectiveAt, e.Legs, e.Lot, e.Parts, e.Standing)
	}
	return s
}

// alike compares what two members look like at now, without settling them.
func alike(t *rapid.T, x, y *person, now time.Time) {
	bx, err := BalanceAt(x.a, x.p.At(now), now)
	by, err2 := BalanceAt(y.a, y.p.At(now), now)
	if err != nil || err2 != nil || !reflect.DeepEqual(bx, by) {
		t.Fatalf("balances %+v, %v and %+v, %v", bx, err, by, err2)
	}
	px, _, err := ProgressAt(x.a, x.p.At(now), x.f, now)
	py, _, err2 := ProgressAt(y.a, y.p.At(now), y.f, now)
	if err != nil || err2 != nil || px != py {
		t.Fatalf("progress %+v, %v and %+v, %v", px, err, py, err2)
	}
}

// randomAct is something that a member does, the same for every person.
func randomAct(t *rapid.T, sales int) func(*person) error {
	n := rapid.IntRange(1, 40).Draw(t, "n")
	late := time.Duration(rapid.IntRange(0, 3).Draw(t, "late")) * 30 * time.Hour
	kind, which := rapid.IntRange(0, 6).Draw(t, "act"), 0
	if sales > 0 {
		which = rapid.IntRange(0, sales-1).Draw(t, "sale")
	}
	return func(m *person) error {
		switch {
		case kind == 1:
			return m.try(func(a *Account, p *Programme, d Draft) ([]Entry, error) { return Spend(a, p, d, Points(n)) })
		case kind == 2:
			return m.try(func(a *Account, p *Programme, d Draft) ([]Entry, error) { return SetAside(a, p, d, Points(n), Terms{}) })
		case kind == 3 && len(m.sales) > 0:
			return m.try(func(a *Account, p *Programme, d Draft) ([]Entry, error) {
				return Refund(a, p, d, &m.sales[which], Return{Amount: Money(n % 3)})
			})
		}
		return m.try(func(a *Account, p *Programme, d Draft) ([]Entry, error) {
			d.At = d.Now.Add(-late)
			made, err := Sell(a, p.At(d.At), d, Sale{Amount: Money(n)})
			if err == nil {
				for _, e := range made {
					if e.Kind == KindEarn {
						m.sales = append(m.sales, e)
					}
				}
			}
			return made, err
		})
	}
}

// try is do for what may be refused.
func (m *person) try(decide func(*Account, *Programme, Draft) ([]Entry, error)) error {
	p := m.p.At(m.now)
	made, err := decide(m.a, p, Draft{Member: "M", Op: "op", Facts: m.f, Now: m.now, Newest: p, Reason: []byte("r")})
	if err != nil {
		return err
	}
	for _, e := range made {
		if err := m.a.Apply(e); err != nil {
			return err
		}
	}
	m.all = append(m.all, made...)
	return m.a.Check()
}
