package campaign

import (
	"reflect"
	"testing"

	"regulars/bot"
)

// TestFileComesBack: what a draft says is the same after it was a file.
func TestFileComesBack(t *testing.T) {
	five, words := 5, map[string]map[string]Words{"en": {"a": {Title: "Winter", Text: "Two\nlines, \"quoted\""}}, "ja": {"a": {Text: "冬です。"}}}
	two := map[string]map[string]Words{"en": {"a": {Text: "A"}, "b": {Title: "B", Text: "B"}}}
	button := Button{ID: "main", Label: map[string]string{"": "Get it"}, Do: DoCoupon}
	for _, d := range []Draft{
		plain(),
		{
			Name: "All of it", Segment: `points > 500 and "vegan" in tags`, Text: two, Picture: "winter.jpg",
			Buttons: []Button{button, {ID: "b2", Label: map[string]string{"en": "Look", "ja": "見る"}, Do: DoOpen, Value: "https://example.com"}},
			Coupon:  &Coupon{Reward: "latte", Days: 14, Most: 100}, When: When{Local: "2026-12-24 10:00"}, Variants: map[string]int{"a": 1, "b": 3},
			HoldOut: &five, Channels: []bot.ChannelName{"tg"}, Groups: []string{"G1"}, Budget: Budget{Messages: 500, Money: 120000}, Window: 30, NotAfter: "2026-12-26 10:00",
			Journey: []Step{{Wait: 24, If: "visits > 2", Exit: "points == 0", After: "tap", Text: words, Picture: "b.png", Buttons: []Button{{ID: "c", Label: map[string]string{"": "Menu"}, Do: DoMenu}}}},
		},
		{Name: "More points", Segment: "active", Text: words, Boost: &Multiplier{Percent: 200, Days: 3}, Entitled: true},
	} {
		raw, err := d.File()
		if err != nil {
			t.Fatal(err)
		}
		back, _, complaints := Parse(raw)
		if len(complaints) > 0 || !reflect.DeepEqual(back, d) {
			t.Errorf("%s came back as %+v with %v from\n%s", d.Name, back, complaints, raw)
		}
	}
}
