package counter

import (
	"bytes"
	"context"
	"crypto/rand"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
)

// clock is a time that the test sets.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time                       { return c.now }
func (c *clock) After(time.Duration) <-chan time.Time { return nil }

// site is a shop's pages with a customer's browser before them.
func site(t testing.TB, public string, channels ...shop.Channel) (*Pages, *clock, func(path, languages string) *httptest.ResponseRecorder) {
	t.Helper()
	v, err := people.NewVault(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := programme.Preset("cafe")
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	c := &clock{time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
	s := shop.New(v, func(time.Time) *programme.Programme { return p }, c, rand.Reader, slog.New(slog.DiscardHandler))
	s.PublicURL, s.Channels = public, channels
	pages := &Pages{Shop: s}
	mux := http.NewServeMux()
	pages.Register(mux)
	return pages, c, func(path, languages string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
		r.Header.Set("Accept-Language", languages)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w
	}
}

// A card's QR leads an employee to their own chats, in the browser's language,
// and tells nobody anything of the member.
func TestCardPage(t *testing.T) {
	_, _, get := site(t, "https://cafe.example",
		shop.Channel{Name: "main", Platform: bot.LINE, Handle: "@cafe"}, shop.Channel{Name: "tg", Platform: bot.Telegram, Handle: "cafe_bot"})
	w := get("/c/abc-DEF_123", "ja-JP,ja;q=0.9,en;q=0.5")
	page := w.Body.String()
	for _, want := range []string{`lang="ja"`, "かどのカフェ", "https://t.me/cafe_bot?start=scan_abc-DEF_123", "https://line.me/R/oaMessage/%40cafe/?%2Fscan%20abc-DEF_123"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("policy: %q", csp)
	}
	if strings.Contains(page, "<script") {
		t.Error("the page needs no script")
	}
	// Whatever stands in the token is text.
	if page := get(`/c/%3Cimg%20onerror=x%3E`, "en").Body.String(); strings.Contains(page, "<img") {
		t.Errorf("a token became markup:\n%s", page)
	}
}

// Two accounts of one platform are told apart: an employee speaks to one.
func TestCardPageOfSeveralAccounts(t *testing.T) {
	_, _, get := site(t, "https://cafe.example",
		shop.Channel{Name: "main", Platform: bot.LINE, Handle: "@cafe"}, shop.Channel{Name: "airport", Platform: bot.LINE, Handle: "@cafe2"},
		shop.Channel{Name: "tg", Platform: bot.Telegram, Handle: "cafe_bot"})
	page := get("/c/abc", "en").Body.String()
	for _, want := range []string{"LINE (main)", "LINE (airport)", "Telegram<"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

// Without a chat to lead to, the page says what to type.
func TestCardPageWithoutChannels(t *testing.T) {
	_, _, get := site(t, "https://cafe.example")
	if page := get("/c/abc", "en").Body.String(); !strings.Contains(page, "/scan abc") {
		t.Errorf("no way on:\n%s", page)
	}
}

// A picture is there for its days and for whoever has its address, and for
// nobody else.
func TestPicture(t *testing.T) {
	pages, c, get := site(t, "https://cafe.example")
	address := pages.URL(bot.Picture{QR: "https://cafe.example/c/token", Alt: "a card"})
	path, ok := strings.CutPrefix(address, "https://cafe.example")
	if !ok || len(address) > 1000 {
		t.Fatalf("address of %d letters: %q", len(address), address)
	}
	w := get(path, "")
	if _, err := png.Decode(w.Body); w.Code != http.StatusOK || err != nil {
		t.Fatalf("status %d, %v", w.Code, err)
	}
	other := "A"
	if path[10] == 'A' { // tokens are drawn anew at every run
		other = "B"
	}
	for what, wrong := range map[string]string{
		"another letter": path[:10] + other + path[11:], "cut short": path[:len(path)-8] + ".png",
		"no ending": strings.TrimSuffix(path, ".png"), "nothing": "/i/.png", "not base64": "/i/!!!.png",
	} {
		if w := get(wrong, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", what, w.Code)
		}
	}
	c.now = c.now.Add(pictureLife + time.Second)
	if w := get(path, ""); w.Code != http.StatusNotFound {
		t.Errorf("after its time: status %d", w.Code)
	}
}

// LINE fetches pictures over https only; without it they are told in words.
func TestNoPublicAddressNoPicture(t *testing.T) {
	for _, public := range []string{"", "http://127.0.0.1:8080"} {
		if pages, _, _ := site(t, public); pages.URL(bot.Picture{QR: "x"}) != "" {
			t.Errorf("with public address %q a picture has one", public)
		}
	}
}
