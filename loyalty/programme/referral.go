package programme

import (
	"fmt"
	"time"

	"regulars/loyalty"
)

// referral reads what bringing a friend brings.
func (r *reader) referral(root *table, p *Programme) {
	written := root.written("referral")
	t := r.sub(root, "referral")
	f := &p.Rules.Referral
	f.ReferrerPoints = loyalty.Points(r.points(t, "referrer_points"))
	f.FriendPoints = loyalty.Points(r.points(t, "friend_points"))
	f.ReferrerReward, f.FriendReward = r.gives(t, "referrer_reward"), r.gives(t, "friend_reward")
	least, _ := r.money(t, "minimum", p.Rules.Currency.Digits)
	f.Minimum = loyalty.Money(least)
	f.Within = int(r.whole(t, "within_days", 0, 1, 3660))
	f.Most, f.Per = r.limit(t, "most")
	f.Flag = r.whole(t, "flag", 0, 0, 1000)
	// A reward that comes before the sale can no longer be returned would have
	// to be taken back.
	pending := int64(p.Rules.ReturnWindow / (24 * time.Hour))
	f.WaitDays = int(r.whole(t, "wait_days", pending, 0, 365))
	if v := t.of["wait_days"]; v != nil && int64(f.WaitDays) < pending {
		r.complain(v.line, t.join("wait_days"), fmt.Sprintf("%d is less than returns.pending_days", f.WaitDays), fmt.Sprintf("a whole number from %d to 365", pending))
	}
	switch {
	case !written:
		f.WaitDays = 0
	case !f.On():
		r.complain(t.line, "referral", "gives nothing", "referrer_points, friend_points, referrer_reward, friend_reward")
	}
}
