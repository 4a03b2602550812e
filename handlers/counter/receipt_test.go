package counter

import (
	"net/http"
	"strings"
	"testing"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/receipt"
)

var (
	onLINE     = shop.Channel{Name: "main", Platform: bot.LINE, Handle: "@cafe"}
	onTelegram = shop.Channel{Name: "tg", Platform: bot.Telegram, Handle: "cafe_bot"}
)

// A receipt's QR leads its customer to the shop's chats with the claim typed in, in
// the browser's language; a code that nobody has gives the same page.
func TestReceiptPage(t *testing.T) {
	pages, _, get := site(t, "https://cafe.example", onLINE, onTelegram)
	code := receipt.Code(loyalty.NewRef([]byte("123456789012345"), 15))
	path, ok := strings.CutPrefix(pages.Shop.ReceiptLink(code), "https://cafe.example")
	if !ok || path != "/r/"+code.Bare() {
		t.Fatalf("the QR leads to %q", path)
	}
	w := get(path, "zh-Hant-TW,en;q=0.5")
	page := w.Body.String()
	for _, want := range []string{
		`lang="zh-TW"`, "轉角咖啡", "用收據集點",
		"https://t.me/cafe_bot?start=claim_" + code.Bare(), "https://line.me/R/oaMessage/%40cafe/?%2Fclaim%20" + code.Bare(),
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if h := w.Header(); h.Get("Cache-Control") != "no-store" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(h.Get("Content-Security-Policy"), "unsafe") || h.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("headers: %v", h)
	}
	if again := get("/r/"+strings.ToLower(code.String()), "zh-TW").Body.String(); again != page {
		t.Errorf("the code as it is printed gives another page:\n%s", again)
	}
	for _, wrong := range []string{"/r/ABCDEFGH", "/r/" + code.Bare()[:15] + "!", "/r/%3Cimg%20onerror=x%3E"} {
		if w := get(wrong, "en"); w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "<img") {
			t.Errorf("%s: status %d", wrong, w.Code)
		}
	}
}

// TestReceiptPageOneChat: where the shop has one chat, the QR opens it at once.
func TestReceiptPageOneChat(t *testing.T) {
	code := receipt.Code(loyalty.NewRef([]byte("123456789012345"), 15)).Bare()
	for _, c := range []struct {
		channels []shop.Channel
		want     string
	}{
		{[]shop.Channel{onLINE}, "https://line.me/R/oaMessage/%40cafe/?%2Fclaim%20" + code},
		{[]shop.Channel{onTelegram}, "https://t.me/cafe_bot?start=claim_" + code},
		{[]shop.Channel{onTelegram, {Name: "unnamed", Platform: bot.LINE}}, "https://t.me/cafe_bot?start=claim_" + code},
	} {
		_, _, get := site(t, "https://cafe.example", c.channels...)
		w := get("/r/"+code, "en")
		if h := w.Header(); w.Code != http.StatusSeeOther || h.Get("Location") != c.want || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%v: %d %v", c.channels, w.Code, h)
		}
	}
	_, _, get := site(t, "https://cafe.example")
	if page := get("/r/"+code, "en").Body.String(); !strings.Contains(page, "/claim "+code) {
		t.Errorf("a shop whose chats have no address says what to send:\n%s", page)
	}
}

// TestReceiptLinkWithoutAddress: a shop that phones cannot reach has the QR lead to
// its chat.
func TestReceiptLinkWithoutAddress(t *testing.T) {
	code := receipt.Code(loyalty.NewRef([]byte("123456789012345"), 15))
	pages, _, _ := site(t, "", shop.Channel{Name: "unnamed", Platform: bot.LINE}, onTelegram)
	if got := pages.Shop.ReceiptLink(code); got != "https://t.me/cafe_bot?start=claim_"+code.Bare() {
		t.Error(got)
	}
	pages, _, _ = site(t, "")
	if got := pages.Shop.ReceiptLink(code); got != "/claim "+code.Bare() {
		t.Error(got)
	}
}
