package shop

import "testing"

// The unit beside an amount is neither an order's number nor a reason.
func TestCutAmount(t *testing.T) {
	for typed, want := range map[string][2]string{
		"350":              {"350", ""},
		"350 A-77":         {"350", "A-77"},
		"350 元":            {"350元", ""},
		"350 元 A-77":       {"350元", "A-77"},
		"NT$ 350":          {"NT$350", ""},
		"nt$ 1,200 A 77":   {"nt$1,200", "A 77"},
		"350 円":            {"350円", ""},
		"85.50 บาท 12":     {"85.50บาท", "12"},
		"20 點 久候補償":        {"20點", "久候補償"},
		"20 點":             {"20點", ""},
		"20 late order":    {"20", "late order"},
		"20  waited  long": {"20", "waited long"},
		"元":                {"元", ""},
		"":                 {"", ""},
	} {
		amount, rest := CutAmount(typed)
		if [2]string{amount, rest} != want {
			t.Errorf("%q: %q and %q, want %q", typed, amount, rest, want)
		}
	}
}
