package programme

import (
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
)

func load(t *testing.T, more string) *Programme {
	t.Helper()
	p, complaints := Load([]byte(smallest + "expiry.kind = \"never\"\n" + more))
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	return p
}

// LINE's own prices in Taiwan and Japan, at their edges.
func TestBuiltInPrices(t *testing.T) {
	now := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		market, plan, currency string
		n                      int64
		cost                   loyalty.Money
		ok                     bool
	}{
		{"TW", "light", "TWD", 200, 0, true},
		{"TW", "light", "TWD", 201, 0, false},
		{"TW", "medium", "TWD", 0, 800, true},
		{"TW", "medium", "TWD", 3000, 800, true},
		{"TW", "medium", "TWD", 3001, 800, false},
		{"TW", "high", "TWD", 6000, 1200, true},
		{"TW", "high", "TWD", 6001, 1201, true}, // a fifth of a dollar is a dollar on a bill
		{"TW", "high", "TWD", 16000, 3200, true},
		{"JP", "communication", "JPY", 200, 0, true},
		{"JP", "light", "JPY", 5000, 5000, true},
		{"JP", "standard", "JPY", 30001, 15003, true},
		{"JP", "standard", "JPY", 80000, 165000, true},
		{"JP", "standard", "JPY", 80010, 165028, true},
	} {
		text := strings.Replace(smallest, "TWD", c.currency, 1) + "expiry.kind = \"never\"\n[messages]\nmarket = \"" + c.market + "\"\nplan = \"" + c.plan + "\"\n"
		p, complaints := Load([]byte(text))
		if len(complaints) > 0 {
			t.Fatal(complaints)
		}
		price, known := p.Messages.Price(now)
		if cost, ok := price.Cost(c.n); !known || cost != c.cost || ok != c.ok {
			t.Errorf("%s %s: %d messages cost %d, %v; want %d, %v", c.market, c.plan, c.n, cost, ok, c.cost, c.ok)
		}
	}
}

// A shop's own prices hold from their day on, steps and cents included.
func TestOwnPrices(t *testing.T) {
	p := load(t, `
[messages]
month_limit = 3_000
month_cost = 2000
keep = 20
[[messages.price]]
fee = 500
included = 1000
[[messages.price]]
from = 2026-06-01
fee = 600
included = 1000
extra = [{ upto = 500, each = 0.5 }, { each = 0.125 }]
`)
	m := p.Messages
	if m.Most != 3000 || m.MostMoney != 2000 || m.Keep != 20 {
		t.Errorf("limits %d, %d, %d", m.Most, m.MostMoney, m.Keep)
	}
	before, _ := m.Price(time.Date(2026, 5, 31, 15, 59, 0, 0, time.UTC))
	after, _ := m.Price(time.Date(2026, 5, 31, 16, 0, 0, 0, time.UTC)) // midnight in Taipei
	if before.Fee != 500 || after.Fee != 600 {
		t.Errorf("fees %d, %d", before.Fee, after.Fee)
	}
	for n, want := range map[int64]loyalty.Money{1000: 600, 1001: 601, 1500: 850, 1501: 851, 2300: 950} {
		if got, ok := after.Cost(n); got != want || !ok {
			t.Errorf("%d messages cost %d, %v, want %d", n, got, ok, want)
		}
	}
	if sum, ok := after.Cost(1 << 60); sum <= 0 || !ok {
		t.Errorf("a number beyond all reason costs %d", sum)
	}
}

// What rode along is worth what it left for others, or what pushing it would
// have cost.
func TestSaved(t *testing.T) {
	p := Price{Fee: 1200, Included: 6000, Extra: []Step{{Each: 200_000}}}
	for _, c := range []struct {
		pushed, rode int64
		want         loyalty.Money
	}{
		{0, 600, 120},      // a tenth of the included ones: a tenth of the fee
		{5700, 600, 120},   // 300 within: 60; 300 beyond: 60
		{6000, 1000, 200},  // all beyond
		{10000, 1000, 200}, // dearer ones were paid already
		{6000, 0, 0},
	} {
		if got := p.Saved(c.pushed, c.rode); got != c.want {
			t.Errorf("%d pushed and %d rode: saved %d, want %d", c.pushed, c.rode, got, c.want)
		}
	}
	medium := Price{Fee: 800, Included: 3000}
	if got := medium.Saved(3000, 300); got != 80 {
		t.Errorf("where no more can be had, 300 of 3,000 saved %d", got)
	}
	free := Price{Included: 200}
	if got := free.Saved(150, 100); got != 0 {
		t.Errorf("a plan that costs nothing saved %d", got)
	}
}

func TestMessagesComplaints(t *testing.T) {
	for text, want := range map[string]string{
		"[messages]\nmarket = \"TV\"\nplan = \"medium\"\n":                                     `line 2: messages.market: "TV" is not known; did you mean TW?`,
		"[messages]\nmarket = \"TW\"\n":                                                        `line 2: messages.plan: is missing; allowed: high, light, medium`,
		"[messages]\nplan = \"medium\"\n":                                                      `line 2: messages.plan: stands without market`,
		"[messages]\nmarket = \"TW\"\nplan = \"medum\"\n":                                      `"medum" is not known`,
		"[messages]\nmarket = \"JP\"\nplan = \"light\"\n":                                      `line 2: messages.market: has prices in JPY, and the shop counts in TWD`,
		"[messages]\nmonth_limits = 3\n":                                                       `line 2: messages.month_limits: no such key; did you mean month_limit?`,
		"[messages]\nmonth_cost = 900\n":                                                       `line 2: messages.month_cost: stands without prices`,
		"[messages]\nmarket = \"TW\"\nplan = \"medium\"\nmonth_cost = 700\n":                   `line 4: messages.month_cost: is below the month's fee`,
		"[messages]\nmarket = \"TW\"\nplan = \"light\"\n[[messages.price]]\nfee=1\nincluded=1": `line 4: messages.price: stands beside plan`,
		"[[messages.price]]\nfee = 1\n":                                                        `line 1: messages.price: allows no message`,
		"[[messages.price]]\nincluded = 1\n":                                                   `line 1: messages.price.fee: is missing`,
		"[[messages.price]]\nfee=1\nextra=[{each=0.1},{each=0.2}]\n":                           `line 3: messages.price.extra.upto: is missing`,
		"[[messages.price]]\nfee=1\nextra=[{upto=9,each=0.1},{upto=9,each=0.2}]\n":             `line 3: messages.price.extra.upto: is not above the step before it`,
		"[[messages.price]]\nfee=1\nincluded=1\nfrom=2026-01-01\n[[messages.price]]\nfee=2\nincluded=1\nfrom=2026-01-01\n": `is not after the one before it`,
	} {
		if got := complaintsOf("", text); !strings.Contains(got, want) {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
}
