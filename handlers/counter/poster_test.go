package counter

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/programme"
)

// shopOf is a shop under a preset, its text changed by pairs of old and new.
func shopOf(t *testing.T, preset string, changes ...string) *shop.Shop {
	t.Helper()
	text, _ := programme.Preset(preset)
	p, complaints := programme.Load([]byte(strings.NewReplacer(changes...).Replace(string(text))))
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	return &shop.Shop{
		Programme: func(time.Time) *programme.Programme { return p }, Clock: bot.SystemClock{},
		Channels: []shop.Channel{{Name: "main", Platform: bot.LINE, Handle: "@cafe"}, {Name: "tg", Platform: bot.Telegram}},
	}
}

// The poster tells what the programme gives, names the accounts that are known,
// and whatever a shop calls itself is text.
func TestPoster(t *testing.T) {
	s := shopOf(t, "cafe", `"Corner Café"`, `"Tom & <Jerry>"`)
	var b bytes.Buffer
	if err := Poster(&b, s, i18n.En); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Tom &amp; &lt;Jerry&gt;", "LINE", "@cafe", "Every NT$10 you spend is 1 point.", "Coffee card: 10 stamps, and you get Any drink.",
		"For your birthday: Any drink / A slice of birthday cake.", "Cookie", "60 points", "Tap “Join”"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the poster lacks %q", want)
		}
	}
	for _, wrong := range []string{"Telegram", "Tumbler", "House beans"} { // not known; for some tiers only; too dear
		if strings.Contains(b.String(), wrong) {
			t.Errorf("the poster says %q", wrong)
		}
	}
	if n := strings.Count(b.String(), "data:image/png"); n != 1 {
		t.Errorf("%d codes to scan", n)
	}
	s.Learn("tg", "cafe_bot")
	b.Reset()
	if err := Poster(&b, s, i18n.En); err != nil || !strings.Contains(b.String(), "@cafe_bot") {
		t.Errorf("what the platform told is not on the poster (%v)", err)
	}
	s = shopOf(t, "cafe")
	s.Channels = s.Channels[1:]
	if err := Poster(&b, s, i18n.En); err != ErrNoHandle {
		t.Errorf("with nothing to scan: %v", err)
	}
}

// A tier's gifts that are alike are told once.
func TestPosterSaysNothingTwice(t *testing.T) {
	s := shopOf(t, "coffee")
	lines := brings(s, i18n.For(i18n.En), s.Programme(time.Now()))
	seen := map[string]bool{}
	for _, l := range lines {
		if seen[l] {
			t.Errorf("twice: %q", l)
		}
		seen[l] = true
	}
}

// The team's card has examples that the shop's own country writes.
func TestStaffCard(t *testing.T) {
	for preset, want := range map[string]string{
		"cafe": "/sale 0912345678 350", "cafe-hk": "/sale 91234567 85", "cafe-jp": "/sale 09012345678 1200", "cafe-th": "/sale 0812345678 180", "hotel": "/refund",
	} {
		for _, lang := range i18n.Langs {
			var b bytes.Buffer
			if err := StaffCard(&b, shopOf(t, preset), lang); err != nil || !strings.Contains(b.String(), want) {
				t.Errorf("%s in %s lacks %q (%v)", preset, lang, want, err)
			}
		}
	}
}

// Until an account's name is known the page says what to do.
func TestPosterPage(t *testing.T) {
	_, _, get := site(t, "https://cafe.example", shop.Channel{Name: "main", Platform: bot.LINE})
	if w := get("/poster/en", ""); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "basic_id") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if w := get("/staffcard/ja", ""); w.Code != http.StatusOK || w.Header().Get("X-Frame-Options") != "DENY" {
		t.Errorf("status %d, %v", w.Code, w.Header())
	}
	for _, path := range []string{"/poster/fr", "/poster/EN", "/staffcard/..", "/poster/"} {
		if w := get(path, ""); w.Code == http.StatusOK {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
}
