package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"net"
	"net/http"
	"strings"

	"regulars/bot/sim"
	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/store"
)

// The café's counter: a tab of the browser that shows the demo's page is its
// tablet. It is registered by the door that every device comes in by.

const (
	// samPIN is what the demo tells everybody.
	samPIN = "2580"
	// counterPath is the counter's, on the demo's page as on the shop's own. A
	// browser tells hosts apart, not ports, so that the device's cookie is known
	// here too and nobody registers twice.
	counterPath = "counter/"
)

// setPIN gives an employee a PIN, as they would choose it at a device.
func (c *cafe) setPIN(ctx context.Context, who people.Staff, digits string) error {
	pin, err := people.NewPIN(digits, rand.Reader)
	if err != nil {
		return err
	}
	return c.app.db.Update(ctx, func(tx store.Tx) error {
		return c.app.shop.Vault.SetPIN(tx, who.ID, pin, c.app.clock.Now(), rand.Reader)
	})
}

// toCounter leads a browser to the counter, as a device of the café.
func (c *cafe) toCounter(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	_, port, _ := net.SplitHostPort(c.listener.Addr().String())
	there := "http://" + net.JoinHostPort(strings.Trim(host, "[]"), port) + "/counter/"
	known, err := c.isDevice(r)
	if err == nil && !known {
		err = c.register(w, r)
	}
	if err != nil {
		http.Error(w, "The counter does not open: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	http.Redirect(w, r, there, http.StatusSeeOther)
}

// isDevice asks the counter whether it knows the browser.
func (c *cafe) isDevice(r *http.Request) (bool, error) {
	var state struct {
		Device *struct{} `json:"device"`
	}
	res, err := c.ask(r, http.MethodGet, "state", nil)
	if err != nil {
		return false, err
	}
	defer res.Body.Close()
	err = json.NewDecoder(res.Body).Decode(&state)
	return state.Device != nil, err
}

// register makes the browser a device by a link of the manager's.
func (c *cafe) register(w http.ResponseWriter, r *http.Request) error {
	var token string
	err := c.app.db.Update(r.Context(), func(tx store.Tx) (err error) {
		token, err = c.app.shop.Vault.NewDeviceLink(tx, "main", c.boss.ID, c.app.clock.Now(), rand.Reader)
		return err
	})
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"token": token, "name": i18n.For(c.app.shop.Lang).Say(i18n.CounterPageSetupExample)})
	if err != nil {
		return err
	}
	res, err := c.ask(r, http.MethodPost, "register", body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	for _, cookie := range res.Header.Values("Set-Cookie") {
		w.Header().Add("Set-Cookie", cookie)
	}
	return nil
}

// ask speaks to the counter with the browser's cookies.
func (c *cafe) ask(r *http.Request, method, what string, body []byte) (*http.Response, error) {
	q, err := http.NewRequestWithContext(r.Context(), method, "http://"+c.listener.Addr().String()+"/counter/api/"+what, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	q.Header.Set("X-Regulars", "counter")
	q.Header.Set("Content-Type", "application/json")
	for _, cookie := range r.Cookies() {
		q.AddCookie(cookie)
	}
	return http.DefaultClient.Do(q)
}

// soldAtCounter reports whether somebody's purchase came from the counter.
func (c *cafe) soldAtCounter(p *sim.LinePerson) (sold bool) {
	m, ok := c.member(p)
	if !ok {
		return false
	}
	c.app.db.View(context.Background(), func(r store.Reader) error {
		entries, err := c.app.shop.Book.History(r, m.ID, 0, 10)
		for _, e := range entries {
			sold = sold || strings.HasPrefix(string(e.Op), "counter/")
		}
		return err
	})
	return sold
}
