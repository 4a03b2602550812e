package line_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/line"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	ann   = bot.UserID("U0123456789abcdef0123456789abcdef")
	bob   = bot.UserID("Uaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
	group = bot.ChatID("C0123456789abcdef0123456789abcdef")
)

// noon is when every test begins.
var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// stopped is a clock that moves only when told.
type stopped struct {
	mu  sync.Mutex
	now time.Time
}

func (c *stopped) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *stopped) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *stopped) After(time.Duration) <-chan time.Time { return nil }

// shop gives pictures an address.
type shop struct{}

func (shop) URL(p bot.Picture) string { return "https://bot.example.com/i/" + "token.png" }

// PhotoURL knows every file but one.
func (shop) PhotoURL(file string) string {
	if file == "nowhere.jpg" {
		return ""
	}
	return "https://bot.example.com/p/0123456789abcdef-" + file
}

// channel is a channel with everything set, changed by change.
func channel(t testing.TB, change ...func(*line.Config)) *line.Channel {
	t.Helper()
	cfg := line.Config{
		Name: "main", ChannelID: "1650000000", Secret: "secret", Token: "long-lived",
		BasicID: "@abc1234d", Clock: &stopped{now: noon}, Pictures: shop{}, Photos: shop{},
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := line.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func sign(secret string, body []byte) http.Header {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return http.Header{"X-Line-Signature": {base64.StdEncoding.EncodeToString(mac.Sum(nil))}}
}

// golden compares got, drawn as indented JSON, with a file.
func golden(t *testing.T, path string, got any) {
	t.Helper()
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(got); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text.Bytes(), want) {
		t.Errorf("%s differs (run with -update if it should):\n%s", path, text.String())
	}
}

func private() bot.Address {
	return bot.Address{Chat: bot.Chat{Channel: "main", ID: bot.ChatID(ann)}, Person: bot.Identity{Channel: "main", User: ann}}
}

func inGroup() bot.Address {
	return bot.Address{Chat: bot.Chat{Channel: "main", ID: group, Group: true}}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	good := line.Config{Name: "main", Secret: "s", Token: "t"}
	if _, err := line.New(good); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*line.Config){
		"no secret":       func(c *line.Config) { c.Secret = "" },
		"no name":         func(c *line.Config) { c.Name = "" },
		"no token, no id": func(c *line.Config) { c.Token = "" },
		"bad basic id":    func(c *line.Config) { c.BasicID = "@a b/../c" },
		"bad address":     func(c *line.Config) { c.APIBase = "ftp://example.com" },
	} {
		cfg := good
		change(&cfg)
		if _, err := line.New(cfg); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}
