package counter

import (
	"net/http"
	"strings"
	"testing"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
)

// A voucher's QR leads an employee to their own chats with the command ready,
// in the browser's language; of the voucher it tells nothing, and a code that
// nobody has gives the same page.
func TestVoucherPage(t *testing.T) {
	pages, _, get := site(t, "https://cafe.example",
		shop.Channel{Name: "main", Platform: bot.LINE, Handle: "@cafe"}, shop.Channel{Name: "tg", Platform: bot.Telegram, Handle: "cafe_bot"})
	code := string(loyalty.NewRef([]byte("12345678"), 8))
	path, ok := strings.CutPrefix(pages.Shop.VoucherLink("main", "ABC"), "https://cafe.example")
	if !ok || path != "/v/ABC" {
		t.Fatalf("the QR leads to %q", path)
	}
	w := get("/v/"+code, "th-TH,en;q=0.5")
	page := w.Body.String()
	for _, want := range []string{`lang="th"`, "มุมกาแฟ", "https://t.me/cafe_bot?start=use_" + code, "https://line.me/R/oaMessage/%40cafe/?%2Fuse%20" + code} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if h := w.Header(); h.Get("Cache-Control") != "no-store" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("headers: %v", h)
	}
	grouped := code[:3] + "-" + code[3:6] + "-" + strings.ToLower(code[6:])
	if again := get("/v/"+grouped, "th").Body.String(); again != page {
		t.Errorf("the code as it is written gives another page:\n%s", again)
	}
	for _, wrong := range []string{"/v/ABCDEFGHJ", "/v/x", "/v/%3Cimg%20onerror=x%3E"} {
		if w := get(wrong, "en"); w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "<img") {
			t.Errorf("%s: status %d", wrong, w.Code)
		}
	}
}
