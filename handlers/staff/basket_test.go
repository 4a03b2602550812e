package staff

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/voucher"
)

// A voucher's code is found beside an order's number, however it is typed, and a
// mistyped one is never taken for an order's number.
func TestCutCode(t *testing.T) {
	code := voucher.Code(loyalty.NewRef([]byte("12345678"), 8))
	grouped := code.String()
	wide := strings.Map(func(r rune) rune {
		if r == '-' {
			return '－'
		}
		return r + 'Ａ' - 'A'
	}, grouped)
	wrong := grouped[:8] + grouped[9:] + "2"
	if grouped[10] == '2' {
		wrong = grouped[:10] + "3"
	}
	for typed, want := range map[string]struct {
		code voucher.Code
		rest string
		no   i18n.Key
	}{
		"":                         {},
		"A-17":                     {rest: "A-17"},
		grouped:                    {code: code},
		strings.ToLower(grouped):   {code: code},
		wide:                       {code: code},
		string(code) + " A-17":     {code: code, rest: "A-17"},
		"A 17 voucher " + grouped:  {code: code, rest: "A 17"},
		"兌換券 " + grouped + " A-17": {code: code, rest: "A-17"},
		"Coupon: " + string(code):  {code: code},
		"voucher " + grouped[:3] + " " + grouped[4:7] + " " + grouped[8:] + " A-17": {code: code, rest: "A-17"},
		"voucher hello": {no: i18n.UseForm},
		"A-17 " + wrong: {no: i18n.UseForm},
	} {
		got, rest, err := cutCode(strings.Fields(typed))
		var no *bot.Refusal
		if errors.As(err, &no) {
			if no.Text.Key != want.no {
				t.Errorf("%q is refused: %s", typed, no.Text.Key)
			}
			continue
		}
		if got != want.code || strings.Join(rest, " ") != want.rest || want.no != "" {
			t.Errorf("%q: %q and %q, want %q and %q %s", typed, got, rest, want.code, want.rest, want.no)
		}
	}
}

// Items part from what they stand beside; a "#" within an order's number stays.
func TestApart(t *testing.T) {
	for typed, want := range map[string]string{
		"350#latte#cake":    "350 #latte #cake",
		"350 ＃latte＃cake A": "350 #latte #cake A",
		"350 A#17":          "350 A#17",
		"  350   #1234 ":    "350 #1234",
	} {
		if got := strings.Join(strings.Fields(apart(typed)), " "); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

// "#1234" is the till's number of an order, unless something is sold under it.
func TestIsItem(t *testing.T) {
	items := []item{{"latte", "latte"}, {"latte", "拿鐵"}, {"711", "711"}}
	for word, want := range map[string]bool{"#latte": true, "#laté": true, "＃拿鐵": true, "#1234": false, "#711": true, "latte": false, "#": true, "A#1": false} {
		if isItem(word, items) != want {
			t.Errorf("%q: %t", word, !want)
		}
	}
	if ids := []string{find(items, "LATTE"), find(items, "拿 鐵"), find(items, "tea"), find(items, "")}; !slices.Equal(ids, []string{"latte", "latte", "", ""}) {
		t.Errorf("found %q", ids)
	}
}
