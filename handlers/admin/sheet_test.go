package admin

import (
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
)

// TestCellsAreTexts is case 31: no cell is a formula, a second line, or turned
// around, whatever a person called himself.
func TestCellsAreTexts(t *testing.T) {
	for in, want := range map[string]string{
		"Ann":                          "Ann",
		"=cmd|' /C calc'!A0":           "'=cmd|' /C calc'!A0",
		" \t=1+1":                      "'=1+1",
		"+886912345678":                "'+886912345678",
		"-2+3":                         "'-2+3",
		"@SUM(A1)":                     "'@SUM(A1)",
		"＝HYPERLINK(1)":                "'＝HYPERLINK(1)",
		"a\r\nb\u2028c":                "a  b c",
		"\u202e=1+1":                   "'=1+1",
		"abc\u2067gnp.exe":             "abcgnp.exe",
		"\x00\x07":                     "",
		"王小明 <img onerror=x>":          "王小明 <img onerror=x>",
		strings.Repeat("x", 4096):      strings.Repeat("x", 4096),
		"'already":                     "'already",
		"\u200f@x":                     "'@x",
		"\ufeff=1":                     "'=1",
		"\u00a0=1\u00a0":               "'=1",
		"tab\there, \"quoted\", comma": "tab here, \"quoted\", comma",
	} {
		if got := guarded(in); got != want {
			t.Errorf("%q is written %q, not %q", in, got, want)
		}
	}
}

func TestCellsOfNumbers(t *testing.T) {
	x := &sheets{zone: time.FixedZone("", 8*3600), digits: 2}
	for in, want := range map[any]string{
		loyalty.Money(1250): "12.50", loyalty.Money(-5): "-0.05", loyalty.Money(0): "0.00", loyalty.Points(-30): "-30", true: "true",
		time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC): "2026-01-05 10:00:00", time.Time{}: "",
	} {
		if got := x.cell(in); got != want {
			t.Errorf("%v is written %q, not %q", in, got, want)
		}
	}
	if got := decimal(-9223372036854775808, 2); got != "-92233720368547758.08" {
		t.Error(got)
	}
	if got := decimal(350, 0); got != "350" {
		t.Error(got)
	}
}
