package shop

import (
	"errors"
	"strings"
	"testing"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
)

// What people type at a counter, and what it means there.
func TestReadMoney(t *testing.T) {
	twd, thb := loyalty.Currency{Code: "TWD"}, loyalty.Currency{Code: "THB", Digits: 2}
	for _, c := range []struct {
		typed  string
		in     loyalty.Currency
		want   loyalty.Money
		refuse i18n.Key
	}{
		{"350", twd, 350, ""},
		{" １２０ ", twd, 120, ""},
		{"NT$1,200", twd, 1200, ""},
		{"1,234,567元", twd, 1234567, ""},
		{"350円", twd, 350, ""},
		{"99.00", twd, 99, ""},
		{"85.50", thb, 8550, ""},
		{"฿99", thb, 9900, ""},
		{"85.5 บาท", thb, 8550, ""},
		{"-5", twd, 0, i18n.RefuseNumber},
		{"1e9", twd, 0, i18n.RefuseNumber},
		{"0x10", twd, 0, i18n.RefuseNumber},
		{"abc", twd, 0, i18n.RefuseNumber},
		{"", twd, 0, i18n.RefuseNumber},
		{"1,20", twd, 0, i18n.RefuseNumber},
		{",120", twd, 0, i18n.RefuseNumber},
		{"12.", twd, 0, i18n.RefuseNumber},
		{"0912345678", twd, 0, i18n.RefuseNumber}, // a phone number in the amount's place
		{"0", twd, 0, i18n.RefuseAmount},
		{"85.50", twd, 0, i18n.RefuseNumberDigits},
		{"85.555", thb, 0, i18n.RefuseNumberDigits},
		{strings.Repeat("9", 30), twd, 0, i18n.RefuseTooLarge},
		{"9223372036854775807", twd, 0, i18n.RefuseTooLarge},
	} {
		got, err := ReadMoney(c.typed, c.in)
		var no *bot.Refusal
		errors.As(err, &no)
		if got != c.want || (no == nil) != (c.refuse == "") || no != nil && no.Text.Key != c.refuse {
			t.Errorf("%q in %s: %d, %v; want %d, %q", c.typed, c.in.Code, got, err, c.want, c.refuse)
		}
	}
}

// FuzzReadMoney: nothing that is typed panics, and what is read is positive.
func FuzzReadMoney(f *testing.F) {
	for _, s := range []string{"350", "NT$1,200", "１２０", "-5", "1e9", "฿85.50", ".", ",,,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := ReadMoney(s, loyalty.Currency{Code: "THB", Digits: 2}); err == nil && n <= 0 {
			t.Errorf("%q reads as %d", s, n)
		}
	})
}

// Names are other people's words, and stand in our lines (case 31).
func TestTidy(t *testing.T) {
	for in, want := range map[string]string{
		"Ann":                    "Ann",
		"  Ann \n Lee\t":         "Ann Lee",
		"evil\u202egnp.exe":      "evilgnp.exe",
		"\u200f\u2066x\u2069":    "x",
		"a\x00b\x1b[31m":         "ab[31m",
		strings.Repeat("王", 100): strings.Repeat("王", 39) + "…",
	} {
		if got := Tidy(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
