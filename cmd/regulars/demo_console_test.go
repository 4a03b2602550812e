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
