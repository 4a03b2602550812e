package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/bot"
)

// call encodes one message and gives the call that says it.
func call(t testing.TB, c *Channel, l bot.Letter) bot.Call {
	t.Helper()
	calls, err := c.Encode(l, false)
	if err != nil || len(calls) != 1 {
		t.Fatalf("%d calls, %v", len(calls), err)
	}
	return calls[0]
}

func failure(code int, description, parameters string) string {
	if parameters != "" {
		parameters = `,"parameters":` + parameters
	}
	return fmt.Sprintf(`{"ok":false,"error_code":%d,"description":%q%s}`, code, description, parameters)
}

func TestSendOutcomes(t *testing.T) {
	text := bot.Letter{To: ann, Messages: []bot.Message{{Text: "hello"}}}
	photo := bot.Letter{To: ann, Messages: []bot.Message{{Picture: &bot.Picture{QR: "x", Alt: "a"}}}}
	edit := bot.Letter{To: ann, On: "31", Messages: []bot.Message{{Text: "hello", Replace: true}}}
	press := bot.Letter{To: ann, Callback: "44"}
	sent := `{"ok":true,"result":{"message_id":907,"date":1}}`
	for _, c := range []struct {
		name   string
		letter bot.Letter
		status int
		body   string
		want   bot.Result
	}{
		{"sent", text, 200, sent, bot.Result{Outcome: bot.Delivered, Messages: []bot.MessageID{"907"}}},
		{"photo sent", photo, 200, sent, bot.Result{Outcome: bot.Delivered, Messages: []bot.MessageID{"907"}}},
		{"press answered", press, 200, `{"ok":true,"result":true}`, bot.Result{Outcome: bot.Delivered}},
		{"edit answered with true", edit, 200, `{"ok":true,"result":true}`, bot.Result{Outcome: bot.Delivered}},
		{"flood", text, 429, failure(429, "Too Many Requests: retry after 7", `{"retry_after":7}`), bot.Result{Outcome: bot.NotSent, RetryAfter: 7 * time.Second}},
		{"flood of photos", photo, 429, failure(429, "Too Many Requests: retry after 7", `{"retry_after":7}`), bot.Result{Outcome: bot.NotSent, RetryAfter: 7 * time.Second}},
		{"flood without a word", text, 429, "slow down", bot.Result{Outcome: bot.NotSent}},
		{"flood for years", text, 429, failure(429, "Too Many Requests", `{"retry_after":99999999999}`), bot.Result{Outcome: bot.NotSent, RetryAfter: time.Hour}},
		{"blocked", text, 403, failure(403, "Forbidden: bot was blocked by the user", ""), bot.Result{Outcome: bot.Unreachable}},
		{"photo to one who blocked", photo, 403, failure(403, "Forbidden: bot was blocked by the user", ""), bot.Result{Outcome: bot.Unreachable}},
		{"never wrote", text, 403, failure(403, "Forbidden: bot can't initiate conversation with a user", ""), bot.Result{Outcome: bot.Unreachable}},
		{"kicked", text, 403, failure(403, "Forbidden: bot was kicked from the supergroup chat", ""), bot.Result{Outcome: bot.Unreachable}},
		{"no such chat", text, 400, failure(400, "Bad Request: chat not found", ""), bot.Result{Outcome: bot.Unreachable}},
		{"silenced", text, 400, failure(400, "Bad Request: not enough rights to send text messages to the chat", ""), bot.Result{Outcome: bot.Unreachable}},
		{"migrated", text, 400, failure(400, "Bad Request: group chat was upgraded to a supergroup chat", `{"migrate_to_chat_id":-1001500000009}`), bot.Result{Outcome: bot.Moved, MovedTo: "-1001500000009"}},
		{"same text", edit, 400, failure(400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same", ""), bot.Result{Outcome: bot.Delivered}},
		{"old press", press, 400, failure(400, "Bad Request: query is too old and response timeout expired or query ID is invalid", ""), bot.Result{Outcome: bot.Delivered}},
		{"bad HTML", text, 400, failure(400, "Bad Request: can't parse entities: Unsupported start tag \"secret\"", ""), bot.Result{Outcome: bot.Rejected}},
		{"too large", photo, 413, "<html>", bot.Result{Outcome: bot.Rejected}},
		{"wrong token", text, 401, failure(401, "Unauthorized", ""), bot.Result{Outcome: bot.Unauthorised}},
		{"malformed token", text, 404, failure(404, "Not Found", ""), bot.Result{Outcome: bot.Unauthorised}},
		{"server restarts", text, 500, failure(500, "Internal Server Error: restart", ""), bot.Result{Outcome: bot.Unknown}},
		{"proxy page", text, 502, "<html>502 Bad Gateway</html>", bot.Result{Outcome: bot.Unknown}},
		{"proxy page for a photo", photo, 502, "<html>502 Bad Gateway</html>", bot.Result{Outcome: bot.Unknown}},
		{"empty answer", text, 200, "", bot.Result{Outcome: bot.Unknown}},
		{"other JSON", text, 200, `{"status":"fine"}`, bot.Result{Outcome: bot.Unknown}},
		{"half an answer", text, 200, sent[:20], bot.Result{Outcome: bot.Unknown}},
		{"redirect", text, 302, "", bot.Result{Outcome: bot.NotSent}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(fakeCall) (int, string) { return c.status, c.body })
			ch := newChannel(t, s.URL)
			got := ch.Send(t.Context(), call(t, ch, c.letter), "")
			if got.Date.IsZero() {
				t.Error("the Date header was lost")
			}
			if (got.Err == nil) != (got.Outcome == bot.Delivered) {
				t.Errorf("outcome %s with error %v", got.Outcome, got.Err)
			}
			if got.Err != nil && (strings.Contains(got.Err.Error(), "secret") || strings.Contains(got.Err.Error(), testToken)) {
				t.Errorf("the error tells too much: %v", got.Err)
			}
			if got.Outcome != c.want.Outcome || got.RetryAfter != c.want.RetryAfter || got.MovedTo != c.want.MovedTo || !slices.Equal(got.Messages, c.want.Messages) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestSendUploadsThePicture(t *testing.T) {
	s := serve(t, func(fakeCall) (int, string) { return 200, `{"ok":true,"result":{"message_id":1}}` })
	c := newChannel(t, s.URL)
	l := bot.Letter{To: topic, Messages: []bot.Message{{Title: "A & B", Picture: &bot.Picture{QR: "https://x.example", Alt: "code"}}}}
	if r := c.Send(t.Context(), call(t, c, l), ""); r.Outcome != bot.Delivered {
		t.Fatalf("%+v", r)
	}
	got := s.calls[0]
	if got.Method != "sendPhoto" || got.Files["photo"] != "PNG:https://x.example" || got.Params["caption"] != "<b>A &amp; B</b>" || got.Params["message_thread_id"] != "44" {
		t.Errorf("asked for %+v", got)
	}
	broken := bot.Letter{To: ann, Messages: []bot.Message{{Picture: &bot.Picture{QR: "broken"}}}}
	if r := c.Send(t.Context(), call(t, c, broken), ""); r.Outcome != bot.Rejected || r.Err == nil {
		t.Errorf("a picture that cannot be drawn: %+v", r)
	}
}

// Refusals that are certain and without effect are mended in the same Send.
func TestSendMends(t *testing.T) {
	for _, c := range []struct {
		name   string
		letter bot.Letter
		answer func(fakeCall) (int, string)
		want   []string
	}{
		{"the message to edit is gone", bot.Letter{To: ann, On: "31", Messages: []bot.Message{{Text: "x", Replace: true}}},
			func(c fakeCall) (int, string) {
				if c.Method == "editMessageText" {
					return 400, failure(400, "Bad Request: message to edit not found", "")
				}
				return 200, `{"ok":true,"result":{"message_id":5}}`
			}, []string{"editMessageText", "sendMessage"}},
		{"the topic is gone too", bot.Letter{To: topic, On: "31", Messages: []bot.Message{{Text: "x", Replace: true}}},
			func(c fakeCall) (int, string) {
				if c.Method == "editMessageText" {
					return 400, failure(400, "Bad Request: message can't be edited", "")
				}
				if c.Params["message_thread_id"] != "" {
					return 400, failure(400, "Bad Request: message thread not found", "")
				}
				return 200, `{"ok":true,"result":{"message_id":5}}`
			}, []string{"editMessageText", "sendMessage", "sendMessage"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, c.answer)
			ch := newChannel(t, s.URL)
			r := ch.Send(t.Context(), call(t, ch, c.letter), "")
			if r.Outcome != bot.Delivered || !slices.Equal(r.Messages, []bot.MessageID{"5"}) || !slices.Equal(s.methods(), c.want) {
				t.Errorf("%+v after %v, want %v", r, s.methods(), c.want)
			}
		})
	}
}

// A call that found no server is safe to repeat; one that a server took and did
// not answer is not.
func TestSendTellsUnsentFromUnknown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + l.Addr().String()
	l.Close()
	for _, letter := range []bot.Letter{
		{To: ann, Messages: []bot.Message{{Text: "x"}}},
		{To: ann, Messages: []bot.Message{{Picture: &bot.Picture{QR: "x"}}}},
	} {
		refused := newChannel(t, base)
		if r := refused.Send(t.Context(), call(t, refused, letter), ""); r.Outcome != bot.NotSent {
			t.Errorf("refused connection: %+v, want not-sent", r)
		}

		reset := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }))
		c := newChannel(t, reset.URL)
		r := c.Send(t.Context(), call(t, c, letter), "")
		reset.Close()
		if r.Outcome != bot.Unknown {
			t.Errorf("reset: %+v, want unknown", r)
		}

		ctx, cancel := context.WithCancel(t.Context())
		slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			cancel() // the caller gives up while the server works
			<-r.Context().Done()
		}))
		c = newChannel(t, slow.URL)
		r = c.Send(ctx, call(t, c, letter), "")
		slow.Close()
		if r.Outcome != bot.Unknown || !errors.Is(r.Err, context.Canceled) {
			t.Errorf("given up: %+v, want unknown", r)
		}
		if r := c.Send(ctx, call(t, c, letter), ""); r.Outcome != bot.NotSent {
			t.Errorf("given up before: %+v, want not-sent", r)
		}
	}
}

func TestSendRefusesForeignBodies(t *testing.T) {
	c := newChannel(t, "")
	for _, body := range []string{"", "{}", "[]", `{"params":{}}`} {
		if r := c.Send(t.Context(), bot.Call{Body: []byte(body)}, ""); r.Outcome != bot.Rejected {
			t.Errorf("%q: %+v", body, r)
		}
	}
}

// leaky fails with an error that holds the whole address, as http's do.
type leaky struct{ wrap error }

func (l leaky) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body.Close()
	}
	return nil, fmt.Errorf("proxy said no to %s: %w", r.URL, l.wrap)
}

func TestNoErrorTellsTheToken(t *testing.T) {
	_, secret, _ := strings.Cut(testToken, ":")
	bad := serve(t, func(c fakeCall) (int, string) { return 400, failure(400, "Bad Request: "+testToken, "") })
	closed := httptest.NewServer(nil)
	closed.Close()
	for name, conf := range map[string]Config{
		"refused": {APIBase: closed.URL}, "leaky": {HTTP: &http.Client{Transport: leaky{errors.New("x")}}},
		"told by the server": {APIBase: bad.URL}, "no such host": {APIBase: "http://telegram.invalid"},
	} {
		conf.Token, conf.SecretToken, conf.Username = testToken, testSecret, "cafe_bot"
		conf.Clock, conf.Pictures = newClock(), drawer{}
		c, err := New(conf)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var errs []error
		keep := func(err error) { errs = append(errs, err) }
		for _, l := range []bot.Letter{
			{To: ann, Messages: []bot.Message{{Text: "x"}}}, {To: ann, Messages: []bot.Message{{Picture: &bot.Picture{QR: "x"}}}},
		} {
			keep(c.Send(ctx, call(t, c, l), "").Err)
		}
		_, err = c.Me(ctx)
		keep(err)
		_, err = c.Register(ctx, "https://bot.example.com/webhook/tg", true)
		keep(err)
		_, err = c.EnsureCommands(ctx, []CommandList{{Scope: InPrivate}})
		keep(err)
		_, err = c.EnsureProfile(ctx, []ProfileText{{Description: "x"}})
		keep(err)
		_, err = c.Profile(ctx, "5001")
		keep(err)
		keep(c.Leave(ctx, "-5"))
		_, err = c.IsAdmin(ctx, "-5", "5")
		keep(err)
		for _, f := range c.Doctor(ctx, "") {
			keep(errors.New(f.Text))
		}
		for _, err := range errs {
			if err == nil {
				t.Errorf("%s: a call that must fail did not", name)
			} else if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), secret) {
				t.Errorf("%s: %v", name, err)
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				if strings.Contains(e.Error(), secret) {
					t.Errorf("%s: unwraps to %v", name, e)
				}
			}
		}
	}
}

func TestProfile(t *testing.T) {
	s := serve(t, func(c fakeCall) (int, string) {
		if c.Params["chat_id"] == "5001" {
			return 200, `{"ok":true,"result":{"id":5001,"type":"private","first_name":"Ann","last_name":"Lee"}}`
		}
		return 400, failure(400, "Bad Request: chat not found", "")
	})
	c := newChannel(t, s.URL)
	if p, err := c.Profile(t.Context(), "5001"); err != nil || p.Name != "Ann Lee" {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := c.Profile(t.Context(), "9"); err != nil || p != (bot.Profile{}) {
		t.Errorf("a stranger: %+v, %v", p, err)
	}
	c.Wait(t.Context(), topic)
	if last := s.calls[len(s.calls)-1]; last.Method != "sendChatAction" || last.Params["message_thread_id"] != "44" {
		t.Errorf("Wait asked for %+v", last)
	}
}
