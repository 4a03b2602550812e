package draw

import (
	"regexp"
	"strings"
)

// LINE draws a message object of the Messaging API as LINE's app does, decoded
// from JSON (LINE docs, #message-objects): what bots send, and text, stickers,
// pictures and places that people send. It draws anything, however odd.
func LINE(message map[string]any, o Options) Drawing {
	w := &writer{o: o}
	w.lineMessage(message)
	w.d.HTML = w.html()
	w.b.Reset()
	w.quick(array(object(message["quickReply"])["items"]))
	w.d.Under = w.html()
	return w.d
}

func (w *writer) lineMessage(m map[string]any) {
	switch str(m["type"]) {
	case "text":
		w.raw(`<div class="d-bubble" dir="auto">`)
		w.linked(str(m["text"]))
		w.raw(`</div>`)
	case "textV2":
		w.raw(`<div class="d-bubble" dir="auto">`)
		w.substituted(str(m["text"]), object(m["substitution"]))
		w.raw(`</div>`)
	case "image", "video":
		w.raw(`<div class="d-photo">`)
		ref := str(m["previewImageUrl"])
		if str(m["type"]) == "image" && str(m["originalContentUrl"]) != "" {
			ref = str(m["originalContentUrl"])
		}
		if ref == "" {
			ref = "content:" + str(m["id"]) // sent by a person
		}
		w.image("d-img", ref, "")
		w.raw(`</div>`)
	case "sticker":
		w.sticker("🙂")
	case "location":
		w.place(str(m["title"]), str(m["address"]))
	case "template":
		w.template(object(m["template"]))
	case "imagemap":
		w.imagemap(m)
	case "flex":
		w.raw(`<div class="d-flex" role="group"`)
		w.attr("aria-label", firstLine(str(m["altText"])))
		w.raw(`>`)
		w.container(object(m["contents"]), str(m["altText"]))
		w.raw(`</div>`)
	default:
		w.raw(`<div class="d-bubble d-odd">`)
		w.text(w.word("unknown") + " (" + str(m["type"]) + ")")
		w.raw(`</div>`)
	}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

func (w *writer) sticker(emoji string) {
	w.raw(`<div class="d-sticker" role="img"`)
	w.attr("aria-label", w.word("sticker")+" "+emoji)
	w.raw(`>`)
	w.text(emoji)
	w.raw(`</div>`)
}

func (w *writer) place(title, address string) {
	w.raw(`<div class="d-bubble" dir="auto">📍 <b>`)
	w.text(title)
	w.raw(`</b><br>`)
	w.text(address)
	w.raw(`</div>`)
}

var placeholder = regexp.MustCompile(`\{\{|\}\}|\{[0-9A-Za-z_]+\}`)

// substituted writes a textV2 message with its mentions (LINE docs,
// #text-message-v2).
func (w *writer) substituted(text string, with map[string]any) {
	for text != "" {
		at := placeholder.FindStringIndex(text)
		if at == nil {
			break
		}
		w.linked(text[:at[0]])
		key := text[at[0]:at[1]]
		text = text[at[1]:]
		sub := object(with[strings.Trim(key, "{}")])
		switch {
		case key == "{{" || key == "}}":
			w.text(key[:1])
		case str(sub["type"]) == "emoji":
			w.text("🙂")
		default:
			w.raw(`<b class="d-mention">@`)
			w.text(w.mentioned(object(sub["mentionee"])))
			w.raw(`</b>`)
		}
	}
	w.linked(text)
}

func (w *writer) mentioned(who map[string]any) string {
	id := str(who["userId"])
	if id == "" {
		return "All"
	}
	if w.o.Name != nil {
		if name := w.o.Name(id); name != "" {
			return name
		}
	}
	return "…"
}

// template draws the older kinds of cards (LINE docs, #template-messages).
func (w *writer) template(t map[string]any) {
	switch str(t["type"]) {
	case "carousel", "image_carousel":
		w.raw(`<div class="d-cards" tabindex="0" role="group">`)
		for _, c := range array(t["columns"]) {
			w.column(object(c))
		}
		w.raw(`</div>`)
	default:
		w.column(t)
	}
}

func (w *writer) column(c map[string]any) {
	w.raw(`<div class="d-card d-kilo">`)
	for _, key := range []string{"thumbnailImageUrl", "imageUrl"} {
		if ref := str(c[key]); ref != "" {
			w.image("d-img", ref, "", "aspect-ratio", "151/100")
		}
	}
	if str(c["title"])+str(c["text"]) != "" {
		w.raw(`<div class="d-body"><b class="d-text" dir="auto">`)
		w.text(str(c["title"]))
		w.raw(`</b><span class="d-text d-sm" dir="auto">`)
		w.text(str(c["text"]))
		w.raw(`</span></div>`)
	}
	w.raw(`<div class="d-footer">`)
	actions := array(c["actions"])
	if a := object(c["action"]); a != nil {
		actions = append(actions[:len(actions):len(actions)], a)
	}
	for _, a := range actions {
		w.lineButton("d-btn d-plain", object(a))
	}
	w.raw(`</div></div>`)
}

func (w *writer) imagemap(m map[string]any) {
	w.raw(`<div class="d-card d-mega">`)
	w.image("d-img", str(m["baseUrl"])+"/1040", str(m["altText"]))
	w.raw(`<div class="d-footer">`)
	for _, a := range array(m["actions"]) {
		if str(object(a)["label"]) != "" {
			w.lineButton("d-btn d-plain", object(a))
		}
	}
	w.raw(`</div></div>`)
}

// lineButton draws an action object with its label.
func (w *writer) lineButton(class string, a map[string]any, styles ...string) {
	w.button(class, lineAction(a), styles...)
	w.text(str(a["label"]))
	w.raw(`</button>`)
}

func lineAction(a map[string]any) Action {
	return Action{Kind: str(a["type"]), Label: str(a["label"]), Value: str(a["uri"]), Raw: a}
}

// quick draws quick replies (LINE docs, #quick-reply).
func (w *writer) quick(items []any) {
	if len(items) == 0 {
		return
	}
	w.raw(`<div class="d-quick">`)
	for _, item := range items {
		w.lineButton("d-chip", object(object(item)["action"]))
	}
	w.raw(`</div>`)
}
