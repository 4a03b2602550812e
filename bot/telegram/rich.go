package telegram

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Limits in UTF-16 units after entities are parsed (Bot API, #sendmessage and
// #sendphoto).
const (
	maxText    = 4096
	maxCaption = 1024
)

// rich is a text with marks, kept apart so that it can be measured and cut as
// people see it and only then becomes HTML.
type rich struct {
	text  strings.Builder
	marks []mark
}

// mark styles the bytes from..to of a rich text; marks follow one another and
// do not overlap.
type mark struct {
	from, to int
	tag      string // "b", "i" or "a"
	href     string // of an "a"
}

// add appends s, in the style of tag if that is not empty.
func (r *rich) add(s, tag string) { r.link(s, tag, "") }

func (r *rich) link(s, tag, href string) {
	from := r.text.Len()
	r.text.WriteString(s)
	if tag != "" && s != "" {
		r.marks = append(r.marks, mark{from, r.text.Len(), tag, href})
	}
}

// append adds what other says, with its marks.
func (r *rich) append(other *rich) {
	at := r.text.Len()
	for _, m := range other.marks {
		m.from, m.to = m.from+at, m.to+at
		r.marks = append(r.marks, m)
	}
	r.text.WriteString(other.text.String())
}

// gap ends what was written so far with n line breaks, if there is anything.
func (r *rich) gap(n int) {
	if r.text.Len() > 0 {
		r.text.WriteString(strings.Repeat("\n", n))
	}
}

// html renders the bytes p.from..p.to.
func (r *rich) html(p stretch) string {
	var b strings.Builder
	text, at := r.text.String(), p.from
	for _, m := range r.marks {
		from, to := max(m.from, p.from), min(m.to, p.to)
		if from >= to {
			continue
		}
		b.WriteString(html.EscapeString(text[at:from]))
		b.WriteString("<" + m.tag)
		if m.href != "" {
			b.WriteString(` href="` + html.EscapeString(m.href) + `"`)
		}
		b.WriteString(">" + html.EscapeString(text[from:to]) + "</" + m.tag + ">")
		at = to
	}
	b.WriteString(html.EscapeString(text[at:p.to]))
	return b.String()
}

// pieces cuts the text into stretches of at most limit units, at line ends and
// spaces where they come late enough, else between characters as people see
// them. Pieces in which there is nothing to see are left out, because Telegram
// refuses them.
func (r *rich) pieces(limit int) []stretch {
	var all []stretch
	text := r.text.String()
	for at := 0; at < len(text); {
		n := fit(text[at:], limit)
		if p := trim(text, stretch{at, at + n}); visible(text[p.from:p.to]) {
			all = append(all, p)
		}
		at += n
	}
	return all
}

// fit is how many bytes of text make the next piece. It is never 0.
func fit(text string, limit int) int {
	var end, line, space, used int
	for rest, state := text, -1; rest != ""; {
		var c string
		c, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		n := units(c)
		if used+n > limit && end > 0 && strings.TrimSpace(c) == "" {
			return end // right before a space: a good place as it is
		}
		if used+n > limit {
			return better(end, line, space, text, limit)
		}
		used, end = used+n, end+len(c)
		switch {
		case strings.HasSuffix(c, "\n"):
			line = end
		case c == " ":
			space = end
		}
	}
	return len(text)
}

// better prefers a line's end or a space to end, if most of the piece is kept.
func better(end, line, space int, text string, limit int) int {
	for _, b := range []int{line, space} {
		if b > end/2 {
			return b
		}
	}
	if end > 0 {
		return end
	}
	// One "character" longer than a message is an attack on the screen: it is
	// cut between runes.
	for i, r := range text {
		if limit -= unitsOf(r); limit < 0 {
			return i
		}
	}
	return len(text)
}

// trim leaves out the white space at both ends, which Telegram would drop.
func trim(text string, p stretch) stretch {
	s := text[p.from:p.to]
	p.from += len(s) - len(strings.TrimLeftFunc(s, unicode.IsSpace))
	p.to -= len(s) - len(strings.TrimRightFunc(s, unicode.IsSpace))
	return stretch{p.from, max(p.from, p.to)}
}

// visible says whether s shows anything: names made of joiners and fillers
// show nothing, and Telegram calls a message of such empty.
func visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		switch r {
		case '\u115F', '\u1160', '\u2800', '\u3164', '\uFFA0', '\u034F':
			return false
		}
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Me, r)
	})
}

const (
	firstStrong = '\u2068' // FSI: starts an isolate whose direction is its own
	popIsolate  = '\u2069' // PDI: ends one
)

// clean makes text of anybody's harmless: valid, without control characters,
// without the overrides that make what follows run backwards, and with every
// isolate closed within its line.
func clean(s string) string {
	var b strings.Builder
	open := 0
	closeAll := func() {
		for ; open > 0; open-- {
			b.WriteRune(popIsolate)
		}
	}
	for _, r := range strings.ToValidUTF8(s, string(utf8.RuneError)) {
		switch {
		case r == '\n' || r == '\u2028' || r == '\u2029':
			closeAll()
			b.WriteByte('\n')
			continue
		case r == '\t':
			r = ' '
		case unicode.IsControl(r) || r >= '\u202A' && r <= '\u202E':
			continue
		case r >= '\u2066' && r <= firstStrong:
			open++
		case r == popIsolate && open == 0:
			continue
		case r == popIsolate:
			open--
		}
		b.WriteRune(r)
	}
	closeAll()
	return b.String()
}

// line is clean on one line.
func line(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// isolated keeps right-to-left words from turning the rest of their line.
func isolated(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko) || r == '\u200F' || r == '\u061C'
	}) {
		return string(firstStrong) + s + string(popIsolate)
	}
	return s
}
