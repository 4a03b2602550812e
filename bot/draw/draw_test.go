package draw

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"regulars/bot"
)

var update = flag.Bool("update", false, "write what is drawn now into testdata")

// drawn draws a decoded message of either platform as the page does.
func drawn(platform string, m map[string]any) Drawing {
	o := Options{Press: "m1.", Image: func(ref string) string { return "pic/" + ref }, Name: func(string) string { return "Bo <b>" }}
	if platform == "line" {
		return LINE(m, o)
	}
	return Telegram(m, o)
}

func TestGolden(t *testing.T) {
	const file = "testdata/messages.txtar"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := txtar.Parse(raw)
	want := map[string]string{}
	out := &txtar.Archive{Comment: a.Comment}
	for _, f := range a.Files {
		if name, ok := strings.CutSuffix(f.Name, ".html"); ok {
			want[name] = string(f.Data)
		}
	}
	for _, f := range a.Files {
		name, ok := strings.CutSuffix(f.Name, ".json")
		if !ok {
			continue
		}
		var m map[string]any
		if err := json.Unmarshal(f.Data, &m); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		platform, _, _ := strings.Cut(name, " ")
		d := drawn(platform, m)
		got := readable(string(d.HTML))
		if d.Under != "" {
			got += "<!-- under -->\n" + readable(string(d.Under))
		}
		for i, action := range d.Actions {
			got += fmt.Sprintf("<!-- %d %s %q %q -->\n", i, action.Kind, action.Label, action.Value)
		}
		if got != want[name] && !*update {
			t.Errorf("%s is drawn\n%s\nnot\n%s", name, got, want[name])
		}
		out.Files = append(out.Files, f, txtar.File{Name: name + ".html", Data: []byte(got)})
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// readable breaks the line before each opening tag.
func readable(html string) string {
	return strings.TrimPrefix(regexp.MustCompile(`<[a-z]`).ReplaceAllString(html, "\n$0"), "\n") + "\n"
}

const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>'` + "\u202e\x00" + `javascript:alert(3)`

// Whatever stands in a message, nothing in it becomes markup: names, texts,
// labels, addresses, colours, sizes.
func TestHostile(t *testing.T) {
	raw, err := os.ReadFile("testdata/messages.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range txtar.Parse(raw).Files {
		if !strings.HasSuffix(f.Name, ".json") {
			continue
		}
		var m map[string]any
		if err := json.Unmarshal(f.Data, &m); err != nil {
			t.Fatal(err)
		}
		platform, _, _ := strings.Cut(f.Name, " ")
		poison(m)
		d := drawn(platform, m)
		row := d.In(Row{ID: hostile, Name: hostile, Time: hostile, Note: hostile})
		harmless(t, f.Name, string(row)+string(d.Under))
	}
}

// poison replaces every string but those that choose a kind of thing.
func poison(v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			if _, ok := inner.(string); ok && k != "type" && k != "layout" {
				v[k] = hostile
			} else {
				poison(inner)
			}
		}
	case []any:
		for _, inner := range v {
			poison(inner)
		}
	}
}

var (
	allowedTags  = regexp.MustCompile(`^</?(article|div|span|b|i|u|s|code|br|hr|img|button|blockquote|small|bdi)[ >]`)
	allowedAttrs = regexp.MustCompile(`^(id|class|dir|role|src|alt|type|name|value|disabled|tabindex|data-s|aria-label|aria-hidden)$`)
	anyTag       = regexp.MustCompile(`<[^>]*>?`)
	anyAttr      = regexp.MustCompile(` ([a-zA-Z-]+)(="[^"]*")?`)
)

// harmless says that html holds nothing but what this package writes.
func harmless(t interface{ Errorf(string, ...any) }, what, html string) {
	for _, tag := range anyTag.FindAllString(html, -1) {
		if !allowedTags.MatchString(tag) {
			t.Errorf("%s: the tag %q", what, tag)
		}
		for _, a := range anyAttr.FindAllStringSubmatch(strings.TrimRight(tag, ">"), -1) {
			if !allowedAttrs.MatchString(a[1]) {
				t.Errorf("%s: the attribute %q in %q", what, a[1], tag)
			}
		}
	}
	if strings.ContainsAny(html, "\x00\u202e") {
		t.Errorf("%s: a control character", what)
	}
}

// anything draws JSON of any shape, with the names that the drawings look for.
func anything(depth int) *rapid.Generator[any] {
	names := []string{"type", "text", "contents", "body", "footer", "action", "actions", "template", "columns", "size", "color", "flex",
		"url", "quickReply", "items", "entities", "offset", "length", "reply_markup", "inline_keyboard", "photo", "file_id", "caption",
		"contact", "sticker", "from", "first_name", "substitution", "altText", "margin", "label", "keyboard"}
	words := []string{"flex", "bubble", "carousel", "box", "text", "textV2", "button", "image", "separator", "horizontal", "vertical", "baseline",
		"template", "imagemap", "sticker", "bold", "url", "text_link", "bot_command", "spoiler", "primary", "{x}", "{{", "#123456", "12px", hostile}
	return rapid.Custom(func(t *rapid.T) any {
		kind := rapid.IntRange(0, 5).Draw(t, "kind")
		if depth == 0 && kind > 3 {
			kind = 1
		}
		switch kind {
		case 0:
			return rapid.Float64().Draw(t, "number")
		case 1:
			return rapid.SampledFrom(words).Draw(t, "word")
		case 2:
			return rapid.String().Draw(t, "string")
		case 3:
			return rapid.Bool().Draw(t, "switch")
		case 4:
			return rapid.SliceOfN(anything(depth-1), 0, 4).Draw(t, "list")
		}
		return rapid.MapOfN(rapid.SampledFrom(names), anything(depth-1), 0, 7).Draw(t, "object")
	})
}

func TestAnyJSONIsDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, _ := anything(5).Draw(t, "message").(map[string]any)
		for _, platform := range []string{"line", "telegram"} {
			d := drawn(platform, m)
			harmless(t, platform, string(d.In(Row{}))+string(d.Under))
			if n := strings.Count(string(d.HTML)+string(d.Under), `name="press"`); n != len(d.Actions) {
				t.Errorf("%d buttons, %d actions", n, len(d.Actions))
			}
		}
		rows, _ := m["keyboard"].([]any)
		harmless(t, "keyboard", string(Keyboard(rows, Options{}).HTML))
	})
}

// Nested beyond what any platform takes, a message is cut, not followed.
func TestDeep(t *testing.T) {
	c := map[string]any{"type": "text", "text": "at the bottom"}
	for range 5000 {
		c = map[string]any{"type": "box", "layout": "vertical", "contents": []any{c}}
	}
	d := LINE(map[string]any{"type": "flex", "contents": map[string]any{"type": "bubble", "body": c}}, Options{})
	if len(d.HTML) > 10_000 || strings.Contains(string(d.HTML), "bottom") {
		t.Errorf("%d bytes", len(d.HTML))
	}
}

// A preview shows everything of a message, on both platforms, and can be
// pressed on neither.
func TestMessage(t *testing.T) {
	m := bot.Message{
		Title: "Autumn <treats>", Text: "Two for one 🍰", Rows: []bot.Row{{Label: "Until", Value: "30 Nov"}}, Note: "While stocks last",
		Picture: &bot.Picture{QR: "https://shop.example/", Alt: "code"},
		Buttons: []bot.Button{{Label: "My points", Do: bot.DoCommand, Value: "points"}, {Label: "Number", Do: bot.DoContact}},
		Quick:   []bot.Button{{Label: "Not now", Do: bot.DoAnswer, Value: "no"}},
	}
	for _, on := range []bot.Platform{bot.LINE, bot.Telegram} {
		d := Message(m, on, Options{})
		html := string(d.HTML + d.Under)
		for _, want := range []string{"Autumn &lt;treats&gt;", "Two for one 🍰", "Until", "30 Nov", "While stocks last", "data:image/png;base64,", "My points", "Not now"} {
			if !strings.Contains(html, want) {
				t.Errorf("%s lacks %q: %s", on, want, html)
			}
		}
		if strings.Contains(html, "Number") || strings.Contains(html, "submit") {
			t.Errorf("%s shows what it cannot have: %s", on, html)
		}
		harmless(t, string(on), html)
	}
	if html := Message(bot.Message{Text: "just words"}, bot.LINE, Options{}).HTML; !strings.Contains(string(html), `class="d-bubble"`) {
		t.Errorf("words alone are %s", html)
	}
}

// A preview shows cards, bars and stamps, and a photo only where somebody knows
// its address: a file's name is none.
func TestMessageAdorned(t *testing.T) {
	m := bot.Message{
		Title: "Rewards", Bar: &bot.Bar{To: 10, Value: 4, Label: "4 of 10"}, Dots: &bot.Dots{Have: 1, Size: 3},
		Cards: []bot.Message{{Photo: &bot.Photo{File: "latte.jpg", Alt: "A <latte>"}, Title: "Latte", Buttons: []bot.Button{{Label: "Redeem"}}}},
	}
	shown := Options{Image: func(ref string) string { return "/p/" + ref }}
	for on, button := range map[bot.Platform]string{bot.LINE: ">Redeem<", bot.Telegram: ">Redeem · Latte<"} {
		html := string(Message(m, on, shown).HTML)
		for _, want := range []string{`src="/p/latte.jpg"`, `alt="A &lt;latte&gt;"`, "4 of 10", "●○○", button} {
			if !strings.Contains(html, want) {
				t.Errorf("%s lacks %q: %s", on, want, html)
			}
		}
		harmless(t, string(on), html)
		if html := string(Message(m, on, Options{}).HTML); strings.Contains(html, "<img") || !strings.Contains(html, `aria-label="A &lt;latte&gt;"`) {
			t.Errorf("%s shows a photo whose address nobody knows: %s", on, html)
		}
	}
}

func TestOpenable(t *testing.T) {
	for address, want := range map[string]bool{
		"https://shop.example/": true, "http://127.0.0.1:8080/c/x": true, "tel:+886912": true, "tg://resolve?domain=x": true,
		"javascript:alert(1)": false, " javascript:alert(1)": false, "data:text/html,x": false, "https:": false, "": false, "file:///etc/passwd": false,
	} {
		if Openable(address) != want {
			t.Errorf("%q: %v", address, !want)
		}
	}
}
