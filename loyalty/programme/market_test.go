package programme

import (
	"strings"
	"testing"

	"regulars/loyalty"
)

// Every preset can be had for every market: it loads, it is that country's,
// and gives back about as much as at home.
func TestPresetsForMarkets(t *testing.T) {
	for _, info := range Presets() {
		for _, m := range markets {
			data, ok := PresetFor(info.Name, m.name)
			p, complaints := Load(data)
			if !ok || len(complaints) > 0 {
				t.Errorf("%s for %s: %v", info.Name, m.name, complaints)
				continue
			}
			if p.Country != m.country || p.Rules.Zone.String() != m.zone || p.Rules.Currency.Code != m.currency || p.Languages[0] != m.languages[0] || len(p.Languages) != 6 {
				t.Errorf("%s for %s is for %s, in %s and %s, speaking %s", info.Name, m.name, p.Country, p.Rules.Zone, p.Rules.Currency.Code, p.Languages)
			}
			if p.Messages.Keep != 10 || (m.name == "tw" || m.name == "jp") != (p.Messages.Market == m.country) {
				t.Errorf("%s for %s: messages %+v", info.Name, m.name, p.Messages)
			}
			if m.name != "tw" && m.name != "hk" && strings.Contains(string(data), "dollar") {
				t.Errorf("%s for %s still speaks of dollars", info.Name, m.name)
			}
			for _, w := range p.Rules.Rewards {
				if w.Cost == 0 || w.Worth == 0 {
					continue
				}
				spent := int64(w.Cost) * int64(p.Rules.Rate.Per) / int64(p.Rules.Rate.Points)
				if back := int64(w.Worth) * 1000 / spent; back < 30 || back > 120 {
					t.Errorf("%s for %s: %s gives back %d in a thousand", info.Name, m.name, w.ID, back)
				}
			}
		}
	}
}

// Amounts become round ones of the currency; numbers that are no money stay.
func TestMarketAmounts(t *testing.T) {
	for _, c := range []struct {
		preset, market string
		points         loyalty.Points // of a sale
		sale           loyalty.Money
		second         int64 // what the second tier wants
	}{
		{"coffee", "tw", 10, 300, 500},     // stars
		{"beauty", "jp", 10, 1500, 52500},  // yen
		{"hotel", "th", 10, 35_00, 10},     // nights
		{"beauty", "hk", 1, 8_00, 2800_00}, // dollars and cents
		{"cafe", "jp", 1, 100, 30000},      // its own preset
		{"cafe-th", "tw", 10, 100, 6000},   // of whatever country
		{"airline", "tw", 6, 30, 3500},     // tier points
		{"coffee", "hk", 1, 8_00, 500},
	} {
		data, _ := PresetFor(c.preset, c.market)
		p, complaints := Load(data)
		if len(complaints) > 0 {
			t.Fatal(complaints)
		}
		points, err := p.Rules.Earn(c.sale)
		if err != nil || points != c.points || p.Rules.Tiers.Levels[1].At != c.second {
			t.Errorf("%s for %s: %d points, %v; the second tier at %d", c.preset, c.market, points, err, p.Rules.Tiers.Levels[1].At)
		}
	}
	for _, c := range [][2]string{{"cafe", "xx"}, {"no-such", "tw"}, {"", ""}} {
		if _, ok := PresetFor(c[0], c[1]); ok {
			t.Errorf("%q for %q", c[0], c[1])
		}
	}
}
