package main

import (
	"crypto/rand"
	"net"
	"net/http"
	"strings"

	"regulars/store"
)

// consolePath is the console's on the demo's page. As with the counter, its
// cookie is known at both addresses of this machine.
const consolePath = "console/"

// toConsole leads a browser of this machine into the console as Mia, by the link
// that she would be given in chat. Whoever reaches a demo that listens wider, or
// by a name that somebody else lets lead here, is no manager for that.
func (c *cafe) toConsole(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	host = strings.Trim(host, "[]")
	from, _, _ := net.SplitHostPort(r.RemoteAddr)
	if !loopback(host) || !loopback(from) {
		http.Error(w, "The console opens by itself on the machine that the demo runs on. Elsewhere, send /console on Mia's phone.", http.StatusForbidden)
		return
	}
	if err := c.login(w, r); err != nil {
		http.Error(w, "The console does not open: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	_, port, _ := net.SplitHostPort(c.listener.Addr().String())
	http.Redirect(w, r, "http://"+net.JoinHostPort(host, port)+"/console/", http.StatusSeeOther)
}

// login gives the browser a session of Mia's, unless it has one.
func (c *cafe) login(w http.ResponseWriter, r *http.Request) error {
	known, err := c.visit(r, http.MethodGet, "/console/sessions")
	if err != nil || known.StatusCode == http.StatusOK {
		return err
	}
	var token string
	err = c.app.db.Update(r.Context(), func(tx store.Tx) (err error) {
		token, err = c.app.shop.Vault.NewConsoleLink(tx, c.boss.ID, c.app.clock.Now(), rand.Reader)
		return err
	})
	if err != nil {
		return err
	}
	res, err := c.visit(r, http.MethodPost, "/console/in/"+token)
	if err != nil {
		return err
	}
	for _, cookie := range res.Header.Values("Set-Cookie") {
		w.Header().Add("Set-Cookie", cookie)
	}
	return nil
}

// visit is a request to the bot's own pages with the browser's cookies; where it
// leads on is not followed.
func (c *cafe) visit(r *http.Request, method, path string) (*http.Response, error) {
	q, err := http.NewRequestWithContext(r.Context(), method, "http://"+c.listener.Addr().String()+path, nil)
	if err != nil {
		return nil, err
	}
	q.Header.Set("User-Agent", r.UserAgent())
	for _, cookie := range r.Cookies() {
		q.AddCookie(cookie)
	}
	res, err := http.DefaultTransport.RoundTrip(q)
	if err == nil {
		res.Body.Close()
	}
	return res, err
}
