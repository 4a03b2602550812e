package draw

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/rivo/uniseg"

	"regulars/bot"
)

// Message draws a message as the program means it, the way it will look on a
// platform: for previews, before anything has been encoded. Where the adapters
// have to cut for a platform's limits, the preview shows the whole.
func Message(m bot.Message, on bot.Platform, o Options) Drawing {
	wire := lineWire
	drawn := LINE
	if on == bot.Telegram {
		wire, drawn = telegramWire, Telegram
	}
	own := o.Image
	o.Image = func(ref string) string {
		switch {
		case strings.HasPrefix(ref, "data:image/"):
			return ref // drawn here
		case own != nil:
			return own(ref)
		}
		return ""
	}
	return drawn(wire(m), o)
}

// pictureURL is a picture as a data: address, so that a preview needs no other
// request; "" when it cannot be drawn.
func pictureURL(p *bot.Picture) string {
	if p == nil {
		return ""
	}
	raw, err := PNG(*p)
	if err != nil {
		return ""
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(raw)
}

type obj = map[string]any

// lineWire is m as a LINE message object: words alone are a text, all else is
// a bubble, or with cards a carousel.
func lineWire(m bot.Message) obj {
	plain := m.Title == "" && m.Note == "" && len(m.Rows) == 0 && m.Picture == nil && len(m.Buttons) == 0 &&
		m.Photo == nil && m.Bar == nil && m.Dots == nil && len(m.Cards) == 0
	var out obj
	switch {
	case plain:
		out = obj{"type": "text", "text": m.Text}
	case len(m.Cards) > 0:
		var bubbles []any
		for _, c := range append([]bot.Message{m}, m.Cards...) {
			if b := lineBubble(c); b["body"] != nil || b["footer"] != nil {
				b["size"] = "kilo"
				bubbles = append(bubbles, b)
			}
		}
		out = obj{"type": "flex", "altText": m.Title, "contents": obj{"type": "carousel", "contents": bubbles}}
	default:
		out = obj{"type": "flex", "altText": m.Title, "contents": lineBubble(m)}
	}
	var quick []any
	for _, b := range m.Quick {
		quick = append(quick, obj{"action": obj{"type": "postback", "label": b.Label}})
	}
	out["quickReply"] = obj{"items": quick}
	return out
}

func lineBubble(m bot.Message) obj {
	b := obj{"type": "bubble"}
	if m.Photo != nil {
		b["hero"] = obj{"type": "image", "url": m.Photo.File, "alt": m.Photo.Alt, "size": "full", "aspectRatio": "20:13", "aspectMode": "cover"}
	}
	if body := lineBody(m); len(array(body["contents"])) > 0 {
		b["body"] = body
	}
	if len(m.Buttons) > 0 {
		b["footer"] = lineFooter(m.Buttons)
	}
	return b
}

func lineBody(m bot.Message) obj {
	var stack []any
	say := func(text, size, weight, color string) {
		if text != "" {
			stack = append(stack, obj{"type": "text", "text": text, "size": size, "weight": weight, "color": color, "wrap": true})
		}
	}
	say(m.Title, "lg", "bold", "")
	say(m.Text, "md", "", "")
	if m.Bar != nil {
		stack = append(stack, lineBar(*m.Bar))
		say(m.Bar.Label, "sm", "", "#616E7C")
	}
	if m.Dots != nil {
		say(m.Dots.String(), "md", "", "#2F4858")
	}
	if len(stack) > 0 && len(m.Rows) > 0 {
		stack = append(stack, obj{"type": "separator", "margin": "lg"})
	}
	for _, r := range m.Rows {
		stack = append(stack, obj{"type": "box", "layout": "baseline", "spacing": "md", "contents": []any{
			obj{"type": "text", "text": r.Label, "size": "sm", "color": "#616E7C", "wrap": true, "flex": 4.0},
			obj{"type": "text", "text": r.Value, "size": "sm", "align": "end", "wrap": true, "flex": 5.0},
		}})
	}
	say(m.Note, "xs", "", "#616E7C")
	if m.Picture != nil {
		ratio := "1:1"
		if m.Picture.Code128 != "" {
			ratio = "5:2"
		}
		stack = append(stack, obj{"type": "image", "url": pictureURL(m.Picture), "size": "full", "aspectRatio": ratio, "margin": "lg"})
	}
	return obj{"type": "box", "layout": "vertical", "spacing": "md", "contents": stack}
}

func lineBar(b bot.Bar) obj {
	done := obj{"type": "box", "layout": "vertical", "height": "10px", "cornerRadius": "5px", "backgroundColor": "#2F4858", "width": strconv.Itoa(b.Filled(100)) + "%"}
	return obj{"type": "box", "layout": "vertical", "height": "10px", "cornerRadius": "5px", "backgroundColor": "#D9E2EC", "margin": "lg", "contents": []any{done}}
}

func lineFooter(buttons []bot.Button) obj {
	var stack []any
	for i := 0; i < len(buttons); i++ {
		if keys := scaleOf(buttons[i:]); keys != nil {
			stack, i = append(stack, lineScale(keys)...), i+len(keys)-1
			continue
		}
		b := buttons[i]
		if b.Do == bot.DoContact {
			continue // LINE has no such button
		}
		style := "secondary"
		if i == 0 {
			style = "primary"
		}
		stack = append(stack, obj{"type": "button", "style": style, "height": "sm", "action": obj{"type": "postback", "label": b.Label}})
	}
	return obj{"type": "box", "layout": "vertical", "spacing": "sm", "contents": stack}
}

// telegramWire is m as a Message object of the Bot API.
func telegramWire(m bot.Message) obj {
	t := &told{}
	t.paragraph(m, 2)
	for _, c := range m.Cards {
		t.gap(2, true)
		t.paragraph(c, 1)
	}
	photo := m.Photo
	if photo == nil && len(m.Cards) == 1 {
		photo = m.Cards[0].Photo // a message shows one
	}
	out := obj{"text": t.text, "entities": t.entities}
	switch {
	case m.Picture != nil:
		out = obj{"caption": t.text, "caption_entities": t.entities, "photo": []any{obj{"file_id": pictureURL(m.Picture)}}}
	case photo != nil:
		out = obj{"caption": t.text, "caption_entities": t.entities, "photo": []any{obj{"file_id": photo.File, "alt": photo.Alt}}}
	}
	parts := [][]bot.Button{slices.Concat(m.Buttons, m.Quick)}
	if len(m.Cards) > 0 {
		parts = [][]bot.Button{m.Buttons}
		for i := range m.Cards {
			parts = append(parts, m.CardButtons(i))
		}
		parts = append(parts, m.Quick)
	}
	var rows []any
	for _, buttons := range parts {
		rows = append(rows, keyRows(buttons)...)
	}
	out["reply_markup"] = obj{"inline_keyboard": rows}
	return out
}

// paragraph says one message or card; its table and note begin after so many
// line breaks.
func (t *told) paragraph(m bot.Message, breaks int) {
	t.add(m.Title, "bold")
	t.gap(1, m.Title != "")
	t.add(m.Text, "")
	if m.Bar != nil {
		const blocks = 10
		done := m.Bar.Filled(blocks)
		t.gap(1, true)
		t.add(strings.Repeat("▰", done)+strings.Repeat("▱", blocks-done), "")
		if uniseg.StringWidth(m.Bar.Label) <= 16 {
			t.add("  "+m.Bar.Label, "")
		} else {
			t.add("\n"+m.Bar.Label, "")
		}
	}
	if m.Dots != nil {
		t.gap(1, true)
		t.add(m.Dots.String(), "")
	}
	t.gap(breaks-1, len(m.Rows) > 0)
	for _, r := range m.Rows {
		t.gap(1, true)
		t.add(r.Label+"  ", "")
		t.add(r.Value, "bold")
	}
	t.gap(breaks, m.Note != "")
	t.add(m.Note, "italic")
}

// keyRows puts two short labels on a line and long ones alone.
func keyRows(buttons []bot.Button) (rows []any) {
	const short = 14 // columns
	half := false    // the last row has room for one more
	for i := 0; i < len(buttons); i++ {
		b := buttons[i]
		if keys := scaleOf(buttons[i:]); keys != nil {
			rows, half, i = append(rows, telegramScale(keys)...), false, i+len(keys)-1
			continue
		}
		if b.Do == bot.DoContact {
			continue // stands on the reply keyboard
		}
		key := obj{"text": b.Label}
		fits := uniseg.StringWidth(b.Label) <= short
		if fits && half {
			rows[len(rows)-1] = append(rows[len(rows)-1].([]any), key)
			half = false
			continue
		}
		rows = append(rows, []any{key})
		half = fits
	}
	return rows
}

// told is a text in the making, with its entities.
type told struct {
	text     string
	units    int
	entities []any
}

func (t *told) add(s, kind string) {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	if kind != "" && n > 0 {
		t.entities = append(t.entities, obj{"type": kind, "offset": float64(t.units), "length": float64(n)})
	}
	t.text += s
	t.units += n
}

// gap ends what was said so far with n line breaks, if something follows.
func (t *told) gap(n int, follows bool) {
	for range n {
		if follows && t.text != "" {
			t.add("\n", "")
		}
	}
}
