package main

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"regulars/bot/sim"
	"regulars/i18n"
	"regulars/loyalty/programme"

	toml "github.com/pelletier/go-toml/v2"
)

// englishOf reads English texts as they are written, with their places, by key.
// Of a text with plural forms it gives the "other" one.
func englishOf(t *testing.T, area string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("../../i18n/words/en/" + area + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	var tables map[string]map[string]any
	if err := toml.Unmarshal(raw, &tables); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for table, entries := range tables {
		for name, v := range entries {
			if forms, ok := v.(map[string]any); ok {
				v = forms["other"]
			}
			texts[table+"."+name], _ = v.(string)
		}
	}
	return texts
}

// The simulator knows no catalogue: its page brings its English words along.
// The catalogue's own tests hold the other languages to the English keys.
func TestPageWordsAreInTheCatalogue(t *testing.T) {
	said := englishOf(t, "sim")
	maps.DeleteFunc(said, func(key, _ string) bool { return strings.HasPrefix(key, "tour.") })
	if len(said) == 0 {
		t.Fatal("the catalogue has no words for the page")
	}
	for _, key := range slices.Sorted(maps.Keys(sim.PageWords)) {
		if text, ok := said[key]; !ok {
			t.Errorf("i18n lacks %s: %q", key, sim.PageWords[key])
		} else if text != sim.PageWords[key] {
			t.Errorf("%s is %q on the page and %q in i18n", key, sim.PageWords[key], text)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(said)) {
		if _, ok := sim.PageWords[key]; !ok {
			t.Errorf("i18n has %s, which the page does not say: %q", key, said[key])
		}
	}
}

// Whoever follows the guide looks for the words that it names.
func TestTourNamesThePagesButtons(t *testing.T) {
	for _, l := range i18n.Langs {
		p := i18n.For(l)
		for hint, button := range map[i18n.Key]i18n.Key{
			i18n.TourJoinHint: i18n.SimAddFriend, i18n.TourSaleHint: i18n.SimShowMe, i18n.TourGroupHint: i18n.SimShowMe,
		} {
			if text, label := p.Say(hint), p.Say(button); !strings.Contains(text, label) {
				t.Errorf("%s: %s does not name the button %q: %q", l, hint, label, text)
			}
		}
		if text, place := p.Say(i18n.SimNobodyShown), p.Say(i18n.SimPeople); !strings.Contains(text, place) {
			t.Errorf("%s: %s does not name %q: %q", l, i18n.SimNobodyShown, place, text)
		}
	}
}

// The café speaks whichever language it is started in, as a shop of that
// language would.
func TestCafeRulesPutTheLanguageFirst(t *testing.T) {
	for _, l := range i18n.Langs {
		p, complaints := programme.Load(cafeRules(l))
		if len(complaints) > 0 {
			t.Errorf("%s: %v", l, complaints[0])
			continue
		}
		if p.Languages[0] != string(l) || len(p.Languages) != len(i18n.Langs) {
			t.Errorf("%s: the languages are %v", l, p.Languages)
		}
	}
}
