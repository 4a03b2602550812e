package edit

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/pelletier/go-toml/v2"
)

// Number is a decimal as it is written into the file: "1.5".
type Number string

// Date is a local day, or a day with a time, as TOML writes it: "2026-01-31",
// "2026-01-31T14:00:00".
type Date string

// Text is one language's.
type Text struct{ Lang, Text string }

// Texts are a text by language, in the order in which they are written.
type Texts []Text

var (
	number  = regexp.MustCompile(`^[0-9]{1,18}(\.[0-9]{1,6})?$`)
	bareKey = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
)

// encode writes a value as TOML: a string, an int, an int64, a bool, a [Number],
// a [Date], lists of strings or ints, [Texts], or a list of those.
func encode(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return quote(v), nil
	case int:
		return strconv.Itoa(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case bool:
		return strconv.FormatBool(v), nil
	case Number:
		if number.MatchString(string(v)) {
			return string(v), nil
		}
	case Date:
		for _, form := range []string{time.DateOnly, "2006-01-02T15:04:05"} {
			if _, err := time.Parse(form, string(v)); err == nil {
				return string(v), nil
			}
		}
	case []string:
		return list(v, quote), nil
	case []int:
		return list(v, strconv.Itoa), nil
	case Texts:
		return v.encode(), nil
	case []Texts:
		var b strings.Builder
		b.WriteString("[\n")
		for _, t := range v {
			b.WriteString("  " + t.encode() + ",\n")
		}
		return b.String() + "]", nil
	}
	return "", fmt.Errorf("edit: %T cannot be written", v)
}

func list[T any](all []T, write func(T) string) string {
	items := make([]string, len(all))
	for i, v := range all {
		items[i] = write(v)
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// encode writes a text that serves all languages without a table.
func (t Texts) encode() string {
	if len(t) == 1 && t[0].Lang == "" {
		return quote(t[0].Text)
	}
	items := make([]string, len(t))
	for i, x := range t {
		items[i] = quoteKey(x.Lang) + " = " + quote(x.Text)
	}
	return "{ " + strings.Join(items, ", ") + " }"
}

// quote writes a basic string; what no editor shows is escaped.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsControl(r):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

func quoteKey(s string) string {
	if bareKey.MatchString(s) {
		return s
	}
	return quote(s)
}

func dotted(key []string) string {
	parts := make([]string, len(key))
	for i, k := range key {
		parts[i] = quoteKey(k)
	}
	return strings.Join(parts, ".")
}

// section writes a header and its keys, with = below =.
func section(header string, pairs []Pair, eol string) (string, error) {
	width := 0
	for _, p := range pairs {
		width = max(width, len(quoteKey(p.Key)))
	}
	var b strings.Builder
	b.WriteString(header + eol)
	for _, p := range pairs {
		raw, err := encode(p.Value)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%-*s = %s%s", width, quoteKey(p.Key), raw, eol)
	}
	return b.String(), nil
}

// Has reports whether something stands at a place.
func (f *File) Has(place ...string) bool { return f.root.find(place) != nil }

// Raw is a value as it is written, "" where there is none.
func (f *File) Raw(place ...string) string {
	n := f.root.find(place)
	if n == nil || n.home == nil || n.to <= n.from {
		return ""
	}
	return string(f.text[n.from:n.to])
}

// Get is a value as TOML decodes it: string, int64, float64, bool,
// toml.LocalDate, []any, map[string]any; nil where there is none. A table that is
// no value gives its values as a map.
func (f *File) Get(place ...string) any {
	n := f.root.find(place)
	switch {
	case n == nil:
		return nil
	case n.kind == table && !n.static:
		m := map[string]any{}
		for _, k := range n.keys {
			if v := f.Get(append(append([]string{}, place...), k)...); v != nil {
				m[k] = v
			}
		}
		return m
	case n.home == nil:
		return nil
	}
	v, _ := meaning(string(f.text[n.from:n.to]))
	return v
}

// String is a value as a form shows it: a string without its quotes, all else as
// it is written.
func (f *File) String(place ...string) string {
	switch v := f.Get(place...).(type) {
	case nil:
		return ""
	case string:
		return v
	case toml.LocalDate:
		return v.String()
	}
	return f.Raw(place...)
}

// Texts are a text by language; one that serves all stands under "".
func (f *File) Texts(place ...string) map[string]string { return textsOf(f.Get(place...)) }

func textsOf(v any) map[string]string {
	switch v := v.(type) {
	case string:
		return map[string]string{"": v}
	case map[string]any:
		m := map[string]string{}
		for k, s := range v {
			if s, ok := s.(string); ok {
				m[k] = s
			}
		}
		return m
	}
	return nil
}

// AllTexts are the texts of a list, or the one that stands for it.
func (f *File) AllTexts(place ...string) (all []map[string]string) {
	v := f.Get(place...)
	if items, ok := v.([]any); ok {
		for _, item := range items {
			all = append(all, textsOf(item))
		}
		return all
	}
	if t := textsOf(v); t != nil {
		all = append(all, t)
	}
	return all
}

// Strings are a list of strings.
func (f *File) Strings(place ...string) (all []string) {
	items, _ := f.Get(place...).([]any)
	for _, item := range items {
		if s, ok := item.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

// Names are the elements of a list by their names, in their order.
func (f *File) Names(list string) (names []string) {
	if n := f.root.of[list]; n != nil {
		for _, item := range n.items {
			names = append(names, item.called())
		}
	}
	return names
}
