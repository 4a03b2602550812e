package main

import (
	"testing"

	"regulars/bot/sim"
	"regulars/loyalty/people"
	"regulars/store"
)

// TestWireCase26TamperedButtons: what a button says of a member, a reward, an
// amount or a yes is nobody's word. A changed app sends whatever it likes in its
// place: it has what its owner could have typed, asks what a typed line is asked,
// and moves nothing of anybody else.
func TestWireCase26TamperedButtons(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.employee("line", "Sam", people.Clerk)
	for _, platform := range []string{"line", "telegram"} {
		ann, mallory := w.member(platform, "Ann", 500), w.member(platform, "Mallory", 30)
		asked := w.says(ann, "/redeem latte")
		w.heard(ann, asked, 1, "140")
		w.says(mallory, "/redeem latte")
		w.says(mallory, "/points")
		forge := func(data string) {
			if p, ok := mallory.(*sim.TelegramPerson); ok {
				w.try(p.Forge("Rewards", data))
			} else {
				mallory.(*sim.LinePerson).Postback(data)
			}
			w.hush()
			w.hears(mallory, 0)
		}
		a, m, yes := string(w.id(ann)), string(w.id(mallory)), "a:yes"
		for _, data := range []string{
			yes, "a:redeem", "a:latte", "a:" + a, "c:redeem latte " + a, "c:redeem latte yes", "c:redeem latte 0", "c:redeem latte -140", "c:yes",
			"c:points " + a, "c:history " + a, "c:give " + a + " 500", "c:give " + m + " 500", "c:sale " + m + " 9000", "c:sale @Mallory 9000",
			"c:cancel " + a, "c:undo", "c:staff", "c:leave " + a, "c:merge " + a + " " + m, "c:family " + a,
			"t:AAAAAAAAAAAAAAAAAAAA", "t:" + a, "t:", "c:", ":", "yes", "x:redeem", "c:\x00", "c:redeem\nlatte", "a:yes\na:yes",
			"{\"do\":\"give\",\"points\":500}", "c:/give " + m + " 500", "c:redeem latte; give " + m,
		} {
			forge(data)
		}
		w.wants(mallory, 30, 0, 0)
		w.wants(ann, 500, 0, 0)
		w.says(ann, "/redeem latte") // her own question is hers alone to answer
		w.presses(ann, "Redeem 140 points")
		w.wants(ann, 360, 140, 1)
		w.wants(mallory, 30, 0, 0)
	}
	w.try(w.app.app.db.View(t.Context(), func(r store.Reader) error {
		all, err := w.app.app.shop.Vault.AllStaff(r)
		if err != nil || len(all) != 1 {
			t.Errorf("%d employees, %v", len(all), err)
		}
		return nil
	}))
}
