package campaign

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// Times are typed in many ways; a day just gone is no time of next year.
func TestReadTime(t *testing.T) {
	now := time.Date(2026, 12, 20, 14, 0, 0, 0, time.UTC)
	for typed, want := range map[string]string{
		"2026-12-24 10:00": "2026-12-24 10:00", "12/24 9:05": "2026-12-24 09:05", "24.12. 18:00": "2026-12-24 18:00",
		"1/2 10:00": "2027-01-02 10:00", "12月24日 10:00": "2026-12-24 10:00", "15:30": "2026-12-20 15:30", "10:00": "2026-12-21 10:00",
		"12/10 10:00": "2026-12-10 10:00", "24 Dec 10:00": "2026-12-24 10:00",
	} {
		got, ok := readTime(typed, now)
		if !ok || got.Format(Layout) != want {
			t.Errorf("%q is read as %v %v, not %s", typed, got.Format(Layout), ok, want)
		}
	}
	for _, typed := range []string{"", "soon", "25:00", "2026-13-01 10:00", "10"} {
		if got, ok := readTime(typed, now); ok {
			t.Errorf("%q is read as %v", typed, got)
		}
	}
}

// What is typed is what is sent, but for what phones make of braces; a headline
// is a short line with an empty one under it.
func TestTypedWords(t *testing.T) {
	w, err := typedWords("  Winter\n\nHello ｛name｝,\nsee you!  ")
	if err != nil || split(w) != (Words{"Winter", "Hello {name},\nsee you!"}) {
		t.Errorf("read as %q %v", w, err)
	}
	if w := split("One line\nand another"); w.Title != "" {
		t.Errorf("%q became a headline", w.Title)
	}
	for _, bad := range []string{"", " \n ", "Hello {nmae}", "{名前}さん", strings.Repeat("x", 1001)} {
		if _, err := typedWords(bad); err == nil {
			t.Errorf("%.20q was taken", bad)
		}
	}
}

// A preview is open to who has its address, for a day; it runs nothing of the
// draft's words, and nobody makes up an address.
func TestPreviewPage(t *testing.T) {
	w := newWorld(t)
	d := plain()
	d.Text["en"]["a"] = Words{Title: "Winter", Text: "<script>alert(1)</script>"}
	id := w.save(d)
	get := func(token string) *httptest.ResponseRecorder {
		mux := http.NewServeMux()
		mux.HandleFunc("GET "+PreviewWay+"{token}", w.e.ServePreview)
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, httptest.NewRequest("GET", PreviewWay+token, nil))
		return rec
	}
	token := w.e.previewToken(id, w.clock.at.Add(previewLife))
	rec := get(token)
	body := rec.Body.String()
	if rec.Code != 200 || !strings.Contains(body, "LINE") || !strings.Contains(body, "Telegram") || !strings.Contains(body, "&lt;script&gt;alert") {
		t.Fatalf("%d: %s", rec.Code, body)
	}
	if strings.Contains(body, "<script>alert") || !strings.Contains(rec.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error("the draft's words can run")
	}
	other := []byte(token)
	other[3] ^= 1
	if get(string(other)).Code != 404 || get("x").Code != 404 {
		t.Error("an address was made up")
	}
	w.clock.at = w.clock.at.Add(previewLife)
	if get(token).Code != 404 {
		t.Error("the address never ends")
	}
}
