package activities_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/console/activities"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// offers are put before the café's referral.
const offers = `[[offer]]
id = "early"
name = { en = "Early bird", zh-TW = "早鳥" }
reward = "free-drink"
number = 5
number_per = "day"
[[offer]]
id = "past"
name = "Last year's"
reward = "free-drink"
to = 2025-12-31

[referral]`

func openOffers(t testing.TB, change ...string) *consoletest.World {
	return consoletest.New(t, consoletest.Options{Change: change, Strict: true, Parts: func(w *consoletest.World) []console.Part {
		return []console.Part{activities.Part(w.Console, activities.Deps{})}
	}})
}

// TestOffers: what is claimed, left and used stands on the page, a line an offer,
// and who claimed it behind the offer's name.
func TestOffers(t *testing.T) {
	t.Parallel()
	w := openOffers(t, "[referral]", offers)
	for i, m := range []loyalty.MemberID{w.Ann, w.Bob} {
		w.Do(func(tx store.Tx) error {
			act := book.Act{Op: loyalty.OpID(fmt.Sprint("claim", i)), Actor: loyalty.ByMember(m), Now: w.Clock.Now()}
			v, err := w.Shop.Offers().Claim(tx, m, act, "early")
			if err != nil || m != w.Ann {
				return err
			}
			_, _, err = w.Shop.Club.Vouchers.Use(tx, w.Shop.Club.Vouchers.CodeOf(v), book.Act{Op: "use", Actor: loyalty.ByJob("till"), Store: "main", Now: w.Clock.Now()})
			return err
		})
	}
	b := w.Open(w.Manager)
	b.Get("/console/activities").Must("Free offers")
	w.Do(func(tx store.Tx) error {
		return w.Shop.Vault.SetConsent(tx, w.Ann, people.ForPromo, true, shop.Wording, w.Clock.Now(), rand.Reader)
	})
	for _, refresh := range []func(context.Context, time.Time) (int, error){w.Shop.Segments.Refresh, w.Shop.Metrics.Refresh} {
		if _, err := refresh(context.Background(), w.Clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	b.Get("/console/activities/offers").Must("Early bird", "3 / 5", "Last year", "Over", "can be reached, 0% let their last 3 offers go by")
	csv := b.Get("/console/activities/offers?format=csv").Body
	if !strings.Contains(csv, "early,Early bird,Any drink,Open,3 / 5,2,2,2,0,1,1\r\n") || !strings.Contains(csv, "past,Last year's,Any drink,Over,,0,0,0,0,0,0\r\n") {
		t.Errorf("the file: %s", csv)
	}
	b.Get("/console/activities/offers/early").Must("Ann L.", "Bob", "Used", "Not used yet")
	p := b.Get("/console/activities/offers/early?state=used").Must("Ann L.")
	if strings.Contains(p.Body, "/console/members/"+string(w.Bob)) {
		t.Error("Bob's is not used")
	}
	w.Clock.Move(31 * 24 * time.Hour)
	b = w.Open(w.Manager) // the session of a month ago is over
	if csv := b.Get("/console/activities/offers?format=csv").Body; !strings.Contains(csv, "Open,5 / 5,2,2,0,2,1,1\r\n") {
		t.Errorf("a month later: %s", csv)
	}
	if p := b.Get("/console/activities/offers/nothing"); p.Status != 404 {
		t.Errorf("no such offer: %d", p.Status)
	}
}

// TestNoOffers: where the programme has none there is no such tab.
func TestNoOffers(t *testing.T) {
	t.Parallel()
	w := openOffers(t)
	b := w.Open(w.Manager)
	if p := b.Get("/console/activities/offers"); strings.Contains(p.Body, "Claimed in all") {
		t.Error("the page is there")
	}
}
