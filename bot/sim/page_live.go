package sim

import (
	"fmt"
	markup "html/template"
	"net/http"
	"strings"
	"time"
)

// viewLife is how long a page may take from being loaded to its connection.
const viewLife = time.Minute

// keep remembers a view until its page connects.
func (pg *page) keep(token string, v *pageView) {
	now := time.Now()
	v.kept = now
	pg.mu.Lock()
	defer pg.mu.Unlock()
	for t, old := range pg.views {
		if now.Sub(old.kept) > viewLife {
			delete(pg.views, t)
		}
	}
	pg.views[token] = v
}

// viewOf gives what a page shows: what it was loaded with, or, on a connection
// that comes again and may have missed something, nothing, so that all is sent.
func (pg *page) viewOf(token string, words pageWords) *pageView {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	v := pg.views[token]
	delete(pg.views, token)
	if v == nil {
		return &pageView{words: words}
	}
	return v
}

// livePause is how long changes are gathered, at least, before they are sent, and liveTick
// how often what changes by itself (the clock) is looked at.
const (
	livePause = 25 * time.Millisecond
	liveTick  = 2 * time.Second
)

// live sends what changes as HTML that names its place (htmx's out-of-band
// swaps), in server-sent events called "update".
func (pg *page) live(w http.ResponseWriter, r *http.Request) {
	words := pg.words(r)
	shown := pg.viewOf(r.URL.Query().Get("view"), words)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	calls, stop := pg.sim.Wire.Subscribe()
	defer stop()
	tick := time.NewTicker(liveTick)
	defer tick.Stop()
	fmt.Fprint(w, "retry: 1000\n\n")
	for {
		changed, began := pg.changed(), time.Now()
		next := pg.build(words)
		if parts := difference(shown, next); parts != "" {
			event(w, parts)
		}
		shown = next
		// A page may take a fifth of a core's time while much happens.
		rest := livePause + 4*time.Since(began)
		if out.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-calls:
		case <-tick.C:
		case <-r.Context().Done():
			return
		case <-pg.sim.line.closing:
			return
		}
		pause := time.NewTimer(rest)
		select {
		case <-pause.C:
		case <-r.Context().Done():
			pause.Stop()
			return
		}
		for len(calls) > 0 {
			<-calls
		}
	}
}

// event writes one; a line break would end its data.
func event(w http.ResponseWriter, data string) {
	fmt.Fprintf(w, "event: update\ndata: %s\n\n", strings.NewReplacer("\r", "", "\n", "\ndata: ").Replace(data))
}

// changed gives a channel that closes at the next change of the world.
func (pg *page) changed() <-chan struct{} {
	s := pg.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
}

// difference is what turns one view into the next.
func difference(old, next *pageView) string {
	before := map[string]region{}
	for _, r := range old.regions {
		before[r.id] = r
	}
	fresh := freshPhones(before, next)
	var b strings.Builder
	for _, r := range next.regions {
		o, known := before[r.id]
		phone, _, inner := strings.Cut(r.id, "-")
		switch {
		case inner && fresh[phone]: // comes with its phone
		case !r.list:
			if !known || o.html != r.html {
				b.WriteString(swap(r.id, r.html))
			}
		default:
			b.WriteString(listDifference(o, r, known))
		}
	}
	return b.String()
}

// freshPhones are those that the browser does not have yet.
func freshPhones(before map[string]region, next *pageView) map[string]bool {
	has := map[string]bool{}
	for _, it := range before["phones"].item {
		has[it.id] = true
	}
	fresh := map[string]bool{}
	for _, r := range next.regions {
		for _, it := range r.item {
			if r.id == "phones" && !has[it.id] {
				fresh[it.id] = true
			}
		}
	}
	return fresh
}

// listDifference sends new items at the end, changed ones in their place and
// the end of those gone. Anything else is a list of its own.
func listDifference(old, next region, known bool) string {
	var b strings.Builder
	at := map[string]int{}
	for i, it := range next.item {
		at[it.id] = i
	}
	last, gone := -1, 0
	for _, it := range old.item {
		i, stays := at[it.id]
		if !stays {
			gone++
			fmt.Fprintf(&b, `<i id="%s" hx-swap-oob="delete"></i>`, markup.HTMLEscapeString(it.id))
			continue
		}
		if i != last+1 {
			known = false
			break
		}
		last = i
		if n := next.item[i]; n.stamp != it.stamp {
			b.WriteString(swap(n.id, n.html))
		}
	}
	if !known || old.open != next.open || gone > 0 && gone == len(old.item) {
		return swap(next.id, next.String())
	}
	if last+1 < len(next.item) {
		fmt.Fprintf(&b, `<div hx-swap-oob="beforeend:#%s">`, next.id)
		for _, it := range next.item[last+1:] {
			b.WriteString(it.html)
		}
		b.WriteString(regionEnd)
	}
	return b.String()
}

// swap marks an element to take the place of the one with its id.
func swap(id, html string) string {
	mark := `id="` + id + `"`
	return strings.Replace(html, mark, mark+` hx-swap-oob="true"`, 1)
}
