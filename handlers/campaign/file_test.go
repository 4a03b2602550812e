package campaign

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"regulars/store"
)

const whole = `name     = "Winter drinks"
segment  = "everyone"            # a preset, or an expression
picture  = "winter.jpg"
hold_out = 15
channels = ["line"]
window   = 21
not_after = "2026-12-28 20:00"

[when]
local = "2026-12-24 10:00"

[budget]
messages = 500

[text.en]
title = "Winter"
text  = "Hello {name}, warm drinks are here."
[text.ja.a]
text = "冬のドリンク"

[[button]]
id = "get"
do = "coupon"
label = "Get it"
[[button]]
id = "see"
do = "open"
value = "https://example.com/winter"
label = { en = "See more", ja = "見る" }

[coupon]
reward = "tumbler"
days = 7
most = 100

[[journey]]
wait = 48
if = "everyone"
after = "tap"
[journey.text.en]
text = "Did you like it?"
[journey.text.ja]
text = "いかがでしたか"
`

func TestFile(t *testing.T) {
	w := newWorld(t)
	d, lines, wrong := Parse([]byte(whole))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	w.view(func(r store.Reader) error {
		if wrong := lines.Place(w.e.Check(r, &d)); len(wrong) > 0 {
			t.Error(wrong)
		}
		return nil
	})
	if d.Held() != 15 || d.Days() != 21 || d.Text["en"]["a"].Title != "Winter" || len(d.Buttons) != 2 || d.Buttons[0].Label[""] != "Get it" || d.Buttons[1].Label["ja"] != "見る" || d.Coupon.Most != 100 || d.Journey[0].Text["ja"]["a"].Text == "" {
		t.Errorf("%+v", d)
	}
	// What is stored has the same keys.
	flat, err := json.Marshal(d)
	var again Draft
	if err == nil {
		err = json.Unmarshal(flat, &again)
	}
	if err != nil || !same(d, again) {
		t.Error(err)
	}
}

// Each mistake is named with its line, what is allowed, and what was meant.
func TestMistakesOfFiles(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`name     = "Winter drinks"`, `name = "Winter`, "line 1: this is not TOML"},
		{`segment `, `segmnet `, `line 2: segmnet: "segmnet" is nothing that a campaign has; did you mean segment?`},
		{`[coupon]`, `[cupon]`, `cupon: "cupon" is nothing that a campaign has; did you mean coupon?`},
		{`"everyone"            #`, `"nobody" #`, "line 2: segment: there is no such segment"},
		{`hold_out = 15`, `hold_out = 80`, "line 4: hold_out: 80 is out of bounds; allowed: 0 to 50"},
		{`hold_out = 15`, `hold_out = "15"`, "line 4: hold_out: must not be a string; allowed: a whole number"},
		{`["line"]`, `["lime"]`, `line 5: channels.0: "lime" is no channel; allowed: line, tg`},
		{`2026-12-24 10:00`, `Christmas`, `line 10: when.local: "Christmas" is no time; allowed: as in "2026-12-24 10:00"`},
		{`2026-12-28`, `2026-12-23`, "line 7: not_after: is before the start"},
		{`{name}`, `{nmae}`, "line 17: text.en.a.text: {nmae} is no field; did you mean name?"},
		{"[text.ja.a]", "[text.jp.a]", `line 18: text.jp: "jp" is not a language of this program; did you mean ja?`},
		{"[text.ja.a]", "[text.ja.b]", "has the wordings b, another language has a"},
		{`do = "coupon"`, `do = "cupon"`, `line 23: button.0.do: "cupon" is nothing that a button does; did you mean coupon?`},
		{`https://example.com/winter`, `http://example.com`, "line 28: button.1.value: is no address"},
		{`id = "see"`, `id = "get"`, `line 26: button.1.id: "get" cannot name a button, or names another one`},
		{`"Get it"`, `"Get this wonderful coupon"`, "line 24: button.0.label: has 25 letters; allowed: up to 20"},
		{`"tumbler"`, `"tumblr"`, `line 32: coupon.reward: the programme has no reward "tumblr"; did you mean tumbler?`},
		{`after = "tap"`, `after = "tip"`, `line 39: journey.0.after: "tip" is nothing to wait for`},
		{`"Did you like it?"`, `""`, "line 41: journey.0.text.en.a.text: is empty"},
	} {
		w := newWorld(t)
		text := strings.Replace(whole, c.old, c.new, 1)
		d, lines, wrong := Parse([]byte(text))
		if len(wrong) == 0 {
			w.view(func(r store.Reader) error {
				wrong = lines.Place(w.e.Check(r, &d))
				return nil
			})
		}
		if len(wrong) == 0 || !strings.Contains(fmt.Sprint(wrong), c.want) {
			t.Errorf("%s → %s:\n%v\nwant %s", c.old, c.new, wrong, c.want)
		}
	}
}

// Whatever is in a file, reading it ends, and what it accepts is whole.
func FuzzFile(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("[[button]]\n[[button]]\nlabel = 3\n"))
	f.Add([]byte("text = 5\n[journey]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, lines, wrong := Parse(data)
		lines.Place(wrong)
		if len(wrong) == 0 {
			d.Names()
			changed(&d, &d)
		}
	})
}
