package admin_test

import (
	"errors"
	"strings"
	"testing"

	"regulars/handlers/admin"
	"regulars/handlers/shop"
	"regulars/loyalty/people"
	"regulars/store"
)

// TestSegmentsAreListedCountedAndShown: by name and by expression, with what is
// wrong where something is.
func TestSegmentsAreListedCountedAndShown(t *testing.T) {
	d := newDesk(t, new(bool))
	d.Shop.Segments.DB = d.DB
	d.Shop.Channels = []shop.Channel{{Name: "main", Platform: "line"}}
	ming := customer(t, d, "Ming", "0912345678", 1000)
	customer(t, d, "Hua", "0987654321", 50)
	err := d.DB.Update(t.Context(), func(tx store.Tx) error {
		_, err := d.Shop.Segments.Tag(tx, ming, "vegan")
		return errors.Join(err, d.Shop.Vault.SetConsent(tx, ming, people.ForPromo, true, "1", still{}.Now(), d.Shop.Rand))
	})
	if err != nil {
		t.Fatal(err)
	}
	said, err := do(t, d, "segment-list", nil)
	if err != nil || !strings.Contains(said, "gold-away") || !strings.Contains(said, "birthday-next-month") || !strings.Contains(said, "Gold, away for a month") {
		t.Errorf("%v\n%s", err, said)
	}
	said, err = do(t, d, "segment-count", map[string]string{"when": `visits == 1 and spend >= 50`})
	if err != nil || !strings.Contains(said, "members     2\nreachable   1") || !strings.Contains(said, "main 1") {
		t.Errorf("%v\n%s", err, said)
	}
	said, err = do(t, d, "segment-show", map[string]string{"when": `"vegan" in tags`})
	if err != nil || !strings.Contains(said, string(ming)) || !strings.Contains(said, "vegan") || strings.Contains(said, "Ming") || strings.Contains(said, "0912") {
		t.Errorf("%v\n%s", err, said)
	}
	var wrong *admin.Error
	for _, text := range []string{`teir == "gold"`, `tier == "glod"`, "alive > 0.5", "points +"} {
		if _, err := do(t, d, "segment-count", map[string]string{"when": text}); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if said, err := do(t, d, "segment-rebuild", nil); err != nil || !strings.Contains(said, "2 members") {
		t.Errorf("%v\n%s", err, said)
	}
}
