package home_test

import (
	"testing"
	"time"

	"regulars/handlers/till"
	"regulars/loyalty"
	"regulars/store"
)

// TestStoppedGift: who is asked for a yes reads what stopped the gift, in their own
// language, and not only its amount.
func TestStoppedGift(t *testing.T) {
	w, _ := open(t)
	w.Do(func(tx store.Tx) error {
		now := w.Clock.Now()
		sealed, err := w.Shop.Vault.SealFor(tx, w.Bob, "reason", []byte("cold coffee"), w.Shop.Rand)
		if err != nil {
			return err
		}
		return till.PutApproval(tx, till.Approval{
			ID: "a1", Member: w.Bob, Points: 5, Reason: sealed, By: w.Clerk.ID, Role: w.Clerk.Role, At: now, Until: now.Add(time.Hour),
			Why: &loyalty.StopError{By: loyalty.StoppedCard, Limit: 12, Ask: true},
		})
	})
	w.Open(w.Manager).Get("/console/approvals").Must("cold coffee", "Why we ask · already 12 for this customer today")
}
