package line_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/line"
)

// seen is what a test server was asked.
type seen struct {
	path, body, token string
	key               []string
}

// server answers every request with answer and keeps what was asked.
func server(t *testing.T, answer http.HandlerFunc) (base string, asked func() []seen) {
	t.Helper()
	var mu sync.Mutex
	var all []seen
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		all = append(all, seen{r.URL.Path, string(body), strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), r.Header.Values("X-Line-Retry-Key")})
		mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, func() []seen {
		mu.Lock()
		defer mu.Unlock()
		return append([]seen(nil), all...)
	}
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

const retryKey = "123e4567-e89b-12d3-a456-426614174000"

// made are one call of each method.
func made(t *testing.T, c *line.Channel) map[string]bot.Call {
	t.Helper()
	l := letters["text"]
	l.Reply = bot.ReplyToken{Value: "token1"}
	reply, err := c.Encode(l, true)
	if err != nil {
		t.Fatal(err)
	}
	push, err := c.Encode(l, false)
	if err != nil {
		t.Fatal(err)
	}
	multicast, err := c.EncodeMulticast([]bot.UserID{ann, bob}, l.Messages)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]bot.Call{"reply": reply[0], "push": push[0], "multicast": multicast}
}

func TestSendClassifies(t *testing.T) {
	const sent = `{"sentMessages":[{"id":"461230966842064897","quoteToken":"q"}]}`
	const other = `{"message":"A message (messages[0]) in the request body is invalid","details":[{"message":"invalid property","property":"/footer/contents/2"}]}`
	for _, c := range []struct {
		what              string
		answer            http.HandlerFunc
		reply, push, mass bot.Outcome
	}{
		{"accepted", says(200, sent), bot.Delivered, bot.Delivered, bot.Delivered},
		{"empty 200", says(200, ""), bot.Unknown, bot.Unknown, bot.Unknown},
		{"200 of a proxy", says(200, "<html>"), bot.Unknown, bot.Unknown, bot.Unknown},
		{"key known", says(409, `{"message":"The retry key is already accepted","sentMessages":[{"id":"461230966842064897"}]}`), bot.Rejected, bot.Delivered, bot.Delivered},
		{"token used", says(400, `{"message":"Invalid reply token"}`), bot.TokenDead, bot.TokenDead, bot.TokenDead},
		{"stranger", says(400, `{"message":"Failed to send messages"}`), bot.Unreachable, bot.Unreachable, bot.Unreachable},
		{"our fault", says(400, other), bot.Rejected, bot.Rejected, bot.Rejected},
		{"bad token", says(401, `{"message":"Authentication failed"}`), bot.Unauthorised, bot.Unauthorised, bot.Unauthorised},
		{"wrong plan", says(403, `{"message":"Not authorized"}`), bot.Unauthorised, bot.Unauthorised, bot.Unauthorised},
		{"wrong place", says(404, `{"message":"Not found"}`), bot.Rejected, bot.Rejected, bot.Rejected},
		{"too large", says(413, ``), bot.Rejected, bot.Rejected, bot.Rejected},
		{"rate", says(429, `{"message":"The API rate limit has been exceeded. Try again later."}`), bot.NotSent, bot.NotSent, bot.NotSent},
		{"month", says(429, `{"message":"You have reached your monthly limit."}`), bot.QuotaUsed, bot.QuotaUsed, bot.QuotaUsed},
		{"LINE broke", says(500, `{"message":"Internal server error"}`), bot.Unknown, bot.NotSent, bot.NotSent},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, bot.NotSent, bot.NotSent, bot.NotSent},
		{"hung up", hangUp, bot.Unknown, bot.Unknown, bot.Unknown},
	} {
		base, asked := server(t, c.answer)
		ch := channel(t, func(cfg *line.Config) { cfg.APIBase = base })
		calls := made(t, ch)
		for method, want := range map[string]bot.Outcome{"reply": c.reply, "push": c.push, "multicast": c.mass} {
			key := ""
			if calls[method].Idempotent {
				key = retryKey
			}
			got := ch.Send(t.Context(), calls[method], key)
			if got.Outcome != want {
				t.Errorf("%s, %s: %s, want %s", method, c.what, got.Outcome, want)
			}
			if (got.Err == nil) != (want == bot.Delivered) {
				t.Errorf("%s, %s: error %v", method, c.what, got.Err)
			}
			for _, secret := range []string{"long-lived", "token1", string(ann), "points"} {
				if got.Err != nil && strings.Contains(got.Err.Error(), secret) {
					t.Errorf("%s, %s: the error tells %q: %v", method, c.what, secret, got.Err)
				}
			}
		}
		for _, a := range asked() {
			if a.path == "/elsewhere" {
				t.Error("a redirect was followed")
			}
		}
	}
}

func TestSendTellsIdsDateAndPause(t *testing.T) {
	base, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", "Thu, 01 Jan 2026 11:59:58 GMT")
		if strings.HasSuffix(r.URL.Path, "reply") {
			w.Header().Set("Retry-After", "7")
			says(429, `{"message":"The API rate limit has been exceeded. Try again later."}`)(w, r)
			return
		}
		says(409, `{"message":"The retry key is already accepted","sentMessages":[{"id":"1"},{"id":"2"}]}`)(w, r)
	})
	ch := channel(t, func(cfg *line.Config) { cfg.APIBase = base })
	calls := made(t, ch)
	got := ch.Send(t.Context(), calls["push"], retryKey)
	if fmt.Sprint(got.Messages) != "[1 2]" || !got.Date.Equal(noon.Add(-2*time.Second)) {
		t.Errorf("%+v", got)
	}
	if got := ch.Send(t.Context(), calls["reply"], ""); got.RetryAfter != 7*time.Second {
		t.Errorf("told to wait %v", got.RetryAfter)
	}
}

// The outbox stores a call's body with its retry key; LINE wants the very same
// bytes at every try.
func TestSendPutsTheStoredBytesOnTheWire(t *testing.T) {
	base, asked := server(t, says(200, `{}`))
	ch := channel(t, func(cfg *line.Config) { cfg.APIBase = base })
	for name, l := range letters {
		l.Reply = bot.ReplyToken{Value: "<&>"}
		for _, byReply := range []bool{false, true} {
			calls, err := ch.Encode(l, byReply)
			if err != nil {
				t.Fatal(err)
			}
			ch.Send(t.Context(), calls[0], retryKey)
			all := asked()
			last := all[len(all)-1]
			if strings.TrimSuffix(last.body, "\n") != string(calls[0].Body) {
				t.Errorf("%s: stored\n%s\nsent\n%s", name, calls[0].Body, last.body)
			}
			if byReply && last.key != nil || !byReply && fmt.Sprint(last.key) != "["+retryKey+"]" {
				t.Errorf("%s by reply %v: retry key %q", name, byReply, last.key)
			}
		}
	}
}

func TestSendWithoutAnybodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + l.Addr().String()
	l.Close()
	ch := channel(t, func(cfg *line.Config) { cfg.APIBase = base })
	for method, call := range made(t, ch) {
		if got := ch.Send(t.Context(), call, retryKey); got.Outcome != bot.NotSent || got.Err == nil {
			t.Errorf("%s, refused: %+v", method, got)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := ch.Send(ctx, made(t, ch)["push"], retryKey); got.Outcome != bot.NotSent {
		t.Errorf("cancelled before anything: %+v", got)
	}
}

func TestSendTimesOut(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	base, _ := server(t, func(http.ResponseWriter, *http.Request) { <-done })
	defer close(done)
	ch := channel(t, func(cfg *line.Config) { cfg.APIBase, cfg.HTTP = base, &http.Client{Timeout: time.Second} })
	var all sync.WaitGroup
	for method, call := range made(t, ch) {
		all.Go(func() {
			if got := ch.Send(t.Context(), call, retryKey); got.Outcome != bot.Unknown || !strings.Contains(got.Err.Error(), "timed out") {
				t.Errorf("%s: %+v", method, got)
			}
		})
	}
	all.Wait()
}

func TestSendRefusesForeignCalls(t *testing.T) {
	base, asked := server(t, says(200, `{}`))
	ch := channel(t, func(cfg *line.Config) { cfg.APIBase = base })
	for _, call := range []bot.Call{{Method: "sendMessage", Body: []byte(`{}`)}, {Method: "push", Body: []byte(`{`)}, {Method: "menu", Body: []byte(`{"user":"../x"}`)}} {
		if got := ch.Send(t.Context(), call, ""); got.Outcome != bot.Rejected || got.Err == nil {
			t.Errorf("%s: %+v", call.Method, got)
		}
	}
	if len(asked()) != 0 {
		t.Error("LINE was asked")
	}
}

// tokenServer hands out numbered tokens and takes those only that good allows.
func tokenServer(t *testing.T, good func(n int, token string) bool) (string, func() []seen) {
	var mu sync.Mutex
	n := 0
	return server(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path == "/oauth2/v3/token" {
			n++
			says(200, fmt.Sprintf(`{"access_token":"short-%d","expires_in":899,"token_type":"Bearer"}`, n))(w, r)
			return
		}
		if !good(n, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")) {
			says(401, `{"message":"Authentication failed due to the following reason: invalid token"}`)(w, r)
			return
		}
		says(200, `{"sentMessages":[]}`)(w, r)
	})
}

func paths(all []seen) string {
	var p []string
	for _, a := range all {
		p = append(p, strings.TrimPrefix(a.path, "/v2/bot/message")+a.token)
	}
	return strings.Join(p, " ")
}

func TestShortLivedTokens(t *testing.T) {
	base, asked := tokenServer(t, func(int, string) bool { return true })
	clock := &stopped{now: noon}
	ch := channel(t, func(cfg *line.Config) { cfg.APIBase, cfg.Token, cfg.Clock = base, "", clock })
	push := made(t, ch)["push"]
	for _, after := range []time.Duration{0, 12 * time.Minute, time.Minute, time.Hour} {
		clock.advance(after)
		if got := ch.Send(t.Context(), push, retryKey); got.Outcome != bot.Delivered {
			t.Fatalf("%+v", got)
		}
	}
	const want = "/oauth2/v3/token /pushshort-1 /pushshort-1 /oauth2/v3/token /pushshort-2 /oauth2/v3/token /pushshort-3"
	if got := paths(asked()); got != want {
		t.Errorf("asked %s\nwant  %s", got, want)
	}
	if form := asked()[0].body; form != "client_id=1650000000&client_secret=secret&grant_type=client_credentials" {
		t.Error(form)
	}
}

func TestRefusedTokenIsFetchedAnewOnce(t *testing.T) {
	base, asked := tokenServer(t, func(n int, token string) bool { return token != "short-1" })
	ch := channel(t, func(cfg *line.Config) { cfg.APIBase, cfg.Token = base, "" })
	if got := ch.Send(t.Context(), made(t, ch)["reply"], ""); got.Outcome != bot.Delivered {
		t.Errorf("%+v", got)
	}
	if got := paths(asked()); got != "/oauth2/v3/token /replyshort-1 /oauth2/v3/token /replyshort-2" {
		t.Error(got)
	}

	base, asked = tokenServer(t, func(int, string) bool { return false })
	ch = channel(t, func(cfg *line.Config) { cfg.APIBase, cfg.Token = base, "" })
	if got := ch.Send(t.Context(), made(t, ch)["reply"], ""); got.Outcome != bot.Unauthorised {
		t.Errorf("%+v", got)
	}
	if got := len(asked()); got != 4 {
		t.Errorf("%d requests: %s", got, paths(asked()))
	}
}

func TestTokensAreShared(t *testing.T) {
	base, asked := tokenServer(t, func(int, string) bool { return true })
	ch := channel(t, func(cfg *line.Config) { cfg.APIBase, cfg.Token = base, "" })
	push := made(t, ch)["push"]
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if got := ch.Send(t.Context(), push, retryKey); got.Outcome != bot.Delivered {
				t.Errorf("%+v", got)
			}
		})
	}
	wg.Wait()
	if got := strings.Count(paths(asked()), "/oauth2"); got != 1 {
		t.Errorf("%d tokens fetched", got)
	}
}

func TestNoTokenToBeHad(t *testing.T) {
	for _, c := range []struct {
		answer http.HandlerFunc
		want   bot.Outcome
	}{
		{says(400, `{"error":"invalid_client","error_description":"secret"}`), bot.Unauthorised},
		{says(500, ``), bot.NotSent},
		{hangUp, bot.NotSent},
		{says(200, `{}`), bot.NotSent},
	} {
		base, _ := server(t, c.answer)
		ch := channel(t, func(cfg *line.Config) { cfg.APIBase, cfg.Token = base, "" })
		for method, call := range made(t, ch) {
			got := ch.Send(t.Context(), call, retryKey)
			if got.Outcome != c.want || got.Err == nil || strings.Contains(got.Err.Error(), "secret") {
				t.Errorf("%s: %+v", method, got)
			}
		}
	}
}
