package sim

import (
	"fmt"
	"regexp"
	"strings"
)

// lineButton is something on a phone that can be pressed.
type lineButton struct {
	label  string
	action map[string]any
	card   string // the first words of the bubble it stands in
}

// named says whether a person means this button by these words: its label, or
// with several cards side by side its label and its card's first words, "Redeem
// · Latte", which may be cut.
func (b lineButton) named(words string) bool {
	card, ok := strings.CutPrefix(words, b.label+" · ")
	start, cut := strings.CutSuffix(card, "…")
	return words == b.label || ok && b.card != "" && (card == b.card || cut && strings.HasPrefix(b.card, start))
}

// lineScreen is a message as a person reads it: the texts in reading order,
// then what can be pressed.
type lineScreen struct {
	texts   []string
	buttons []lineButton
	quick   []lineButton
	card    string              // the first words of the bubble being read
	alt     string              // a Flex message's altText, for its pictures
	names   func(string) string // user id → name, for mentions
}

// renderLine is a person's own message as a transcript shows it.
func renderLine(body map[string]any) string {
	s := lineScreen{}
	s.message(body)
	return s.String()
}

// render fills in what phones show of a message by the bot. Sim.mu is held.
func (m *lineMessage) render(ch *LineChannel) {
	s := lineScreen{names: func(id string) string {
		if u := ch.users[id]; u != nil {
			return u.name
		}
		return "?"
	}}
	s.message(m.body)
	m.text, m.buttons, m.quick = s.String(), s.buttons, s.quick
}

// String joins texts by newlines and puts the labels on the last line,
// "[Label] [Label]", quick replies last.
func (s *lineScreen) String() string {
	lines := append([]string(nil), s.texts...)
	var labels []string
	for _, b := range append(append([]lineButton(nil), s.buttons...), s.quick...) {
		labels = append(labels, "["+b.label+"]")
	}
	if len(labels) > 0 {
		lines = append(lines, strings.Join(labels, " "))
	}
	return strings.Join(lines, "\n")
}

func (s *lineScreen) say(v any) {
	if t, _ := v.(string); t != "" {
		s.texts = append(s.texts, t)
	}
}

// press notes a button; an action without a label shows nothing to press.
func (s *lineScreen) press(v any) {
	action, _ := v.(map[string]any)
	label, _ := action["label"].(string)
	if label != "" {
		s.buttons = append(s.buttons, lineButton{label, action, s.card})
	}
}

// picture is "(picture: alt)", or "(picture)" where LINE knows no words.
func (s *lineScreen) picture(alt string) {
	if alt != "" {
		alt = ": " + alt
	}
	s.say("(picture" + alt + ")")
}

// message reads a wire object. What has no words is named by its type.
func (s *lineScreen) message(m map[string]any) {
	alt, _ := m["altText"].(string)
	switch m["type"] {
	case "text":
		s.say(m["text"])
	case "textV2":
		s.substitute(m)
	case "image":
		s.picture("")
	case "imagemap":
		s.picture(alt)
		for _, a := range array(m["actions"]) {
			s.press(a)
		}
	case "location":
		s.say(m["title"])
		s.say(m["address"])
	case "template":
		s.template(object(m["template"]))
	case "flex":
		if !strings.Contains(alt, "\n") { // else it tells the whole message
			s.alt = alt
		}
		s.flex(object(m["contents"]))
	default:
		s.say(fmt.Sprintf("(%v)", m["type"]))
	}
	for _, item := range array(object(m["quickReply"])["items"]) {
		action := object(object(item)["action"])
		label, _ := action["label"].(string)
		s.quick = append(s.quick, lineButton{label: label, action: action})
	}
}

var textV2Key = regexp.MustCompile(`\{\{|\}\}|\{[0-9A-Za-z_]+\}`)

// substitute writes a textV2 message out.
func (s *lineScreen) substitute(m map[string]any) {
	text, _ := m["text"].(string)
	with := object(m["substitution"])
	s.say(textV2Key.ReplaceAllStringFunc(text, func(key string) string {
		if key == "{{" || key == "}}" {
			return key[:1]
		}
		sub := object(with[key[1:len(key)-1]])
		if sub["type"] == "emoji" {
			return "(emoji)"
		}
		who := object(sub["mentionee"])
		if id, _ := who["userId"].(string); id != "" && s.names != nil {
			return "@" + s.names(id)
		}
		return "@All"
	}))
}

// template shows title, text and buttons; altText is for notifications only.
func (s *lineScreen) template(t map[string]any) {
	if t["thumbnailImageUrl"] != nil || t["imageUrl"] != nil {
		s.picture("")
	}
	s.say(t["title"])
	s.say(t["text"])
	for _, a := range array(t["actions"]) {
		s.press(a)
	}
	s.press(t["action"]) // of an image carousel's column
	for _, c := range array(t["columns"]) {
		s.template(object(c))
	}
}

// flex walks a container or component in reading order.
func (s *lineScreen) flex(c map[string]any) {
	switch c["type"] {
	case "bubble":
		s.card = ""
		for _, block := range []string{"header", "hero", "body", "footer"} {
			before := len(s.texts)
			s.flex(object(c[block]))
			if s.card == "" && block != "hero" && len(s.texts) > before {
				s.card = s.texts[before]
			}
		}
	case "carousel", "box":
		before := len(s.texts)
		for _, part := range array(c["contents"]) {
			s.flex(object(part))
		}
		s.tappable(c, before)
		return
	case "text":
		before := len(s.texts)
		if spans := array(c["contents"]); len(spans) > 0 {
			words := ""
			for _, span := range spans {
				t, _ := object(span)["text"].(string)
				words += t
			}
			s.say(words)
		} else {
			s.say(c["text"])
		}
		s.tappable(c, before)
		return
	case "image", "video":
		s.picture(s.alt)
	}
	s.press(c["action"])
}

// tappable makes a box or text with an action a button; words that only
// repeat the button's label are not shown twice.
func (s *lineScreen) tappable(c map[string]any, before int) {
	label, _ := object(c["action"])["label"].(string)
	if label != "" && strings.Join(s.texts[before:], " ") == label {
		s.texts = s.texts[:before]
	}
	s.press(c["action"])
}

// object and array read decoded JSON; what is something else is empty.
func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

func array(v any) []any { a, _ := v.([]any); return a }
