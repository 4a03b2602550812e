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
