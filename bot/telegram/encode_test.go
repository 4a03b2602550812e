package telegram

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"

	"regulars/bot"
)

var (
	ann   = bot.Address{Chat: bot.Chat{Channel: "tg", ID: "5001"}, Person: bot.Identity{Channel: "tg", User: "5001"}}
	group = bot.Address{Chat: bot.Chat{Channel: "tg", ID: "-1001500000001", Group: true}}
	topic = bot.Address{Chat: bot.Chat{Channel: "tg", ID: "-1001500000002", Group: true, Thread: 44}}
	keys  = []bot.Button{{Label: "點數", Do: bot.DoCommand, Value: "points"}, {Label: "My card", Do: bot.DoCommand, Value: "card"},
		{Label: "Vouchers that wait for you", Do: bot.DoCommand, Value: "vouchers"}, {Label: "More", Do: bot.DoCommand, Value: "help"}}
)

func TestEncodeGolden(t *testing.T) {
	c := newChannel(t, "")
	for name, l := range map[string]bot.Letter{
		"plain": {To: ann, Messages: []bot.Message{{Text: "Hello\nthere"}}},
		"card": {To: ann, Messages: []bot.Message{{
			Title: "Your points", Text: "You have 120 points.", Note: "Until 31 December",
			Rows:    []bot.Row{{Label: "This month", Value: "+40"}, {Label: "Next to go", Value: "15 on 3 May"}},
			Buttons: []bot.Button{{Label: "History", Do: bot.DoCommand, Value: "history 40"}, {Label: "Redeem", Do: bot.DoToken, Value: "7KQ2M"}},
			Quick:   []bot.Button{{Label: "Yes", Do: bot.DoAnswer, Value: "yes"}},
		}}},
		"hostile names": {To: ann, Messages: []bot.Message{{
			Title: "Hi <b>Bobby</b> & \u202eevil\u202c", Text: "a\\_b </i> &lt; \u0000\u0007 \u2067left open\n\u2069 next \xff",
			Rows: []bot.Row{{Label: "מאיה", Value: "50 & more"}, {Label: "", Value: "<only>"}, {Label: "two\nlines", Value: ""}},
		}}},
		"invisible":     {To: ann, Messages: []bot.Message{{Text: "\u200b\u2060 \u3164", Buttons: []bot.Button{{Label: "\u200b", Do: bot.DoCommand, Value: "help"}}}, {Text: " \n"}}},
		"press":         {To: ann, Callback: "44001", On: "31", Messages: []bot.Message{{Text: "Done", Replace: true}, {Text: "And more", Replace: true}}},
		"press, silent": {To: ann, Callback: "44001"},
		"press on long": {To: ann, On: "31", Messages: []bot.Message{{Text: strings.Repeat("word ", 900), Replace: true, Buttons: keys[:1]}}},
		"links": {To: group, ReplyTo: "88", Messages: []bot.Message{{
			Text:    "That is for the two of us.",
			Mention: &bot.Identity{Channel: "tg", User: "5001"},
			Buttons: []bot.Button{{Label: "Open the chat", Do: bot.DoPrivate, Value: "points g-7K2Q"}, {Label: "Site", Do: bot.DoOpen, Value: "https://example.com/?a=1&b=2"},
				{Label: "Copy", Do: bot.DoCopy, Value: "ANN-2026"}, {Label: "My number", Do: bot.DoContact}},
			Menu: &bot.Menu{Lang: "en", Keys: keys},
		}, {Text: "second"}}},
		"topic":              {To: topic, ReplyTo: "88", Messages: []bot.Message{{Text: "here"}}},
		"private in private": {To: ann, Messages: []bot.Message{{Text: "x", Buttons: []bot.Button{{Label: "Go", Do: bot.DoPrivate, Value: "points"}}}}},
		"menu":               {To: ann, Messages: []bot.Message{{Text: "Welcome", Menu: &bot.Menu{Lang: "en", Keys: keys}}}},
		"menu and buttons":   {To: ann, Messages: []bot.Message{{Text: "Welcome", Menu: &bot.Menu{Lang: "en", Keys: keys}, Buttons: keys[:1]}}},
		"contact":            {To: ann, Messages: []bot.Message{{Text: "Your number?", Buttons: []bot.Button{{Label: "Share my number", Do: bot.DoContact}}}}},
		"contact and skip": {To: ann, Messages: []bot.Message{{Text: "Your number?", Menu: &bot.Menu{Keys: keys},
			Buttons: []bot.Button{{Label: "Share my number", Do: bot.DoContact}, {Label: "Later", Do: bot.DoAnswer, Value: "skip"}}}}},
		"picture":       {To: ann, Messages: []bot.Message{{Title: "Your card", Picture: &bot.Picture{QR: "https://bot.example.com/c/x", Alt: "QR code"}, Buttons: keys[:1]}}},
		"picture alone": {To: ann, Messages: []bot.Message{{Picture: &bot.Picture{Code128: "4006381333931", Alt: "Number 4006 3813 <33931>"}}}},
		"photo": {To: ann, Messages: []bot.Message{
			{Photo: &bot.Photo{File: "latte.jpg", Alt: "A latte"}, Title: "Latte", Text: "80 points", Buttons: keys[:1]},
			{Photo: &bot.Photo{File: "https://example.com/cake.jpg?a=1&b=2", Alt: "A cake"}},
			{Photo: &bot.Photo{File: "http://example.com/a.jpg"}, Text: "not https"},
			{Photo: &bot.Photo{File: "latte.jpg"}, Text: strings.Repeat("字", 1025), Buttons: keys[:1]},
			{Photo: &bot.Photo{File: "latte.jpg"}, Title: "A code goes first", Picture: &bot.Picture{QR: "x", Alt: "QR code"}},
		}},
		"photo uploaded":          {To: group, ReplyTo: "88", Messages: []bot.Message{{Photo: &bot.Photo{File: "only-here.png"}, Text: "words", Buttons: keys[:1]}}},
		"photo replaces":          {To: ann, On: "31", Messages: []bot.Message{{Photo: &bot.Photo{File: "latte.jpg"}, Title: "Latte <b>", Replace: true, Buttons: keys[:1]}}},
		"photo uploaded replaces": {To: ann, On: "31", Messages: []bot.Message{{Photo: &bot.Photo{File: "only-here.png"}, Text: "x", Replace: true}}},
		"photo too long replaces": {To: ann, On: "31", Messages: []bot.Message{{Photo: &bot.Photo{File: "latte.jpg"}, Text: strings.Repeat("字", 1025), Replace: true}}},
		"progress": {To: ann, Messages: []bot.Message{
			{Title: "Silver", Bar: &bot.Bar{From: 200, To: 500, Value: 320, Label: "320 of 500 points to Gold"}, Note: "until 31 December"},
			{Bar: &bot.Bar{To: 500, Value: 320, Label: "320 / 500"}, Dots: &bot.Dots{Have: 3, Size: 7, Alt: "3 of 7 stamps"}, Rows: []bot.Row{{Label: "Prize", Value: "Latte"}}},
			{Text: "Many", Dots: &bot.Dots{Have: 3, Size: 41, Alt: "3 of 41"}},
		}},
		"cards": {To: ann, Messages: []bot.Message{{
			Title: "Rewards", Text: "You have 120 points.", Buttons: []bot.Button{{Label: "More", Do: bot.DoCommand, Value: "redeem 2"}},
			Cards: []bot.Message{
				{Photo: &bot.Photo{File: "latte.jpg"}, Title: "Latte", Rows: []bot.Row{{Label: "Cost", Value: "80"}}, Buttons: []bot.Button{{Label: "Redeem", Do: bot.DoToken, Value: "7KQ2M"}, {Label: "Show", Do: bot.DoCommand, Value: "x"}}},
				{Title: "Cake & tea", Text: "70 points to go", Bar: &bot.Bar{To: 190, Value: 120, Label: "120 of 190"}, Note: "until Friday"},
				{Title: "", Text: " "},
				{Text: "no title", Dots: &bot.Dots{Have: 1, Size: 2}, Buttons: []bot.Button{{Label: "Take", Do: bot.DoToken, Value: "x"}}},
			},
			Quick: []bot.Button{{Label: "No", Do: bot.DoAnswer, Value: "no"}},
		}}},
		"cards, one":            {To: ann, Messages: []bot.Message{{Text: "One is left.", Cards: []bot.Message{{Photo: &bot.Photo{File: "latte.jpg"}, Title: "Latte", Buttons: []bot.Button{{Label: "Redeem", Do: bot.DoToken, Value: "7KQ2M"}}}}}}},
		"picture and long text": {To: ann, Messages: []bot.Message{{Text: strings.Repeat("字", 1100), Picture: &bot.Picture{QR: "x", Alt: "QR code"}, Buttons: keys[:1]}}},
	} {
		t.Run(name, func(t *testing.T) {
			calls, err := c.Encode(l, true)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "calls/"+strings.NewReplacer(" ", "-", ",", "").Replace(name)+".json", readable(t, calls))
			again, err := c.Encode(l, false)
			if err != nil || fmt.Sprint(again) != fmt.Sprint(calls) {
				t.Errorf("the same letter gave other bytes (%v)", err)
			}
		})
	}
}

// readable shows bodies as JSON within JSON.
func readable(t *testing.T, calls []bot.Call) (all []any) {
	for _, c := range calls {
		if c.Cost != 0 {
			t.Errorf("%s costs %d", c.Method, c.Cost)
		}
		var body any
		if err := json.Unmarshal(c.Body, &body); err != nil {
			t.Fatal(err)
		}
		all = append(all, map[string]any{"method": c.Method, "body": body, "idempotent": c.Idempotent})
	}
	return all
}

func TestEncodeRefusesWhatCannotWork(t *testing.T) {
	c := newChannel(t, "")
	with := func(b bot.Button) []bot.Message { return []bot.Message{{Text: "x", Buttons: []bot.Button{b}}} }
	for name, l := range map[string]bot.Letter{
		"chat":          {To: bot.Address{Chat: bot.Chat{ID: "U12"}}},
		"payload of 65": {To: ann, Messages: with(bot.Button{Label: "x", Do: bot.DoToken, Value: strings.Repeat("é", 31) + "x"})},
		"empty token":   {To: ann, Messages: with(bot.Button{Label: "x"})},
		"address":       {To: ann, Messages: with(bot.Button{Label: "x", Do: bot.DoOpen, Value: "javascript:alert(1)"})},
		"start link":    {To: group, Messages: with(bot.Button{Label: "x", Do: bot.DoPrivate, Value: "points 點"})},
		"copy":          {To: ann, Messages: with(bot.Button{Label: "x", Do: bot.DoCopy, Value: strings.Repeat("x", 257)})},
		"11 cards":      {To: ann, Messages: []bot.Message{{Cards: make([]bot.Message, 11)}}},
		"too many":      {To: ann, Messages: []bot.Message{{Text: "x", Buttons: slicesRepeat(keys[0], 101)}}},
	} {
		if calls, err := c.Encode(l, false); err == nil {
			t.Errorf("%s: %d calls, want an error", name, len(calls))
		}
	}
	fits := bot.Button{Label: "x", Do: bot.DoToken, Value: strings.Repeat("é", 31)}
	if _, err := c.Encode(bot.Letter{To: ann, Messages: with(fits)}, false); err != nil {
		t.Errorf("64 bytes: %v", err)
	}
}

func slicesRepeat(b bot.Button, n int) (all []bot.Button) {
	for range n {
		all = append(all, b)
	}
	return all
}

// Any message at all must be one that Telegram takes, with every visible letter
// of it in place.
func TestEncodeAnything(t *testing.T) {
	c := newChannel(t, "")
	rapid.Check(t, func(t *rapid.T) {
		l := anyLetter().Draw(t, "letter")
		calls, err := c.Encode(l, false)
		if err != nil {
			t.Fatal(err)
		}
		var shown strings.Builder
		for _, call := range calls {
			var r request
			if err := json.Unmarshal(call.Body, &r); err != nil {
				t.Fatal(err)
			}
			for q := &r; q != nil; q = q.Else {
				text := checkRequest(t, q)
				if q == &r {
					shown.WriteString(text)
				}
			}
		}
		for _, m := range l.Messages {
			for _, want := range append(strings.Fields(m.Text), strings.Fields(m.Title)...) {
				if len(want) < 40 && !strings.ContainsFunc(want, unsure) && !strings.Contains(shown.String(), want) {
					t.Fatalf("%q is not shown", want)
				}
			}
		}
	})
}

// unsure are characters that encoding may take away or surround.
func unsure(r rune) bool { return r == utf8.RuneError || !unicode.IsLetter(r) }

func anyText(longest int) *rapid.Generator[string] {
	words := rapid.StringOf(rapid.RuneFrom(nil, unicode.Han, unicode.Thai, unicode.Hebrew, unicode.Mn, unicode.Cf, unicode.Cc, unicode.So))
	hostile := rapid.SampledFrom([]string{"<b>", "</b>", "&amp;", "&", "\"", "\\", "\u202e", "\u2067", "\u2069", "\x00", "\xff", "👨‍👩‍👧", "e" + strings.Repeat("\u0301", 5000), "\u200b", "\n", "\r\n", " "})
	plain := rapid.StringMatching(`([a-zé]{1,12}[ \n]){0,40}`)
	return rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.OneOf(words, hostile, plain), 0, longest).Draw(t, "parts")
		s := strings.Join(parts, "")
		if rapid.IntRange(0, 9).Draw(t, "long") == 0 && longest > 1 {
			s = strings.Repeat(s, 20)
		}
		return s
	})
}

func anyButton() *rapid.Generator[bot.Button] {
	return rapid.Custom(func(t *rapid.T) bot.Button {
		b := bot.Button{Label: anyText(2).Draw(t, "label")}
		b.Do = rapid.SampledFrom([]bot.ActionKind{bot.DoCommand, bot.DoAnswer, bot.DoToken, bot.DoOpen, bot.DoPrivate, bot.DoContact, bot.DoCopy}).Draw(t, "do")
		switch b.Do {
		case bot.DoOpen:
			b.Value = "https://example.com/" + rapid.StringMatching(`[a-z<&"]{0,9}`).Draw(t, "path")
		case bot.DoPrivate:
			b.Value = "points " + rapid.StringMatching(`[A-Za-z0-9-]{1,9}`).Draw(t, "arg")
		default:
			b.Value = rapid.StringMatching(`[a-z]{1,20}`).Draw(t, "value")
		}
		return b
	})
}

func anyLetter() *rapid.Generator[bot.Letter] {
	return rapid.Custom(func(t *rapid.T) bot.Letter {
		l := bot.Letter{To: rapid.SampledFrom([]bot.Address{ann, group, topic}).Draw(t, "to")}
		l.On = rapid.SampledFrom([]bot.MessageID{"", "31", "x"}).Draw(t, "on")
		for range rapid.IntRange(1, 2).Draw(t, "messages") {
			m := anyWords(t)
			for range rapid.SampledFrom([]int{0, 0, 1, 3, bot.MaxCards}).Draw(t, "cards") {
				card := anyWords(t)
				card.Picture, card.Quick, card.Menu, card.Mention, card.Replace = nil, nil, nil, nil, false
				m.Cards = append(m.Cards, card)
			}
			l.Messages = append(l.Messages, m)
		}
		return l
	})
}

// anyWords is a message without cards.
func anyWords(t *rapid.T) bot.Message {
	m := bot.Message{
		Title: anyText(2).Draw(t, "title"), Text: anyText(8).Draw(t, "text"), Note: anyText(1).Draw(t, "note"),
		Buttons: rapid.SliceOfN(anyButton(), 0, 6).Draw(t, "buttons"), Quick: rapid.SliceOfN(anyButton(), 0, 3).Draw(t, "quick"),
		Replace: rapid.Bool().Draw(t, "replace"),
	}
	for range rapid.IntRange(0, 4).Draw(t, "rows") {
		m.Rows = append(m.Rows, bot.Row{Label: anyText(1).Draw(t, "row"), Value: anyText(1).Draw(t, "value")})
	}
	if rapid.Bool().Draw(t, "picture") {
		m.Picture = &bot.Picture{QR: "x", Alt: anyText(2).Draw(t, "alt")}
	}
	if rapid.Bool().Draw(t, "menu") {
		m.Menu = &bot.Menu{Keys: rapid.SliceOfN(anyButton(), 0, 4).Draw(t, "keys")}
	}
	if rapid.Bool().Draw(t, "mention") {
		m.Mention = &bot.Identity{Channel: "tg", User: "5001"}
	}
	if rapid.Bool().Draw(t, "photo") {
		m.Photo = &bot.Photo{File: rapid.SampledFrom([]string{"a.jpg", "only-here.png", "https://example.com/a.jpg"}).Draw(t, "file"), Alt: anyText(2).Draw(t, "photo alt")}
	}
	if rapid.Bool().Draw(t, "bar") {
		m.Bar = &bot.Bar{From: rapid.Int64().Draw(t, "from"), To: rapid.Int64().Draw(t, "to"), Value: rapid.Int64().Draw(t, "at"), Label: anyText(1).Draw(t, "bar label")}
	}
	if rapid.Bool().Draw(t, "dots") {
		m.Dots = &bot.Dots{Have: rapid.IntRange(-2, 60).Draw(t, "have"), Size: rapid.IntRange(-2, 60).Draw(t, "size"), Alt: anyText(1).Draw(t, "dots alt")}
	}
	return m
}

// checkRequest holds a call against Telegram's rules and gives its plain text.
func checkRequest(t *rapid.T, q *request) string {
	words, limit := q.Params["text"], 4096
	pictured := q.Method == "sendPhoto" || q.Method == "editMessageMedia"
	if pictured {
		limit, words = 1024, q.Params["caption"]
	}
	if q.Method == "editMessageMedia" {
		var media inputMedia
		if err := json.Unmarshal([]byte(q.Params["media"]), &media); err != nil || media.Type != "photo" || (media.Media == "attach://photo") != (q.File != "") {
			t.Fatalf("media %s with file %q", q.Params["media"], q.File)
		}
		words = media.Caption
	}
	plain := parseHTML(t, words)
	if n := len(utf16.Encode([]rune(plain))); n > limit || n == 0 && !pictured {
		t.Fatalf("%s of %d units", q.Method, n)
	}
	if strings.TrimSpace(plain) == "" && !pictured {
		t.Fatal("an empty message")
	}
	for _, r := range plain {
		if r >= 0x202A && r <= 0x202E || r < 32 && r != '\n' {
			t.Fatalf("%U in a text", r)
		}
	}
	if strings.HasPrefix(q.Method, "edit") && strings.Contains(q.Params["reply_markup"], `"keyboard"`) {
		t.Fatal("a reply keyboard on an edit")
	}
	checkKeyboard(t, q)
	return plain
}

func checkKeyboard(t *rapid.T, q *request) {
	raw := q.Params["reply_markup"]
	if raw == "" {
		return
	}
	var k struct {
		Inline [][]map[string]any `json:"inline_keyboard"`
		Reply  [][]map[string]any `json:"keyboard"`
	}
	if err := json.Unmarshal([]byte(raw), &k); err != nil || len(k.Inline)+len(k.Reply) == 0 {
		t.Fatalf("no keyboard: %s", raw)
	}
	if len(k.Reply) > 0 && strings.HasPrefix(q.Params["chat_id"], "-") {
		t.Fatal("a reply keyboard in a group")
	}
	for _, row := range append(k.Inline, k.Reply...) {
		if len(row) < 1 || len(row) > 8 {
			t.Fatalf("%d buttons in a row", len(row))
		}
		for _, b := range row {
			if text, _ := b["text"].(string); strings.TrimSpace(text) == "" || !utf8.ValidString(text) {
				t.Fatalf("a button labelled %q", text)
			}
			if data, _ := b["callback_data"].(string); len(data) > 64 {
				t.Fatalf("a payload of %d bytes", len(data))
			}
		}
	}
	for _, row := range k.Inline {
		for _, b := range row {
			if len(b) != 2 {
				t.Fatalf("an inline button needs exactly one action: %v", b)
			}
		}
	}
}

// parseHTML reads HTML by Telegram's rules (Bot API, #html-style) and fails
// where Telegram would say "can't parse entities".
func parseHTML(t *rapid.T, s string) string {
	var out strings.Builder
	open := ""
	for len(s) > 0 {
		switch s[0] {
		case '<':
			end := strings.IndexByte(s, '>')
			if end < 0 {
				t.Fatal("a tag without end")
			}
			tag := s[1:end]
			s = s[end+1:]
			if name, closing := strings.CutPrefix(tag, "/"); closing {
				if name != open {
					t.Fatalf("</%s> in <%s>", name, open)
				}
				open = ""
				continue
			}
			name, attr, _ := strings.Cut(tag, " ")
			if open != "" || !strings.Contains(" b i a ", " "+name+" ") || (name == "a") != strings.HasPrefix(attr, `href="tg://user?id=`) {
				t.Fatalf("unexpected <%s> in %q", tag, open)
			}
			open = name
		case '&':
			end := strings.IndexByte(s, ';')
			if end < 0 {
				t.Fatal("a bare ampersand")
			}
			r, ok := map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`, "#34": `"`, "#39": "'"}[s[1:end]]
			if !ok {
				t.Fatalf("unknown entity %q", s[1:end])
			}
			out.WriteString(r)
			s = s[end+1:]
		default:
			r, n := utf8.DecodeRuneInString(s)
			if r == utf8.RuneError && n == 1 {
				t.Fatal("invalid UTF-8")
			}
			out.WriteRune(r)
			s = s[n:]
		}
	}
	if open != "" {
		t.Fatalf("<%s> is not closed", open)
	}
	return out.String()
}

// Long texts are cut between lines, then words, and never inside of what
// people see as one character.
func TestPieces(t *testing.T) {
	family := "👨‍👩‍👧" // 8 units
	for _, c := range []struct{ text, want string }{
		{"aaaa bbbb cccc", "aaaa bbbb|cccc"},
		{"aaaa\nbbbbb cc", "aaaa\nbbbbb|cc"},
		{"aaaaaaaaaaaaaa", "aaaaaaaaaa|aaaa"},
		{"a" + family + family, "a" + family + "|" + family},
		{"\n\n a \n", "a"},
		{"   ", ""},
		{"e" + strings.Repeat("\u0301", 12) + "x", "e" + strings.Repeat("\u0301", 9) + "|" + strings.Repeat("\u0301", 3) + "x"},
		{"aaaaaa\nbbbb ccc", "aaaaaa|bbbb ccc"},
	} {
		var r rich
		r.add(c.text, "")
		var got []string
		for _, p := range r.pieces(10) {
			got = append(got, r.html(p))
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%q is cut into %q, want %q", c.text, s, c.want)
		}
	}
}

func TestMarksAcrossPieces(t *testing.T) {
	var r rich
	r.add("one ", "")
	r.add("two & three", "b")
	r.add(" four", "i")
	var b bytes.Buffer
	for _, p := range r.pieces(9) {
		b.WriteString(r.html(p) + "\n")
	}
	want := "one <b>two &amp;</b>\n<b>three</b>\n<i>four</i>\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
