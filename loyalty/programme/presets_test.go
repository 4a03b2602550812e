package programme

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"regulars/loyalty"
)

// What a shop's own words say, they say in all six languages, and every text
// is a text of its own where two languages are not written alike.
func TestPresetsSpeakAllLanguages(t *testing.T) {
	for _, info := range Presets() {
		p := preset(t, info.Name)
		for part, s := range p.words {
			all := append([]texts{s.name}, s.perks...)
			if s.about != nil {
				all = append(all, s.about)
			}
			for _, x := range all {
				for _, l := range languages {
					if x[l] == "" {
						t.Errorf("%s: %s %s has no words in %s: %v", info.Name, part.part, part.id, l, x)
					}
					if l != "en" && x[l] == x["en"] {
						t.Errorf("%s: %s %s is English in %s: %q", info.Name, part.part, part.id, l, x[l])
					}
				}
			}
		}
	}
}

// A programme that a shop starts from offers something to everybody, and
// something dearer to look forward to.
func TestPresetsOfferSomething(t *testing.T) {
	for _, info := range Presets() {
		p := preset(t, info.Name)
		r := &p.Rules
		if len(r.Tiers.Levels) < 3 || len(r.Rewards) < 5 || len(r.NoticeDays) == 0 || !r.Referral.On() || len(r.Gifts) == 0 {
			t.Errorf("%s: %d tiers, %d rewards, notices %v, %d gifts", info.Name, len(r.Tiers.Levels), len(r.Rewards), r.NoticeDays, len(r.Gifts))
		}
		var costs []int
		for _, w := range r.Rewards {
			if w.Cost > 0 {
				costs = append(costs, int(w.Cost))
			}
		}
		if !slices.IsSorted(costs) {
			t.Errorf("%s: the catalogue is not in the order of its costs: %v", info.Name, costs)
		}
	}
}

// What a catalogue gives back of what was spent, reckoned by each reward's
// worth, lies where such shops' do: from 3 to 12 in a hundred.
func TestPresetsGiveBackWhatAShopCanAfford(t *testing.T) {
	for _, info := range Presets() {
		p := preset(t, info.Name)
		rate := p.Rules.Rate
		for _, w := range p.Rules.Rewards {
			if w.Cost == 0 || w.Worth == 0 {
				continue
			}
			spent := int64(w.Cost) * int64(rate.Per) / int64(rate.Points)
			if back := int64(w.Worth) * 1000 / spent; back < 30 || back > 120 {
				t.Errorf("%s: %s gives back %d in a thousand", info.Name, w.ID, back)
			}
		}
	}
}

func preset(t *testing.T, name string) *Programme {
	t.Helper()
	data, ok := Preset(name)
	p, complaints := Load(data)
	if !ok || complaints != nil {
		var all []string
		for _, c := range complaints {
			all = append(all, c.String())
		}
		t.Fatalf("%s:\n%s", name, strings.Join(all, "\n"))
	}
	return p
}

// The figures of the systems that the presets are made after.
func TestPresetsKeepTheirFigures(t *testing.T) {
	for _, c := range []struct {
		name         string
		by           loyalty.Measure
		window       loyalty.Window
		at, percents []int64
		costs        []loyalty.Points
		points       loyalty.Points // of a sale of a hundred in the currency's unit
		card         string
	}{
		{"cafe", loyalty.MeasureSpend, loyalty.WindowCalendar, []int64{0, 6000, 15000}, []int64{0, 110, 125},
			[]loyalty.Points{60, 100, 140, 160, 450, 750}, 10, "10-2"},
		{"cafe-hk", loyalty.MeasureSpend, loyalty.WindowCalendar, []int64{0, 2000_00, 6000_00}, []int64{0, 110, 125},
			[]loyalty.Points{60, 110, 140, 160, 430, 660}, 20, "10-2"},
		{"cafe-jp", loyalty.MeasureSpend, loyalty.WindowCalendar, []int64{0, 30000, 80000}, []int64{0, 110, 125},
			[]loyalty.Points{40, 70, 90, 100, 260, 480}, 1, "10-2"},
		{"cafe-th", loyalty.MeasureSpend, loyalty.WindowCalendar, []int64{0, 4000_00, 12000_00}, []int64{0, 110, 125},
			[]loyalty.Points{30, 45, 55, 75, 220, 330}, 4, "10-2"},
		{"coffee", loyalty.MeasurePoints, loyalty.WindowRolling, []int64{0, 500, 2500}, []int64{0, 120, 170},
			[]loyalty.Points{25, 100, 200, 300, 400}, 100, ""},
		{"beauty", loyalty.MeasureSpend, loyalty.WindowCalendar, []int64{0, 350_00, 1000_00}, []int64{0, 125, 150},
			[]loyalty.Points{100, 250, 500, 750, 1500}, 100, ""},
		{"airline", loyalty.MeasurePoints, loyalty.WindowAnniversary, []int64{0, 3500, 7500, 20000}, []int64{0, 115, 135, 150},
			[]loyalty.Points{1500, 2500, 4000, 6000, 12000, 25000, 50000}, 600, ""},
		{"takeout", loyalty.MeasureSpend, loyalty.WindowCalendar, []int64{0, 300_00, 1200_00}, []int64{0, 0, 150},
			[]loyalty.Points{80, 120, 300, 700}, 100, ""},
		{"prime", loyalty.MeasureSpend, loyalty.WindowCalendar, []int64{0, 600_00, 2400_00}, []int64{0, 110, 125},
			[]loyalty.Points{100, 160, 200, 300, 500}, 100, ""},
		{"warehouse", loyalty.MeasureSpend, loyalty.WindowCalendar, []int64{0, 3000_00, 10000_00}, []int64{0, 110, 125},
			[]loyalty.Points{100, 200, 300, 600, 1500}, 100, ""},
		{"streaming", loyalty.MeasureVisits, loyalty.WindowRolling, []int64{0, 24, 60}, []int64{0, 110, 125},
			[]loyalty.Points{800, 800, 800, 1200, 1600, 3000}, 1000, ""},
		{"brandclub", loyalty.MeasureSpend, loyalty.WindowCalendar, []int64{0, 20000, 60000}, []int64{0, 110, 125},
			[]loyalty.Points{200, 500, 1200, 2500, 5000}, 10, ""},
		{"sport", loyalty.MeasureSpend, loyalty.WindowCalendar, []int64{0, 500_00, 1500_00}, []int64{0, 110, 125},
			[]loyalty.Points{150, 250, 500, 800, 1500}, 100, ""},
		{"hotel", loyalty.MeasureNights, loyalty.WindowCalendar, []int64{0, 10, 25, 50, 75}, []int64{0, 110, 125, 150, 175},
			[]loyalty.Points{4000, 6000, 7500, 25000, 35000, 60000}, 1000, ""},
	} {
		p := preset(t, c.name)
		var at, percents []int64
		for _, l := range p.Rules.Tiers.Levels {
			at, percents = append(at, l.At), append(percents, l.Percent)
		}
		var costs []loyalty.Points
		for _, w := range p.Rules.Rewards {
			if w.Cost > 0 {
				costs = append(costs, w.Cost)
			}
		}
		card := ""
		for _, s := range p.Rules.Cards {
			card = fmt.Sprintf("%d-%d", s.Size, s.Start)
		}
		hundred := loyalty.Money(100)
		for range p.Rules.Currency.Digits {
			hundred *= 10
		}
		points, err := p.Rules.Earn(hundred)
		if p.Rules.Tiers.By != c.by || p.Rules.Tiers.Window != c.window || !slices.Equal(at, c.at) || !slices.Equal(percents, c.percents) ||
			!slices.Equal(costs, c.costs) || points != c.points || err != nil || card != c.card {
			t.Errorf("%s: %s %s %v %v, costs %v, %d points, card %q", c.name, p.Rules.Tiers.By, p.Rules.Tiers.Window, at, percents, costs, points, card)
		}
	}
}
