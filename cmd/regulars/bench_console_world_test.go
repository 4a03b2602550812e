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
	"regexp"
	"strings"
	"testing"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/metric"
	"regulars/loyalty/people"
	"regulars/store"
)

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

// busyMonths employs some people, has each sell once a day for sixty days,
// and sets goals.
func busyMonths(b *testing.B, a *app, employees int) {
	b.Helper()
	ctx, now := context.Background(), a.clock.Now()
	var buyer loyalty.MemberID
	var staff []people.Staff
	err := a.db.Update(ctx, func(tx store.Tx) error {
		for i := range employees + 1 {
			who := people.Identity{Channel: benchChannel, User: fmt.Sprintf("Uclerk%d", i)}
			p, _, err := a.shop.Vault.Meet(tx, who, people.Seen{DisplayName: fmt.Sprint("Clerk ", i)}, now, rand.Reader)
			if err != nil {
				return err
			}
			if i == employees {
				buyer = p.ID
				_, err = a.shop.Vault.Join(tx, p.ID, shop.Wording, now.AddDate(0, -3, 0), rand.Reader)
				return err
			}
			code, err := a.shop.Vault.Invite(tx, people.Clerk, "", loyalty.ByJob("bench"), now, people.CodeLife, rand.Reader)
			if err != nil {
				return err
			}
			one, err := a.shop.Vault.Enrol(tx, code, who, now, rand.Reader)
			if err != nil {
				return err
			}
			staff = append(staff, one)
		}
		return nil
	})
	for day := 60; day >= 0 && err == nil; day-- {
		err = a.db.Update(ctx, func(tx store.Tx) error {
			for i, one := range staff {
				at := now.AddDate(0, 0, -day)
				act := book.Act{Op: loyalty.OpID(fmt.Sprintf("home-%d-%d", day, i)), Actor: one.ID.Actor(), Role: one.Role, Now: at}
				if _, err := a.shop.Book.Earn(tx, buyer, act, loyalty.Money(100+i), ""); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err == nil {
		err = a.db.Update(ctx, func(tx store.Tx) error {
			for _, n := range []metric.Name{metric.Revenue, metric.Active, metric.RepeatRate} {
				if _, err := a.shop.Metrics.SetGoal(tx, metric.Goal{Metric: n, Target: 50, By: now.AddDate(0, 1, 0), SetBy: loyalty.ByJob("bench")}, now, nil); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		b.Fatal(err)
	}
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
	server := httptest.NewServer(a.routes())
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
func (c *consoleClient) search(words string) string {
	return c.post("/console/members", url.Values{"q": {words}, "token": {hidden(c.get("/console/members"))}})
}
