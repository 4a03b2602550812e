package loyalty

import (
	"testing"
	"time"
)

// follow is p as a newer version from a local day on.
func follow(p *Programme, from string, change func(*Programme)) *Programme {
	n := *p
	n.Version, n.Before, n.From = p.Version+1, p, in(p.Location(), from)
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

// TestTierOfASaleThatComesBackAtOnce: where the refund was there before its
// sale, nobody rises and falls.
func TestTierOfASaleThatComesBackAtOnce(t *testing.T) {
	m := &person{t: t, a: &Account{}, p: levels(), now: at("2026-03-01 12:00:00")}
	m.do(func(a *Account, p *Programme, d Draft) ([]Entry, error) {
		d.Order = "A1"
		return Await(a, p, d, Return{Amount: 600})
	})
	m.sell(Sale{Amount: 1000, Order: "A1"})
	for _, e := range m.all {
		if e.Kind == KindTier {
			t.Errorf("tier entry %+v", e.Standing)
		}
	}
	if m.a.Count.Money != 400 || m.a.Standing != (Standing{}) {
		t.Errorf("%+v, %+v", m.a.Count, m.a.Standing)
	}
}
