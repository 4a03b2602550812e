package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"regulars/handlers/console"
	"regulars/loyalty/people"
	"regulars/store"
)

// wildcard is a part of a route's address that something's id stands in.
var wildcard = regexp.MustCompile(`\{[^}]*\}`)

// TestConsoleRoutes goes over every route of the console as the program puts it
// together: nobody gets further than their session, their role and their own
// form, and whoever is refused has changed nothing.
func TestConsoleRoutes(t *testing.T) {
	t.Parallel()
	top := newConsoleTop(t, false)
	stranger, mia, olga := &http.Client{}, top.enters(top.mia), top.enters(top.owner)
	demoted, err := top.cafe.enrol(context.Background(), people.Identity{Channel: "line", User: fmt.Sprintf("U%032d", 900)}, "Dora", people.Manager, "en")
	if err != nil {
		t.Fatal(err)
	}
	dora := top.enters(demoted)
	top.do(func(tx store.Tx) error { return top.cafe.app.shop.Vault.MoveStaff(tx, demoted.ID, people.Clerk, "") })
	mias, olgas := top.token(mia), top.token(olga)
	routes := top.cafe.app.console.Routes()
	slices.SortStableFunc(routes, func(a, b console.Route) int { return strings.Compare(a.Path, b.Path) })
	before := top.rows()
	posts := 0
	for _, r := range routes {
		address := wildcard.ReplaceAllString(strings.TrimSuffix(r.Path, "{$}"), string(top.mia.Member))
		try := func(what string, client *http.Client, status int, form url.Values, header ...string) {
			t.Helper()
			if got := top.ask(client, r.Method, address, form, header...); got != status {
				t.Errorf("%s %s %s gives %d, not %d", r.Method, r.Path, what, got, status)
			}
		}
		ownersOnly := !people.AtLeast(people.Manager, r.Least)
		good := url.Values{"token": {mias}}
		try("without a session", stranger, http.StatusUnauthorized, good)
		try("of one who is a clerk now", dora, http.StatusUnauthorized, good)
		try("with a made-up session", stranger, http.StatusUnauthorized, good, "Cookie", "regulars_console="+strings.Repeat("A", 43))
		if ownersOnly {
			try("of a manager", mia, http.StatusForbidden, good)
		}
		if r.Method != http.MethodPost {
			continue
		}
		posts++
		who, token := mia, mias
		if ownersOnly {
			who, token = olga, olgas
		}
		try("without a token", who, http.StatusForbidden, nil)
		try("with another's token", who, http.StatusForbidden, url.Values{"token": {map[bool]string{true: mias, false: olgas}[ownersOnly]}})
		try("with half a token", who, http.StatusForbidden, url.Values{"token": {token[:32]}})
		try("from another site", who, http.StatusForbidden, url.Values{"token": {token}}, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
		try("from another origin", who, http.StatusForbidden, url.Values{"token": {token}}, "Origin", "https://evil.example")
		try("by its address alone", who, http.StatusForbidden, nil, "Sec-Fetch-Site", "none")
		if !maps.Equal(top.rows(), before) {
			t.Fatalf("POST %s changed something for one who was refused", r.Path)
		}
	}
	if !maps.Equal(top.rows(), before) {
		t.Error("looking changed something")
	}
	if posts < 10 {
		t.Errorf("only %d routes change anything", posts)
	}
}

// token is that of a client's forms.
func (c *consoleTop) token(client *http.Client) string {
	c.t.Helper()
	req, err := http.NewRequest(http.MethodGet, c.url+"/console/sessions", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	p := c.fetch(client, req, "", "/console/sessions")
	_, rest, _ := strings.Cut(p.body, `name="token" value="`)
	token, _, ok := strings.Cut(rest, `"`)
	if !ok {
		c.t.Fatalf("no form has a token: %s", p.body)
	}
	return token
}

// ask sends a request as told and gives the answer's status; redirects are not
// followed.
func (c *consoleTop) ask(client *http.Client, method, address string, form url.Values, header ...string) int {
	c.t.Helper()
	req, err := http.NewRequest(method, c.url+address, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	still := &http.Client{Jar: client.Jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := still.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	if csp := res.Header.Get("Content-Security-Policy"); !strictPolicy(csp) {
		c.t.Errorf("%s %s has the policy %q", method, address, csp)
	}
	return res.StatusCode
}

func strictPolicy(csp string) bool {
	return strings.HasPrefix(csp, "default-src 'none'") && !strings.Contains(csp, "unsafe") && strings.Contains(csp, "frame-ancestors 'none'")
}

// derived are rows that are brought up to date when somebody looks: sums of what
// other rows say, when a session was last used, and who looked at whom.
var derived = []string{"websession/", "webof/", "roll", "campreport/", "look/", "lookof/"}

// rows is all that is stored and not derived: of each key a digest of its value.
func (c *consoleTop) rows() map[string]string {
	c.t.Helper()
	all := map[string]string{}
	err := c.cafe.app.db.View(context.Background(), func(r store.Reader) error {
		for row, err := range r.Scan(store.Range{}) {
			if err != nil {
				return err
			}
			k := string(row.Key)
			if !slices.ContainsFunc(derived, func(prefix string) bool { return strings.HasPrefix(k, prefix) }) {
				sum := sha256.Sum256(row.Value)
				all[k] = string(sum[:])
			}
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return all
}

// TestConsolePages opens whatever an owner can open, among members with hostile
// names: every page is there and small, runs nothing, keeps its policy and
// changes nothing, and every form on it has its token.
func TestConsolePages(t *testing.T) {
	t.Parallel()
	top := newConsoleTop(t, false)
	for _, name := range hostile {
		top.member(name)
	}
	owner := top.enters(top.owner)
	before := top.rows()
	seen := map[string]string{} // by pattern, an address
	pages := top.crawl(owner, 8)
	for _, p := range pages {
		seen[strings.TrimPrefix(p.pattern, "GET ")] = p.address
		top.holds(p, http.StatusOK)
	}
	for _, r := range top.cafe.app.console.Routes() {
		address := r.Path
		if _, found := seen[r.Path]; found || r.Method != http.MethodGet {
			continue
		}
		// No page leads there as things are: it is opened for whatever is there.
		if wildcard.MatchString(address) {
			address = top.likely(r.Path, seen)
		}
		req, err := http.NewRequest(http.MethodGet, top.url+address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if p := top.fetch(owner, req, r.Path, address); p != nil {
			top.holds(*p, http.StatusOK, http.StatusNotFound, http.StatusUnprocessableEntity)
		}
	}
	after := top.rows()
	for key, value := range after {
		if before[key] != value {
			t.Errorf("looking changed the row %s", key)
		}
	}
	if len(after) < len(before) {
		t.Error("looking took rows away")
	}
}

// likely is an address of a route: what its wildcards stand for is taken from one
// that begins alike, or is nothing at all.
func (c *consoleTop) likely(path string, seen map[string]string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if !wildcard.MatchString(part) {
			continue
		}
		parts[i] = "nothing"
		for pattern, address := range seen {
			address, _, _ = strings.Cut(address, "?")
			like, got := strings.Split(pattern, "/"), strings.Split(address, "/")
			if len(like) > i && len(got) > i && slices.Equal(like[:i], strings.Split(path, "/")[:i]) && wildcard.MatchString(like[i]) {
				parts[i] = got[i]
			}
		}
	}
	return strings.TrimSuffix(strings.Join(parts, "/"), "{$}")
}

// holds looks at one page.
func (c *consoleTop) holds(p seenPage, fine ...int) {
	c.t.Helper()
	where := p.address
	if !slices.Contains(fine, p.status) {
		c.t.Errorf("%s gives %d", where, p.status)
	}
	if csp := p.header.Get("Content-Security-Policy"); !strictPolicy(csp) {
		c.t.Errorf("%s has the policy %q", where, csp)
	}
	if strings.HasPrefix(p.header.Get("Content-Type"), "text/") && strings.ContainsAny(p.body, "\u202e\u2066\u2067\x00") {
		c.t.Errorf("%s turns the direction of its text", where)
	}
	if p.root == nil {
		return
	}
	for _, bad := range inline(p.root) {
		c.t.Errorf("%s has %s", where, bad)
	}
	for n := range p.root.Descendants() {
		if n.Data == "form" && strings.EqualFold(attribute(n, "method"), "post") && !hasToken(n) {
			c.t.Errorf("%s: the form to %s has no token", where, attribute(n, "action"))
		}
	}
	if !strings.Contains(p.body, "<!doctype html>") {
		return
	}
	if size := c.weight(p); size > 150<<10 {
		c.t.Errorf("%s is %d KB with all that it needs", where, size>>10)
	}
}

// inline is whatever in a page would run or look by itself, against the policy:
// markup in somebody's name would be among it.
func inline(root *html.Node) (bad []string) {
	for n := range root.Descendants() {
		switch {
		case n.Type != html.ElementNode:
			continue
		case n.Data == "style" || n.Data == "iframe" || n.Data == "object" || n.Data == "base":
			bad = append(bad, "an element "+n.Data)
		case n.Data == "script" && (attribute(n, "src") == "" || n.FirstChild != nil):
			bad = append(bad, "an inline script")
		case n.Data == "img" && attribute(n, "src") == "x":
			bad = append(bad, "markup out of a name")
		}
		for _, a := range n.Attr {
			v := strings.ToLower(strings.TrimSpace(a.Val))
			outside := slices.Contains([]string{"src", "href", "action", "formaction"}, a.Key) && (strings.HasPrefix(v, "javascript:") || strings.HasPrefix(v, "data:text"))
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(a.Key, "hx-on") || outside || strings.HasPrefix(v, "js:") {
				bad = append(bad, fmt.Sprintf("%s=%q in <%s>", a.Key, a.Val, n.Data))
			}
		}
	}
	return bad
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasToken(form *html.Node) bool {
	for n := range form.Descendants() {
		if n.Data == "input" && attribute(n, "name") == "token" && len(attribute(n, "value")) == 64 {
			return true
		}
	}
	return false
}

// weight is what a browser that has seen nothing yet loads for a page, in bytes
// as sent.
func (c *consoleTop) weight(p seenPage) int {
	c.t.Helper()
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	io.WriteString(z, p.body)
	z.Close()
	size := b.Len()
	for n := range p.root.Descendants() {
		src := attribute(n, "src")
		if n.Data == "link" {
			src = attribute(n, "href")
		}
		if src != "" && strings.HasPrefix(src, "/console/") {
			size += c.sent(src)
		}
	}
	return size
}

// sent is how many bytes a file of the pages takes on its way.
func (c *consoleTop) sent(address string) int {
	c.t.Helper()
	req, err := http.NewRequest(http.MethodGet, c.url+address, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return int(n)
}
