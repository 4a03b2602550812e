package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// pageWire is how many calls the page lists.
const pageWire = 60

// pageBill counts what the wire log has seen, going on where it stopped.
type pageBill struct {
	calls, paid int
	last        []Call // the newest pageWire
}

// count brings the bill up to date.
func (pg *page) count() pageBill {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	w := pg.sim.Wire
	w.mu.Lock()
	defer w.mu.Unlock()
	b := &pg.bill
	for _, c := range w.calls[min(b.calls, len(w.calls)):] {
		b.paid += c.Billed
	}
	b.calls = len(w.calls)
	b.last = append([]Call(nil), w.calls[max(0, len(w.calls)-pageWire):]...)
	return *b
}

// wireRow is a call in the list.
type wireRow struct {
	W       pageWords
	N       int
	At      string
	App     string
	Short   string
	Trouble bool
	Call
}

// wireList lists the newest calls; what they carried is asked for one by one.
func (pg *page) wireList(words pageWords, b pageBill) region {
	r := region{id: "calls", list: true, open: `<div id="calls" class="calls" role="log" aria-live="off">`}
	first := b.calls - len(b.last)
	for i, c := range b.last {
		row := wireRow{W: words, N: first + i, At: c.At.Format("15:04:05"), App: appName(c.Platform), Short: shortPath(c.Path), Call: c}
		row.Trouble = c.Fault != "" || c.Status < 200 || c.Status > 299
		id := fmt.Sprintf("call-%d", row.N)
		r.item = append(r.item, pageItem{id: id, html: pg.render("call", row)})
	}
	return r
}

// shortPath leaves out what is the same in every path.
func shortPath(path string) string {
	if u, err := url.Parse(path); err == nil && u.Host != "" {
		path = u.Path
	}
	if at := strings.LastIndex(path, "/bot"); at >= 0 && strings.Contains(path[at:], ":") {
		path = path[strings.LastIndex(path, "/")+1:]
	}
	return strings.TrimPrefix(path, "/v2/bot")
}

// wireDetail shows what a call carried, in both directions.
func (pg *page) wireDetail(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("n"))
	wire := pg.sim.Wire
	wire.mu.Lock()
	var c Call
	found := err == nil && n >= 0 && n < len(wire.calls)
	if found {
		c = wire.calls[n]
	}
	wire.mu.Unlock()
	if !found {
		http.NotFound(w, r)
		return
	}
	var headers []string
	for k, v := range c.Headers {
		headers = append(headers, k+": "+v)
	}
	sort.Strings(headers)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write([]byte(pg.render("detail", map[string]any{"W": pg.words(r), "C": c,
		"Headers": strings.Join(headers, "\n"), "Body": pretty(c.Body), "Answer": pretty(c.Answer)})))
}

// pretty indents JSON and says of a form or picture what it is.
func pretty(raw []byte) string {
	var b bytes.Buffer
	switch {
	case json.Indent(&b, raw, "", "  ") == nil:
		return clip(b.String())
	case !utf8.Valid(raw):
		return fmt.Sprintf("(%d bytes)", len(raw))
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil || len(form) == 0 || strings.ContainsAny(string(raw), "\n<") {
		return clip(string(raw))
	}
	var lines []string
	for k, v := range form {
		value := strings.Join(v, ", ")
		b.Reset()
		if strings.HasPrefix(value, "{") && json.Indent(&b, []byte(value), "", "  ") == nil {
			value = b.String()
		}
		lines = append(lines, k+" = "+value)
	}
	sort.Strings(lines)
	return clip(strings.Join(lines, "\n"))
}

// clip keeps a body from filling the browser.
func clip(s string) string {
	const limit = 32 << 10
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "\n…"
}
