package programme

import (
	"slices"
	"strings"
	"testing"
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
