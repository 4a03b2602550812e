package loyalty

import (
	"errors"
	"testing"
	"time"
)

// opening is a programme with tiers by spending in a calendar year, and points
// that go a year after the end of their month.
func openingRules() *Programme {
	return &Programme{
		Version: 1, Rate: Rate{Points: 1, Per: 100}, Currency: Currency{"TWD", 0},
		Expiry: Expiry{Version: 1, Kind: AfterMonths, Months: 12, RoundTo: ToMonth},
		Tiers:  Tiers{By: MeasureSpend, Window: WindowCalendar, Levels: []Level{{ID: "basic"}, {ID: "gold", At: 10_000}}},
		Cards:  []StampCard{{ID: "coffee", Size: 10}},
	}
}

func applied(t *testing.T, a *Account, made []Entry, err error) *Account {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	a = a.Clone()
	for _, e := range made {
		if err := a.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func TestOpeningBalance(t *testing.T) {
	p, now := openingRules(), time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	own := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	d := Draft{Member: "M", Actor: ByJob("import"), At: time.Date(2025, 12, 31, 12, 0, 0, 0, time.UTC), Now: now}

	made, err := OpenBalance(&Account{}, p, d, 500, time.Time{})
	a := applied(t, &Account{}, made, err)
	if len(made) != 1 || made[0].Kind != KindOpening || !a.Lots[0].ExpiresAt.Equal(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("by the rule, from the day of the file: %+v", made)
	}
	made, err = OpenBalance(a, p, d, 300, own)
	a = applied(t, a, made, err)
	if b, err := BalanceAt(a, p, now); err != nil || b.Available != 800 || !a.Lots[0].ExpiresAt.Equal(own) {
		t.Errorf("with an end of its own: %+v %v", b, err)
	}
	if a.Count.Earned != 800 || !a.Count.Activity.IsZero() {
		t.Errorf("counts: %+v", a.Count)
	}
	for _, end := range []time.Time{now, now.Add(-time.Hour)} {
		if _, err := OpenBalance(a, p, d, 1, end); !errors.Is(err, ErrGone) || !Refused(err) {
			t.Errorf("points that are gone already: %v", err)
		}
	}
	if _, err := OpenBalance(a, p, d, 0, own); !errors.Is(err, ErrAmount) {
		t.Errorf("no points: %v", err)
	}
	undo, err := Undo(a, p, Draft{Member: "M", Actor: ByStaff("sam"), Now: now}, &made[0])
	a = applied(t, a, undo, err)
	if b, _ := BalanceAt(a, p, now); b.Available != 500 || !undo[0].Whole {
		t.Errorf("taken back: %+v", b)
	}
}

func TestOpeningPaysADebt(t *testing.T) {
	p, now := openingRules(), time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	a := &Account{}
	d := Draft{Member: "M", Actor: ByJob("import"), Reason: []byte("r"), Now: now}
	sale, err := Sell(a, p, d, Sale{Amount: 10_000})
	a = applied(t, a, sale, err)
	spent, err := Spend(a, p, d, 80)
	a = applied(t, a, spent, err)
	back, err := Undo(a, p, d, &sale[0])
	a = applied(t, a, back, err)
	made, err := OpenBalance(a, p, d, 100, time.Time{})
	a = applied(t, a, made, err)
	if b, _ := BalanceAt(a, p, now); b.Available != 20 || a.Owed != 0 {
		t.Errorf("80 were owed of 100: %+v, owed %d", b, a.Owed)
	}
}

func TestOpeningSaleCountsAndGivesNothing(t *testing.T) {
	p, now := openingRules(), time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	a := &Account{}
	d := Draft{Member: "M", Actor: ByJob("import"), At: time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC), Now: now}
	made, err := OpenSale(a, p, d, Sale{Amount: 12_000, Order: "77"})
	a = applied(t, a, made, err)
	if b, _ := BalanceAt(a, p, now); b.Available != 0 || a.Standing.Level != "gold" || a.Count.Visits != 1 || a.Count.Money != 12_000 || len(a.Cards) != 0 {
		t.Errorf("balance %+v, level %q, counts %+v, cards %v", b, a.Standing.Level, a.Count, a.Cards)
	}
	d.At = time.Date(2025, 6, 5, 12, 0, 0, 0, time.UTC)
	old, err := OpenSale(a, p, d, Sale{Amount: 500})
	a = applied(t, a, old, err)
	if a.Count.Visits != 2 || !a.Count.First.Equal(made[0].EffectiveAt) || len(a.Buckets) != 2 {
		t.Errorf("one of another year: %+v", a.Count)
	}
	undo, err := Undo(a, p, Draft{Member: "M", Actor: ByStaff("sam"), Now: now}, &made[0])
	a = applied(t, a, undo, err)
	if a.Standing.Level != "" || a.Count.Visits != 1 || a.Count.Money != 500 {
		t.Errorf("taken back: level %q, %+v", a.Standing.Level, a.Count)
	}
	if _, err := OpenSale(a, p, d, Sale{}); !errors.Is(err, ErrAmount) {
		t.Errorf("nothing bought: %v", err)
	}
}
