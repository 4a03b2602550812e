package counter

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// The live card is a page and a stream. The page is whole as it is loaded, so
// that it works without scripts, loading itself anew; the stream sends each
// part of it again when that has changed. A look reads and sends nothing to
// anybody else: no message, no push.

// Times of the live card, in real time: they pace the looks, while what is
// shown goes by the shop's clock.
const (
	lookEvery = time.Second
	// beatEvery is how often a silent stream says that it is there, so that the
	// page can tell silence from a dead connection.
	beatEvery = 10 * time.Second
	// writeWithin is how long a phone may take to accept a change.
	writeWithin = 10 * time.Second
	// streamLife ends a stream, which the page opens anew.
	streamLife = time.Hour
)

// How many live cards are listened to at once: by all, and by one member, who
// has a phone or two.
const (
	mostWatchers   = 5000
	mostByOne      = 4
	retryLiveAfter = "10" // seconds
)

//go:embed live
var liveFiles embed.FS

var livePages = template.Must(template.New("live").ParseFS(liveFiles, "live/*.html"))

func (p *Pages) registerLive(mux *http.ServeMux) {
	mux.HandleFunc("GET /m/{token}", p.liveCard)
	mux.HandleFunc("GET /m/{token}/changes", p.liveChanges)
	mux.HandleFunc("GET /m/live.css", liveAsset("live/live.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET /m/live.js", liveAsset("live/live.js", "text/javascript; charset=utf-8"))
}

// liveAsset serves a file of the program's own.
func liveAsset(name, kind string) http.HandlerFunc {
	data, err := liveFiles.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Cache-Control", "no-cache")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'")
		w.Write(data)
	}
}

// personal are the headers of what only one person is to see.
func personal(h http.Header, kind string) {
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
}

// liveCard is the page as it is at this moment.
func (p *Pages) liveCard(w http.ResponseWriter, r *http.Request) {
	l := p.newLive(r.PathValue("token"))
	err := l.look(r.Context())
	personal(w.Header(), "text/html; charset=utf-8")
	switch {
	case isGone(err):
		p.liveGone(w, r)
	case err != nil:
		p.Shop.Log.Error("a live card cannot be shown", "error", err)
		http.Error(w, "", http.StatusServiceUnavailable)
	default:
		livePages.ExecuteTemplate(w, "page.html", map[string]any{
			"Lang": l.words.Lang, "Shop": l.shop, "Name": l.name, "Now": l.now.Unix(), "Parts": l.parts,
			"Lost": l.words.Say(i18n.LiveLost), "Title": l.words.Say(i18n.KeyCard),
			"Until": l.words.Say(i18n.LiveUntil, "When", p.Shop.When(l.words, l.now, l.until)),
		})
	}
}

// isGone says that an address opens no card, or not any more. Why is nobody's
// business: a frozen card and one that never was look the same.
func isGone(err error) bool {
	return errors.Is(err, people.ErrCardToken) || errors.Is(err, people.ErrCardExpired) || errors.Is(err, people.ErrFrozen) ||
		errors.Is(err, people.ErrNobody) || errors.Is(err, people.ErrErased)
}

// liveGone leads back to the chat, in the browser's language.
func (p *Pages) liveGone(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusNotFound)
	livePages.ExecuteTemplate(w, "gone.html", p.gone(i18n.For(language(r, p.Shop.Lang))))
}

// gone is what stands there instead of a card.
func (p *Pages) gone(words i18n.Printer) map[string]any {
	return map[string]any{
		"Lang": words.Lang, "Shop": p.Shop.Name(p.Shop.Clock.Now(), words.Lang), "Links": p.chats(words, "card"),
		"Title": words.Say(i18n.LiveGone), "Text": words.Say(i18n.LiveGoneText),
	}
}

// chats are the ways into the shop's chats with a command ready.
func (p *Pages) chats(words i18n.Printer, line string) (links []link) {
	for _, c := range p.Shop.Channels {
		if u, ok := p.Shop.ChatLink(c.Name, line); ok {
			links = append(links, link{words.Say(i18n.ScanOpen, "App", p.Shop.Label(c.Name)), u})
		}
	}
	return links
}

// liveChanges streams the parts of a live card that change: server-sent events
// (HTML standard, section 9.2) named "part" with a part's HTML, "beat" when there is
// nothing to say, and "gone" at the end of the card.
func (p *Pages) liveChanges(w http.ResponseWriter, r *http.Request) {
	l := p.newLive(r.PathValue("token"))
	err := l.look(r.Context())
	personal(w.Header(), "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would keep the events back
	s := &stream{w: w, out: http.NewResponseController(w)}
	if isGone(err) {
		s.gone(p, i18n.For(language(r, p.Shop.Lang)))
		return
	}
	if err != nil || !p.live.enter(l.member) {
		w.Header().Set("Retry-After", retryLiveAfter)
		http.Error(w, "", http.StatusServiceUnavailable)
		return
	}
	defer p.live.leave(l.member)
	ctx, stop := context.WithTimeout(r.Context(), streamLife)
	defer stop()
	// The server's time limits are for requests that end.
	if err := s.out.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return
	}
	l.follow(ctx, s, p.Stopping)
}

// stream writes server-sent events.
type stream struct {
	w   http.ResponseWriter
	out *http.ResponseController
}

// send writes one event and has it go out at once.
func (s *stream) send(name, data string) error {
	if err := s.out.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	data = strings.NewReplacer("\r", "", "\n", "\ndata: ").Replace(data) // a line break would end the data
	if _, err := fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", name, data); err != nil {
		return err
	}
	return s.out.Flush()
}

// gone is the last event.
func (s *stream) gone(p *Pages, words i18n.Printer) {
	var b bytes.Buffer
	if livePages.ExecuteTemplate(&b, "gone_part.html", p.gone(words)) == nil {
		s.send("gone", b.String())
	}
}

// follow sends what changes until the card or the connection ends. The first
// events are the whole page: whoever connects again may have missed something.
func (l *live) follow(ctx context.Context, s *stream, stopping <-chan struct{}) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	shown := map[string]template.HTML{}
	for quiet := beatEvery; ; quiet += lookEvery {
		changed := l.changed(shown)
		if len(changed) > 0 || quiet >= beatEvery {
			quiet = 0
			if s.send("beat", strconv.FormatInt(l.now.Unix(), 10)) != nil {
				return
			}
		}
		for _, part := range changed {
			if s.send("part", string(part.HTML)) != nil {
				return
			}
			shown[part.ID] = part.HTML
		}
		select {
		case <-ctx.Done():
			return
		case <-stopping:
			return
		case <-tick.C:
		}
		err := l.look(ctx)
		if isGone(err) {
			s.gone(l.p, l.words)
			return
		}
		if err != nil {
			return // the page opens another stream
		}
	}
}

// changed are the parts that are not as they were shown.
func (l *live) changed(shown map[string]template.HTML) (all []livePart) {
	for _, part := range l.parts {
		if shown[part.ID] != part.HTML {
			all = append(all, part)
		}
	}
	return all
}

// watchers counts who listens.
type watchers struct {
	mu  sync.Mutex
	all int
	by  map[loyalty.MemberID]int
}

func (w *watchers) enter(m loyalty.MemberID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all >= mostWatchers || w.by[m] >= mostByOne {
		return false
	}
	if w.by == nil {
		w.by = map[loyalty.MemberID]int{}
	}
	w.all++
	w.by[m]++
	return true
}

func (w *watchers) leave(m loyalty.MemberID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all--
	if w.by[m]--; w.by[m] <= 0 {
		delete(w.by, m)
	}
}

// view reads in a transaction of its own.
func (p *Pages) view(ctx context.Context, f func(store.Reader) error) error {
	if p.DB == nil {
		return errors.New("counter: the pages have no store")
	}
	return p.DB.View(ctx, f)
}
