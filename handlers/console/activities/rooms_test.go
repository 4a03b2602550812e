package activities_test

import (
	"cmp"
	"strings"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/room"
	"regulars/store"
)

// gated is put before the café's referral: two rooms that everybody may enter.
const gated = `[[room]]
id = "line"
name = { en = "The LINE room", zh-TW = "LINE 群" }
tiers = ["member"]
line = true

[[room]]
id = "gold"
name = { en = "The gold room", zh-TW = "金卡群" }
tiers = ["gold"]

[referral]`

// TestRooms: a manager sees how groups stand and who is at the door, and ticks off.
func TestRooms(t *testing.T) {
	t.Parallel()
	w := openOffers(t, "[referral]", gated)
	w.Do(func(tx store.Tx) error {
		_, err := w.Shop.Rooms.Ask(tx, w.Ann, "line", w.Clock.Now())
		return err
	})
	w.Do(func(tx store.Tx) error {
		return w.Shop.Rooms.Link(tx, "gold", "AB2C", book.Act{Op: "link", Now: w.Clock.Now()})
	})
	b := w.Open(w.Manager)
	page := b.Get("/console/activities/rooms")
	page.Must("The LINE room", "The gold room", "not linked: say /room line in it", "its link is being made", "Ann", "waits to be let in")
	if csv := b.Get("/console/activities/rooms?format=csv").Body; !strings.Contains(csv, "line,"+string(w.Ann)+",line,waits to be let in,") {
		t.Errorf("the file: %s", csv)
	}
	page.Form("line/"+string(w.Ann)).Send().Must("Noted.", "is in")
	w.Do(func(tx store.Tx) error {
		g, ok, err := w.Shop.Rooms.Place(tx, w.Ann, "line", room.ByStaff)
		if !ok || g.State != room.In {
			t.Errorf("%v %+v", ok, g)
		}
		return err
	})
	w.Do(func(tx store.Tx) error {
		now := w.Clock.Now()
		act := book.Act{Op: "leave", Actor: loyalty.ByMember(w.Ann), Reason: []byte("left"), Now: now}
		return cmp.Or(w.Shop.Club.Leave(tx, w.Ann, act), w.Shop.Vault.Erase(tx, w.Ann, now, now.AddDate(1, 0, 0)))
	})
	page = b.Get("/console/activities/rooms")
	page.Must("a former member, let in on", "is to be taken out")
	if strings.Contains(page.Body, "Ann") {
		t.Error("the page names who has left")
	}
	page.Form("line/" + string(w.Ann)).Send().Must("Noted.")
	if p := page.Form("line/" + string(w.Ann)).Send(); p.Status != 422 || !strings.Contains(p.Body, "Nothing is to be done there any more.") {
		t.Errorf("ticked off twice: %d", p.Status)
	}
}
