package draw

import (
	"sort"
	"strings"
	"unicode/utf16"
)

// Telegram draws a Message object of the Bot API as Telegram's apps do, decoded
// from JSON (Bot API, #message). Its inline keyboard is part of the drawing; a
// reply keyboard is drawn by [Keyboard].
func Telegram(message map[string]any, o Options) Drawing {
	w := &writer{o: o}
	if line := service(message); line != "" {
		w.d.Service = true
		w.raw(`<div class="d-notice" dir="auto">`)
		w.text(line)
		w.raw(`</div>`)
	} else {
		w.telegramMessage(message)
	}
	w.d.HTML = w.html()
	return w.d
}

func (w *writer) telegramMessage(m map[string]any) {
	if s := object(m["sticker"]); s != nil {
		w.sticker(str(s["emoji"]))
		return
	}
	w.raw(`<div class="d-bubble" dir="auto">`)
	if r := object(m["reply_to_message"]); r != nil {
		w.raw(`<blockquote class="d-reply"><b>`)
		w.text(str(object(r["from"])["first_name"]))
		w.raw(`</b> `)
		w.text(firstLine(str(r["text"]) + str(r["caption"])))
		w.raw(`</blockquote>`)
	}
	if photos := array(m["photo"]); len(photos) > 0 {
		largest := object(photos[len(photos)-1])
		alt := str(largest["alt"]) // not Telegram's: a preview's photo has words
		if alt == "" {
			alt = str(m["caption"])
		}
		w.image("d-img d-i-full", str(largest["file_id"]), alt)
	}
	if c := object(m["contact"]); c != nil {
		w.raw(`<div class="d-contact"><span class="d-face" aria-hidden="true">☎</span><span><b>`)
		w.text(str(c["first_name"]))
		w.raw(`</b><br>`)
		w.text(str(c["phone_number"]))
		w.raw(`</span></div>`)
	}
	w.entities(str(m["text"]), array(m["entities"]))
	w.entities(str(m["caption"]), array(m["caption_entities"]))
	w.raw(`</div>`)
	w.inline(array(object(m["reply_markup"])["inline_keyboard"]))
}

// service is what a message says of the chat itself, or "".
func service(m map[string]any) string {
	who := str(object(m["from"])["first_name"])
	var came []string
	for _, u := range array(m["new_chat_members"]) {
		came = append(came, str(object(u)["first_name"]))
	}
	switch {
	case len(came) > 0:
		return "→ " + strings.Join(came, ", ")
	case object(m["left_chat_member"]) != nil:
		return "← " + str(object(m["left_chat_member"])["first_name"])
	case m["new_chat_title"] != nil:
		return who + ": “" + str(m["new_chat_title"]) + "”"
	case object(m["forum_topic_created"]) != nil:
		return "# " + str(object(m["forum_topic_created"])["name"])
	case m["migrate_to_chat_id"] != nil, m["migrate_from_chat_id"] != nil:
		return "⇄"
	}
	return ""
}

// mark is an entity in UTF-16 units, as Telegram counts.
type mark struct {
	from, to int
	kind     string
	url      string
}

// marks reads entities, leaving out what does not lie within the text.
func marks(entities []any, size int) []mark {
	var out []mark
	for _, e := range entities {
		o := object(e)
		m := mark{from: number(o["offset"]), kind: str(o["type"]), url: str(o["url"])}
		m.to = m.from + number(o["length"])
		if m.from >= 0 && m.from < m.to && m.to <= size {
			out = append(out, m)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].from < out[j].from })
	return out
}

var entityTags = map[string]string{
	"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code", "pre": "code",
}

// entities writes text with its marks. Where marks overlap the text is cut into
// pieces, each with all marks that cover it, so that tags always nest.
func (w *writer) entities(text string, list []any) {
	units := utf16.Encode([]rune(text))
	all := marks(list, len(units))
	cuts := []int{0, len(units)}
	for _, m := range all {
		cuts = append(cuts, m.from, m.to)
	}
	sort.Ints(cuts)
	for i := 0; i+1 < len(cuts); i++ {
		if cuts[i] < cuts[i+1] {
			w.piece(string(utf16.Decode(units[cuts[i]:cuts[i+1]])), cuts[i], cuts[i+1], all)
		}
	}
}

func (w *writer) piece(text string, from, to int, all []mark) {
	link, end := "", ""
	kind := "link"
	for _, m := range all {
		if m.from > from || m.to < to {
			continue
		}
		if tag := entityTags[m.kind]; tag != "" {
			w.raw(`<`, tag, `>`)
			end = `</` + tag + `>` + end
		}
		switch m.kind {
		case "url":
			link = text
		case "text_link":
			link = m.url
		case "bot_command":
			link, kind = text, "command"
		case "mention", "text_mention":
			w.raw(`<span class="d-mention">`)
			end = `</span>` + end
		case "spoiler":
			w.raw(`<span class="d-spoiler" tabindex="0">`)
			end = `</span>` + end
		}
	}
	if link != "" {
		w.link(text, Action{Kind: kind, Value: link})
	} else {
		w.text(text)
	}
	w.raw(end)
}

// inline draws the buttons under a message.
func (w *writer) inline(rows []any) {
	if len(rows) == 0 {
		return
	}
	w.raw(`<div class="d-inline">`)
	for r, row := range rows {
		w.raw(`<div class="d-keys">`)
		for c, key := range array(row) {
			b := object(key)
			a := Action{Kind: "inline", Label: str(b["text"]), Value: str(b["url"]), Raw: b, Row: r, Col: c}
			w.button("d-key", a)
			w.text(str(b["text"]))
			if str(b["url"]) != "" {
				w.raw(`<span class="d-out" aria-hidden="true">↗</span>`)
			}
			w.raw(`</button>`)
		}
		w.raw(`</div>`)
	}
	w.raw(`</div>`)
}

// Keyboard draws a reply keyboard, given the "keyboard" rows of a
// ReplyKeyboardMarkup (Bot API, #replykeyboardmarkup).
func Keyboard(rows []any, o Options) Drawing {
	w := &writer{o: o}
	for r, row := range rows {
		w.raw(`<div class="d-keys">`)
		for c, key := range array(row) {
			b := object(key)
			if s, ok := key.(string); ok {
				b = map[string]any{"text": s}
			}
			w.button("d-key", Action{Kind: "key", Label: str(b["text"]), Raw: b, Row: r, Col: c})
			w.text(str(b["text"]))
			w.raw(`</button>`)
		}
		w.raw(`</div>`)
	}
	w.d.HTML = w.html()
	return w.d
}
