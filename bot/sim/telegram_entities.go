package sim

import (
	"html"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// utf16Len counts what Telegram counts: UTF-16 code units.
func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// cantParse is the documented text of a markup error.
func cantParse(format string, args ...any) error {
	return badRequest("can't parse entities: "+format, args...)
}

// formatted reads a text parameter with its parse_mode or entities, and gives
// what a reader sees: the limits count after entity parsing [TG-SPEC].
func (c *tgCall) formatted(key, entitiesKey string) (string, []tgEntity, error) {
	text, entities := c.text(key), []tgEntity(nil)
	var err error
	switch strings.ToLower(c.text("parse_mode")) {
	case "":
		err = c.decode(entitiesKey, &entities, "can't parse entities: ")
	case "html":
		text, entities, err = parseHTML(text)
	case "markdownv2":
		text, entities, err = parseMarkdownV2(text)
	default: // legacy Markdown is not simulated
		err = badRequest("unsupported parse_mode")
	}
	if err != nil {
		return "", nil, err
	}
	text, entities = trimmed(text, entities)
	return text, withFound(text, entities), nil
}

// trimmed drops white space around a text, as the server does.
func trimmed(text string, entities []tgEntity) (string, []tgEntity) {
	text = strings.TrimRightFunc(text, unicode.IsSpace)
	short := strings.TrimLeftFunc(text, unicode.IsSpace)
	shift, size := utf16Len(text)-utf16Len(short), utf16Len(short)
	var kept []tgEntity
	for _, e := range entities {
		end := min(e.Offset+e.Length-shift, size)
		e.Offset = max(e.Offset-shift, 0)
		e.Length = end - e.Offset
		if e.Length > 0 {
			kept = append(kept, e)
		}
	}
	return short, kept
}

var tgFound = []struct {
	kind string
	re   *regexp.Regexp
}{
	{"url", regexp.MustCompile(`https?://[^\s<>"]+`)},
	{"bot_command", regexp.MustCompile(`/[A-Za-z0-9_]{1,64}(@[A-Za-z0-9_]{3,32})?`)},
	{"mention", regexp.MustCompile(`@[A-Za-z0-9_]{4,32}`)},
}

// withFound adds the entities that Telegram finds by itself: addresses,
// commands and @names, where no other entity stands.
func withFound(text string, entities []tgEntity) []tgEntity {
	for _, f := range tgFound {
		for _, at := range f.re.FindAllStringIndex(text, -1) {
			if wordBefore(text, at[0]) || wordAfter(text, at[1]) {
				continue
			}
			e := tgEntity{Type: f.kind, Offset: utf16Len(text[:at[0]]), Length: utf16Len(text[at[0]:at[1]])}
			if !overlaps(entities, e) {
				entities = append(entities, e)
			}
		}
	}
	sort.SliceStable(entities, func(i, j int) bool { return entities[i].Offset < entities[j].Offset })
	return entities
}

// wordBefore says whether a word or another slash touches from the left, so
// that "a/b" holds no command.
func wordBefore(text string, at int) bool {
	var last rune
	for _, r := range text[:at] {
		last = r
	}
	return last == '/' || last == '_' || last == '@' || unicode.IsLetter(last) || unicode.IsDigit(last)
}

// wordAfter says whether the word goes on in letters a name cannot have.
func wordAfter(text string, at int) bool {
	for _, r := range text[at:] {
		return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	return false
}

func overlaps(entities []tgEntity, e tgEntity) bool {
	for _, o := range entities {
		if o.Offset < e.Offset+e.Length && e.Offset < o.Offset+o.Length && !style(o.Type) {
			return true
		}
	}
	return false
}

// style says whether other entities may stand inside this kind.
func style(kind string) bool {
	switch kind {
	case "bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote":
		return true
	}
	return false
}

var tgTags = map[string]string{
	"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
	"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
	"code": "code", "pre": "pre", "a": "text_link", "tg-spoiler": "spoiler", "span": "spoiler",
	"tg-emoji": "custom_emoji", "blockquote": "blockquote",
}

var (
	tgTag       = regexp.MustCompile(`^<(/?)([A-Za-z][A-Za-z0-9-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>`)
	tgAttribute = regexp.MustCompile(`([A-Za-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))`)
	// only these named references are known [TG-SPEC HTML style]
	tgReference = regexp.MustCompile(`^&(lt|gt|amp|quot|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});`)
)

// parseHTML reads parse_mode HTML. TG-SPEC: "<", ">" and "&" that are no tag or
// reference must be written as references; what it cannot read it refuses.
func parseHTML(in string) (string, []tgEntity, error) {
	type open struct {
		name string
		at   int
		tgEntity
	}
	var out strings.Builder
	var entities []tgEntity
	var stack []open
	units := 0
	for i := 0; i < len(in); {
		if ref := tgReference.FindString(in[i:]); ref != "" {
			s := html.UnescapeString(ref)
			out.WriteString(s)
			units += utf16Len(s)
			i += len(ref)
			continue
		}
		if in[i] != '<' {
			next := i + 1
			for next < len(in) && in[next]&0xC0 == 0x80 {
				next++
			}
			out.WriteString(in[i:next])
			units += utf16Len(in[i:next])
			i = next
			continue
		}
		tag := tgTag.FindStringSubmatch(in[i:])
		if tag == nil {
			return "", nil, brokenTag(in, i)
		}
		name := strings.ToLower(tag[2])
		if tag[1] == "/" {
			if len(stack) == 0 {
				return "", nil, cantParse("Unexpected end tag at byte offset %d", i)
			}
			top := stack[len(stack)-1]
			if top.name != name {
				return "", nil, cantParse(`Unmatched end tag at byte offset %d, expected "</%s>", found "</%s>"`, i, top.name, name)
			}
			stack = stack[:len(stack)-1]
			top.Length = units - top.Offset
			if top.Type == "text_link" && top.URL == "" {
				top.URL = html.UnescapeString(out.String()[top.at:])
			}
			entities = append(entities, top.tgEntity)
		} else {
			e, err := startTag(name, tag[3], i)
			if err != nil {
				return "", nil, err
			}
			e.Offset = units
			stack = append(stack, open{name: name, at: out.Len(), tgEntity: e})
		}
		i += len(tag[0])
	}
	if len(stack) > 0 {
		return "", nil, cantParse(`Can't find end tag corresponding to start tag "%s"`, stack[len(stack)-1].name)
	}
	return out.String(), realLinks(entities), nil
}

// brokenTag words what is wrong with a "<" that opens nothing.
func brokenTag(in string, i int) error {
	rest := in[i+1:]
	if strings.HasPrefix(rest, "/") {
		return cantParse("Unclosed end tag at byte offset %d", i)
	}
	name := rest
	if end := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == '>' }); end >= 0 {
		name = rest[:end]
	}
	if tgTags[strings.ToLower(name)] == "" {
		return cantParse(`Unsupported start tag "%s" at byte offset %d`, strings.ToLower(name), i)
	}
	return cantParse("Unclosed start tag at byte offset %d", i)
}

// startTag reads a start tag's attributes.
func startTag(name, attributes string, at int) (tgEntity, error) {
	kind := tgTags[name]
	if kind == "" {
		return tgEntity{}, cantParse(`Unsupported start tag "%s" at byte offset %d`, name, at)
	}
	attr := map[string]string{}
	for _, a := range tgAttribute.FindAllStringSubmatch(attributes, -1) {
		attr[strings.ToLower(a[1])] = html.UnescapeString(a[2] + a[3] + a[4])
	}
	e := tgEntity{Type: kind}
	switch name {
	case "span":
		if attr["class"] != "tg-spoiler" {
			return e, cantParse(`Tag "span" must have class "tg-spoiler" at byte offset %d`, at)
		}
	case "a":
		e.URL = attr["href"]
	case "tg-emoji":
		e.Emoji = attr["emoji-id"]
	case "code":
		e.Language = strings.TrimPrefix(attr["class"], "language-")
	case "blockquote":
		if strings.Contains(attributes, "expandable") {
			e.Type = "expandable_blockquote"
		}
	}
	return e, nil
}

// realLinks turns tg://user links into text_mention and drops links to nowhere
// and entities over nothing, in reading order.
func realLinks(entities []tgEntity) []tgEntity {
	var out []tgEntity
	for _, e := range entities {
		if e.Length == 0 {
			continue
		}
		if e.Type == "text_link" {
			if id, ok := strings.CutPrefix(e.URL, "tg://user?id="); ok {
				n, err := strconv.ParseInt(id, 10, 64)
				if err != nil {
					continue
				}
				e = tgEntity{Type: "text_mention", Offset: e.Offset, Length: e.Length, User: &tgUser{ID: n}}
			} else if !strings.Contains(e.URL, ".") && !strings.Contains(e.URL, "://") {
				continue
			}
		}
		out = append(out, e)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Offset < out[j].Offset })
	return out
}
