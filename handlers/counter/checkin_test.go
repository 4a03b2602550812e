package counter

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"regulars/store"
)

// The code to check in with stands on a registered device's screen alone, and the
// page behind its QR leads to the chat.
func TestCheckInPages(t *testing.T) {
	t.Parallel()
	w := openTill(t, "[referral]", "[check_in]\n[referral]")
	mux := http.NewServeMux()
	(&Pages{Shop: w.shop, DB: w.db}).Register(mux)
	get := func(path, secret string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
		if secret != "" {
			r.AddCookie(&http.Cookie{Name: cookieName, Value: secret})
		}
		a := httptest.NewRecorder()
		mux.ServeHTTP(a, r)
		return a
	}
	var secret string
	w.do(func(tx store.Tx) error {
		link, err := w.shop.Vault.NewDeviceLink(tx, "main", w.boss.ID, w.clock.now, rand.Reader)
		if err != nil {
			return err
		}
		_, secret, err = w.shop.Vault.Register(tx, link, "Front", "", w.clock.now, rand.Reader)
		return err
	})
	code, until := w.shop.Missions.Code("main", w.clock.now)
	page := get("/counter/checkin", secret)
	if !strings.Contains(page.Body.String(), code) || page.Header().Get("Refresh") != "60" || page.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v\n%s", page.Code, page.Header(), page.Body)
	}
	w.clock.now = until.Add(-5 * time.Second)
	if page := get("/counter/checkin", secret); page.Header().Get("Refresh") != "6" {
		t.Errorf("a code about to change is fetched anew after %s s", page.Header().Get("Refresh"))
	}
	for _, stranger := range []string{"", "nobody"} {
		if page := get("/counter/checkin", stranger); page.Code != http.StatusNotFound || strings.Contains(page.Body.String(), code) {
			t.Errorf("a stranger reads %d", page.Code)
		}
	}
	if page := get("/k/"+code, ""); page.Code != http.StatusSeeOther || page.Header().Get("Location") != "https://t.me/cafe_bot?start=checkin_"+code {
		t.Errorf("%d to %q", page.Code, page.Header().Get("Location"))
	}
	if page := get("/k/ABC", ""); page.Code != http.StatusNotFound {
		t.Errorf("no code: %d", page.Code)
	}
}
