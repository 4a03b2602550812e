package counter

import (
	"fmt"
	"strings"
	"testing"

	"regulars/handlers/shop"
	"regulars/store"
)

// A clerk at the counter sees members masked, and that they did is noted with the
// device.
func TestCounterShowsMembersMasked(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	text := fmt.Sprint(b.found("0912345678"), b.found("Ann"))
	if !strings.Contains(text, "•••678") {
		t.Fatalf("Ann was not found: %s", text)
	}
	for _, clear := range []string{"912345678", "Ann Lee"} {
		if strings.Contains(text, clear) {
			t.Errorf("the counter shows %q", clear)
		}
	}
	seen := 0
	err := w.db.View(t.Context(), func(r store.Reader) error {
		return shop.EachLook(r, w.clock.now.AddDate(0, 0, -1), w.clock.now, func(l shop.Look) error {
			if l.Member == w.ann && l.Way == shop.WayCounter && l.By == w.sam.ID.Actor() && l.Device != "" {
				seen++
			}
			return nil
		})
	})
	if seen != 1 || err != nil {
		t.Errorf("%d looks at Ann are noted, want one an hour: %v", seen, err)
	}
}
