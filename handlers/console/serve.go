package console

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"regulars/i18n"
	"regulars/loyalty/people"
)

// errOut is what Update gives when the session ended meanwhile.
var errOut = errors.New("console: the session ended meanwhile")

// maxForm bounds a form's body in bytes, without its files.
const maxForm = 1 << 20

// serve is one route behind the session, the role and the form's token.
func (c *Console) serve(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, ok, err := c.begin(r)
		q.w = w
		switch {
		case err != nil:
			c.accident(w, q, err)
		case !ok:
			c.outside(w, r)
		case !people.AtLeast(q.Me.Role, route.Least):
			c.show(w, q, q.note(http.StatusForbidden, q.Say(i18n.ConsoleNotYours)))
		case r.Method == http.MethodPost && !c.sound(w, q):
		default:
			c.saw(q)
			c.answer(w, q, route)
		}
	})
}

// answer runs the route. What it panics with is an accident like any other.
func (c *Console) answer(w http.ResponseWriter, q *Request, route Route) {
	a, err := func() (a Answer, err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		if a, err = route.Do(q); err == nil {
			err = q.noted()
		}
		return a, err
	}()
	if why, refused := q.Refused(err); refused {
		a, err = q.note(http.StatusUnprocessableEntity, why), nil
	}
	switch {
	case errors.Is(err, errOut):
		c.outside(w, q.R)
	case err != nil:
		c.accident(w, q, err)
	default:
		c.show(w, q, a)
	}
}

// outside tells who has no session how to get one.
func (c *Console) outside(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("HX-Refresh", "true") // a piece of a page is not the place to say so
	c.bare(w, r, http.StatusUnauthorized, i18n.ConsoleOutside)
}

// sound reports whether a POST comes from a page of ours, and reads its form;
// else it has answered.
func (c *Console) sound(w http.ResponseWriter, q *Request) bool {
	if c.guard.Check(q.R) != nil {
		c.show(w, q, q.note(http.StatusForbidden, q.Say(i18n.ConsoleForged)))
		return false
	}
	var err error
	if strings.HasPrefix(q.R.Header.Get("Content-Type"), "multipart/form-data") {
		q.R.Body = http.MaxBytesReader(w, q.R.Body, MaxPicture+maxForm)
		err = q.R.ParseMultipartForm(1 << 20)
	} else {
		q.R.Body = http.MaxBytesReader(w, q.R.Body, maxForm)
		err = q.R.ParseForm()
	}
	switch {
	case tooLarge(err):
		c.show(w, q, q.note(http.StatusRequestEntityTooLarge, q.tooBig(MaxPicture)))
	case err != nil:
		c.show(w, q, q.note(http.StatusBadRequest, q.Say(i18n.ConsoleTwice)))
	case !q.token(q.R.PostFormValue(tokenField)):
		c.show(w, q, q.note(http.StatusForbidden, q.Say(i18n.ConsoleForged)))
	default:
		return true
	}
	return false
}

// accident tells that something went wrong, under a reference that the log has.
func (c *Console) accident(w http.ResponseWriter, q *Request, err error) {
	if q.R.Context().Err() != nil {
		return // whoever asked has left
	}
	ref := c.reference()
	c.Shop.Log.Error("a page of the console failed", "ref", ref, "page", q.R.Pattern, "error", err)
	c.bare(w, q.R, http.StatusInternalServerError, i18n.ConsoleAccident, "Ref", ref)
}

// show sends an answer.
func (c *Console) show(w http.ResponseWriter, q *Request, a Answer) {
	h := w.Header()
	switch {
	case a.stream != nil:
		c.stream(w, q, a)
	case a.file != nil:
		a.file.send(w)
	case a.to != "":
		if a.said != "" {
			http.SetCookie(w, c.cookie(flashCookie, encodeFlash(a.said), 60))
		}
		h.Set("Location", within(a.to))
		w.WriteHeader(http.StatusSeeOther)
	default:
		var b bytes.Buffer
		if err := c.render(&b, q, a, w); err != nil {
			c.accident(w, q, err)
			return
		}
		page, err := q.withTokens(b.Bytes())
		if err != nil {
			c.accident(w, q, err)
			return
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		send(w, q.R, max(a.status, http.StatusOK), page)
	}
}

// within is an address if it is one of the console's, whoever put it together.
func within(to string) string {
	if strings.HasPrefix(to, "/console/") {
		return to
	}
	return "/console/"
}

// pagePolicy lets a page load this program's own files and nothing else.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
	"font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// guarded sends what keeps a browser strict with every answer.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("Cache-Control", "no-store")
		// A link's token stands in an address that only this program may read;
		// "no-referrer" would also take the Origin of forms away.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// bare is a page for who has no session, or where nothing else can be shown: one
// sentence.
func (c *Console) bare(w http.ResponseWriter, r *http.Request, status int, key i18n.Key, args ...any) {
	q := c.stranger(r)
	if known, ok, err := c.begin(r); err == nil && ok {
		q = known // in their language, and with a way back
	}
	v := View{Q: q, Title: c.Shop.Name(q.Now, q.P.Lang), D: q.Say(key, args...), A: c.assetPath}
	var b bytes.Buffer
	if err := c.set(q.P.Lang).ExecuteTemplate(&b, "console_bare.html", v); err != nil {
		http.Error(w, q.Say(key, args...), status)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	send(w, r, status, b.Bytes())
}
