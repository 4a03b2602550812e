package activities_test

import (
	"strings"
	"testing"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/match"
	"regulars/store"
)

// matching is put before the café's referral.
const matching = `[status_match]
tiers = ["gold"]
days = 30

[household]
size = 3

[referral]`

// TestMatches: a manager reads what a member has elsewhere and gives the tier; a
// second press finds it decided.
func TestMatches(t *testing.T) {
	t.Parallel()
	w := openOffers(t, "[referral]", matching)
	var q match.Request
	w.Do(func(tx store.Tx) error {
		sealed, err := w.Shop.Vault.SealFor(tx, w.Ann, shop.MatchPurpose, []byte("Tea House Black, 77"), w.Shop.Rand)
		if err != nil {
			return err
		}
		q, err = w.Shop.Matches.Ask(tx, w.Ann, "ask", "gold", sealed, w.Clock.Now())
		return err
	})
	b := w.Open(w.Manager)
	b.Get("/console/activities/matches").Must("Ann", "Gold", "Tea House Black, 77")
	if csv := b.Get("/console/activities/matches?format=csv").Body; !strings.Contains(csv, string(q.Ref)+","+string(w.Ann)+",Gold,") {
		t.Errorf("the file: %s", csv)
	}
	page := b.Get("/console/activities/matches")
	page.Form(string(q.Ref)+"/yes").Send().Must("Decided", "Nobody is waiting.")
	w.Do(func(tx store.Tx) error {
		way, _, err := w.Shop.Book.Progress(tx, w.Ann, w.Clock.Now())
		if way.Standing.Level != "gold" {
			t.Errorf("the member has %q", way.Standing.Level)
		}
		return err
	})
	if p := page.Form(string(q.Ref) + "/no").Send(); p.Status != 404 {
		t.Errorf("decided twice: %d", p.Status)
	}
}

// TestMatchOfSomebodyErased: a request that somebody left behind closes the page to
// nobody; it gives no tier, and can be refused.
func TestMatchOfSomebodyErased(t *testing.T) {
	t.Parallel()
	w := openOffers(t, "[referral]", matching)
	refs := map[loyalty.MemberID]string{}
	for _, m := range []loyalty.MemberID{w.Ann, w.Bob} {
		w.Do(func(tx store.Tx) error {
			sealed, err := w.Shop.Vault.SealFor(tx, m, shop.MatchPurpose, []byte("Black card of "+string(m)), w.Shop.Rand)
			if err != nil {
				return err
			}
			q, err := w.Shop.Matches.Ask(tx, m, "ask", "gold", sealed, w.Clock.Now())
			refs[m] = string(q.Ref)
			return err
		})
	}
	w.Do(func(tx store.Tx) error {
		return w.Shop.Vault.Erase(tx, w.Bob, w.Clock.Now(), w.Clock.Now().Add(time.Hour))
	})
	b := w.Open(w.Manager)
	page := b.Get("/console/activities/matches").Must("Black card of " + string(w.Ann))
	if p := page.Form(refs[w.Bob] + "/yes").Send(); p.Status != 404 {
		t.Errorf("a tier for nobody: %d", p.Status)
	}
	page.Form(refs[w.Bob]+"/no").Send().Must("Decided", "Black card of "+string(w.Ann))
	page.Form(refs[w.Ann]+"/yes").Send().Must("Decided", "Nobody is waiting.")
}

// TestHouseholdsPage: who pools points with whom, and how many share.
func TestHouseholdsPage(t *testing.T) {
	t.Parallel()
	w := openOffers(t, "[referral]", matching)
	b := w.Open(w.Manager)
	b.Get("/console/activities/households").Must("No household yet.")
	w.Do(func(tx store.Tx) error {
		code, _, err := w.Shop.Households.Invite(tx, w.Ann, "invite", w.Clock.Now())
		if err != nil {
			return err
		}
		_, err = w.Shop.Households.Join(tx, w.Bob, code, w.Clock.Now())
		return err
	})
	b.Get("/console/activities/households").Must("Ann", "Bob")
}
