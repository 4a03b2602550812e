package sms

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"regulars/bot"
)

// request is what a gateway of these tests saw.
type request struct {
	method, path, query, body string
	header                    http.Header
}

// gateway answers as told and remembers the last request.
func gateway(t *testing.T, status int, answer string, headers ...string) (url string, last *request) {
	last = &request{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*last = request{r.Method, r.URL.Path, r.URL.RawQuery, string(body), r.Header}
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	return s.URL, last
}

// send encodes and sends one letter.
func send(t *testing.T, cfg Config, to, text string) bot.Result {
	t.Helper()
	g, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	calls, err := g.Encode(bot.Letter{To: bot.Address{Chat: bot.Chat{Channel: "sms", ID: bot.ChatID(to)}}, Messages: []bot.Message{{Text: text}}}, true)
	if err != nil || len(calls) != 1 || calls[0].Cost != 1 || calls[0].Idempotent {
		t.Fatalf("%+v, %v", calls, err)
	}
	return g.Send(context.Background(), calls[0], "")
}

const jsonBody = `{"to":"{to}","text":"{text}","key":"{secret}"}`

func TestRequests(t *testing.T) {
	const text = `Café "7" & {to}: 123456 是您的驗證碼`
	for _, c := range []struct {
		name         string
		cfg          Config
		method, path string
		query, body  string
	}{
		{"json", Config{URL: "/send", Body: jsonBody, Secret: `s"1`}, "POST", "/send", "",
			`{"to":"+886912345678","text":"Café \"7\" & {to}: 123456 是您的驗證碼","key":"s\"1"}`},
		{"form", Config{URL: "/send", Body: "n={digits}&m={text}", ContentType: "application/x-www-form-urlencoded"}, "POST", "/send", "",
			"n=886912345678&m=" + url.QueryEscape(text)},
		{"query", Config{URL: "/send?n={to}&m={text}&k={secret}", Method: "GET", Secret: "a b"}, "GET", "/send",
			"n=%2B886912345678&m=" + url.QueryEscape(text) + "&k=a+b", ""},
	} {
		base, last := gateway(t, 202, "{}")
		c.cfg.URL = base + c.cfg.URL
		c.cfg.Headers = []string{"Authorization: Bearer {secret}", "X-Shop:  café "}
		if res := send(t, c.cfg, "+886912345678", text); res.Outcome != bot.Delivered || res.Err != nil {
			t.Errorf("%s: %+v", c.name, res)
		}
		if last.method != c.method || last.path != c.path || last.query != c.query || last.body != c.body {
			t.Errorf("%s: the gateway saw %+v", c.name, last)
		}
		if last.header.Get("Authorization") != strings.TrimSpace("Bearer "+c.cfg.Secret) || last.header.Get("X-Shop") != "café" {
			t.Errorf("%s: headers %v", c.name, last.header)
		}
	}
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		status  int
		answer  string
		headers []string
		want    bot.Outcome
		wait    time.Duration
	}{
		{200, `{"code":"ok"}`, nil, bot.Delivered, 0},
		{202, `{"code":"ok"}`, nil, bot.Delivered, 0},
		{200, `{"code":"no credit"}`, nil, bot.Rejected, 0},
		{302, "", []string{"Location", "http://127.0.0.1:1/"}, bot.Rejected, 0},
		{400, "+886912345678 is no number", nil, bot.Rejected, 0},
		{401, "", nil, bot.Unauthorised, 0},
		{403, "", nil, bot.Unauthorised, 0},
		{429, "", []string{"Retry-After", "7"}, bot.NotSent, 7 * time.Second},
		{429, "", []string{"Retry-After", "86400"}, bot.NotSent, time.Minute},
		{503, "", []string{"Retry-After", "2"}, bot.NotSent, 2 * time.Second},
		{500, "", nil, bot.Unknown, 0},
		{502, "<html>", nil, bot.Unknown, 0},
	} {
		base, _ := gateway(t, c.status, c.answer, c.headers...)
		res := send(t, Config{URL: base, Body: jsonBody, Accepted: `"code":"ok"`}, "+886912345678", "secret words 123456")
		if res.Outcome != c.want || res.RetryAfter != c.wait {
			t.Errorf("%d %q: %+v, want %s", c.status, c.answer, res, c.want)
		}
		if res.Err != nil && (strings.Contains(res.Err.Error(), "912345678") || strings.Contains(res.Err.Error(), "123456")) {
			t.Errorf("%d: the error tells too much: %v", c.status, res.Err)
		}
	}
}

// Nobody knows whether a message went out whose answer was lost; one that could
// not leave may be tried again. Neither error names the number.
func TestNoAnswer(t *testing.T) {
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer silent.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for base, want := range map[string]bot.Outcome{silent.URL: bot.Unknown, gone.URL: bot.NotSent} {
		res := send(t, Config{URL: base + "/?to={to}&t={text}", Method: "GET"}, "+886912345678", "123456")
		if res.Outcome != want || res.Err == nil || strings.Contains(res.Err.Error(), "886912345678") {
			t.Errorf("%+v, want %s", res, want)
		}
	}
}

// A letter to nobody is done without a request and costs nothing.
func TestNobody(t *testing.T) {
	g, err := New(Config{URL: "https://sms.example/send", Body: jsonBody})
	if err != nil {
		t.Fatal(err)
	}
	calls, err := g.Encode(bot.Letter{Messages: []bot.Message{{Text: "123456"}}}, true)
	if err != nil || len(calls) != 0 {
		t.Errorf("%v, %v", calls, err)
	}
}

func TestConfigRefused(t *testing.T) {
	for name, cfg := range map[string]Config{
		"no address":    {Body: jsonBody},
		"in the clear":  {URL: "http://sms.example/", Body: jsonBody},
		"no text":       {URL: "https://sms.example/", Body: `{"to":"{to}"}`},
		"no number":     {URL: "https://sms.example/", Body: `{"text":"{text}"}`},
		"a bad header":  {URL: "https://sms.example/", Body: jsonBody, Headers: []string{"Bearer"}},
		"a line in one": {URL: "https://sms.example/", Body: jsonBody, Headers: []string{"A: b\r\nC: d"}},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
