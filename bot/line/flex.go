package line

import (
	"encoding/json"
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
	maxBubbles  = 12
)

// What a bubble shows at most, beyond which it would not be read anyway.
// All are UTF-16 units, but maxRows and perBubble.
const (
	maxTitle  = 100
	maxBody   = 4000
	maxNote   = 300
	maxCell   = 200
	maxRows   = 60
	perBubble = 8 // buttons; more go on in the next bubble of a carousel
)

// The palette is readable on white and nobody's brand.
const (
	inkDark  = "#1F2933"
	inkText  = "#3E4C59"
	inkGrey  = "#616E7C"
	inkPress = "#2F4858"
)

// card is a message ready to be drawn: cleaned, its picture found, its buttons
// turned into actions.
type card struct {
	title, text, note string
	rows              []bot.Row
	picture           *node  // nil: there is none, or it is told in words
	told              string // the picture in words
	buttons           []action
}

// flex draws m. What does not fit LINE's sizes is cut: first text, then rows,
// then buttons from the end.
func (d *card) flex() json.RawMessage {
	text, rows, buttons := maxBody, min(len(d.rows), maxRows), min(len(d.buttons), maxBubbles*perBubble)
	for {
		raw := d.draw(text, rows, buttons)
		switch {
		case raw != nil:
			return raw
		case text > 200:
			text /= 2
		case rows > 4:
			rows /= 2
		default:
			buttons--
		}
	}
}

// draw gives nil if the result is larger than LINE takes. Without buttons and
// with the least of the rest it always fits.
func (d *card) draw(text, rows, buttons int) json.RawMessage {
	first := bubble{Type: "bubble", Body: d.body(text, rows)}
	all := []bubble{}
	for rest := d.buttons[:buttons]; ; {
		n := min(len(rest), perBubble)
		first.Footer = footer(rest[:n], len(all) == 0)
		all = append(all, first)
		if rest = rest[n:]; len(rest) == 0 {
			break
		}
		first = bubble{Type: "bubble"}
	}
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

// body stacks title, text, rows, note and picture, in that order; nil if there
// is none of them.
func (d *card) body(text, rows int) *node {
	var stack []node
	if d.title != "" {
		stack = append(stack, node{Type: "text", Text: cut(d.title, maxTitle), Size: "lg", Weight: "bold", Color: inkDark, Wrap: true})
	}
	if d.text != "" {
		stack = append(stack, node{Type: "text", Text: cut(d.text, text), Size: "md", Color: inkText, Wrap: true})
	}
	if table := d.table(rows); len(table) > 0 {
		if len(stack) > 0 {
			stack = append(stack, node{Type: "separator", Margin: "lg"})
		}
		stack = append(stack, node{Type: "box", Layout: "vertical", Spacing: "sm", Margin: "lg", Contents: table})
	}
	if d.note != "" {
		stack = append(stack, node{Type: "text", Text: cut(d.note, maxNote), Size: "xs", Color: inkGrey, Wrap: true, Margin: "lg"})
	}
	switch {
	case d.picture != nil:
		stack = append(stack, *d.picture)
	case d.told != "":
		stack = append(stack, node{Type: "text", Text: cut(d.told, text), Size: "md", Color: inkText, Wrap: true, Margin: "lg"})
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

func (d *card) table(rows int) []node {
	var table []node
	left, right := shares(d.rows[:min(rows, len(d.rows))])
	for _, r := range d.rows[:min(rows, len(d.rows))] {
		var line []node
		// Flex refuses an empty text, so that half a row is drawn alone.
		if r.Label != "" {
			line = append(line, node{Type: "text", Text: cut(r.Label, maxCell), Size: "sm", Color: inkGrey, Wrap: true, Flex: left})
		}
		if r.Value != "" {
			line = append(line, node{Type: "text", Text: cut(r.Value, maxCell), Size: "sm", Color: inkDark, Align: "end", Wrap: true, Flex: right})
		}
		if len(line) > 0 {
			table = append(table, node{Type: "box", Layout: "baseline", Spacing: "md", Contents: line})
		}
	}
	if rows < len(d.rows) {
		table = append(table, node{Type: "text", Text: "…", Size: "sm", Color: inkGrey, Align: "center"})
	}
	return table
}

// footer stacks buttons; the very first one of a message stands out.
func footer(buttons []action, leads bool) *node {
	if len(buttons) == 0 {
		return nil
	}
	box := &node{Type: "box", Layout: "vertical", Spacing: "sm"}
	for i, a := range buttons {
		n := node{Type: "button", Style: "secondary", Height: "sm", Action: &a}
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
	parts := []string{d.title, d.text}
	for _, r := range d.rows {
		parts = append(parts, strings.TrimSpace(r.Label+"  "+r.Value))
	}
	parts = append(parts, d.note, d.told)
	if strings.Join(parts, "") == "" {
		for _, b := range d.buttons {
			parts = append(parts, b.Label)
		}
	}
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	return strings.Join(said, "\n")
}
