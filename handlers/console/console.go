package console

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Part is a section of the console: its own package brings it.
type Part struct {
	Name   string   // its pages are below /console/<Name>; "" is the first page
	Title  i18n.Key // in the navigation; "" stands in none
	Files  fs.FS    // *.html, whose names begin with the part's; at most one .css
	Routes []Route
}

// Route is one address and who may use it.
type Route struct {
	Method string       // GET or POST
	Path   string       // as http.ServeMux has patterns, from /console on
	Least  loyalty.Role // "" is [people.Manager]
	Do     func(*Request) (Answer, error)
}

// Console serves the parts.
type Console struct {
	Shop *shop.Shop
	DB   store.DB
	// Stopping is closed when the program ends, so that streams let go; nil: never.
	Stopping <-chan struct{}

	parts  []Part
	routes []Route
	views  views
	guard  *http.CrossOriginProtection
}

// New makes a console with the frame's own pages.
func New(s *shop.Shop, db store.DB) *Console {
	c := &Console{Shop: s, DB: db, guard: http.NewCrossOriginProtection()}
	c.Add(c.frame())
	return c
}

// Add brings a part in. Parts stand in the navigation in the order in which they
// are added; all are added before the console is registered.
func (c *Console) Add(p Part) {
	c.parts = append(c.parts, p)
	for _, r := range p.Routes {
		if r.Least == "" {
			r.Least = people.Manager
		}
		c.routes = append(c.routes, r)
	}
}

// Routes are all addresses that need a session, for tables over them.
func (c *Console) Routes() []Route { return slices.Clone(c.routes) }

// Register adds the console to a mux.
func (c *Console) Register(mux *http.ServeMux) {
	for _, r := range c.routes {
		mux.Handle(r.Method+" "+r.Path, c.serve(r))
	}
	mux.HandleFunc("GET /console/in/{token}", c.entrance)
	mux.HandleFunc("POST /console/in/{token}", c.enter)
	mux.HandleFunc("GET /console/a/{version}/{file}", c.asset)
	mux.Handle("GET /console", http.RedirectHandler("/console/", http.StatusFound))
	mux.HandleFunc("/console/", func(w http.ResponseWriter, r *http.Request) { c.bare(w, r, http.StatusNotFound, i18n.ConsoleGone) })
}

// maxForm bounds a form's body in bytes; [Request.Upload] allows more.
const maxForm = 1 << 20

// serve is one route behind the session, the role and the form's token.
func (c *Console) serve(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, ok, err := c.begin(r)
		switch {
		case err != nil:
			c.accident(w, r, nil, err)
			return
		case !ok:
			c.bare(w, r, http.StatusUnauthorized, i18n.ConsoleOutside)
			return
		case !people.AtLeast(q.Me.Role, route.Least):
			c.show(w, q, q.note(http.StatusForbidden, q.Say(i18n.ConsoleNotYours)))
			return
		}
		if r.Method == http.MethodPost && !c.sound(w, q) {
			c.show(w, q, q.note(http.StatusForbidden, q.Say(i18n.ConsoleForged)))
			return
		}
		q.w = w
		a, err := route.Do(q)
		if why, refused := q.Refused(err); refused {
			a, err = q.note(http.StatusUnprocessableEntity, why), nil
		}
		if err != nil {
			c.accident(w, r, q, err)
			return
		}
		c.show(w, q, a)
	})
}

// sound reports whether a POST comes from a page of ours, and reads its form.
func (c *Console) sound(w http.ResponseWriter, q *Request) bool {
	if c.guard.Check(q.R) != nil {
		return false
	}
	if strings.HasPrefix(q.R.Header.Get("Content-Type"), "multipart/form-data") {
		q.R.Body = http.MaxBytesReader(w, q.R.Body, MaxUpload+maxForm)
		if q.R.ParseMultipartForm(1<<20) != nil {
			return false
		}
	} else {
		q.R.Body = http.MaxBytesReader(w, q.R.Body, maxForm)
		if q.R.ParseForm() != nil {
			return false
		}
	}
	return q.token(q.R.PostFormValue(tokenField))
}

// accident tells that something went wrong, under a reference that the log has.
func (c *Console) accident(w http.ResponseWriter, r *http.Request, q *Request, err error) {
	ref := c.reference()
	c.Shop.Log.Error("a page of the console failed", "ref", ref, "page", r.Pattern, "error", err)
	if q == nil {
		c.bare(w, r, http.StatusInternalServerError, i18n.ConsoleAccident, "Ref", ref)
		return
	}
	c.show(w, q, q.note(http.StatusInternalServerError, q.Say(i18n.ConsoleAccident, "Ref", ref)))
}

// show sends an answer.
func (c *Console) show(w http.ResponseWriter, q *Request, a Answer) {
	h := w.Header()
	guardHeaders(h)
	switch {
	case a.stream != nil:
		c.stream(w, q, a)
	case a.file != nil:
		a.file.send(w)
	case a.to != "":
		if a.said != "" {
			http.SetCookie(w, c.cookie(flashCookie, encodeFlash(a.said), 60))
		}
		h.Set("Location", a.to)
		w.WriteHeader(http.StatusSeeOther)
	default:
		var b bytes.Buffer
		if err := c.render(&b, q, a, w); err != nil {
			c.Shop.Log.Error("a page of the console could not be drawn", "page", q.R.Pattern, "error", err)
			http.Error(w, q.Say(i18n.ConsoleAccident, "Ref", "-"), http.StatusInternalServerError)
			return
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(max(a.status, http.StatusOK))
		w.Write(withTokens(b.Bytes(), q.csrf()))
	}
}

// pagePolicy lets a page load this program's own files and nothing else.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
	"font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func guardHeaders(h http.Header) {
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// bare is a page for who has no session: one sentence.
func (c *Console) bare(w http.ResponseWriter, r *http.Request, status int, key i18n.Key, args ...any) {
	guardHeaders(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q := c.stranger(r)
	var b bytes.Buffer
	if err := c.set(q.P.Lang).ExecuteTemplate(&b, "console_bare.html", View{Q: q, Title: c.Shop.Name(q.Now, q.P.Lang), D: q.Say(key, args...)}); err != nil {
		http.Error(w, q.Say(key, args...), status)
		return
	}
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// view and update are the store's, with the request's context.
func (q *Request) view(f func(store.Reader) error) error { return q.c.DB.View(q.R.Context(), f) }

// View reads the store.
func (q *Request) View(f func(store.Reader) error) error { return q.view(f) }

// Update does something in one transaction, if the session and the employee's
// role still hold there.
func (q *Request) Update(f func(store.Tx) error) error {
	return q.c.DB.Update(q.R.Context(), func(tx store.Tx) error {
		_, who, ok, err := q.c.Shop.Vault.ConsoleSession(tx, q.secret, q.Now)
		if err != nil {
			return err
		}
		if !ok || who.ID != q.Me.ID {
			return errOut
		}
		return f(tx)
	})
}

// Context ends with the request.
func (q *Request) Context() context.Context { return q.R.Context() }

var errOut = fmt.Errorf("console: the session ended meanwhile")
