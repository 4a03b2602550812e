package line_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"regulars/bot"
	"regulars/bot/line"
)

// These checks state LINE's limits once more, from its documents, and know
// nothing of how the adapter keeps them.

type object = map[string]any

func length(s string) int { return len(utf16.Encode([]rune(s))) }

// complaints are what LINE would refuse, or show badly, in a request body.
func complaints(body []byte, multicast bool) (bad []string) {
	say := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	if len(body) > 2<<20 {
		say("body of %d bytes", len(body))
	}
	var request struct{ Messages []object }
	if err := json.Unmarshal(body, &request); err != nil {
		say("not JSON: %v", err)
	}
	if n := len(request.Messages); n < 1 || n > 5 {
		say("%d messages", n)
	}
	for i, m := range request.Messages {
		switch m["type"] {
		case "text", "textV2":
			checkText(m, multicast, say)
		case "flex":
			checkFlex(m, say)
		default:
			say("message of type %v", m["type"])
		}
		if q, ok := m["quickReply"].(object); ok {
			if i != len(request.Messages)-1 {
				say("quick replies above the last message")
			}
			items := q["items"].([]any)
			if len(items) < 1 || len(items) > 13 {
				say("%d quick replies", len(items))
			}
			for _, item := range items {
				checkAction(item.(object)["action"].(object), 20, say)
			}
		}
	}
	return bad
}

type sayer = func(string, ...any)

func str(m object, key string) string { s, _ := m[key].(string); return s }

var placeholder = regexp.MustCompile(`\{\{|\}\}|\{[0-9A-Za-z_]{1,20}\}|[{}]`)

func checkText(m object, multicast bool, say sayer) {
	checkString(str(m, "text"), 5000, say)
	if m["type"] != "textV2" {
		return
	}
	if multicast {
		say("a mention outside a group")
	}
	keys := m["substitution"].(object)
	for _, p := range placeholder.FindAllString(str(m, "text"), -1) {
		switch {
		case p == "{{" || p == "}}":
		case len(p) == 1:
			say("a lone brace")
		case keys[strings.Trim(p, "{}")] == nil:
			say("placeholder %s stands for nothing", p)
		}
	}
}

func checkString(s string, limit int, say sayer) {
	if strings.TrimSpace(s) == "" {
		say("an empty text")
	}
	if n := length(s); n > limit {
		say("a text of %d units, %d are possible", n, limit)
	}
	for _, r := range s {
		if r < ' ' && r != '\n' || r == 0x7f || r == '\uFFFD' || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			say("the character %U", r)
			return
		}
	}
	if strings.HasSuffix(s, "\u200d…") || strings.HasPrefix(s, "\u200d") {
		say("a joined character was cut: %q", s)
	}
}

func checkFlex(m object, say sayer) {
	checkString(str(m, "altText"), 1500, say)
	contents := m["contents"].(object)
	bubbles := []any{contents}
	if contents["type"] == "carousel" {
		bubbles = contents["contents"].([]any)
		if raw, _ := json.Marshal(contents); len(raw) > 50<<10 {
			say("a carousel of %d bytes", len(raw))
		}
	}
	if len(bubbles) < 1 || len(bubbles) > 12 {
		say("%d bubbles", len(bubbles))
	}
	for _, b := range bubbles {
		b := b.(object)
		if b["size"] != bubbles[0].(object)["size"] {
			say("bubbles of several sizes")
		}
		if hero, ok := b["hero"].(object); ok {
			checkNode(hero, say)
		}
		if raw, _ := json.Marshal(b); len(raw) > 30<<10 {
			say("a bubble of %d bytes", len(raw))
		}
		if b["type"] != "bubble" || b["body"] == nil && b["footer"] == nil {
			say("a hollow bubble")
		}
		for _, part := range []string{"body", "footer"} {
			if box, ok := b[part].(object); ok {
				checkNode(box, say)
			}
		}
	}
}

func checkNode(n object, say sayer) {
	if _, ok := n["flex"]; ok && n["flex"].(float64) == 0 {
		say("flex 0")
	}
	switch n["type"] {
	case "box":
		contents, ok := n["contents"].([]any)
		if !ok {
			say("a box without contents")
		}
		for key, form := range map[string]*regexp.Regexp{"width": measure, "height": measure, "cornerRadius": measure, "borderWidth": measure, "backgroundColor": colour, "borderColor": colour} {
			if v, ok := n[key]; ok && !form.MatchString(v.(string)) {
				say("a box's %s of %q", key, v)
			}
		}
		for _, c := range contents {
			checkNode(c.(object), say)
		}
	case "text":
		checkString(str(n, "text"), 5000, say)
	case "image":
		if u := str(n, "url"); !strings.HasPrefix(u, "https://") || length(u) > 2000 {
			say("the picture address %q", u)
		}
	case "button":
		checkAction(n["action"].(object), 40, say)
	case "separator":
	default:
		say("a component of type %v", n["type"])
	}
}

var (
	measure = regexp.MustCompile(`^([0-9]+px|100%|[1-9]?[0-9]%)$`)
	colour  = regexp.MustCompile(`^#[0-9A-F]{6}$`)
)

var address = regexp.MustCompile(`^(https?://|line://|tel:)[!-~]+$`)

func checkAction(a object, label int, say sayer) {
	checkString(str(a, "label"), label, say)
	switch a["type"] {
	case "postback":
		if n := length(str(a, "data")); n < 1 || n > 300 {
			say("a payload of %d units", n)
		}
		checkString(str(a, "displayText"), 300, say)
	case "message":
		checkString(str(a, "text"), 300, say)
	case "uri":
		if u := str(a, "uri"); !address.MatchString(u) || length(u) > 1000 {
			say("the address %q", u)
		}
	case "clipboard":
		if n := length(str(a, "clipboardText")); n < 1 || n > 1000 {
			say("%d units to copy", n)
		}
	default:
		say("an action of type %v", a["type"])
	}
}

// nasty draws text around the limits, of characters that are easy to cut wrong.
func nasty(t *rapid.T, name string) string {
	atoms := []string{"a", "點", "\n", "\r\n", " ", "👩‍👩‍👧‍👦", "🇹🇼", "é", "e\u0301", "กำ", "{", "}", "$", "<", "&", `"`, "\u202E", "\x00", "\t", "\u2028", "\xff", "😀"}
	if rapid.IntRange(0, 3).Draw(t, name+" kind") > 0 {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(atoms), 0, 12).Draw(t, name), "")
	}
	atom := rapid.SampledFrom(atoms).Draw(t, name)
	times := []int{1, 19, 20, 39, 40, 41, 99, 300, 301, 1000, 1500}
	if name == "text" {
		times = []int{1, 1500, 4999, 5000, 5001, 12_000, 26_000}
	}
	n := rapid.SampledFrom(times).Draw(t, name+" times")
	return strings.Repeat(atom, n)
}

func nastyButton(t *rapid.T) bot.Button {
	kinds := []bot.ActionKind{bot.DoCommand, bot.DoAnswer, bot.DoToken, bot.DoOpen, bot.DoPrivate, bot.DoContact, bot.DoCopy, "unheard-of"}
	b := bot.Button{Label: nasty(t, "label"), Do: rapid.SampledFrom(kinds).Draw(t, "do"), Value: nasty(t, "value")}
	if b.Do == bot.DoOpen && rapid.Bool().Draw(t, "an address") {
		b.Value = "https://example.com/" + b.Value
	}
	return b
}

func nastyMessage(t *rapid.T) bot.Message {
	m := nastyWords(t)
	for range rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 0, 1, 2, bot.MaxCards}).Draw(t, "cards") {
		card := nastyWords(t)
		card.Picture, card.Quick, card.Mention = nil, nil, nil
		m.Cards = append(m.Cards, card)
	}
	return m
}

// nastyWords is a message without cards.
func nastyWords(t *rapid.T) bot.Message {
	buttons := func(name string) []bot.Button {
		n := rapid.SampledFrom([]int{0, 0, 1, 2, 13, 14, 30, 100}).Draw(t, name)
		same := rapid.Custom(nastyButton).Draw(t, "button")
		all := make([]bot.Button, n)
		for i := range all {
			if all[i] = same; i%5 == 0 {
				all[i] = rapid.Custom(nastyButton).Draw(t, "button")
			}
		}
		return all
	}
	m := bot.Message{Text: nasty(t, "text"), Quick: buttons("quick")}
	if rapid.Bool().Draw(t, "plain") {
		m.Mention = &bot.Identity{Channel: "main", User: ann}
		return m
	}
	m.Title, m.Note, m.Buttons = nasty(t, "title"), nasty(t, "note"), buttons("buttons")
	row := bot.Row{Label: nasty(t, "row label"), Value: nasty(t, "row value")}
	for range rapid.SampledFrom([]int{0, 1, 7, 59, 61, 70}).Draw(t, "rows") {
		m.Rows = append(m.Rows, row)
	}
	number := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-3, 30))
	if rapid.Bool().Draw(t, "barred") {
		m.Bar = &bot.Bar{From: number.Draw(t, "from"), To: number.Draw(t, "to"), Value: number.Draw(t, "at"), Label: nasty(t, "bar label")}
	}
	if rapid.Bool().Draw(t, "dotted") {
		m.Dots = &bot.Dots{Have: rapid.IntRange(-2, 60).Draw(t, "have"), Size: rapid.IntRange(-2, 60).Draw(t, "size"), Alt: nasty(t, "dots alt")}
	}
	if rapid.Bool().Draw(t, "photographed") {
		m.Photo = &bot.Photo{File: rapid.SampledFrom([]string{"a.jpg", "https://example.com/" + nasty(t, "file")}).Draw(t, "file"), Alt: nasty(t, "alt")}
	}
	if rapid.Bool().Draw(t, "pictured") {
		m.Picture = &bot.Picture{QR: nasty(t, "qr"), Alt: nasty(t, "alt")}
	}
	return m
}

// links gives any picture one address.
type links string

func (l links) URL(bot.Picture) string { return string(l) }

func (l links) PhotoURL(string) string { return string(l) }

func TestWhateverIsSaidKeepsTheLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		served := links(nasty(t, "picture address"))
		c, err := line.New(line.Config{Name: "main", Secret: "s", Token: "t", BasicID: "@abc", Pictures: served, Photos: served})
		if err != nil {
			t.Fatal(err)
		}
		l := bot.Letter{To: rapid.SampledFrom([]bot.Address{private(), inGroup()}).Draw(t, "to")}
		l.Messages = rapid.SliceOfN(rapid.Custom(nastyMessage), 0, 5).Draw(t, "messages")
		calls, err := c.Encode(l, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range calls {
			if bad := complaints(call.Body, false); bad != nil {
				t.Fatalf("%q", bad)
			}
		}
		call, err := c.EncodeMulticast([]bot.UserID{ann}, l.Messages)
		if err == nil {
			if bad := complaints(call.Body, true); bad != nil {
				t.Fatalf("multicast: %q", bad)
			}
		} else if len(calls) > 0 && !l.To.Group {
			t.Fatal(err)
		}
	})
}

// The most that ten cards can hold, in letters that JSON writes six times as
// long, is cut and keeps every card.
func TestTheLeastAlwaysFits(t *testing.T) {
	huge := strings.Repeat("<", 5000)
	full := bot.Message{
		Title: huge, Text: huge, Note: huge, Bar: &bot.Bar{To: 9, Value: 5, Label: huge}, Dots: &bot.Dots{Have: 9, Size: 40, Alt: huge},
		Rows: make([]bot.Row, 70), Buttons: make([]bot.Button, 30), Photo: &bot.Photo{File: "https://example.com/" + strings.Repeat("x", 900)},
	}
	for i := range full.Rows {
		full.Rows[i] = bot.Row{Label: huge, Value: huge}
	}
	for i := range full.Buttons {
		full.Buttons[i] = bot.Button{Label: huge, Do: bot.DoToken, Value: strings.Repeat("<", 290)}
	}
	m := full
	for range bot.MaxCards {
		m.Cards = append(m.Cards, full)
	}
	calls, err := channel(t).Encode(bot.Letter{To: private(), Messages: []bot.Message{m}}, false)
	if err != nil {
		t.Fatal(err)
	}
	if bad := complaints(calls[0].Body, false); bad != nil {
		t.Errorf("%q", bad)
	}
	if n := strings.Count(string(calls[0].Body), `"type":"bubble"`); n < 11 {
		t.Errorf("%d bubbles of 11", n)
	}
}

// The adapter's own answer to a name of 4 KB must still be readable.
func TestHugeNameIsCutNotLost(t *testing.T) {
	name := strings.Repeat("王", 1400)
	calls, err := channel(t).Encode(bot.Letter{To: private(), Messages: []bot.Message{{Title: name, Text: "120", Buttons: []bot.Button{{Label: name, Do: bot.DoAnswer, Value: "x"}}}}}, false)
	if err != nil {
		t.Fatal(err)
	}
	body := string(calls[0].Body)
	for _, want := range []string{strings.Repeat("王", 99) + "…", `"label":"` + strings.Repeat("王", 39) + "…", `"text":"120"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
}
