package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// consoleTop is the demo's café with its year behind it, an owner, and the
// console as the program puts it together.
type consoleTop struct {
	t          testing.TB
	cafe       *cafe
	crew       *crew
	url        string
	owner, mia people.Staff
	made       *atomic.Int64 // members, of all who share the café
}

// newConsoleTop opens the café. Alive, all of the program runs; else its pages
// alone, and nothing changes but by them.
func newConsoleTop(t testing.TB, alive bool) *consoleTop {
	t.Helper()
	m := NewMain()
	m.Stdout, m.Stderr = io.Discard, io.Discard
	cafe, err := m.openCafe(filepath.Join(t.TempDir(), "cafe"), "127.0.0.1:0", "en")
	if err != nil {
		t.Fatal(err)
	}
	top := &consoleTop{t: t, cafe: cafe, made: new(atomic.Int64)}
	ctx := context.Background()
	// Noon, whenever the test runs: at night nothing goes out unasked.
	noon := midday(cafe.app.shop.Local(cafe.app.clock.Now()))
	if cafe.app.clock.Now().After(noon) {
		noon = noon.AddDate(0, 0, 1)
	}
	cafe.world.Clock.Set(noon)
	if top.crew, err = cafe.people(ctx, m, 30, "en"); err != nil {
		t.Fatal(err)
	}
	olga := cafe.line.Person("Olga", "en").Befriend()
	if top.owner, err = cafe.enrol(ctx, people.Identity{Channel: "line", User: olga.ID()}, "Olga", people.Owner, "en"); err != nil {
		t.Fatal(err)
	}
	top.mia = cafe.boss
	if _, err := cafe.app.shop.Rollups.Refresh(ctx, cafe.app.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if !alive {
		s := httptest.NewServer(cafe.app.routes())
		top.url = s.URL
		t.Cleanup(func() { s.Close(); cafe.app.db.Close(); cafe.close() })
		return top
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- cafe.app.run(ctx, cafe.listener) }()
	top.url = "http://" + cafe.listener.Addr().String()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the program ended with: %v", err)
		}
		cafe.app.db.Close()
		cafe.world.Close()
	})
	select {
	case <-cafe.app.settled:
	case <-time.After(patience):
		t.Fatal("the platforms were not set up within a minute")
	}
	return top
}

// do does something in the store.
func (c *consoleTop) do(f func(store.Tx) error) {
	c.t.Helper()
	if err := c.cafe.app.db.Update(context.Background(), f); err != nil {
		c.t.Fatal(err)
	}
}

// link is the address of a link into the console, as the chat gives it.
func (c *consoleTop) link(who people.StaffID) string {
	c.t.Helper()
	var token string
	c.do(func(tx store.Tx) (err error) {
		token, err = c.cafe.app.shop.Vault.NewConsoleLink(tx, who, c.cafe.app.clock.Now(), rand.Reader)
		return err
	})
	return c.url + "/console/in/" + token
}

// member makes a member with a name that nobody else has, for a test to deal with.
func (c *consoleTop) member(name string) (id loyalty.MemberID) {
	c.t.Helper()
	who := people.Identity{Channel: "line", User: fmt.Sprintf("U%032d", c.made.Add(1))}
	c.do(func(tx store.Tx) error {
		v, now := c.cafe.app.shop.Vault, c.cafe.app.clock.Now()
		p, _, err := v.Meet(tx, who, people.Seen{DisplayName: name, Language: "en"}, now, rand.Reader)
		if err != nil {
			return err
		}
		id = p.ID
		_, err = v.Join(tx, id, "1", now, rand.Reader)
		return err
	})
	return id
}

// enters is a client without a script that has come in by a link.
func (c *consoleTop) enters(who people.Staff) *http.Client {
	c.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	res, err := client.Post(c.link(who.ID), "application/x-www-form-urlencoded", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		c.t.Fatalf("entering gave %d", res.StatusCode)
	}
	return client
}

// seenPage is a page that the crawl came by.
type seenPage struct {
	pattern, address string // "GET /console/members/{id}" and where it stood, with its query
	status           int
	header           http.Header
	body             string
	root             *html.Node // nil for what is no page
}

// crawl opens the first page and whatever the pages link to, most addresses of a
// pattern; streams are left alone. It returns the pages in the order found.
func (c *consoleTop) crawl(client *http.Client, most int) (all []seenPage) {
	c.t.Helper()
	patterns := http.NewServeMux()
	for _, r := range c.cafe.app.console.Routes() {
		if r.Method == http.MethodGet {
			patterns.Handle("GET "+r.Path, http.NotFoundHandler())
		}
	}
	known, times, queue := map[string]bool{}, map[string]int{}, []string{"/console/"}
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		req, err := http.NewRequest(http.MethodGet, c.url+address, nil)
		if err != nil {
			c.t.Fatal(err)
		}
		_, pattern := patterns.Handler(req)
		kind := pattern
		if req.URL.Query().Get("format") == "csv" {
			kind += " as csv"
		}
		if known[address] || pattern == "" || times[kind] == most {
			continue
		}
		known[address] = true
		times[kind]++
		p := c.fetch(client, req, pattern, address)
		if p == nil {
			continue
		}
		all = append(all, *p)
		if p.root != nil {
			queue = append(queue, p.leads()...)
		}
	}
	return all
}

// fetch gets a page as it is; nil for a stream.
func (c *consoleTop) fetch(client *http.Client, req *http.Request, pattern, address string) *seenPage {
	c.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	res, err := client.Do(req.WithContext(ctx))
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		return nil
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	p := &seenPage{pattern: pattern, address: address, status: res.StatusCode, header: res.Header, body: string(raw)}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		if p.root, err = html.Parse(strings.NewReader(p.body)); err != nil {
			c.t.Fatal(err)
		}
	}
	return p
}

// leads are the addresses of this program that a page names, in whatever way a
// browser would get them.
func (p *seenPage) leads() (all []string) {
	base, err := url.Parse(p.address)
	if err != nil {
		return nil
	}
	for n := range p.root.Descendants() {
		for _, a := range n.Attr {
			if !slices.Contains([]string{"href", "src", "hx-get", "sse-connect"}, a.Key) {
				continue
			}
			u, err := base.Parse(a.Val)
			if err == nil && u.Host == "" && strings.HasPrefix(u.Path, "/console") {
				u.Fragment = ""
				all = append(all, u.String())
			}
		}
	}
	return all
}
