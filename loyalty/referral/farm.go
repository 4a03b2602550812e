package referral

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Sign is what made a member suspicious.
type Sign string

// The signs. In both, so many is [loyalty.Referral].Flag, and 0 flags nobody.
const (
	// SignWeek: so many friends of theirs joined within seven days.
	SignWeek Sign = "week"
	// SignCluster: so many accounts below them, each joined no more than 30 days
	// after the one above it (but theirs, which may be older), bought for less
	// than a tenth over the minimum. Without a minimum every purchase is near it.
	SignCluster Sign = "cluster"
)

const (
	week = 7 * 24 * time.Hour
	// nearLife is how close in time the accounts of a cluster are, and how long
	// their purchases are remembered.
	nearLife = 30 * 24 * time.Hour
)

// watchWeek flags the referrer when too many friends joined in the last week.
func (d *Desk) watchWeek(tx store.Tx, row friendRow, now time.Time) error {
	most := int(d.Programme(now).Referral.Flag)
	if most <= 0 {
		return nil
	}
	from := row.Joined.Add(-week)
	by, _, err := referrers.Get(tx, string(row.Referrer))
	if err != nil {
		return err
	}
	n, err := count(tx, since(referred, row.Referrer, after(from, by.Cleared)), most)
	if err != nil || n < most {
		return err
	}
	return flag(tx, row.Referrer, SignWeek, n, now)
}

// watchCluster notes a purchase near the minimum with everybody above the
// friend, and flags the topmost below whom there are too many.
func (d *Desk) watchCluster(tx store.Tx, friend loyalty.MemberID, row friendRow, now time.Time) error {
	most := int(d.Programme(row.Sales[0].At).Referral.Flag)
	if most <= 0 || !d.near(&row) {
		return nil
	}
	path, err := d.path(tx, row)
	if err != nil {
		return err
	}
	for _, m := range path {
		if err := nears.Put(tx, nearRow{row.Joined}, string(m), timeKey(row.Joined), string(friend)); err != nil {
			return err
		}
	}
	if under, _, err := flaggedIn(tx, path); err != nil || under != "" {
		return err // one flag a cluster
	}
	return flagTopmost(tx, path, row.Joined, most, now)
}

// flagTopmost goes down a path and flags the first that has too many below. Who
// was cleared clears everybody below for what lies before.
func flagTopmost(tx store.Tx, path []loyalty.MemberID, joined time.Time, most int, now time.Time) error {
	from := joined.Add(-nearLife)
	for i := len(path) - 1; i >= 0; i-- {
		row, _, err := referrers.Get(tx, string(path[i]))
		if err != nil {
			return err
		}
		from = after(from, row.Cleared)
		n, err := count(tx, since(nears, path[i], from), most)
		if err != nil {
			return err
		}
		if n >= most {
			return flag(tx, path[i], SignCluster, n, now)
		}
	}
	return nil
}

// near reports whether the purchase that counts is less than a tenth over the
// minimum.
func (d *Desk) near(f *friendRow) bool {
	least := d.Programme(f.Sales[0].At).Referral.Minimum
	return least == 0 || f.Sales[0].Amount-least < (least+9)/10
}

// path is who stands above a friend, the nearest first: as long as they were
// new themselves when the one below joined, and the first who was not.
func (d *Desk) path(r store.Reader, f friendRow) ([]loyalty.MemberID, error) {
	path := []loyalty.MemberID{f.Referrer}
	for len(path) < maxChain {
		up, ok, err := friends.Get(r, string(path[len(path)-1]))
		if err != nil {
			return nil, err
		}
		if !ok || f.Joined.Sub(up.Joined) > nearLife {
			break
		}
		path, f = append(path, up.Referrer), up
	}
	return path, nil
}

// flaggedIn is the first of members that is flagged, or nobody.
func flaggedIn(r store.Reader, members []loyalty.MemberID) (loyalty.MemberID, flagRow, error) {
	for _, m := range members {
		if row, ok, err := flags.Get(r, string(m)); err != nil || ok {
			return m, row, err
		}
	}
	return "", flagRow{}, nil
}

// flag marks a member, once.
func flag(tx store.Tx, m loyalty.MemberID, sign Sign, n int, now time.Time) error {
	if err := lock(tx, m); err != nil {
		return err
	}
	if _, is, err := flags.Get(tx, string(m)); err != nil || is {
		return err
	}
	return flags.Put(tx, flagRow{Since: now.UTC(), Sign: sign, Count: n}, string(m))
}

// hold keeps a due referral back when its referrer is flagged, when it is itself
// part of a flagged cluster, or when the referrer's own referral is held; a farm
// that a manager has refused gets its answer at once.
func (d *Desk) hold(tx store.Tx, friend loyalty.MemberID, row friendRow) (bool, error) {
	if row.Cleared {
		return false, nil
	}
	under, farm, err := d.suspect(tx, row)
	if err != nil || under == "" && !farm {
		return false, err
	}
	before := row
	if row.State, row.HeldBy = StateHeld, under; farm {
		refuse(&row, Farm)
	}
	return true, save(tx, friend, before, row)
}

// suspect is under whom a referral must wait, if under anybody, and whether it
// belongs to a farm that was refused.
func (d *Desk) suspect(r store.Reader, row friendRow) (under loyalty.MemberID, farm bool, err error) {
	up, _, err := friends.Get(r, string(row.Referrer))
	if err != nil {
		return "", false, err
	}
	switch {
	case up.State == StateRefused && up.Reason == Farm:
		return "", true, nil
	case up.State == StateHeld:
		return up.HeldBy, false, nil
	}
	above := []loyalty.MemberID{row.Referrer}
	if d.near(&row) {
		if above, err = d.path(r, row); err != nil {
			return "", false, err
		}
	}
	under, by, err := flaggedIn(r, above)
	return under, !by.Refused.IsZero(), err
}

// after is from, or just after what a manager cleared.
func after(from, cleared time.Time) time.Time {
	if cleared.Before(from) {
		return from
	}
	return cleared.Add(1)
}
