package line

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"regulars/bot"
)

// Limits of Flex messages (LINE docs, #flex-message). LINE says "KB"; the
// smaller reading is kept.
const (
	maxAlt      = 1500 // UTF-16 units
	maxBubble   = 30_000
	maxCarousel = 50_000
	maxBubbles  = 12 // two more than bot.MaxCards
)

// What a bubble shows at most, beyond which it would not be read anyway.
// All are UTF-16 units, but maxRows and perBubble.
const (
	maxTitle  = 100
	maxBody   = 4000
	maxNote   = 300
	maxCell   = 200
	maxRows   = 60
	perBubble = 8 // lines of buttons; more go on in the next bubble of a carousel
)

// How cards and photos look: narrow enough for the next card to be seen beside
// one, and wider than high, as food is photographed.
const (
	cardSize   = "kilo"
	photoRatio = "20:13"
)

// The palette is readable on white and nobody's brand.
const (
	inkDark  = "#1F2933"
	inkText  = "#3E4C59"
	inkGrey  = "#616E7C"
	inkPress = "#2F4858"
)

// card is a message ready to be drawn: cleaned, its pictures found, its buttons
// turned into actions.
type card struct {
	title, text, note string
	bar               *bot.Bar
	dots              *bot.Dots
	rows              []bot.Row
	photo             *node  // nil: there is none that LINE could fetch
	picture           *node  // nil: there is none, or it is told in words
	told              string // the picture in words
	buttons           []action
	cards             []card
}

// hollow says that d itself, without its cards, has nothing to say. What only
// adorns says nothing.
func (d *card) hollow() bool { return d.own() == "" && d.picture == nil }

// plain says that d is text alone.
func (d *card) plain() bool {
	return d.title == "" && d.note == "" && len(d.rows) == 0 && d.picture == nil && len(d.buttons) == 0 &&
		d.photo == nil && d.bar == nil && d.dots == nil && len(d.cards) == 0
}

// limits are what a bubble may show of each part, once it had to be cut.
type limits struct {
	text, rows, cell, buttons int
	bare                      bool // no photos, and dots as letters
}

// tighter cuts a little more: first text, then rows, then buttons from the end,
// and what adorns before anything that says something. It ends with so little
// that a dozen bubbles always fit; ok is false after that.
func (l limits) tighter() (_ limits, ok bool) {
	switch {
	case !l.bare:
		l.bare = true
	case l.text > 200:
		l.text /= 2
	case l.rows > 4:
		l.rows /= 2
	case l.cell > 40:
		l.cell /= 2
	case l.buttons > 0:
		l.buttons--
	case l.rows > 0:
		l.rows--
	case l.text > 20:
		l.text /= 2
	default:
		return l, false
	}
	return l, true
}

// flex draws m, cut to what LINE takes.
func (d *card) flex() json.RawMessage {
	l := limits{text: maxBody, rows: maxRows, cell: maxCell, buttons: min(len(d.buttons), maxBubbles*perBubble)}
	for _, c := range d.cards {
		l.rows, l.buttons = max(l.rows, len(c.rows)), max(l.buttons, min(len(c.buttons), perBubble))
	}
	for ok := true; ok; l, ok = l.tighter() {
		if raw := d.draw(l); raw != nil {
			return raw
		}
	}
	return nil // never: see TestTheLeastAlwaysFits
}

// draw gives nil if the result is larger than LINE takes.
func (d *card) draw(l limits) json.RawMessage {
	all := d.bubbles(l)
	var raw json.RawMessage
	var err error
	for i := range all {
		if raw, err = json.Marshal(&all[i]); err != nil || len(raw) > maxBubble {
			return nil
		}
	}
	if len(all) == 1 {
		return raw
	}
	raw, err = json.Marshal(carousel{Type: "carousel", Contents: all})
	if err != nil || len(raw) > maxCarousel {
		return nil
	}
	return raw
}

// bubbles are d's own, with as many more as its buttons need, and one for each
// card.
func (d *card) bubbles(l limits) []bubble {
	var all []bubble
	rest := lines(d.buttons[:min(len(d.buttons), l.buttons, (maxBubbles-len(d.cards))*perBubble)])
	if !d.hollow() {
		all = append(all, d.bubble(l))
		n := min(len(rest), perBubble)
		all[0].Footer, rest = footer(rest[:n], true), rest[n:]
	}
	for len(rest) > 0 {
		n := min(len(rest), perBubble)
		all, rest = append(all, bubble{Type: "bubble", Footer: footer(rest[:n], false)}), rest[n:]
	}
	for i := range d.cards {
		c := &d.cards[i]
		b := c.bubble(l)
		b.Footer = footer(lines(c.buttons[:min(len(c.buttons), l.buttons, perBubble)]), true)
		all = append(all, b)
	}
	if len(d.cards) > 0 {
		for i := range all {
			all[i].Size = cardSize // of a carousel, all must have the same
		}
	}
	return all
}

// bubble is d without its buttons.
func (d *card) bubble(l limits) bubble {
	b := bubble{Type: "bubble", Body: d.body(l)}
	if !l.bare {
		b.Hero = d.photo
	}
	return b
}

// body stacks what d says in its reading order; nil if there is nothing.
func (d *card) body(l limits) *node {
	var stack []node
	if d.title != "" {
		stack = append(stack, node{Type: "text", Text: cut(d.title, min(maxTitle, 2*l.cell)), Size: "lg", Weight: "bold", Color: inkDark, Wrap: true})
	}
	if d.text != "" {
		stack = append(stack, node{Type: "text", Text: cut(d.text, l.text), Size: "md", Color: inkText, Wrap: true})
	}
	stack = append(stack, d.progress(l)...)
	if table := d.table(l); len(table) > 0 {
		if len(stack) > 0 {
			stack = append(stack, node{Type: "separator", Margin: "lg"})
		}
		stack = append(stack, node{Type: "box", Layout: "vertical", Spacing: "sm", Margin: "lg", Contents: table})
	}
	if d.note != "" {
		stack = append(stack, node{Type: "text", Text: cut(d.note, min(maxNote, 2*l.cell)), Size: "xs", Color: inkGrey, Wrap: true, Margin: "lg"})
	}
	switch {
	case d.picture != nil:
		stack = append(stack, *d.picture)
	case d.told != "":
		stack = append(stack, node{Type: "text", Text: cut(d.told, l.text), Size: "md", Color: inkText, Wrap: true, Margin: "lg"})
	}
	if len(stack) == 0 {
		return nil
	}
	return &node{Type: "box", Layout: "vertical", Spacing: "md", Contents: stack}
}

// shortValue is how many columns a number of points takes at most.
const shortValue = 8

// shares are the two columns' parts of a table's width. Where all values are
// short numbers, the words beside them get the room: "22 Nov  Purchase NT$350"
// would stand on three lines otherwise.
func shares(rows []bot.Row) (left, right int) {
	for _, r := range rows {
		if uniseg.StringWidth(r.Value) > shortValue {
			return 4, 5
		}
	}
	return 2, 1
}

func (d *card) table(l limits) []node {
	var table []node
	shown := d.rows[:min(l.rows, maxRows, len(d.rows))]
	left, right := shares(shown)
	for _, r := range shown {
		var line []node
		// Flex refuses an empty text, so that half a row is drawn alone.
		if r.Label != "" {
			line = append(line, node{Type: "text", Text: cut(r.Label, l.cell), Size: "sm", Color: inkGrey, Wrap: true, Flex: left})
		}
		if r.Value != "" {
			line = append(line, node{Type: "text", Text: cut(r.Value, l.cell), Size: "sm", Color: inkDark, Align: "end", Wrap: true, Flex: right})
		}
		if len(line) > 0 {
			table = append(table, node{Type: "box", Layout: "baseline", Spacing: "md", Contents: line})
		}
	}
	if len(shown) < len(d.rows) {
		table = append(table, node{Type: "text", Text: "…", Size: "sm", Color: inkGrey, Align: "center"})
	}
	return table
}

// footer stacks lines of buttons; the very first one of a message stands out,
// unless it is one of a scale.
func footer(buttons []keyLine, leads bool) *node {
	if len(buttons) == 0 {
		return nil
	}
	box := &node{Type: "box", Layout: "vertical", Spacing: "sm"}
	for i, line := range buttons {
		if line.wide > 0 {
			box.Contents = append(box.Contents, line.scale())
			continue
		}
		n := node{Type: "button", Style: "secondary", Height: "sm", Action: &line.keys[0]}
		if i == 0 && leads {
			n.Style, n.Color = "primary", inkPress
		}
		box.Contents = append(box.Contents, n)
	}
	return box
}

// words is everything that d says, in reading order, for people and places
// where Flex is not shown.
func (d *card) words() string {
	said := []string{d.own()}
	for i := range d.cards {
		said = append(said, d.cards[i].own())
	}
	return strings.TrimSpace(strings.Join(said, "\n"))
}

// own is what d says without its cards; where that is nothing, its buttons.
func (d *card) own() string {
	parts := []string{d.title, d.text}
	if d.bar != nil {
		parts = append(parts, oneLine(d.bar.Label))
	}
	if d.dots != nil {
		parts = append(parts, oneLine(d.dots.Alt))
	}
	for _, r := range d.rows {
		parts = append(parts, strings.TrimSpace(r.Label+"  "+r.Value))
	}
	parts = append(parts, d.note, d.told)
	if strings.Join(parts, "") == "" {
		for _, b := range d.buttons {
			parts = append(parts, b.Label)
		}
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "\n")
}
