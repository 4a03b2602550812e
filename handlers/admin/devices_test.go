package admin_test

import (
	"context"
	"strings"
	"testing"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// An operator sees the devices and ends a lost one.
func TestDevices(t *testing.T) {
	d := newDesk(t, new(bool))
	if out, err := do(t, d, "devices-list", nil); err != nil || !strings.Contains(out, "/counter") {
		t.Errorf("none: %q, %v", out, err)
	}
	var secret string
	if err := d.DB.Update(context.Background(), func(tx store.Tx) error {
		v, now, rand := d.Shop.Vault, still{}.Now(), d.Shop.Rand
		who := shop.Identity(bot.Identity{Channel: "main", User: "U1"})
		if _, _, err := v.Meet(tx, who, people.Seen{}, now, rand); err != nil {
			return err
		}
		code, err := v.Invite(tx, people.Manager, "", loyalty.ByJob("test"), now, people.CodeLife, rand)
		if err != nil {
			return err
		}
		boss, err := v.Enrol(tx, code, who, now, rand)
		if err != nil {
			return err
		}
		link, err := v.NewDeviceLink(tx, "main", boss.ID, now, rand)
		if err != nil {
			return err
		}
		_, secret, err = v.Register(tx, link, "Front tablet", "", now, rand)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	id, _, _ := strings.Cut(secret, ".")
	if out, err := do(t, d, "devices-list", nil); err != nil || !strings.Contains(out, id) || !strings.Contains(out, "Front tablet") || strings.Contains(out, secret) {
		t.Errorf("listed: %q, %v", out, err)
	}
	if _, err := do(t, d, "devices-revoke", map[string]string{"id": "nonsense"}); err == nil || !strings.Contains(err.Error(), "devices list") {
		t.Errorf("unknown: %v", err)
	}
	if _, err := do(t, d, "devices-revoke", map[string]string{"id": strings.ToLower(id)}); err != nil {
		t.Error(err)
	}
	if err := d.DB.View(context.Background(), func(r store.Reader) error {
		_, ok, err := d.Shop.Vault.DeviceOf(r, secret)
		if ok {
			t.Error("a revoked device is still one")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
