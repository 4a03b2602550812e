package loyalty

import (
	"strconv"
	"testing"
	"time"
)

// fullAccount has as many lots as one may, two hours apart, and when the last
// was earned.
func fullAccount(tb testing.TB, p *Programme) (*Account, time.Time) {
	tb.Helper()
	a, now := &Account{}, time.Date(2026, 1, 1, 3, 0, 0, 0, time.UTC)
	for i := range maxLots {
		now = now.Add(2 * time.Hour)
		made, err := Sell(a, p, Draft{Member: "M", Op: OpID(strconv.Itoa(i)), Actor: ByJob("test"), Now: now}, Sale{Amount: 1000})
		if err != nil {
			tb.Fatal(err)
		}
		for _, e := range made {
			if err := a.Apply(e); err != nil {
				tb.Fatal(err)
			}
		}
	}
	return a, now
}

// BenchmarkFullAccount is what time does to an account that is as full as it may
// be, all at once: its lots come under a new rule, and they all lapse.
func BenchmarkFullAccount(b *testing.B) {
	p := &Programme{Version: 1, Zone: time.UTC, Rate: Rate{Points: 1, Per: 10}, Expiry: Expiry{Version: 1, Kind: AfterMonths, Months: 12}}
	a, now := fullAccount(b, p)
	next := *p
	next.Version, next.From, next.Before = 2, now.Add(time.Hour), p
	next.Expiry = Expiry{Version: 2, Kind: AfterMonths, Months: 24, Follow: true}
	for name, x := range map[string]struct {
		p  *Programme
		at time.Time
	}{
		"rule":  {&next, now.Add(2 * time.Hour)},
		"lapse": {p, now.AddDate(3, 0, 0)},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				made, err := Settle(a, x.p, Draft{Member: "M", Now: x.at})
				if err != nil || len(made) != maxLots {
					b.Fatalf("%d entries, %v", len(made), err)
				}
			}
		})
	}
}
