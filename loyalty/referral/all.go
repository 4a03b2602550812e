package referral

import (
	"context"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Referral is one friend whom a member brought, for the shop's own books.
type Referral struct {
	Friend   loyalty.MemberID `json:"friend"`
	Referrer loyalty.MemberID `json:"referrer"`
	Joined   time.Time        `json:"joined"`
	State    State            `json:"state"`
	Reason   Reason           `json:"reason,omitempty"`
	Due      time.Time        `json:"due,omitzero"` // when its reward has waited, where a purchase was made
}

// allPage is how many referrals one View of All reads.
const allPage = 2000

// All calls f for every referral, ordered by friend.
func All(ctx context.Context, db store.DB, f func(Referral) error) error {
	rg := friends.All()
	for more := true; more; {
		err := db.View(ctx, func(r store.Reader) error {
			more = false
			seen := 0
			var failed error
			for friend, row := range friends.Scan(r, rg, &failed) {
				if seen++; seen > allPage {
					rg.Start, more = friends.Key(friend), true
					break
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := f(Referral{loyalty.MemberID(friend), row.Referrer, row.Joined, row.State, row.Reason, row.Due}); err != nil {
					return err
				}
			}
			return failed
		})
		if err != nil {
			return err
		}
	}
	return nil
}
