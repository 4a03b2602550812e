package activities_test

import (
	"strings"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/event"
	"regulars/store"
)

// gatherings are put before the café's referral.
const gatherings = `[events]
by_managers = true
[[event]]
id = "tasting"
name = "Tasting"
starts = 2026-01-20T19:00:00
places = 2
waiting = 2
[[voice]]
kind = "review"
points = 30
[[charity]]
id = "shelter"
name = "Animal shelter"
worth = 30

[referral]`

// TestEventsOnThePage: who signed up stands on it, a manager plans an event of their
// own and calls one off, a clerk may not.
func TestEventsOnThePage(t *testing.T) {
	t.Parallel()
	w := openOffers(t, "[referral]", gatherings)
	w.Do(func(tx store.Tx) error {
		act := book.Act{Op: "sign", Actor: loyalty.ByMember(w.Ann), Now: w.Clock.Now()}
		_, err := w.Shop.Events.SignUp(tx, w.Ann, act, "tasting", event.Answers{})
		return err
	})
	b := w.Open(w.Manager)
	b.Get("/console/activities").Must("Events", "Reviews and posts", "Charity")
	page := b.Get("/console/activities/events").Must("Tasting", "1 / 2")
	if no := page.Form("/new").Set("name", "Latte art").Set("starts", "2025-01-01T10:00").Send(); !no.Says("Give a day and time in the future") {
		t.Errorf("an event of last year: %s", no.Text())
	}
	page.Form("/new").Set("name", "Latte art").Set("starts", "2026-02-01T10:00").Set("where", "Upstairs").Send().Must("The event is planned", "Upstairs", "Nobody has signed up yet")
	b.Get("/console/activities/events").Must("Latte art", "0 / 12")
	one := b.Get("/console/activities/events/tasting").Must("Ann L.", "has a place")
	if csv := b.Get("/console/activities/events/tasting?format=csv").Body; !strings.Contains(csv, "Ann L.,has a place") {
		t.Errorf("the file: %s", csv)
	}
	one.Form("/off").Set("reason", "the roaster is ill").Send().Must("called off")
	w.Do(func(tx store.Tx) error {
		x, _, err := w.Shop.Events.Find(tx, "tasting", w.Clock.Now())
		if x.Off.IsZero() {
			t.Error("it goes on")
		}
		return err
	})
}

// TestVoicesOnThePage: one is given its points, another refused, and a charity's
// month stands there.
func TestVoicesOnThePage(t *testing.T) {
	t.Parallel()
	w := openOffers(t, "[referral]", gatherings)
	var refs []string
	for _, op := range []string{"one", "two"} {
		w.Do(func(tx store.Tx) error {
			sealed, err := w.Shop.SealWords(tx, w.Ann, "https://example.com/reviews/of/the/corner/cafe/"+op)
			if err != nil {
				return err
			}
			act := book.Act{Op: loyalty.OpID(op), Actor: loyalty.ByMember(w.Ann), Now: w.Clock.Now()}
			v, err := w.Shop.Voices.Send(tx, w.Ann, act, loyalty.VoiceReview, sealed)
			refs = append(refs, string(v.Ref))
			return err
		})
	}
	b := w.Open(w.Manager)
	page := b.Get("/console/activities/voices").Must("https://example.com/reviews/of/the/corner/cafe/one", "https://example.com/reviews/of/the/corner/cafe/two", "waiting")
	page.Form(refs[0]+"/give").Set("points", "20").Send().Must("20 points")
	b.Get("/console/activities/voices").Form(refs[len(refs)-1]+"/refuse").Set("reason", "private account").Send().Must("no points")
	w.Do(func(tx store.Tx) error {
		act := book.Act{Op: "donate", Actor: loyalty.ByMember(w.Ann), Now: w.Clock.Now()}
		_, _, err := w.Shop.Voices.Donate(tx, w.Ann, act, "shelter", 20)
		return err
	})
	b.Get("/console/activities/charity").Must("Animal shelter", "20", "NT$6")
}
