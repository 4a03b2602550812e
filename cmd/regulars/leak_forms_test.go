package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"
)

// forms are the ways a marker may stand somewhere: a leak seldom keeps the spelling it
// had.
func forms(marker string) map[string][]byte {
	digits := hex.EncodeToString([]byte(marker))
	all := map[string][]byte{
		"as is": []byte(marker), "upper": []byte(strings.ToUpper(marker)), "lower": []byte(strings.ToLower(marker)),
		"UTF-16 LE": wide(marker, 0), "UTF-16 BE": wide(marker, 1),
		"hex": []byte(digits), "HEX": []byte(strings.ToUpper(digits)),
		"query": []byte(url.QueryEscape(marker)), "path": []byte((&url.URL{Path: marker}).EscapedPath()), "segment": []byte(url.PathEscape(marker)),
		"%xx": eachByte(marker, "%%%02x"), "%XX": eachByte(marker, "%%%02X"),
		`\uxxxx`: eachUnit(marker, `\u%04x`), `\uXXXX`: eachUnit(marker, `\u%04X`),
		"ASCII JSON": inASCII(inJSON(marker, false)), "ASCII JSON for pages": inASCII(inJSON(marker, true)),
		"JSON": inJSON(marker, false), "JSON for pages": inJSON(marker, true), "HTML": []byte(html.EscapeString(marker)), "HTML of pages": []byte(ofPages.Replace(marker)),
		"&#d;": eachRune(marker, "&#%d;"), "&#x;": eachRune(marker, "&#x%x;"), "&#X;": eachRune(marker, "&#x%X;"),
	}
	for offset := range 3 {
		all[fmt.Sprint("base64 at ", offset)] = inBase64(base64.RawStdEncoding, marker, offset)
		all[fmt.Sprint("base64url at ", offset)] = inBase64(base64.RawURLEncoding, marker, offset)
	}
	return all
}

// inBase64 is what of a marker's base64 stays the same whatever stands around it, when
// offset bytes of a group of three stand before it.
func inBase64(e *base64.Encoding, marker string, offset int) []byte {
	text := e.EncodeToString(append(make([]byte, offset), marker...))
	// A character of base64 tells six bits: those that hold a neighbour's bits are cut off.
	first, last := (offset*8+5)/6, (offset+len(marker))*8/6
	return []byte(text[first:last])
}

// wide is UTF-16; low says which of the two bytes comes last: 0 is little-endian.
func wide(marker string, low int) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(marker)) {
		pair := []byte{byte(u), byte(u >> 8)}
		out = append(out, pair[low], pair[1-low])
	}
	return out
}

func eachByte(marker, format string) (out []byte) {
	for _, b := range []byte(marker) {
		out = fmt.Appendf(out, format, b)
	}
	return out
}

func eachUnit(marker, format string) (out []byte) {
	for _, u := range utf16.Encode([]rune(marker)) {
		out = fmt.Appendf(out, format, u)
	}
	return out
}

// eachRune is a marker by the numbers of its letters, as HTML has them.
func eachRune(marker, format string) (out []byte) {
	for _, r := range marker {
		out = fmt.Appendf(out, format, r)
	}
	return out
}

// ofPages is what our pages' templates escape in a text.
var ofPages = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "+", "&#43;")

// inJSON is a marker in a string of JSON; for pages, what means something in HTML is
// escaped as well.
func inJSON(marker string, pages bool) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(pages)
	e.Encode(marker) // a string always has a form in JSON
	return bytes.Trim(bytes.TrimSpace(out.Bytes()), `"`)
}

// inASCII is JSON as encoders write it that escape all that is not ASCII.
func inASCII(quoted []byte) (out []byte) {
	for _, r := range string(quoted) {
		if r < 0x80 {
			out = append(out, byte(r))
		} else {
			out = append(out, eachUnit(string(r), `\u%04x`)...)
		}
	}
	return out
}

// spelling is one way in which a marker may stand somewhere.
type spelling struct {
	form string
	text []byte
}

// spellings has them by marker: a test looks for the same ones in hundreds of texts.
var spellings sync.Map

// spelt are a marker's forms, each text once.
func spelt(marker string) (list []spelling) {
	if known, ok := spellings.Load(marker); ok {
		return known.([]spelling)
	}
	all := forms(marker)
	for _, form := range slices.Sorted(maps.Keys(all)) {
		if !slices.ContainsFunc(list, func(s spelling) bool { return bytes.Equal(s.text, all[form]) }) {
			list = append(list, spelling{form, all[form]})
		}
	}
	spellings.Store(marker, list)
	return list
}

// leaks tells which markers stand in some bytes, in whatever form.
func leaks(data []byte, said map[string]string) (found []string) {
	for what, marker := range said {
		for _, s := range spelt(marker) {
			if at := find(data, s.text); at >= 0 {
				found = append(found, fmt.Sprintf("%s (%s): …%s…", what, s.form, around(data, at)))
			}
		}
	}
	slices.Sort(found)
	return found
}

// find is where a text stands, or -1. One of a few digits, as a code sent by SMS is, has
// to stand alone: every long number holds some six digits.
func find(data, text []byte) int {
	for from := 0; ; {
		at := bytes.Index(data[from:], text)
		if at < 0 {
			return -1
		}
		at += from
		if len(text) > 8 || strings.Trim(string(text), "0123456789") != "" || standsAlone(data, at, at+len(text)) {
			return at
		}
		from = at + 1
	}
}

var wordBytes = []byte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

// standsAlone reports whether what stands there is no part of a longer number or word.
func standsAlone(data []byte, from, to int) bool {
	part := func(i int) bool {
		if i < from && from >= 3 && data[from-3] == '%' {
			return false // an escaped sign of an address
		}
		return i >= 0 && i < len(data) && (data[i] == '.' && i < from || bytes.IndexByte(wordBytes, data[i]) >= 0)
	}
	return !part(from-1) && !part(to)
}

// lookFor complains of every secret that stands somewhere.
func lookFor(t testing.TB, where string, data []byte, said map[string]string) {
	t.Helper()
	for _, leak := range leaks(data, said) {
		t.Errorf("%s holds the %s", where, leak)
	}
}

func around(data []byte, at int) string {
	return strings.ToValidUTF8(fmt.Sprintf("%q", data[max(0, at-40):min(len(data), at+60)]), "?")
}

// inEachForm gives texts that hold a marker, each written by an encoder that forms does not
// share, or with neighbours forms does not know of.
func inEachForm(marker string) map[string]string {
	inside := "before " + marker + " after"
	all := map[string]string{
		"as is": inside, "upper": strings.ToUpper(inside), "lower": strings.ToLower(inside),
		"hex": fmt.Sprintf("%x", inside), "HEX": fmt.Sprintf("%X", inside),
		"query": url.Values{"q": {inside}}.Encode(), "path": "/x" + strings.ReplaceAll(url.PathEscape(inside), "%2F", "/"), "segment": url.PathEscape(inside),
		"ASCII JSON": strconv.QuoteToASCII(inside), "JSON": strconv.Quote(inside),
	}
	var little, big, low, high, percent, Percent, numbers, hexes, Hexes, page strings.Builder
	for _, r := range inside { // none of the markers below needs a pair of units
		little.Write([]byte{byte(r), byte(r >> 8)})
		big.Write([]byte{byte(r >> 8), byte(r)})
		fmt.Fprint(&numbers, "&#", int(r), ";")
		fmt.Fprint(&hexes, "&#x", strconv.FormatInt(int64(r), 16), ";")
		fmt.Fprint(&Hexes, "&#x", strings.ToUpper(strconv.FormatInt(int64(r), 16)), ";")
		fmt.Fprintf(&low, `\u%04x`, r)
		fmt.Fprintf(&high, `\u%04X`, r)
		fmt.Fprintf(&percent, "%s", strings.ReplaceAll(fmt.Sprintf(" % x", string(r)), " ", "%"))
		fmt.Fprintf(&Percent, "%s", strings.ReplaceAll(fmt.Sprintf(" % X", string(r)), " ", "%"))
	}
	all["UTF-16 LE"], all["UTF-16 BE"] = little.String(), big.String()
	all[`\uxxxx`], all[`\uXXXX`] = low.String(), high.String()
	all["%xx"], all["%XX"] = percent.String(), Percent.String()
	all["&#d;"], all["&#x;"], all["&#X;"] = numbers.String(), hexes.String(), Hexes.String()
	template.Must(template.New("").Parse(`<p title="{{.}}">`)).Execute(&page, inside) // into a Builder: it takes all
	all["HTML"], all["HTML of pages"] = template.HTMLEscapeString(inside), page.String()
	var js bytes.Buffer
	json.HTMLEscape(&js, []byte(all["JSON"]))
	all["JSON for pages"] = js.String()
	js.Reset()
	json.HTMLEscape(&js, []byte(all["ASCII JSON"]))
	all["ASCII JSON for pages"] = js.String()
	for offset := range 3 {
		text := []byte("\xff\xfe\xfd"[:offset] + marker + "\xff tail")
		all[fmt.Sprint("base64 at ", offset)] = base64.StdEncoding.EncodeToString(text)
		all[fmt.Sprint("base64url at ", offset)] = base64.URLEncoding.EncodeToString(text)
	}
	return all
}

// TestLeaksAreFound is the search's own test: a marker planted in each form is found in
// that form, and a text without it is not complained of.
func TestLeaksAreFound(t *testing.T) {
	t.Parallel()
	for _, marker := range []string{"Quillfeather", "912345678", "1987-06-05", "José Okonkwo", "林小美ÿ?", "secret/token+half", `O'Hara & "Söhne" <b>`, "483920"} {
		texts := inEachForm(marker)
		for form, of := range forms(marker) {
			text, ok := texts[form]
			if !ok {
				t.Errorf("nothing is planted in the form %q", form)
			}
			if !strings.Contains(text, string(of)) {
				t.Errorf("%s as %s is not found in %q: looked for %q", marker, form, text, of)
			}
			if len(leaks([]byte(text), map[string]string{"it": marker})) == 0 {
				t.Errorf("%s planted as %s goes unseen", marker, form)
			}
		}
		for form, text := range inEachForm("somebody else, of whom nothing was said") {
			if found := leaks([]byte(text), map[string]string{"it": marker}); len(found) > 0 {
				t.Errorf("found in an innocent text (%s): %q", form, found)
			}
		}
	}
}

// TestShortNumbersAreFoundAlone: six digits are a code where they stand alone, and chance
// in a longer number.
func TestShortNumbersAreFoundAlone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"483920": true, `{"code":"483920"}`: true, "code=483920.": true, "驗證碼483920，": true, "1483920 and 483920": true,
		"1483920": false, "12:00:00.483920Z": false, "A483920": false,
	} {
		if got := len(leaks([]byte(text), map[string]string{"code": "483920"})) > 0; got != want {
			t.Errorf("found in %q: %t", text, got)
		}
	}
}
