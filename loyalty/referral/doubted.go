package referral

import (
	"regulars/loyalty"
	"regulars/store"
)

// Doubted is a purchase whose reward waits, or will wait, for a manager.
type Doubted struct {
	Friend loyalty.MemberID
	Seq    uint64 // of the friend's entry
}

// Doubted are the purchases that count of the accounts below a flagged member, friends
// of theirs and friends of friends, where no reward was given yet: what was rewarded
// before is not what somebody has to look at. It is for a View.
func (d *Desk) Doubted(r store.Reader, m loyalty.MemberID) (list []Doubted, err error) {
	below, err := d.Brought(r, m)
	if err != nil {
		return nil, err
	}
	for key := range nears.Scan(r, nears.Under(string(m)), &err) {
		below = append(below, lastPart(key))
	}
	if err != nil {
		return nil, err
	}
	known := map[loyalty.MemberID]bool{}
	for _, friend := range below {
		if known[friend] {
			continue
		}
		known[friend] = true
		row, _, err := friends.Get(r, string(friend))
		if err != nil {
			return nil, err
		}
		if (row.State == StateBought || row.State == StateHeld) && !row.Cleared && len(row.Sales) > 0 {
			list = append(list, Doubted{friend, row.Sales[0].Seq})
		}
	}
	return list, nil
}
