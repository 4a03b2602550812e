package draw

import (
	"html"
	"html/template"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// writer collects HTML. raw takes what this package wrote itself; whatever came
// from a message goes through text, attr or style.
type writer struct {
	b strings.Builder
	o Options
	d Drawing
	// depth bounds nesting: a message nested a thousand times is an attack.
	depth int
}

// maxDepth is more than LINE lets boxes nest.
const maxDepth = 20

func (w *writer) raw(parts ...string) {
	for _, p := range parts {
		w.b.WriteString(p)
	}
}

func (w *writer) text(s string) { w.b.WriteString(html.EscapeString(clean(s))) }

// attr writes an attribute that has a value.
func (w *writer) attr(name, value string) {
	if value != "" {
		w.raw(` `, name, `="`, html.EscapeString(clean(value)), `"`)
	}
}

func (w *writer) html() template.HTML { return template.HTML(w.b.String()) }

// word is one of the drawing's own words.
func (w *writer) word(key string) string {
	if w.o.Word != nil {
		if s := w.o.Word(key); s != "" {
			return s
		}
	}
	return Words[key]
}

// clean drops what HTML cannot hold and the overrides that make text run
// backwards past its end.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ' && r != '\n' && r != '\t', r == 0x7f, r >= '\u202A' && r <= '\u202E':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// button opens a button; the caller writes what stands on it and </button>.
func (w *writer) button(class string, a Action, styles ...string) {
	w.raw(`<button class="`, class, `"`)
	if w.o.Press == "" {
		w.raw(` type="button" disabled`)
	} else {
		w.raw(` type="submit" name="press"`)
		w.attr("value", w.o.Press+strconv.Itoa(len(w.d.Actions)))
	}
	w.style(styles...)
	w.raw(`>`)
	w.d.Actions = append(w.d.Actions, a)
}

// link is a button in running text.
func (w *writer) link(label string, a Action) {
	a.Label = label
	w.button("d-link", a)
	w.text(label)
	w.raw(`</button>`)
}

// style writes data-s from property, value pairs. Values that are not plainly
// what the property takes are left out.
func (w *writer) style(pairs ...string) {
	var out []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if v := pairs[i+1]; v != "" && goodValue(pairs[i], v) {
			out = append(out, pairs[i]+":"+v)
		}
	}
	w.attr("data-s", strings.Join(out, ";"))
}

var (
	colorForm  = regexp.MustCompile(`^#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$`)
	lengthForm = regexp.MustCompile(`^[0-9]{1,4}(\.[0-9]{1,3})?(px|%)$`)
	ratioForm  = regexp.MustCompile(`^[0-9]{1,6}(\.[0-9]{1,3})?/[0-9]{1,6}(\.[0-9]{1,3})?$`)
	numberForm = regexp.MustCompile(`^[0-9]{1,3}$`)
)

func goodValue(property, value string) bool {
	switch property {
	case "color", "background-color", "border-color":
		return colorForm.MatchString(value)
	case "aspect-ratio":
		return ratioForm.MatchString(value)
	case "flex-grow", "-webkit-line-clamp":
		return numberForm.MatchString(value)
	}
	return lengthForm.MatchString(value)
}

// image draws a picture that is found by Options.Image.
func (w *writer) image(class, ref, alt string, styles ...string) {
	w.d.Pictures = append(w.d.Pictures, ref)
	src := ""
	switch {
	case w.o.Image != nil:
		src = w.o.Image(ref)
	case strings.HasPrefix(ref, "data:image/"):
		src = ref
	}
	if alt == "" {
		alt = w.word("picture")
	}
	if src == "" {
		w.raw(`<span role="img" class="`, class, ` d-frame"`)
		w.attr("aria-label", alt)
		w.style(styles...)
		w.raw(`>`)
		w.text(alt)
		w.raw(`</span>`)
		return
	}
	w.raw(`<img class="`, class, `"`)
	w.attr("src", src)
	w.attr("alt", alt)
	w.style(styles...)
	w.raw(`>`)
}

var addressForm = regexp.MustCompile(`https?://[^\s<>"'\p{Han}\p{Thai}\p{Hiragana}\p{Katakana}]+`)

// linked writes text and makes the addresses in it links, as the apps do.
func (w *writer) linked(s string) {
	for {
		at := addressForm.FindStringIndex(s)
		if at == nil {
			w.text(s)
			return
		}
		address := strings.TrimRight(s[at[0]:at[1]], ".,;:!?)]}")
		w.text(s[:at[0]])
		w.link(address, Action{Kind: "link", Value: address})
		s = s[at[0]+len(address):]
	}
}

// Openable says whether an address may be followed from a page: only kinds
// that run nothing. "javascript:" and the like are not among them.
func Openable(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		return u.Host != ""
	case "tel", "mailto", "line", "tg":
		return true
	}
	return false
}

// object, array, str and number read decoded JSON; what is something else is
// empty.
func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

func array(v any) []any { a, _ := v.([]any); return a }

func str(v any) string { s, _ := v.(string); return s }

// number is a whole number that page arithmetic can take.
func number(v any) int {
	f, _ := v.(float64)
	if math.IsNaN(f) || math.Abs(f) > 1e9 {
		return 0
	}
	return int(f)
}
