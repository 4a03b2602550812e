package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// BenchmarkConsoleMembers searches among a million members and opens a member's
// page, as a browser does over HTTP: searching may take 100 ms, a page with
// thousands of entries 50 ms. A tenth of the members shows how it grows.
// REGULARS_BENCH_MEMBERS sets another number than a million.
func BenchmarkConsoleMembers(b *testing.B) {
	most := 1_000_000
	if n, err := strconv.Atoi(os.Getenv("REGULARS_BENCH_MEMBERS")); err == nil {
		most = n
	}
	for _, members := range []int{most / 10, most} {
		b.Run(fmt.Sprint(members), func(b *testing.B) { benchConsoleMembers(b, members) })
	}
}

func benchConsoleMembers(b *testing.B, members int) {
	const entries = 3000
	s := newBenchShop(b, benchStore(b, members))
	defer s.app.db.Close()
	busy := loyalMember(b, s.app, entries)
	c := openConsole(b, s.app)
	searches := map[string]string{
		"a name's beginning that all have":  "member",
		"a whole name":                      fmt.Sprintf("Member %07d", members/2),
		"a beginning and a rare one":        "mem 00001",
		"a name that nobody has":            "zzyzx",
		"two beginnings that nobody shares": "member zz",
		"a number":                          "0900000001",
		"a member's number":                 string(busy),
	}
	for b.Loop() {
		for what, words := range searches {
			took := c.median(11, func() { c.search(words) })
			verdict(b, took < 100*time.Millisecond, "search for %s among %d: %v (bar 100 ms)", what, members, took)
		}
		at := "/console/members/" + string(busy)
		var size int
		took := c.median(21, func() { size = len(c.get(at)) })
		verdict(b, took < 50*time.Millisecond, "a page about %d entries among %d members: %v, %d bytes (bar 50 ms)", entries, members, took, size)
		far := at + "/statement"
		for range 20 { // pages on
			far = html.UnescapeString(regexp.MustCompile(`rel="next" href="([^"]*)"`).FindStringSubmatch(c.get(far))[1])
		}
		took = c.median(5, func() { c.get(far) })
		b.Logf("a page of its statement, far back: %v", took)
		took = c.median(5, func() { c.get(at + "/verify") })
		b.Logf("its chain looked through: %v", took)
	}
}

// loyalMember is a member with so many purchases.
func loyalMember(b *testing.B, a *app, n int) (id loyalty.MemberID) {
	b.Helper()
	now := a.clock.Now().Add(-time.Duration(n) * time.Hour)
	b.Logf("%d purchases are made", n)
	err := a.db.Update(context.Background(), func(tx store.Tx) error {
		p, _, err := a.shop.Vault.Meet(tx, people.Identity{Channel: benchChannel, User: "Ubusy"}, people.Seen{DisplayName: "Busy Bee"}, now, rand.Reader)
		if err != nil {
			return err
		}
		id = p.ID
		_, err = a.shop.Vault.Join(tx, id, shop.Wording, now, rand.Reader)
		return err
	})
	for from := 0; from < n && err == nil; from += 100 {
		err = a.db.Update(context.Background(), func(tx store.Tx) error {
			for i := from; i < min(n, from+100); i++ {
				at := now.Add(time.Duration(i) * time.Hour)
				act := book.Act{Op: loyalty.OpID(fmt.Sprint("busy-", i)), Actor: loyalty.ByJob("bench"), Now: at}
				rec, err := a.shop.Book.Earn(tx, id, act, 120, "")
				if err != nil {
					return err
				}
				if i%10 == 9 { // an account has so many open lots and no more
					act.Op += "-spent"
					if _, err := a.shop.Book.Spend(tx, id, act, rec.Balance.Available); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	if err != nil {
		b.Fatal(err)
	}
	return id
}

// consoleClient is a manager's browser.
type consoleClient struct {
	b      *testing.B
	client *http.Client
	at     string
}

// openConsole employs a manager and logs them in.
func openConsole(b *testing.B, a *app) *consoleClient {
	b.Helper()
	mux := http.NewServeMux()
	a.console.Register(mux)
	server := httptest.NewServer(mux)
	b.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	c := &consoleClient{b, &http.Client{Jar: jar}, server.URL}
	link := ""
	now := a.clock.Now()
	err = a.db.Update(context.Background(), func(tx store.Tx) error {
		who := people.Identity{Channel: benchChannel, User: "Umanager"}
		if _, _, err := a.shop.Vault.Meet(tx, who, people.Seen{DisplayName: "Mia", Language: "en"}, now, rand.Reader); err != nil {
			return err
		}
		code, err := a.shop.Vault.Invite(tx, people.Manager, "", loyalty.ByJob("bench"), now, people.CodeLife, rand.Reader)
		if err != nil {
			return err
		}
		me, err := a.shop.Vault.Enrol(tx, code, who, now, rand.Reader)
		if err != nil {
			return err
		}
		link, err = a.shop.Vault.NewConsoleLink(tx, me.ID, now, rand.Reader)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	page := c.get("/console/in/" + link)
	c.post("/console/in/"+link, url.Values{"token": {hidden(page)}})
	return c
}

// hidden is the token of a page's first form.
func hidden(page string) string {
	m := regexp.MustCompile(`name="token" value="([^"]*)"`).FindStringSubmatch(page)
	if m == nil {
		return ""
	}
	return m[1]
}

func (c *consoleClient) get(path string) string {
	res, err := c.client.Get(c.at + path)
	return c.read(path, res, err)
}

func (c *consoleClient) post(path string, form url.Values) string {
	req, err := http.NewRequest(http.MethodPost, c.at+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := c.client.Do(req)
	return c.read(path, res, err)
}

func (c *consoleClient) read(path string, res *http.Response, err error) string {
	if err != nil {
		c.b.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK && !strings.HasPrefix(path, "/console/in/") {
		c.b.Fatalf("%s: %d, %v", strings.SplitN(path, "?", 2)[0], res.StatusCode, err)
	}
	return string(raw)
}

// search sends the form and follows to the list, or to the member.
func (c *consoleClient) search(words string) {
	c.post("/console/members", url.Values{"q": {words}, "token": {hidden(c.get("/console/members"))}})
}

// median is the middle one of n times.
func (c *consoleClient) median(n int, f func()) time.Duration {
	f()
	took := make([]time.Duration, n)
	for i := range took {
		start := time.Now()
		f()
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	return took[n/2].Round(10 * time.Microsecond)
}
