package shop

import "testing"

// What was typed is held against names as people see them alike; what is far
// from all is none of them.
func TestNearest(t *testing.T) {
	names := []string{"latte", "Latte", "拿鐵", "gift-card", "Gift card", "Cheese cake"}
	for typed, want := range map[string]string{
		"lattte": "latte", "LATE": "latte", "lat": "latte", "拿": "拿鐵", "giftcrad": "gift-card",
		"cheese": "Cheese cake", "ｌａｔｔｅ": "latte", "pizza": "", "": "", "x": "",
	} {
		if got := Nearest(typed, names); got != want {
			t.Errorf("%q is taken for %q, want %q", typed, got, want)
		}
	}
}
