package trust_test

import (
	"testing"
	"time"

	"regulars/handlers/api"
	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/console/trust"
	"regulars/handlers/shop"
	"regulars/store"
)

// A key leaked: the owner learns whom the program with it looked at, also after the
// key was revoked, and not whom the key looked at that took its place.
func TestBreachOfAKey(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, consoletest.Options{Parts: func(w *consoletest.World) []console.Part {
		return []console.Part{trust.Part(w.Console, trust.Deps{Programs: func(r store.Reader) (list []trust.Program, err error) {
			keys, err := api.Keys{Shop: w.Shop}.List(r)
			for _, k := range keys {
				list = append(list, trust.Program{Actor: k.ID.Actor(), Name: k.Name, Made: k.At})
			}
			return list, err
		}})}
	}})
	keys := api.Keys{Shop: w.Shop}
	var leaked, fresh api.Key
	w.Do(func(tx store.Tx) (err error) {
		if leaked, _, err = keys.Make(tx, api.NewKey{Name: "till", Scopes: api.TillScopes(), By: w.Owner.ID.Actor()}, w.Clock.Now()); err != nil {
			return err
		}
		return w.Shop.Saw(tx, shop.Looker{By: leaked.ID.Actor()}, shop.WayAPI, w.Clock.Now(), w.Ann)
	})
	w.Clock.Move(time.Hour)
	w.Do(func(tx store.Tx) (err error) {
		if err := keys.Revoke(tx, leaked.ID, w.Clock.Now()); err != nil {
			return err
		}
		if fresh, _, err = keys.Make(tx, api.NewKey{Name: "till", Scopes: api.TillScopes(), By: w.Owner.ID.Actor()}, w.Clock.Now()); err != nil {
			return err
		}
		return w.Shop.Saw(tx, shop.Looker{By: fresh.ID.Actor()}, shop.WayAPI, w.Clock.Now(), w.Bob)
	})
	w.Clock.Move(time.Hour)
	form := w.Open(w.Owner).Get("/console/trust/breach").Must("API key “till”, made on 5 Jan 2026").Form("/console/trust/breach")
	if p := form.Set("who", string(leaked.ID.Actor())).Send().Must("1 person was affected", "Ann Lee", "points, level and vouchers"); p.Says("Bob") {
		t.Errorf("the key that leaked never saw Bob: %s", p.Text())
	}
	form.Set("who", string(fresh.ID.Actor())).Send().Must("1 person was affected", "Bob")
}
