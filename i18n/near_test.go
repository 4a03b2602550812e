package i18n

import "testing"

// LINE tells of traditional characters without a country: a shop in Hong Kong
// then speaks as Hong Kong does, one in Taiwan as Taiwan does.
func TestMatchNear(t *testing.T) {
	for _, c := range []struct {
		tag  string
		own  Lang
		want Lang
		ok   bool
	}{
		{"zh-Hant", ZhHK, ZhHK, true},
		{"zh-Hant", ZhTW, ZhTW, true},
		{"zh-Hant", Ja, ZhTW, true},
		{"zh-Hant", ZhCN, ZhTW, true},
		{"zh-Hant-TW", ZhHK, ZhTW, true},
		{"zh-TW", ZhHK, ZhTW, true},
		{"zh-Hans", ZhHK, ZhCN, true},
		{"zh", ZhHK, ZhHK, true},
		{"en", ZhHK, En, true},
		{"ja", ZhHK, Ja, true},
		{"fr", ZhHK, "", false},
	} {
		got, ok := MatchNear(c.tag, c.own)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%s in a shop of %s: %s, %v; want %s", c.tag, c.own, got, ok, c.want)
		}
	}
}
