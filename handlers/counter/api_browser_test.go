package counter

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"regulars/loyalty/people"
	"regulars/store"
)

// answer is what the page gets.
type answer struct {
	status int
	raw    string
	header http.Header
	m      map[string]any
}

func (a answer) text(key string) string { s, _ := a.m[key].(string); return s }
func (a answer) num(key string) int64   { n, _ := a.m[key].(float64); return int64(n) }
func (a answer) list(key string) (all []map[string]any) {
	list, _ := a.m[key].([]any)
	for _, x := range list {
		m, _ := x.(map[string]any)
		all = append(all, m)
	}
	return all
}

// browser is a device's browser.
type browser struct {
	w       *tillWorld
	cookies map[string]*http.Cookie
	session string
}

func (w *tillWorld) browser() *browser { return &browser{w: w, cookies: map[string]*http.Cookie{}} }

// send makes one request with what a script of the page's own would add.
func (b *browser) send(method, path string, body any, change func(*http.Request)) answer {
	b.w.t.Helper()
	var reader io.Reader
	switch x := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(x)
	default:
		raw, err := json.Marshal(x)
		if err != nil {
			b.w.t.Fatal(err)
		}
		reader = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, b.w.url+"/counter/api/"+path, reader)
	if err != nil {
		b.w.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("X-Regulars", "counter")
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Accept-Language", "en")
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	if change != nil {
		change(r)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		b.cookies[c.Name] = c
	}
	a := answer{status: res.StatusCode, raw: string(raw), header: res.Header}
	if err := json.Unmarshal(raw, &a.m); err != nil {
		b.w.t.Fatalf("%s: %d %s", path, res.StatusCode, raw)
	}
	return a
}

func (b *browser) post(path string, body any) answer {
	b.w.t.Helper()
	return b.send(http.MethodPost, path, body, nil)
}

// must posts what has to succeed.
func (b *browser) must(path string, body map[string]any) answer {
	b.w.t.Helper()
	a := b.post(path, body)
	if a.status != http.StatusOK {
		b.w.t.Fatalf("%s: %d %s", path, a.status, a.raw)
	}
	return a
}

// refused posts what has to be refused so.
func (b *browser) refused(path string, body map[string]any, status int, code string) answer {
	b.w.t.Helper()
	a := b.post(path, body)
	if a.status != status || a.text("error") != code {
		b.w.t.Errorf("%s: %d %s, want %d %s", path, a.status, a.raw, status, code)
	}
	if a.text("text") == "" {
		b.w.t.Errorf("%s: nothing to show: %s", path, a.raw)
	}
	return a
}

// device registers a browser by a link of the manager's.
func (w *tillWorld) device() *browser {
	w.t.Helper()
	var link string
	w.do(func(tx store.Tx) (err error) {
		link, err = w.shop.Vault.NewDeviceLink(tx, "main", w.boss.ID, w.clock.now, rand.Reader)
		return err
	})
	b := w.browser()
	b.must("register", map[string]any{"token": link, "name": "Front"})
	return b
}

// pins are the PINs of everybody here.
const goodPIN = "2468"

// enter chooses a PIN at the device, or unlocks it.
func (b *browser) enter(s people.Staff) *browser {
	b.w.t.Helper()
	if a := b.post("unlock", map[string]any{"staff": s.ID, "pin": goodPIN}); a.status == http.StatusOK {
		b.session = a.text("session")
		return b
	}
	var code string
	b.w.do(func(tx store.Tx) (err error) {
		code, err = b.w.shop.Vault.NewPINCode(tx, s.ID, b.w.clock.now, rand.Reader)
		return err
	})
	b.session = b.must("pin", map[string]any{"staff": s.ID, "code": code, "pin": goodPIN}).text("session")
	return b
}

// act is the body of an act under a new id.
func (b *browser) act(more map[string]any) map[string]any {
	b.w.ids++
	m := map[string]any{"session": b.session, "id": fmt.Sprintf("act-%08d", b.w.ids), "at": b.w.clock.now}
	for k, v := range more {
		m[k] = v
	}
	return m
}

// found is the one member that is found.
func (b *browser) found(q string) map[string]any {
	b.w.t.Helper()
	a := b.must("find", map[string]any{"session": b.session, "q": q})
	if len(a.list("members")) != 1 {
		b.w.t.Fatalf("%q: %s", q, a.raw)
	}
	return a.list("members")[0]
}

func names(list []map[string]any, key string) (all []string) {
	for _, m := range list {
		s, _ := m[key].(string)
		all = append(all, s)
	}
	slices.Sort(all)
	return all
}
