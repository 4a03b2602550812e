package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// testBot is a bot as small as can be: it checks signatures, keeps what it
// got, and answers events by a function.
type testBot struct {
	t      *testing.T
	s      *Sim
	ch     *LineChannel
	server *httptest.Server
	mu     sync.Mutex
	got    []map[string]any // events, oldest first
	bodies []string
	status int                     // answer to webhooks
	on     func(ev map[string]any) // called for each event before the answer
}

// lineWorld is a simulator with one channel and its bot.
func lineWorld(t *testing.T, c LineConfig) (*Sim, *LineChannel, *testBot) {
	t.Helper()
	s := New(t)
	s.Clock.Freeze(time.Date(2026, 11, 2, 3, 4, 5, 0, time.UTC))
	b := &testBot{t: t, s: s, status: 200}
	b.server = httptest.NewServer(http.HandlerFunc(b.webhook))
	t.Cleanup(b.server.Close)
	if c.Webhook == "" {
		c.Webhook = b.server.URL + "/webhook/main"
	}
	b.ch = s.LineChannel(c)
	return s, b.ch, b
}

func (b *testBot) webhook(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if r.Header.Get("X-Line-Signature") != LineSignature(b.ch.Config().Secret, body) {
		b.t.Error("wrong signature")
	}
	var env struct {
		Destination string
		Events      []map[string]any
	}
	if err := json.Unmarshal(body, &env); err != nil || env.Destination == "" {
		b.t.Errorf("bad envelope %s: %v", body, err)
	}
	b.mu.Lock()
	b.got = append(b.got, env.Events...)
	b.bodies = append(b.bodies, string(body))
	status, on := b.status, b.on
	b.mu.Unlock()
	for _, ev := range env.Events {
		if on != nil {
			on(ev)
		}
	}
	w.WriteHeader(status)
}

// last is the newest event.
func (b *testBot) last() map[string]any {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.got) == 0 {
		b.t.Fatal("no event came")
	}
	return b.got[len(b.got)-1]
}

func (b *testBot) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.got)
}

func (b *testBot) answer(status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.status = status
}

// reply is one HTTP answer, its body decoded.
type reply struct {
	status int
	header http.Header
	body   map[string]any
	raw    string
}

func (r reply) message() string { m, _ := r.body["message"].(string); return m }

// call makes a call by the bot. A body that is no string is sent as JSON.
func (b *testBot) call(method, path string, body any, header ...string) (reply, error) {
	var data []byte
	switch v := body.(type) {
	case nil:
	case string:
		data = []byte(v)
	case []byte:
		data = v
	default:
		data, _ = json.Marshal(v)
	}
	req, err := http.NewRequest(method, path, bytes.NewReader(data))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+b.ch.Config().Token)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	out := reply{status: resp.StatusCode, header: resp.Header, raw: string(raw)}
	json.Unmarshal(raw, &out.body)
	return out, err
}

func (b *testBot) api(method, path string, body any, header ...string) reply {
	b.t.Helper()
	r, err := b.call(method, b.s.LineAPI()+path, body, header...)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

func (b *testBot) post(path string, body any, header ...string) reply {
	b.t.Helper()
	return b.api("POST", "/v2/bot"+path, body, header...)
}

// want calls and compares status and message ("" for any).
func (b *testBot) want(r reply, status int, message string) reply {
	b.t.Helper()
	if r.status != status || message != "" && r.message() != message {
		b.t.Fatalf("answer %d %s, want %d %q", r.status, r.raw, status, message)
	}
	return r
}

type obj = map[string]any
type arr = []any

func text(s string) obj { return obj{"type": "text", "text": s} }

// replyTo answers an event with texts.
func (b *testBot) replyTo(ev obj, messages ...any) reply {
	return b.post("/message/reply", obj{"replyToken": ev["replyToken"], "messages": arr(messages)})
}

func (b *testBot) push(to string, messages ...any) reply {
	return b.post("/message/push", obj{"to": to, "messages": arr(messages)})
}

func phone(t *testing.T, p Person, want ...string) {
	t.Helper()
	if got := p.Phone(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%s's phone shows\n%q\nwant\n%q", p.Name(), got, want)
	}
}
