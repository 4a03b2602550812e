package sim

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// The live connection sends what changed and no more, and all of it to a
// browser that lost its place.
func TestPageLive(t *testing.T) {
	w := newPageWorld(t, nil)
	html, _ := w.get("")
	token := regexp.MustCompile(`live\?view=([0-9a-f]+)`).FindStringSubmatch(html)[1]
	live := w.listen(token)
	w.do("phone/p1/follow")
	got := live(`hx-swap-oob="beforeend:#p1-log"`)
	if strings.Contains(got, `id="phones"`) || strings.Contains(got, `id="p2-log"`) {
		t.Errorf("more than what changed was sent: %s", got)
	}
	again := w.listen(token)
	if got := again("p3-under"); !strings.Contains(got, `id="phones" hx-swap-oob="true"`) || !strings.Contains(got, "Welcome") {
		t.Errorf("a browser that lost its place got %s", got)
	}
}

// listen connects, and gives a function that reads until something comes.
func (w *pageWorld) listen(token string) func(want string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), AwaitLimit)
	w.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, "GET", w.web.URL+"/some/where/live?view="+token, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { res.Body.Close() })
	in := bufio.NewReader(res.Body)
	return func(want string) string {
		w.t.Helper()
		var all strings.Builder
		for !strings.Contains(all.String(), want) {
			line, err := in.ReadString('\n')
			if err != nil {
				if err != io.EOF {
					w.t.Log(err)
				}
				w.t.Fatalf("%q never came, but %s", want, all.String())
			}
			all.WriteString(line)
		}
		return all.String()
	}
}

// A list's changes: appended, changed in place, dropped at the front.
func TestDifference(t *testing.T) {
	list := func(open string, ids ...string) *pageView {
		r := region{id: "l", list: true, open: `<div id="l"` + open + `>`}
		for _, id := range ids {
			name, stamp, _ := strings.Cut(id, "=")
			r.item = append(r.item, pageItem{name, stamp, `<p id="` + name + `">` + stamp + `</p>`})
		}
		return &pageView{regions: []region{r}}
	}
	for _, c := range []struct {
		what     string
		old, new *pageView
		want     string
	}{
		{"nothing", list("", "a", "b"), list("", "a", "b"), ""},
		{"appended", list("", "a"), list("", "a", "b"), `<div hx-swap-oob="beforeend:#l"><p id="b"></p></div>`},
		{"changed", list("", "a=1", "b"), list("", "a=2", "b"), `<p id="a" hx-swap-oob="true">2</p>`},
		{"dropped", list("", "a", "b"), list("", "b", "c"), `<i id="a" hx-swap-oob="delete"></i><div hx-swap-oob="beforeend:#l"><p id="c"></p></div>`},
		{"reordered", list("", "a", "b"), list("", "b", "a"), `<div id="l" hx-swap-oob="true"><p id="b"></p><p id="a"></p></div>`},
		{"another", list(" x", "a"), list(" y", "a"), `<div id="l" hx-swap-oob="true" y><p id="a"></p></div>`},
		{"all gone", list("", "a"), list("", "b"), `<div id="l" hx-swap-oob="true"><p id="b"></p></div>`},
	} {
		if got := difference(c.old, c.new); got != c.want {
			t.Errorf("%s: %s", c.what, got)
		}
	}
}

// Pages of other hosts are not fetched, whatever a message names.
func TestPageFetchesLoopbackOnly(t *testing.T) {
	s := New(t)
	pg := &page{sim: s}
	hit := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }))
	defer hit.Close()
	if body, err := pg.fetch(hit.URL); string(body) != "ok" || err != nil {
		t.Errorf("loopback gave %q, %v", body, err)
	}
	for _, address := range []string{"http://192.0.2.1/", "https://example.com/", "file:///etc/passwd", "http://127.0.0.1.evil.example/", ""} {
		if _, err := pg.fetch(address); err == nil || !strings.HasPrefix(err.Error(), "sim: ") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
