package telegram

import (
	"strings"

	"github.com/rivo/uniseg"

	"regulars/bot"
)

// compose writes a message in its reading order.
func (c *Channel) compose(m *bot.Message, group bool) *rich {
	var r rich
	if id := c.mentioned(m); group && id != "" {
		// A person icon carries the link: the name is not told here, and a link
		// needs something to see.
		r.link("👤", "a", "tg://user?id="+id)
		r.add(" ", "")
	}
	r.paragraph(m, 2)
	if p := m.Picture; p != nil && c.pictures == nil {
		r.gap(2)
		r.add(clean(p.Alt)+"\n"+line(p.QR+p.Code128), "")
	}
	for i := range m.Cards {
		var card rich
		if card.paragraph(&m.Cards[i], 1); visible(card.text.String()) {
			r.gap(2)
			r.append(&card)
		}
	}
	return &r
}

// paragraph adds what one message or card says, from its title to its note. Its
// table and its note begin after so many line breaks: two leave an empty line,
// which on a card would look like the next card's beginning.
func (r *rich) paragraph(m *bot.Message, breaks int) {
	r.add(line(m.Title), "b")
	if text := clean(m.Text); visible(text) {
		if m.Title != "" {
			r.gap(1)
		}
		r.add(text, "")
	}
	r.progress(m)
	for i, row := range m.Rows {
		if i == 0 {
			r.gap(breaks - 1)
		}
		r.gap(1)
		label, value := isolated(line(row.Label)), isolated(line(row.Value))
		if label != "" && value != "" {
			label += "  "
		}
		r.add(label, "")
		r.add(value, "b")
	}
	if note := line(m.Note); note != "" {
		r.gap(breaks)
		r.add(note, "i")
	}
}

const (
	// barBlocks are as many as stand in one line of the narrowest phone.
	barBlocks = 10
	// barLabel is how many columns may stand beside them.
	barLabel = 16
)

// progress adds the bar with its words and the dots, each on lines of their own.
func (r *rich) progress(m *bot.Message) {
	if m.Bar != nil {
		done := m.Bar.Filled(barBlocks)
		r.gap(1)
		r.add(strings.Repeat("▰", done)+strings.Repeat("▱", barBlocks-done), "")
		switch words := isolated(line(m.Bar.Label)); {
		case words == "":
		case uniseg.StringWidth(words) <= barLabel:
			r.add("  "+words, "")
		default:
			r.gap(1)
			r.add(words, "")
		}
	}
	if m.Dots == nil {
		return
	}
	if dots := line(m.Dots.String()); dots != "" {
		r.gap(1)
		r.add(dots, "")
	}
}

// mentioned is the id of the person to link, if it is one of this channel's.
func (c *Channel) mentioned(m *bot.Message) string {
	if m.Mention == nil || m.Mention.Channel != c.name {
		return ""
	}
	return digits(bot.MessageID(m.Mention.User))
}
