package activities_test

import (
	"strings"
	"testing"
	"time"

	"regulars/loyalty/book"
	"regulars/loyalty/plan"
	"regulars/store"
)

// plans are put before the café's referral.
const plans = `[[plan]]
id = "plus"
name = { en = "Café Plus", zh-TW = "咖啡加值" }
price = 310
every = "month"
trial_days = 14

[referral]`

// TestPlans: who has a plan, what it brought, and a payment taken back by a manager.
func TestPlans(t *testing.T) {
	t.Parallel()
	w := openOffers(t, "[referral]", plans)
	w.Do(func(tx store.Tx) error {
		act := book.Act{Op: "paid", Actor: "staff/x", Store: "main", Now: w.Clock.Now()}
		if _, err := w.Shop.Plans.Record(tx, w.Ann, act, plan.Pay{Plan: "plus", Amount: 310}); err != nil {
			return err
		}
		act.Op = "try"
		_, err := w.Shop.Plans.Try(tx, w.Bob, act, "plus", false)
		return err
	})
	b := w.Open(w.Manager)
	p := b.Get("/console/activities/plans").Must("Café Plus", "Ann L.", "Bob", "Trial", "NT$310")
	csv := b.Get("/console/activities/plans?format=csv").Body
	if !strings.Contains(csv, string(w.Ann)+",plus,Running,") || !strings.Contains(csv, string(w.Bob)+",plus,Trial,") {
		t.Errorf("the file: %s", csv)
	}
	if p := b.Get("/console/activities/plans?state=trial"); strings.Contains(p.Body, "/console/members/"+string(w.Ann)) {
		t.Error("Ann's is no trial")
	}
	p.Form("/plans/take").Send()
	w.See(func(r store.Reader) error {
		_, state, err := w.Shop.Plans.Stand(r, w.Ann, w.Clock.Now())
		if state != plan.None {
			t.Errorf("taken back, and still %q", state)
		}
		return err
	})
	p.Form("/plans/take").Send().Must("Only the newest payment") // pressed again
	w.Clock.Move(15 * 24 * time.Hour)
	b = w.Open(w.Manager) // the session is over
	b.Get("/console/activities/plans?state=over").Must("Bob", "Over")
}
