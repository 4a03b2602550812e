package api

import (
	"fmt"
	"strings"
	"testing"

	"regulars/handlers/shop"
	"regulars/store"
)

// A till's program is shown members masked, whatever it asks, and each look is noted
// with its key.
func TestProgramsSeeMembersMasked(t *testing.T) {
	w := open(t)
	found := w.post("/members/find", map[string]any{"phone": "0912345678"})
	text := fmt.Sprint(found.Body)
	for _, path := range []string{"", "/balance", "/entries", "/vouchers", "/plan"} {
		text += fmt.Sprint(w.get("/members/" + string(w.ann) + path).Body)
	}
	if !strings.Contains(text, "•••678") {
		t.Fatalf("Ann was not found: %s", text)
	}
	for _, clear := range []string{"912345678", "Ann Lee"} {
		if strings.Contains(text, clear) {
			t.Errorf("a program is shown %q", clear)
		}
	}
	seen := 0
	w.view(func(r store.Reader) error {
		return shop.EachLook(r, w.clock.Now().AddDate(0, 0, -1), w.clock.Now(), func(l shop.Look) error {
			if l.Member == w.ann && l.Way == shop.WayAPI && strings.HasPrefix(string(l.By), "job/api.") {
				seen++
			}
			return nil
		})
	})
	if seen != 1 {
		t.Errorf("%d looks at Ann are noted, want one an hour", seen)
	}
}
