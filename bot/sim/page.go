package sim

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	markup "html/template"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"regulars/bot/draw"
)

// PageOptions say what [Sim.Page] shows.
type PageOptions struct {
	Title  string         // of the page: the shop's name; "" is a general one
	People []PagePerson   // whose phones are in sight at first, from left to right
	Tour   []Step         // the guided first minute; none when empty
	Lang   string         // the page's language at first, such as "en"
	Langs  []PageLanguage // those to choose from; no choice when empty
	Links  []PageLink     // what the bot has besides its chats

	// Words says a key of PageWords in a language; args are name, value pairs
	// for its {{.Name}} places. "" or the key itself is the English one.
	Words func(lang, key string, args ...any) string
	// Fetch gets a picture or page of the bot by its public address. Without it
	// addresses that are on loopback, as [Options].Local tells, are fetched and
	// no others.
	Fetch func(url string) ([]byte, error)
	// Cost says what so many paid LINE messages would have cost, as in
	// "NT$ 12"; without it they are counted only.
	Cost func(lang string, messages int) string
}

// PageLink is something of the bot's own, in a tab of its own.
type PageLink struct {
	Path  string                   // where it is below this page's address, with a slash at the end: "counter/"
	Label func(lang string) string // of the button
	Hint  func(lang string) string // what one must know there; may be nil
	Open  http.HandlerFunc         // leads there
}

// PageLanguage is a language and what its speakers call it.
type PageLanguage struct{ Tag, Own string }

// PagePerson is somebody whose phone is shown. One of LINE and Telegram is set.
type PagePerson struct {
	LINE     *LinePerson
	Telegram *TelegramPerson
	Role     string // "customer" (when empty), "employee" or "manager"
}

// Step is one thing to try in the guided first minute.
type Step struct {
	Title func(lang string) string
	Hint  func(lang string) string // what exactly to do
	Done  func() bool              // whether it happened; asked often, until it says so once
	Phone string                   // the name of the person whose phone it happens on, to be brought into sight; may be empty
	// Type, if there, is put into that phone's text field when the step is
	// asked for.
	Type func(lang string) string
	// Link is the Path of the [PageLink] that it happens on, where that is no
	// phone; "" for none.
	Link string
}

//go:embed page/page.html page/*.css page/*.js page/*.LICENSE
var pageFiles embed.FS

// page is the simulator in a browser. All who open it see the same phones.
type page struct {
	sim   *Sim
	o     PageOptions
	tmpl  *markup.Template
	stamp string // of the assets, so that browsers keep them

	mu     sync.Mutex // never held while a phone does something
	phones []*pagePhone
	done   map[int]bool // steps of the tour
	views  map[string]*pageView
	bill   pageBill
	pics   pagePictures
	cut    map[*LineChannel]string // where events went before the way was cut
	texts  int                     // so many text messages were given to phones
	typed  map[string]*pagePhone   // who typed a phone number last, by its end
}

// Page gives the page on which phones are shown side by side, typed on and
// pressed. It is server-rendered and kept up to date by server-sent events, and
// it asks no other host for anything. Its addresses are relative, so that it
// can be mounted anywhere; [Sim.Mount] puts it at the simulator's own address.
func (s *Sim) Page(o PageOptions) http.Handler {
	pg := &page{
		sim: s, o: o, done: map[int]bool{}, views: map[string]*pageView{}, cut: map[*LineChannel]string{}, typed: map[string]*pagePhone{},
	}
	pg.pics.init()
	pg.tmpl = markup.Must(markup.New("page").Parse(asset("page.html")))
	sum := sha256.Sum256([]byte(asset("page.css") + asset("page.js") + draw.CSS + draw.JS))
	pg.stamp = hex.EncodeToString(sum[:6])
	for _, p := range o.People {
		pg.take(p)
	}
	return pg.routes()
}

func asset(name string) string {
	raw, _ := pageFiles.ReadFile("page/" + name)
	return string(raw)
}

// pagePolicy forbids whatever is not this page's own file.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (pg *page) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", pg.front)
	mux.HandleFunc("GET /live", pg.live)
	mux.HandleFunc("GET /asset/{name}", pg.asset)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /pic/{key}", pg.picture)
	mux.HandleFunc("GET /wire/{n}", pg.wireDetail)
	mux.HandleFunc("POST /phone/{phone}/{deed}", pg.deed)
	mux.HandleFunc("POST /people", pg.person)
	mux.HandleFunc("POST /tour/{n}", pg.showStep)
	mux.HandleFunc("POST /clock", pg.clock)
	mux.HandleFunc("POST /fault", pg.fault)
	mux.HandleFunc("POST /hook", pg.hook)
	for _, l := range pg.o.Links {
		mux.HandleFunc("GET /"+l.Path+"{$}", l.Open)
	}
	// A page of another site must not be able to press buttons here.
	guarded := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		guarded.ServeHTTP(w, r)
	})
}

// asset serves the files that the page is made of.
func (pg *page) asset(w http.ResponseWriter, r *http.Request) {
	name, body := r.PathValue("name"), ""
	switch name {
	case "draw.css":
		body = draw.CSS
	case "draw.js":
		body = draw.JS
	case "page.html":
	default:
		body = asset(name)
	}
	if body == "" {
		http.NotFound(w, r)
		return
	}
	kind := "text/plain; charset=utf-8"
	switch {
	case strings.HasSuffix(name, ".css"):
		kind = "text/css; charset=utf-8"
	case strings.HasSuffix(name, ".js"):
		kind = "text/javascript; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	io.WriteString(w, body)
}

// words speaks the language that the request asks for.
func (pg *page) words(r *http.Request) pageWords {
	lang := r.URL.Query().Get("lang")
	known := false
	for _, l := range pg.o.Langs {
		known = known || l.Tag == lang
	}
	if !known {
		lang = pg.o.Lang
	}
	if lang == "" {
		lang = "en"
	}
	return pageWords{Lang: lang, say: pg.o.Words}
}

// front is the whole page. What it shows is remembered under a token, so that
// the live connection goes on from there.
func (pg *page) front(w http.ResponseWriter, r *http.Request) {
	words := pg.words(r)
	v := pg.build(words)
	token := randomHex(12)
	pg.keep(token, v)
	var b strings.Builder
	err := pg.tmpl.ExecuteTemplate(&b, "page", struct {
		pageWords
		Title, Stamp, Token string
		Langs               []PageLanguage
		Links               []linkData
		V                   *pageView
		Faults              []Fault
	}{words, pg.o.Title, pg.stamp, token, pg.o.Langs, pg.links(words), v, allFaults})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	io.WriteString(w, b.String())
}

// render executes one of the page's templates.
func (pg *page) render(name string, data any) string {
	var b strings.Builder
	if err := pg.tmpl.ExecuteTemplate(&b, name, data); err != nil {
		return markup.HTMLEscapeString(err.Error())
	}
	return b.String()
}

// answered ends a deed: htmx needs no content, since what changed comes live;
// without scripts the page is loaded again.
func answered(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("HX-Request") != "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(w, r, back(r), http.StatusSeeOther)
}

// back is the way from a deed's address to the page's.
func back(r *http.Request) string {
	return strings.Repeat("../", strings.Count(strings.Trim(r.URL.Path, "/"), "/")) + "."
}

// wake lets live connections look again.
func (pg *page) wake() {
	pg.sim.mu.Lock()
	defer pg.sim.mu.Unlock()
	pg.sim.notify()
}

// toText is a word for {{.Name}} places.
func toText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	}
	return fmt.Sprint(v)
}

// clockText is a time as the page shows it.
func clockText(t time.Time) string { return t.Format("2006-01-02 15:04") }
