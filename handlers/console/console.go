package console

import (
	"context"
	"io/fs"
	"net/http"
	"net/url"
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
	// Shown says whether it stands in the navigation; nil: for all who may open it.
	Shown func(*Request) bool
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
	// Plain says that pages are http though the public address says https, which
	// only an invented one does: browsers would keep none of its strict cookies.
	Plain bool

	parts  []Part
	routes []Route
	views  views
	guard  *http.CrossOriginProtection
}

// New makes a console with the frame's own pages.
func New(s *shop.Shop, db store.DB) *Console {
	c := &Console{Shop: s, DB: db, guard: http.NewCrossOriginProtection()}
	// Behind a proxy that renames the host, a browser's Origin is the public one.
	if u, err := url.Parse(s.PublicURL); err == nil && u.Host != "" {
		if err := c.guard.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			s.Log.Warn("the public address is no origin of a browser's; forms of the console may be refused", "error", err)
		}
	}
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
	known := http.NewServeMux() // addresses whatever the method, to tell a wrong one from a wrong address
	methods := map[string][]string{}
	handle := func(method, path string, h http.Handler) {
		mux.Handle(method+" "+path, guarded(h))
		if methods[path] = append(methods[path], method); len(methods[path]) == 1 {
			known.Handle(path, http.NotFoundHandler())
		}
	}
	for _, r := range c.routes {
		handle(r.Method, r.Path, c.serve(r))
	}
	handle("GET", "/console/in/{token}", http.HandlerFunc(c.entrance))
	handle("POST", "/console/in/{token}", http.HandlerFunc(c.enter))
	handle("GET", "/console/a/{version}/{file}", http.HandlerFunc(c.asset))
	handle("GET", "/console", http.RedirectHandler("/console/", http.StatusFound))
	mux.Handle("/console/", guarded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, path := known.Handler(r); path != "" {
			w.Header().Set("Allow", strings.Join(methods[path], ", "))
			c.bare(w, r, http.StatusMethodNotAllowed, i18n.ConsoleNotThere)
			return
		}
		c.bare(w, r, http.StatusNotFound, i18n.ConsoleGone)
	})))
}

// View reads the store.
func (q *Request) View(f func(store.Reader) error) error { return q.c.DB.View(q.R.Context(), f) }

// Update does something in one transaction, if the session and the employee's
// role still hold there; Me is then the employee as they are in it.
func (q *Request) Update(f func(store.Tx) error) error {
	return q.c.DB.Update(q.R.Context(), func(tx store.Tx) error {
		if err := q.still(tx); err != nil {
			return err
		}
		return f(tx)
	})
}

// still is errOut where the session has ended; whoever's role or store changed
// has none any more.
func (q *Request) still(r store.Reader) error {
	_, who, ok, err := q.c.Shop.Vault.ConsoleSession(r, q.secret, q.c.Shop.Clock.Now())
	if err == nil && (!ok || who.ID != q.Me.ID) {
		err = errOut
	}
	if err == nil {
		q.Me = who
	}
	return err
}

// Context ends with the request.
func (q *Request) Context() context.Context { return q.R.Context() }
