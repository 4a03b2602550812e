package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
)

// TestDemoConsole: the page's link opens the console as Mia without a word more,
// keeps the session that is there, and lets nobody in who does not sit at this
// machine.
func TestDemoConsole(t *testing.T) {
	t.Parallel()
	d := demoOn(t, DemoOptions{Lang: "en"})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	groups := ""
	for range 2 {
		res, err := browser.Get(d.address + consolePath)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK || res.Request.URL.Path != "/console/" || !strings.Contains(string(page), "Where you are logged in") {
			t.Fatalf("%s gave %d: %v %s", res.Request.URL, res.StatusCode, err, page)
		}
		groups = res.Request.URL.JoinPath("activities/rooms").String()
	}
	res, err := browser.Get(groups)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(res.Body)
	res.Body.Close()
	for state, n := range map[string]int{"waits to be let in": 2, ">Let in<": 2, "is in<": 3, "is to be taken out": 1} {
		if got := strings.Count(string(page), state); err != nil || got < n {
			t.Errorf("the groups' page says %q %d times, want %d: %v", state, got, n, err)
		}
	}
	if t.Failed() {
		t.Logf("%s", page)
	}
	here, _, _ := strings.Cut(strings.TrimPrefix(d.address, "http://"), "/")
	for host, status := range map[string]int{"evil.example": http.StatusForbidden, here: http.StatusSeeOther} {
		req, _ := http.NewRequest(http.MethodGet, d.address+consolePath, nil)
		req.Host = host
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != status || status == http.StatusForbidden && res.Header.Get("Set-Cookie") != "" {
			t.Errorf("asked as %s it gives %d %v", host, res.StatusCode, res.Header)
		}
	}
}
