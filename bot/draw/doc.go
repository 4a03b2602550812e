// Package draw turns what the bot says into what people see. [LINE] and
// [Telegram] draw messages as they stand on the wire, [Message] draws one as
// the program means it, for previews; [PNG] draws the codes on cards.
//
// The result is HTML that is safe to put into any page: every string of a
// message is escaped, only addresses of known kinds become links, and nothing
// needs an inline style or script. Looks come from [CSS]. What a message may
// choose freely (colours, widths) stands in data-s attributes, checked value by
// value, which [JS] applies, because a strict Content-Security-Policy forbids
// style attributes; without the script the drawing is plainer and whole.
//
// The simulator's page and the console's previews share the package. It keeps
// nothing and owns no rows.
package draw

import (
	"embed"
	"html/template"
)

// CSS is the stylesheet of all drawings, light and dark. The drawings stand in
// an element of class "d-line" or "d-telegram".
//
//go:embed draw.css
var CSS string

// JS applies data-s attributes to what is in the page and to what comes later.
//
//go:embed draw.js
var JS string

// Files are CSS and JS as the files draw.css and draw.js, for who serves them.
//
//go:embed draw.css draw.js
var Files embed.FS

// Options say how a drawing is embedded. The zero value draws a preview: its
// buttons are there and cannot be pressed.
type Options struct {
	// Press, when not empty, makes buttons submit name="press" with Press and
	// the number of the action in Drawing.Actions as value.
	Press string
	// Image gives the src for a picture's address or Telegram file id; "" draws
	// an empty frame. Without Image only data: addresses are shown.
	Image func(ref string) string
	// Name gives the display name of a LINE user id, for mentions.
	Name func(userID string) string
	// Word translates the few words that the drawing itself says; its keys are
	// those of Words. "" is the English one.
	Word func(key string) string
}

// Words are the words that drawings say, by key, in English.
var Words = map[string]string{
	"picture": "Picture",
	"sticker": "Sticker",
	"contact": "Contact",
	"unknown": "This kind of message is not drawn here",
}

// Action is something in a drawing that can be pressed.
type Action struct {
	Kind  string         // LINE's action type; of Telegram "inline", "key", "link" or "command"
	Label string         // what stands on it
	Value string         // the address or text of a link or command
	Raw   map[string]any // the action or button object from the wire
	Row   int            // of a Telegram keyboard, from 0
	Col   int
}

// Drawing is a drawn message.
type Drawing struct {
	HTML     template.HTML
	Under    template.HTML // what stands under the newest message only: quick replies
	Actions  []Action      // by the number that a button submits
	Pictures []string      // addresses or file ids of the pictures, in order
	Service  bool          // a line about the chat rather than a message of somebody
}

// Row is a drawing in its place in a chat.
type Row struct {
	ID    string // the element's id; none when empty
	Mine  bool   // said by whoever holds the phone
	Name  string // who said it
	Plain bool   // a chat of two, as Telegram shows it: no face, and the name is only read aloud
	Time  string // "14:05"
	Note  string // beside the time, such as "read"
	After template.HTML
}

// In draws a message in its row: its speaker's name, the bubble, the time.
func (d Drawing) In(r Row) template.HTML {
	w := &writer{}
	class := "d-row"
	switch {
	case d.Service:
		class += " d-service"
	case r.Mine:
		class += " d-mine"
	case r.Plain:
		class += " d-two"
	}
	w.raw(`<article class="`, class, `"`)
	w.attr("id", r.ID)
	w.raw(`>`)
	if !r.Mine && !d.Service && !r.Plain {
		w.raw(`<span class="d-face" aria-hidden="true">`)
		w.text(initial(r.Name))
		w.raw(`</span>`)
	}
	w.raw(`<div class="d-col">`)
	if r.Name != "" && !d.Service {
		class := "d-name"
		if r.Mine || r.Plain {
			class = "d-hide" // read aloud only
		}
		w.raw(`<bdi class="`, class, `">`)
		w.text(r.Name)
		w.raw(`</bdi>`)
	}
	w.raw(string(d.HTML))
	if !d.Service && r.Time+r.Note != "" {
		w.raw(`<small class="d-time">`)
		w.text(r.Note)
		w.raw(` `)
		w.text(r.Time)
		w.raw(`</small>`)
	}
	w.raw(string(r.After), `</div></article>`)
	return w.html()
}

// initial is the first letter of a name, for the round face.
func initial(name string) string {
	for _, r := range name {
		return string(r)
	}
	return ""
}
