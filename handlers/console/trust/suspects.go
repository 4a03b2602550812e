package trust

import (
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Program is a key of the API, as a breach may have come through it.
type Program struct {
	Actor loyalty.Actor // as looks name it
	Name  string        // what who made it called it
	Made  time.Time     // tells a key from the one that took its place
}

// suspects are who may have looked: employees of now and before, the counter's
// devices, and keys, revoked ones too: who finds a leak revokes the key first.
func (h *page) suspects(q *console.Request, r store.Reader) (who []console.Option, err error) {
	staff, err := h.Shop.Vault.AllStaff(r)
	if err != nil {
		return nil, err
	}
	for _, s := range staff {
		who = append(who, console.Option{Value: string(s.ID.Actor()), Label: shop.Tidy(s.Name)})
	}
	devices, err := people.Devices(r)
	if err != nil {
		return nil, err
	}
	for _, x := range devices {
		who = append(who, console.Option{Value: "device/" + string(x.ID), Label: h.Shop.StoreName(x.Store) + " · " + shop.Tidy(x.Name)})
	}
	if h.Programs == nil {
		return who, nil
	}
	programs, err := h.Programs(r)
	for _, x := range programs {
		label := q.Say(i18n.ConsoleTrustKey, "Name", shop.Tidy(x.Name), "Date", q.P.Date(h.Shop.Local(x.Made)))
		who = append(who, console.Option{Value: string(x.Actor), Label: label})
	}
	return who, err
}
