package bot

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

func TestBarFilled(t *testing.T) {
	for _, c := range []struct {
		from, to, value int64
		want            int
	}{
		{0, 500, 0, 0}, {0, 500, -3, 0}, {0, 500, 1, 1}, {0, 500, 320, 6}, {0, 500, 499, 9}, {0, 500, 500, 10}, {0, 500, 9000, 10},
		{200, 500, 200, 0}, {200, 500, 350, 5}, {5, 5, 5, 10}, {5, 5, 4, 0},
		{math.MinInt64, math.MaxInt64, 0, 5}, {math.MinInt64, math.MaxInt64, math.MaxInt64 - 1, 9},
	} {
		if got := (Bar{From: c.from, To: c.to, Value: c.value}).Filled(10); got != c.want {
			t.Errorf("%d from %d to %d fills %d of 10, want %d", c.value, c.from, c.to, got, c.want)
		}
	}
}

func TestDots(t *testing.T) {
	for _, c := range []struct {
		have, size int
		want       string
	}{{3, 5, "●●●○○"}, {0, 3, "○○○"}, {7, 5, "●●●●●"}, {-1, 2, "○○"}, {1, 0, "4 of many"}, {1, -4, "4 of many"}, {4, MaxDots + 1, "4 of many"}} {
		if got := (Dots{Have: c.have, Size: c.size, Alt: "4 of many"}).String(); got != c.want {
			t.Errorf("%d of %d: %q, want %q", c.have, c.size, got, c.want)
		}
	}
}

// A button says which card it belongs to, on one line of a narrow phone.
func TestCardButtons(t *testing.T) {
	m := Message{Buttons: []Button{{Label: "More"}}, Quick: []Button{{Label: "No"}}, Cards: []Message{
		{Title: "Latte", Buttons: []Button{{Label: "Redeem", Do: DoToken, Value: "a"}, {Label: "About the Latte"}}},
		{Buttons: []Button{{Label: "Redeem"}}},
		{Title: "A very long name of a reward 拿鐵咖啡大杯加燕麥奶", Buttons: []Button{{Label: "แลกของรางวัล"}, {Label: strings.Repeat("換", 30)}}},
	}}
	var got []string
	for _, b := range m.AllButtons() {
		got = append(got, b.Label)
	}
	want := []string{"More", "Redeem · Latte", "About the Latte", "Redeem · 2",
		"แลกของรางวัล · A very long name of a…", strings.Repeat("換", 30) + " · A very long…", "No"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if b := m.CardButtons(0)[0]; b.Do != DoToken || b.Value != "a" || m.Cards[0].Buttons[0].Label != "Redeem" {
		t.Errorf("%+v; the card's own: %+v", b, m.Cards[0].Buttons[0])
	}
}

func TestMessageCheck(t *testing.T) {
	good := Message{Title: "Rewards", Picture: &Picture{QR: "x"}, Cards: make([]Message, MaxCards), Quick: []Button{{}}}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for what, m := range map[string]Message{
		"too many cards": {Cards: make([]Message, MaxCards+1)},
		"cards in cards": {Cards: []Message{{Cards: make([]Message, 1)}}},
		"a code":         {Cards: []Message{{Picture: &Picture{QR: "x"}}}},
		"quick buttons":  {Cards: []Message{{Quick: []Button{{}}}}},
	} {
		if m.Check() == nil {
			t.Errorf("%s: taken", what)
		}
	}
}

// Whatever a title holds, its button's label is text, and no wider than it may.
func FuzzCardLabel(f *testing.F) {
	for _, s := range []string{"", "Latte", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦 family", "กำกำกำ กำ", "e\u0301\u0301", "\xff\xfe", " \n\t ", strings.Repeat("王", 90)} {
		f.Add(s, "Redeem")
	}
	f.Fuzz(func(t *testing.T, title, label string) {
		m := Message{Cards: []Message{{Title: title, Buttons: []Button{{Label: label}}}}}
		got := m.CardButtons(0)[0].Label
		if !strings.HasPrefix(got, label) {
			t.Fatalf("%q lost its own label %q", got, label)
		}
		if utf8.ValidString(title) && utf8.ValidString(label) && !utf8.ValidString(got) {
			t.Fatalf("%q is no text", got)
		}
		if w := uniseg.StringWidth(got) - uniseg.StringWidth(label); w > cardLabel {
			t.Fatalf("%d columns were added", w)
		}
	})
}
