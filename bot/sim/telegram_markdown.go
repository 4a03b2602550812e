package sim

import "strings"

// tgMarks are MarkdownV2's paired marks; longer ones stand first.
var tgMarks = []struct{ mark, kind, name string }{
	{"||", "spoiler", "Spoiler"}, {"__", "underline", "Underline"},
	{"*", "bold", "Bold"}, {"_", "italic", "Italic"}, {"~", "strikethrough", "Strikethrough"},
}

// tgReserved must be escaped outside entities, and so must a backslash
// (core.telegram.org/bots/api#markdownv2-style).
const tgReserved = "_*[]()~`>#+-=|{}.!"

// tgMarkdown reads one MarkdownV2 text.
type tgMarkdown struct {
	in       string
	at       int
	out      strings.Builder
	units    int
	entities []tgEntity
	open     []tgMark
}

type tgMark struct {
	mark, kind, name string
	byteAt, unitAt   int
}

// parseMarkdownV2 reads parse_mode MarkdownV2: marks, links, code and escapes.
// Quotations and custom emoji are not simulated and are refused as reserved.
func parseMarkdownV2(in string) (string, []tgEntity, error) {
	p := &tgMarkdown{in: in}
	for p.at < len(in) {
		if err := p.step(); err != nil {
			return "", nil, err
		}
	}
	if n := len(p.open); n > 0 {
		return "", nil, cantParse("Can't find end of %s entity at byte offset %d", p.open[n-1].name, p.open[n-1].byteAt)
	}
	return p.out.String(), realLinks(p.entities), nil
}

func (p *tgMarkdown) put(s string) {
	p.out.WriteString(s)
	p.units += utf16Len(s)
}

// step reads one mark, escape or character.
func (p *tgMarkdown) step() error {
	rest := p.in[p.at:]
	if rest[0] == '\\' && len(rest) > 1 && rest[1] > 0 && rest[1] < 127 {
		p.put(rest[1:2])
		p.at += 2
		return nil
	}
	if rest[0] == '`' {
		return p.code(rest)
	}
	for _, m := range tgMarks {
		if strings.HasPrefix(rest, m.mark) {
			p.toggle(m.mark, m.kind, m.name)
			return nil
		}
	}
	if rest[0] == '[' {
		p.open = append(p.open, tgMark{"]", "text_link", "TextUrl", p.at, p.units})
		p.at++
		return nil
	}
	if n := len(p.open); rest[0] == ']' && n > 0 && p.open[n-1].mark == "]" {
		return p.link()
	}
	if strings.IndexByte(tgReserved, rest[0]) >= 0 {
		return cantParse(`Character '%c' is reserved and must be escaped with the preceding '\'`, rest[0])
	}
	for _, r := range rest {
		p.put(string(r))
		p.at += len(string(r))
		break
	}
	return nil
}

// toggle opens a mark, or closes it if it is the innermost one.
func (p *tgMarkdown) toggle(mark, kind, name string) {
	at := p.at
	p.at += len(mark)
	if n := len(p.open); n > 0 && p.open[n-1].mark == mark {
		o := p.open[n-1]
		p.open = p.open[:n-1]
		p.entities = append(p.entities, tgEntity{Type: kind, Offset: o.unitAt, Length: p.units - o.unitAt})
		return
	}
	p.open = append(p.open, tgMark{mark, kind, name, at, p.units})
}

// link reads "](address)".
func (p *tgMarkdown) link() error {
	o := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	p.at++
	e := tgEntity{Type: o.kind, Offset: o.unitAt, Length: p.units - o.unitAt, URL: p.out.String()}
	if p.at < len(p.in) && p.in[p.at] == '(' {
		url, end := unescapeUntil(p.in, p.at+1, ")")
		if end < 0 {
			return cantParse("Can't find end of a URL at byte offset %d", p.at+1)
		}
		e.URL, p.at = url, end
	} else {
		e.URL = ""
	}
	p.entities = append(p.entities, e)
	return nil
}

// code reads `code` and ```pre```, where only ` and \ are escaped.
func (p *tgMarkdown) code(rest string) error {
	mark, kind, name := "`", "code", "Code"
	if strings.HasPrefix(rest, "```") {
		mark, kind, name = "```", "pre", "Pre"
	}
	text, end := unescapeUntil(p.in, p.at+len(mark), mark)
	if end < 0 {
		return cantParse("Can't find end of %s entity at byte offset %d", name, p.at)
	}
	p.entities = append(p.entities, tgEntity{Type: kind, Offset: p.units, Length: utf16Len(text)})
	p.put(text)
	p.at = end
	return nil
}

// unescapeUntil reads up to an unescaped end mark and gives where it ends, or
// -1 when there is none.
func unescapeUntil(in string, at int, mark string) (text string, end int) {
	var out strings.Builder
	for at < len(in) {
		switch {
		case in[at] == '\\' && at+1 < len(in):
			out.WriteByte(in[at+1])
			at += 2
		case strings.HasPrefix(in[at:], mark):
			return out.String(), at + len(mark)
		default:
			out.WriteByte(in[at])
			at++
		}
	}
	return "", -1
}
