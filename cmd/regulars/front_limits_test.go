package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"regulars/store/bolt"
)

// asks sends a request through the limits as the mux would answer it, and gives
// the status.
func (c *frontLimits) asks(from, method, path, pattern string, status int, now time.Time, headers ...string) int {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	wait, heard := c.turn(r, from, now)
	if wait > 0 {
		return http.StatusTooManyRequests
	}
	r.Pattern = pattern
	heard(status)
	return status
}

// TestLongAddresses: an address as long as a server reads is counted like any other,
// and is not kept for it.
func TestLongAddresses(t *testing.T) {
	t.Parallel()
	long := "/c/" + strings.Repeat("A", 30_000)
	if n := len(short(long)); n > 128 {
		t.Errorf("%d bytes of it are kept", n)
	}
	l := newFrontLimits()
	through := 0
	for range 2 * tokenRate.Burst {
		if l.asks("203.0.113.7", "GET", long, "GET /c/{token}", 404, caseDay) == 404 {
			through++
		}
	}
	if through != tokenRate.Burst {
		t.Errorf("%d of one long address were answered", through)
	}
	if got := l.asks("203.0.113.7", "GET", long+"B", "GET /c/{token}", 404, caseDay); got != 404 {
		t.Errorf("another is answered %d", got)
	}
}

// Somebody on the shop's Wi-Fi floods the counter, the console and the API with
// guesses, for an hour: the tablet, the manager and the till beside them, who are
// behind the same address, never wait.
func TestFloodBesideOthers(t *testing.T) {
	t.Parallel()
	const address = "203.0.113.7"
	for _, c := range []struct{ what, path, pattern, header, good, bad string }{
		{"counter", "/counter/api/find", "POST /counter/api/find", "Cookie", "regulars_device=good", "regulars_device="},
		{"console", "/console/members", "GET /console/members", "Cookie", "__Host-regulars_console=good", "__Host-regulars_console="},
		{"api", "/api/v1/purchases", "POST /api/v1/purchases", "Authorization", "Bearer good", "Bearer "},
	} {
		l := newFrontLimits()
		now := caseDay
		if got := l.asks(address, "POST", c.path, c.pattern, 200, now, c.header, c.good); got != 200 {
			t.Fatalf("%s: the first is answered %d", c.what, got)
		}
		through := 0
		for i := range 36_000 {
			now = now.Add(time.Second / 10)
			for range 3 {
				if l.asks(address, "POST", c.path, c.pattern, 401, now, c.header, c.bad+fmt.Sprint(i%20_000)) == 401 {
					through++
				}
			}
			if got := l.asks(address, "POST", c.path, c.pattern, 200, now, c.header, c.good); got != 200 {
				t.Fatalf("%s: after %d guesses who is known is answered %d", c.what, through, got)
			}
		}
		if most := strangerRate.Burst + int(time.Hour/strangerRate.Every) + 1; through > most {
			t.Errorf("%s: %d guesses of 108,000 came through, want at most %d", c.what, through, most)
		}
		if n := l.strangers.Len() + len(l.good); n > 20 {
			t.Errorf("%s: %d callers are remembered of one address and one who is known", c.what, n)
		}
	}
}

// What answers whoever asks makes nobody known: neither a page of entrance nor a
// refusal vouches for a cookie.
func TestNobodyIsKnownForNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path, pattern string
		status        int
	}{
		{"/console/in/x", "GET /console/in/{token}", 200},
		{"/console/a/1/app.css", "GET /console/a/{version}/{file}", 200},
		{"/console/", "GET /console/{$}", 401},
		{"/console/nowhere", "/console/", 404},
		{"/counter/", "GET /counter/{$}", 200},
		{"/counter/api/state", "GET /counter/api/state", 200},
		{"/counter/api/find", "POST /counter/api/find", 401},
		{"/counter/api/find", "POST /counter/api/find", 400},
		{"/api/v1/openapi.json", "GET /api/v1/openapi.json", 200},
		{"/api/v1/purchases", "/api/v1/", 404},
	} {
		l := newFrontLimits()
		l.asks("203.0.113.7", "GET", c.path, c.pattern, c.status, caseDay, "Cookie", "regulars_device=x; regulars_console=x", "Authorization", "Bearer x")
		if len(l.good) > 0 {
			t.Errorf("%s answered %d, and its asker is known now", c.path, c.status)
		}
	}
}

// An address of IPv6 is worth no more than its network, and every network has its own.
func TestSubnets(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"203.0.113.7": "203.0.113.7", "::ffff:203.0.113.7": "203.0.113.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2::9%eth0": "2001:db8:1:2::/64", "2001:db8:1:3::9": "2001:db8:1:3::/64",
		"@": "@",
	} {
		if got := subnet(address); got != want {
			t.Errorf("%s is of %s, want %s", address, got, want)
		}
	}
}

// A page's flood over HTTP: its address is told to wait, in its own words; others
// are answered, and so are the address's other errands.
func TestPublicPagesFlood(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} })
	get := func(from, path string) (int, http.Header, string) {
		r, err := http.NewRequest("GET", l.app.url+path, nil)
		l.try(err)
		r.Header.Set("X-Forwarded-For", from)
		r.Header.Set("Accept-Language", "ja")
		res, err := http.DefaultClient.Do(r)
		l.try(err)
		defer res.Body.Close()
		raw, err := io.ReadAll(res.Body)
		l.try(err)
		return res.StatusCode, res.Header, string(raw)
	}
	l.world.Clock.Freeze(l.clock.Now()) // so that nothing is let in again meanwhile, however slow the machine
	last := map[int]int{}
	for range 80 {
		status, _, _ := get("203.0.113.7", "/c/one-token")
		last[status]++
	}
	if last[200] != 60 || last[429] != 20 {
		t.Errorf("one address of a page was answered %v", last)
	}
	status, h, words := get("203.0.113.7", "/c/one-token")
	if status != 429 || h.Get("Retry-After") != "1" || !strings.Contains(words, "もう一度お試しください") {
		t.Errorf("%d, Retry-After %q: %q", status, h.Get("Retry-After"), words)
	}
	for _, path := range []string{"/c/another", "/console/", "/counter/", "/healthz"} {
		if status, _, _ := get("203.0.113.7", path); status == 429 {
			t.Errorf("%s is refused as well", path)
		}
	}
	if status, _, _ := get("198.51.100.2", "/c/one-token"); status != 200 {
		t.Errorf("somebody else is answered %d", status)
	}
	clear(last)
	for i := range 700 {
		status, _, _ := get(fmt.Sprintf("2001:db8::%x", i), fmt.Sprint("/v/guess", i))
		last[status]++
	}
	if last[429] != 100 {
		t.Errorf("700 guesses from as many addresses of one network were answered %v", last)
	}
	l.world.Clock.Advance(time.Second)
	if status, _, _ := get("203.0.113.7", "/c/one-token"); status != 200 {
		t.Errorf("who waited as they were told is answered %d", status)
	}
}

// Who opens connections and says nothing has so many, and the next are hung up on
// at once; somebody else is answered, and they are again when they let go.
func TestConnectionsBounded(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	open := &openConns{shares: shares{most: 8, each: 4}, near: func(string) bool { return false }}
	go serveHTTP(t.Context(), l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok")) }), open)
	var held []net.Conn
	gone := make(chan struct{}, 7)
	for range 7 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		held = append(held, c)
		go func() { c.Read(make([]byte, 1)); gone <- struct{}{} }()
	}
	for n := range 3 {
		select {
		case <-gone:
		case <-time.After(patience):
			t.Fatalf("%d of 7 were hung up on, want 3", n)
		}
	}
	select {
	case <-gone:
		t.Error("more than 3 of 7 were hung up on")
	case <-time.After(time.Second / 4):
	}
	for _, c := range held {
		c.Close()
	}
	for late := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) { // the server hears of it by the network
		res, err := http.Get("http://" + l.Addr().String())
		if err == nil {
			res.Body.Close()
			break
		}
		if time.Now().After(late) {
			t.Fatalf("after they let go: %v", err)
		}
	}
}
