package referral

import (
	"regulars/loyalty"
	"regulars/store"
)

// Of is who brought a member, and what became of it; ok is false for one who came
// by themselves.
func (d *Desk) Of(r store.Reader, friend loyalty.MemberID) (ref Referral, ok bool, err error) {
	row, ok, err := friends.Get(r, string(friend))
	return Referral{Friend: friend, Referrer: row.Referrer, Joined: row.Joined, State: row.State, Reason: row.Reason, Due: row.Due}, ok, err
}

// Brought are the friends whom a member brought, those of who became a part of them
// included, in the order of joining and the newest [ListMax] of each. It is for a
// View: it tells a shop, and never a referrer, who they are.
func (d *Desk) Brought(r store.Reader, referrer loyalty.MemberID) (list []loyalty.MemberID, err error) {
	family, err := d.family(r, referrer)
	if err != nil {
		return nil, err
	}
	for _, one := range family {
		var theirs []loyalty.MemberID
		for key := range referred.Scan(r, referred.Under(string(one)), &err) {
			theirs = append(theirs, lastPart(key))
		}
		if err != nil {
			return nil, err
		}
		list = append(list, theirs[max(0, len(theirs)-ListMax):]...)
	}
	return list, nil
}
