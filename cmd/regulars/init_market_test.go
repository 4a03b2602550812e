package main

import (
	"strings"
	"testing"

	"regulars/loyalty/programme"
)

// init writes any preset for the country that is asked for.
func TestInitForAMarket(t *testing.T) {
	for market, want := range map[string]string{"tw": "TWD zh-TW", "hk": "HKD zh-HK", "JP": "JPY ja", "th": "THB th"} {
		for _, preset := range []string{"", "beauty"} {
			s := newShell(t)
			args := []string{"init", "--market", market, "--shop", "Bean"}
			if preset != "" {
				args = append(args, "--preset", preset)
			}
			s.must(args...)
			p, complaints := programme.Load([]byte(s.read("programme.toml")))
			if len(complaints) > 0 {
				t.Fatal(complaints)
			}
			if got := p.Rules.Currency.Code + " " + p.Languages[0]; got != want || p.ShopName(p.Languages[0]) != "Bean" {
				t.Errorf("--market %s --preset %q: %s, %q", market, preset, got, p.ShopName(p.Languages[0]))
			}
			if out := s.must("check"); !strings.Contains(out, "Bean, version 1") {
				t.Error(out)
			}
		}
	}
	s := newShell(t)
	s.refused(2, "did you mean tw?", "init", "--market", "twn")
	s.refused(2, "choose one of tw, hk, jp, th", "init", "--market", "atlantis")
}
