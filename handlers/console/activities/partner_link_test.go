package activities_test

import (
	"regexp"
	"testing"

	"regulars/loyalty"
	"regulars/store"
)

// TestPartnerLink: the address of a neighbour's staff is shown once, a new one ends
// it, and it can be ended at once.
func TestPartnerLink(t *testing.T) {
	t.Parallel()
	w := openOffers(t, "[referral]", neighbours)
	w.Shop.PublicURL = "https://cafe.example"
	opens := func(secret string) (ok bool) {
		w.Do(func(tx store.Tx) (err error) {
			ok, err = w.Shop.Offers().Opens(tx, loyalty.Store("bakery"), secret)
			return err
		})
		return ok
	}
	address := regexp.MustCompile(`https://cafe\.example/n/bakery/([A-Za-z0-9_-]{27})`)
	const page = "/console/activities/partners/bakery"
	b := w.Open(w.Manager)
	var secrets []string
	for range 2 {
		m := address.FindStringSubmatch(b.Get(page).Form("/link").Send().Must("Send this to the neighbour now").Body)
		if m == nil || !opens(m[1]) {
			t.Fatal("the address is not there, or opens nothing")
		}
		secrets = append(secrets, m[1])
	}
	if opens(secrets[0]) {
		t.Error("the address of before still opens")
	}
	if p := b.Get(page).Must("There is one since"); address.MatchString(p.Body) {
		t.Error("the address is shown again")
	}
	b.Get(page).Form("/unlink").Send().Must("Ended.", "There is none yet")
	if opens(secrets[1]) {
		t.Error("an ended address still opens")
	}
}
