package counter

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/mem"
)

// carded is a shop with a member, whose live card is at address.
type carded struct {
	t       testing.TB
	pages   *Pages
	clock   *clock
	get     func(path, languages string) *httptest.ResponseRecorder
	member  loyalty.MemberID
	address string
}

func newCarded(t testing.TB) *carded {
	t.Helper()
	pages, clock, get := site(t, "https://cafe.example",
		shop.Channel{Name: "main", Platform: bot.LINE, Handle: "@cafe"}, shop.Channel{Name: "tg", Platform: bot.Telegram, Handle: "cafe_bot"})
	pages.DB = mem.New()
	t.Cleanup(func() { pages.DB.Close() })
	c := &carded{t: t, pages: pages, clock: clock, get: get}
	v := pages.Shop.Vault
	c.do(func(tx store.Tx) error {
		who := people.Identity{Channel: "main", User: "U1"}
		p, _, err := v.Meet(tx, who, people.Seen{DisplayName: "Ann <b>", Language: "en"}, clock.now, pages.Shop.Rand)
		if err != nil {
			return err
		}
		c.member = p.ID
		if _, err := v.Join(tx, p.ID, shop.Wording, clock.now, pages.Shop.Rand); err != nil {
			return err
		}
		_, err = v.Card(tx, p.ID, pages.Shop.Rand)
		return err
	})
	c.do(func(tx store.Tx) (err error) {
		token, err := v.LiveToken(tx, c.member, clock.now, people.LiveLife)
		c.address = "/m/" + token
		return err
	})
	return c
}

func (c *carded) do(f func(tx store.Tx) error) {
	c.t.Helper()
	if err := c.pages.DB.Update(context.Background(), f); err != nil {
		c.t.Fatal(err)
	}
}

func (c *carded) gives(n loyalty.Points) {
	c.t.Helper()
	c.do(func(tx store.Tx) error {
		_, err := c.pages.Shop.Book.Give(tx, c.member, book.Act{Op: loyalty.OpID(fmt.Sprint("give ", int(n))), Actor: loyalty.ByJob("test"), Reason: []byte("x"), Now: c.clock.now}, n)
		return err
	})
}

// The page is whole without a script, is kept nowhere and framed nowhere, and
// what a member calls himself is text.
func TestLivePage(t *testing.T) {
	c := newCarded(t)
	c.gives(120)
	w := c.get(c.address, "ja")
	page := w.Body.String()
	for _, want := range []string{`lang="en"`, "Ann &lt;b&gt;", "120 points", "data:image/png;base64,", `http-equiv="refresh"`, "Coffee card"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	h := w.Header()
	for k, want := range map[string]string{"Cache-Control": "no-store", "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
		if h.Get(k) != want {
			t.Errorf("%s: %q", k, h.Get(k))
		}
	}
	if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy: %q", csp)
	}
	for _, path := range []string{"/m/live.css", "/m/live.js"} {
		if w := c.get(path, ""); w.Code != http.StatusOK || w.Body.Len() < 1000 {
			t.Errorf("%s: status %d, %d bytes", path, w.Code, w.Body.Len())
		}
	}
}

// An address that is no good tells nothing: not whose it was, nor why it ended.
func TestLivePageGone(t *testing.T) {
	c := newCarded(t)
	gone := func(path string) string {
		t.Helper()
		w := c.get(path, "en")
		if w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "Ann") || !strings.Contains(w.Body.String(), "https://t.me/cafe_bot?start=card") {
			t.Errorf("%.20s: status %d\n%s", path, w.Code, w.Body)
		}
		return w.Body.String()
	}
	never := gone("/m/nonsense")
	c.clock.now = c.clock.now.Add(people.LiveLife)
	if gone(c.address) != never {
		t.Error("after its hours the page says something else")
	}
	c.clock.now = c.clock.now.Add(-time.Hour)
	c.do(func(tx store.Tx) error { return c.pages.Shop.Vault.Freeze(tx, c.member, true, c.pages.Shop.Rand) })
	if gone(c.address) != never {
		t.Error("frozen, the page says something else")
	}
}

// streamed is one of a stream's.
type streamed struct{ name, data string }

// listen opens the stream of changes; it ends with the test.
func (c *carded) listen(address string) (<-chan streamed, *http.Response) {
	c.t.Helper()
	mux := http.NewServeMux()
	c.pages.Register(mux)
	s := httptest.NewServer(mux)
	c.t.Cleanup(s.Close)
	ctx, stop := context.WithCancel(context.Background())
	c.t.Cleanup(stop)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+address+"/changes", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { res.Body.Close() })
	out := make(chan streamed, 100)
	go func() {
		defer close(out)
		var e streamed
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch {
			case lines.Text() == "":
				out <- e
				e = streamed{}
			case name == "event":
				e.name = value
			case name == "data":
				e.data += value + "\n"
			}
		}
	}()
	return out, res
}

// await reads until an event contains a text.
func (c *carded) await(events <-chan streamed, name, text string) {
	c.t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case e, open := <-events:
			if !open {
				c.t.Fatalf("the stream ended before %s %q", name, text)
			}
			if e.name == name && strings.Contains(e.data, text) {
				return
			}
		case <-late:
			c.t.Fatalf("never %s %q", name, text)
		}
	}
}

// What changes comes by itself, whoever changed it; when the card is frozen the
// stream says so and ends.
func TestLiveChanges(t *testing.T) {
	c := newCarded(t)
	events, res := c.listen(c.address)
	if kind := res.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("a stream of %s", kind)
	}
	c.await(events, "part", "0 points")
	c.gives(35)
	c.await(events, "part", "35 points")
	c.do(func(tx store.Tx) error { return c.pages.Shop.Vault.Freeze(tx, c.member, true, c.pages.Shop.Rand) })
	c.await(events, "gone", "This card is closed")
	if e, open := <-events; open {
		t.Errorf("after its end it says %v", e)
	}
}

// The program's end ends the streams, and one member cannot hold many.
func TestLiveStreamsEnd(t *testing.T) {
	c := newCarded(t)
	stopping := make(chan struct{})
	c.pages.Stopping = stopping
	var all []<-chan streamed
	for range mostByOne {
		events, _ := c.listen(c.address)
		c.await(events, "beat", "")
		all = append(all, events)
	}
	if _, res := c.listen(c.address); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("one more: %s", res.Status)
	}
	close(stopping)
	for _, events := range all {
		for range events { // until its end
		}
	}
	if c.pages.live.all != 0 || len(c.pages.live.by) != 0 {
		t.Errorf("%d are still counted", c.pages.live.all)
	}
}

// BenchmarkLook is what one open live card costs a second: 1,000 of them should
// leave a core mostly free.
func BenchmarkLook(b *testing.B) {
	c := newCarded(b)
	c.gives(120)
	l := c.pages.newLive(strings.TrimPrefix(c.address, "/m/"))
	for b.Loop() {
		if err := l.look(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
