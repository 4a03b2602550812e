package telegram

import (
	"strings"
	"unicode/utf8"

	"regulars/bot"
)

// words fills in Text, Mentions and ToBot.
func (c *Channel) words(e *bot.Event, text string, entities []entity) {
	cut, other := c.addressed(text)
	e.Text = text[:cut.from] + text[cut.to:]
	e.ToBot = e.ToBot || cut.to > cut.from
	for _, en := range entities {
		m, ok := c.mention(text, en)
		if !ok {
			continue
		}
		if m.Start >= cut.to {
			m.Start -= cut.to - cut.from
		}
		e.ToBot = e.ToBot || m.Bot
		e.Mentions = append(e.Mentions, m)
	}
	// Whatever else it says, a command with another bot's name is not for us.
	e.ToBot = e.ToBot && !other
}

// stretch is a piece of a text, in bytes.
type stretch struct{ from, to int }

// addressed finds the "@us" in a command "/points@us". It is empty for a
// command to all bots and for any other text; other says that the command names
// another bot.
func (c *Channel) addressed(text string) (at stretch, other bool) {
	end := strings.IndexAny(text, " \t\n")
	if end < 0 {
		end = len(text)
	}
	i := strings.IndexByte(text[:end], '@')
	if i < 2 || text[0] != '/' {
		return stretch{}, false
	}
	if c.me() == "" || !strings.EqualFold(text[i+1:end], c.me()) {
		return stretch{}, true
	}
	return stretch{i, end}, false
}

// mention reads an entity that names somebody. ok is false for other entities
// and for offsets that do not fit the text.
func (c *Channel) mention(text string, en entity) (m bot.Mention, ok bool) {
	if en.Type != "mention" && en.Type != "text_mention" {
		return m, false
	}
	from, ok1 := byteOffset(text, en.Offset)
	length, ok2 := byteOffset(text[from:], en.Length)
	if !ok1 || !ok2 || length == 0 {
		return m, false
	}
	m.Start, m.Len = from, length
	switch {
	case en.Type == "mention":
		m.Username = strings.TrimPrefix(text[from:from+length], "@")
		m.Bot = c.me() != "" && strings.EqualFold(m.Username, c.me())
	case en.User != nil && en.User.ID == c.self:
		m.Bot = true
	case en.User != nil && en.User.ID > 0:
		m.User, m.Username = en.User.user(), en.User.Username
	default:
		return m, false
	}
	return m, true
}

// byteOffset turns an offset in UTF-16 units, as Telegram counts, into bytes.
// ok is false past the end and inside a character; the offset is 0 then.
func byteOffset(text string, units int) (offset int, ok bool) {
	for i, r := range text {
		if units <= 0 {
			return i, units == 0
		}
		units -= unitsOf(r)
	}
	if units != 0 {
		return 0, false
	}
	return len(text), true
}

// unitsOf is how many UTF-16 units r takes.
func unitsOf(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// units is the length of s as Telegram counts it.
func units(s string) int {
	n := utf8.RuneCountInString(s)
	for _, r := range s {
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
