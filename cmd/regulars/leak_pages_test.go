package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/handlers/api"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/survey"
	"regulars/store"
)

// TestPagesAndAnswersKeepToThemselves walks the console as each of its roles, and asks
// the API with a key of each scope: whatever the spelling, nobody is shown what they have
// not asked for, a program nothing that names or reaches somebody, and none of them what
// opens something.
func TestPagesAndAnswersKeepToThemselves(t *testing.T) {
	t.Parallel()
	if raceDetector {
		t.Skip("one request comes after the other: the run without the detector asks the same")
	}
	top := newConsoleTop(t, false)
	g := top.guarded()
	roles := map[string]*http.Client{"an owner": top.enters(top.owner), "a manager": top.enters(top.mia)}
	for role, client := range roles {
		g.kept["session of "+role] = top.cookie(client)
	}
	for role, client := range roles {
		top.pagesHide(role, client, g)
		top.askedPagesShow(role, client, g)
	}
	top.storesKeepApart(roles["a manager"], g)
	top.answersHide(g)
}

// storesKeepApart has a manager of one branch go wherever links lead, and to what
// belongs to the other branch: a customer is everybody's, what they said of a branch
// and what happens there is not. A manager of all is shown it.
func (c *consoleTop) storesKeepApart(all *http.Client, g *guarded) {
	c.t.Helper()
	const soup = "the soup at the harbour was cold"
	s, harbour := c.cafe.app.shop, loyalty.Ref("")
	of := s.Programme
	s.Programme = func(at time.Time) *programme.Programme {
		p := *of(at)
		p.Stores = append(slices.Clone(p.Stores), programme.Store{ID: "harbour", Name: "The harbour"})
		return &p
	}
	c.do(func(tx store.Tx) (err error) {
		now := c.cafe.app.clock.Now()
		sealed, err := s.SealWords(tx, g.id, soup)
		if err != nil {
			return err
		}
		k, _, err := s.Surveys.Doubt(tx, g.id, 1, survey.Visit{At: now, Store: "harbour"}, survey.Note{At: now, Sealed: sealed})
		harbour = k.Ref
		return err
	})
	ben, err := c.cafe.enrol(c.t.Context(), people.Identity{Channel: "line", User: "Ubenbenbenbenbenbenbenbenbenben1"}, "Ben", people.Manager, "en")
	if err != nil {
		c.t.Fatal(err)
	}
	c.do(func(tx store.Tx) error {
		return s.Vault.MoveStaff(tx, ben.ID, people.Manager, "main")
	})
	theirs := map[string]string{"what was said of the other branch": soup, "its case": string(harbour)}
	see := func(client *http.Client) (pages []seenPage) {
		pages = c.crawl(client, 3)
		for _, address := range []string{"/console/cases", "/console/cases/" + string(harbour), "/console/members/" + string(g.id), "/console/trust/lines"} {
			pages = append(pages, seenPage{address: address, body: c.body(client, http.MethodGet, address, nil)})
		}
		return pages
	}
	for _, p := range see(c.enters(ben)) {
		lookFor(c.t, p.address+" as a manager of one store sees it", []byte(p.body), theirs)
	}
	found := 0
	for _, p := range see(all) {
		found += len(leaks([]byte(p.body), theirs))
	}
	if found < 2 {
		c.t.Error("a manager of all stores finds nothing of it either: the search proves nothing")
	}
}

// cookie is the secret of a browser's session.
func (c *consoleTop) cookie(client *http.Client) string {
	c.t.Helper()
	at, err := url.Parse(c.url + "/console/")
	if err != nil {
		c.t.Fatal(err)
	}
	for _, cookie := range client.Jar.Cookies(at) {
		if cookie.Name == "regulars_console" {
			return cookie.Value
		}
	}
	c.t.Fatal("a browser in the console has no session")
	return ""
}

// pagesHide opens every page that a role can open by following links.
func (c *consoleTop) pagesHide(role string, client *http.Client, g *guarded) {
	c.t.Helper()
	named, hidden := 0, g.hidden()
	pages := c.crawl(client, 2)
	for _, of := range []string{"", "/statement", "/statement?format=csv", "/purchases", "/verify", "/correct", "/freeze", "/paid", "/tags", "/merge", "/erase"} {
		p := seenPage{address: "/console/members/" + string(g.id) + of}
		p.body = c.body(client, http.MethodGet, p.address, nil)
		pages = append(pages, p)
	}
	for _, p := range pages {
		lookFor(c.t, p.address+" as "+role+" sees it", []byte(p.body), hidden)
		if len(leaks([]byte(p.body), map[string]string{"name": g.name})) > 0 {
			named++
		}
	}
	// Her own page and those of its forms, and the lists that somebody decides from:
	// where the search finds no name, it would find nothing else either.
	if named < 8 {
		c.t.Errorf("only %d of the %d pages that %s sees name her: the search proves little", named, len(pages), role)
	}
}

// askedPagesShow asks for what is shown to who asks: it is the search's own trial that it
// is found there, and what opens something is not even shown then.
func (c *consoleTop) askedPagesShow(role string, client *http.Client, g *guarded) {
	c.t.Helper()
	at := "/console/members/" + string(g.id)
	token := c.token(client)
	shown := c.body(client, http.MethodPost, at+"/number", url.Values{"token": {token}}) +
		c.body(client, http.MethodPost, at+"/export", url.Values{"token": {token}, "reason": {"she asked"}})
	lookFor(c.t, "what "+role+" asks for", []byte(shown), g.kept)
	for _, what := range []string{"phone", "birthday", "chat id", "card number"} {
		if len(leaks([]byte(shown), map[string]string{what: g.told[what]})) == 0 {
			c.t.Errorf("her %s is not found where %s has asked for it", what, role)
		}
	}
}

// body asks for a page, by a form where there is one, and gives what came.
func (c *consoleTop) body(client *http.Client, method, address string, form url.Values) string {
	c.t.Helper()
	req, err := http.NewRequest(method, c.url+address, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return c.read(client.Do(req))
}

func (c *consoleTop) read(res *http.Response, err error) string {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	// What stands in the head went out as well, save the cookie that it is for.
	res.Header.Del("Set-Cookie")
	return fmt.Sprintln(res.StatusCode, res.Header) + string(raw)
}

// answersHide asks all that there is to ask of her with a key of each scope, rightly and
// wrongly; and at last with what is no key, which is soon asked to wait.
func (c *consoleTop) answersHide(g *guarded) {
	c.t.Helper()
	hidden := g.hidden()
	hidden["name"] = g.name
	told := map[bool]int{} // whether it was refused
	for _, scope := range append(api.Scopes[:len(api.Scopes):len(api.Scopes)], "") {
		key := c.keyOf(scope)
		hidden["key for "+string(scope)] = key
		for _, o := range apiOperations(c.t) {
			path := strings.ReplaceAll(o.path, "01AAAAAAAAAAAAAAAAAAAAAAAA", string(g.id))
			for _, body := range g.questions(o.method) {
				answer := c.answered(key, o.method, path, body)
				where := fmt.Sprintf("%s %s %s with a key for %q", o.method, path, body, scope)
				lookFor(c.t, where, []byte(answer), hidden)
				refused := strings.HasPrefix(answer, "40") || strings.HasPrefix(answer, "429")
				ofHer := strings.Contains(answer, "•••678")
				if refused && ofHer {
					c.t.Errorf("%s is refused, and told of her all the same: %s", where, answer)
				}
				if refused || ofHer {
					told[refused]++
				}
			}
		}
	}
	if told[false] < 2 || told[true] < 100 {
		c.t.Errorf("%d answers told of her and %d were refused: nothing much was tried", told[false], told[true])
	}
}

// questions are bodies that name her, each in a way that some operation has.
func (g *guarded) questions(method string) []string {
	if method == http.MethodGet {
		return []string{""}
	}
	return []string{`{"phone":"0912345678"}`, `{"member":"` + string(g.id) + `","card":"` + g.told["card number"] + `","amount":"much"}`, `{"code":"` + g.kept["voucher code"] + `x"}`}
}

// keyOf makes a key that may do one thing; of no scope, what is no key.
func (c *consoleTop) keyOf(scope api.Scope) (key string) {
	c.t.Helper()
	if scope == "" {
		return "rk_01AAAAAAAAAAAAAAAAAAAAAAAA_mistypedmistypedmistypedmistyp"
	}
	c.do(func(tx store.Tx) (err error) {
		_, key, err = api.Keys{Shop: c.cafe.app.shop}.Make(tx, api.NewKey{Name: "Till", Scopes: []api.Scope{scope}, By: loyalty.ByJob("test")}, c.cafe.app.clock.Now())
		return err
	})
	return key
}

// answered is what the API says to a program.
func (c *consoleTop) answered(key, method, path, body string) string {
	c.t.Helper()
	req, err := http.NewRequest(method, c.url+path, bytes.NewReader([]byte(body)))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", fmt.Sprintf("asked-%d", c.made.Add(1)))
	return c.read(http.DefaultClient.Do(req))
}
