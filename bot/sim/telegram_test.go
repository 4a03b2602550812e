package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// start of the simulated time in tests.
var tgNoon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// tgBotUnderTest is a little bot: it keeps what it is told and calls the API
// over HTTP, knowing nothing of the simulator.
type tgBotUnderTest struct {
	t   testing.TB
	sim *Sim
	bot *TelegramBot
	url string

	mu      sync.Mutex
	got     []map[string]any
	headers []http.Header
	status  func(update map[string]any) int // nil: 200
}

// newTelegramTest makes a world at noon with a frozen clock, and a bot without
// webhook.
func newTelegramTest(t testing.TB, c TelegramConfig) *tgBotUnderTest {
	t.Helper()
	s := New(t)
	s.Clock.Freeze(tgNoon)
	b := &tgBotUnderTest{t: t, sim: s, bot: s.TelegramBot(c)}
	server := httptest.NewServer(http.HandlerFunc(b.webhook))
	t.Cleanup(server.Close)
	b.url = server.URL + "/webhook/tg"
	return b
}

// hooked is newTelegramTest with the webhook set.
func hooked(t testing.TB) *tgBotUnderTest {
	b := newTelegramTest(t, TelegramConfig{})
	b.ok("setWebhook", map[string]any{"url": b.url, "secret_token": "s3cret"})
	return b
}

func (b *tgBotUnderTest) webhook(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var u map[string]any
	if err := json.Unmarshal(body, &u); err != nil {
		b.t.Errorf("update is not JSON: %s", body)
	}
	b.mu.Lock()
	b.got = append(b.got, u)
	b.headers = append(b.headers, r.Header)
	status := b.status
	b.mu.Unlock()
	if status != nil {
		w.WriteHeader(status(u))
	}
}

func (b *tgBotUnderTest) answering(f func(map[string]any) int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.status = f
}

// updates are the updates received so far.
func (b *tgBotUnderTest) updates() []map[string]any {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.got)
}

// last is the newest update.
func (b *tgBotUnderTest) last() map[string]any {
	b.t.Helper()
	all := b.updates()
	if len(all) == 0 {
		b.t.Fatal("no update came")
	}
	return all[len(all)-1]
}

// call makes one JSON call and gives the whole answer.
func (b *tgBotUnderTest) call(method string, params map[string]any) (int, map[string]any, http.Header) {
	b.t.Helper()
	body, _ := json.Marshal(params)
	res, err := http.Post(b.sim.TelegramAPI()+"/bot"+b.bot.Token()+"/"+method, "application/json", bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	var a map[string]any
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	return res.StatusCode, a, res.Header
}

// ok makes a call that must succeed and gives its result.
func (b *tgBotUnderTest) ok(method string, params map[string]any) any {
	b.t.Helper()
	status, a, _ := b.call(method, params)
	if status != 200 || a["ok"] != true {
		b.t.Fatalf("%s %v: %d %v", method, params, status, a)
	}
	return a["result"]
}

// refused makes a call that must fail with this code and description; fact is
// what PLATFORMS.md says, with its source.
func (b *tgBotUnderTest) refused(fact, method string, params map[string]any, code int, description string) map[string]any {
	b.t.Helper()
	status, a, _ := b.call(method, params)
	if status != code || a["ok"] != false || a["error_code"] != float64(code) || !strings.Contains(fmt.Sprint(a["description"]), description) {
		b.t.Errorf("%s\nbut %s answered %d %v, want %d %q", fact, method, status, a, code, description)
	}
	p, _ := a["parameters"].(map[string]any)
	return p
}

// dig walks into JSON.
func dig(v any, path ...string) any {
	for _, key := range path {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

func TestTelegramTalk(t *testing.T) {
	b := hooked(t)
	bo := b.bot.Person("Bo", "th")
	bo.Start("ref-42")
	u := b.last()
	if got := dig(u, "message", "text"); got != "/start ref-42" {
		t.Fatalf("the bot got %v", u)
	}
	if got := b.headers[0].Get("X-Telegram-Bot-Api-Secret-Token"); got != "s3cret" {
		t.Errorf("secret header %q", got)
	}
	if got := fmt.Sprint(dig(u, "message", "entities")); got != "[map[length:6 offset:0 type:bot_command]]" {
		t.Errorf("entities %v", got)
	}
	if dig(u, "message", "from", "language_code") != "th" {
		t.Errorf("from %v", dig(u, "message", "from"))
	}
	b.ok("sendMessage", map[string]any{
		"chat_id": bo.ID(), "text": "<b>Hi</b> Bo &amp; all", "parse_mode": "HTML",
		"reply_markup": map[string]any{"inline_keyboard": [][]any{{
			map[string]any{"text": "Points", "callback_data": "points"},
			map[string]any{"text": "Site", "url": "https://example.com"}}}},
	})
	lines, err := bo.Await(1)
	if err != nil || lines[0] != "Hi Bo & all\n[Points] [Site]" {
		t.Errorf("Bo reads %q, %v", lines, err)
	}
	if err := bo.Press("Points"); err != nil {
		t.Fatal(err)
	}
	if dig(b.last(), "callback_query", "data") != "points" {
		t.Errorf("the bot got %v", b.last())
	}
	want := []string{"bo> /start ref-42", "bot< Hi Bo & all\n[Points] [Site]"}
	if got := bo.Phone(); !slices.Equal(got, want) {
		t.Errorf("phone %q, want %q", got, want)
	}
}

// handlerServer serves a handler until the test ends and gives its address.
func handlerServer(t testing.TB, f http.HandlerFunc) string {
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return server.URL
}
