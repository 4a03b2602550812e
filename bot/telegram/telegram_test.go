package telegram

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
)

var rewrite = flag.Bool("update", false, "write the golden files anew")

const (
	testToken  = "7000001:AAtestSecretPartOfTheToken"
	testSecret = "s3cret_header"
)

// drawer draws the picture's text instead of a picture.
type drawer struct{}

func (drawer) PNG(p bot.Picture) ([]byte, error) {
	if p.QR == "broken" {
		return nil, errors.New("too long for a QR code")
	}
	return []byte("PNG:" + p.QR + p.Code128), nil
}

// handClock stands still, says which waits were asked for, and lets them end.
type handClock struct {
	now   time.Time
	waits chan time.Duration
}

func (c *handClock) Now() time.Time { return c.now }
func (c *handClock) After(d time.Duration) <-chan time.Time {
	c.waits <- d
	done := make(chan time.Time, 1)
	done <- c.now.Add(d)
	return done
}

func newClock() *handClock {
	return &handClock{time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), make(chan time.Duration, 100)}
}

// newChannel makes a channel that talks to base.
// album has two photos, one of which only this machine can reach.
type album struct{}

func (album) PhotoURL(file string) string {
	if file != "latte.jpg" {
		return ""
	}
	return "https://cafe.example/p/0123456789abcdef-" + file
}

func (album) Photo(file string) ([]byte, error) {
	if file != "latte.jpg" && file != "only-here.png" {
		return nil, fs.ErrNotExist
	}
	return pngs{}.PNG(bot.Picture{})
}

func newChannel(t testing.TB, base string) *Channel {
	t.Helper()
	c, err := New(Config{
		Name: "tg", Token: testToken, SecretToken: testSecret, Username: "@cafe_bot",
		APIBase: base, Clock: newClock(), Pictures: drawer{}, Photos: album{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fakeServer answers by script and remembers what was asked.
type fakeServer struct {
	*httptest.Server
	mu    sync.Mutex
	calls []fakeCall
	reply func(fakeCall) (status int, body string)
}

type fakeCall struct {
	Method string
	Params map[string]string
	Files  map[string]string // field → content
}

func serve(t testing.TB, reply func(fakeCall) (int, string)) *fakeServer {
	t.Helper()
	s := &fakeServer{reply: reply}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := readCall(t, r)
		s.mu.Lock()
		s.calls = append(s.calls, call)
		s.mu.Unlock()
		status, body := s.reply(call)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s
}

func readCall(t testing.TB, r *http.Request) fakeCall {
	token, method, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if token != testToken {
		t.Errorf("the path %s has another token", r.URL.Path)
	}
	call := fakeCall{Method: method, Params: map[string]string{}, Files: map[string]string{}}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			t.Error(err)
			return call
		}
		for field, files := range r.MultipartForm.File {
			f, err := files[0].Open()
			if err != nil {
				t.Error(err)
				continue
			}
			raw, _ := io.ReadAll(f)
			call.Files[field] = string(raw)
		}
	}
	r.ParseForm()
	for k := range r.Form {
		call.Params[k] = r.Form.Get(k)
	}
	return call
}

func (s *fakeServer) methods() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		all = append(all, c.Method)
	}
	return all
}

// golden compares with a file, or writes it with -update.
func golden(t *testing.T, name string, v any) {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (write it with -update)", err)
	}
	if !bytes.Equal(want, b.Bytes()) {
		t.Errorf("%s differs (see with -update and git diff):\n%s", path, b.Bytes())
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	for name, c := range map[string]Config{
		"no token":        {},
		"half a token":    {Token: "98765"},
		"token with path": {Token: "1:a/../getMe"},
		"secret":          {Token: testToken, SecretToken: "with space"},
		"username":        {Token: testToken, Username: "a b"},
		"base":            {Token: testToken, APIBase: "localhost:8081"},
	} {
		_, err := New(c)
		if err == nil {
			t.Errorf("%s: was taken", name)
		} else if c.Token != "" && strings.Contains(err.Error(), c.Token) {
			t.Errorf("%s: the error tells the token", name)
		}
	}
}
