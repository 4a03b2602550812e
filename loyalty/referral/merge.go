package referral

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Merged tells that two members turned out to be one person, who counts as one
// friend: of two referrals that are open or rewarded one goes on, the one who
// stayed's before the other, and none of two who brought each other. What was
// rewarded stays. A purchase that from had still to make, they make no more. It
// is idempotent.
func (d *Desk) Merged(tx store.Tx, from, into loyalty.MemberID) error {
	f, ok, err := load(tx, from)
	if err != nil {
		return err
	}
	i, stays, err := load(tx, into)
	if err != nil {
		return err
	}
	if stays && i.open() && (i.Referrer == from || ok && f.State == StateRewarded) {
		if err := pause(tx, into, i, from); err != nil {
			return err
		}
		i.State = StateRefused
	}
	if ok && f.open() && (f.State == StateJoined || f.Referrer == into || stays && i.State != StateRefused) {
		return pause(tx, from, f, into)
	}
	return nil
}

// Parted takes back what Merged did.
func (d *Desk) Parted(tx store.Tx, from, into loyalty.MemberID) error {
	for _, pair := range [][2]loyalty.MemberID{{from, into}, {into, from}} {
		row, ok, err := load(tx, pair[0])
		if err != nil {
			return err
		}
		if !ok || row.Was == nil || row.For != pair[1] {
			continue
		}
		if err := save(tx, pair[0], row, *row.Was); err != nil {
			return err
		}
	}
	return nil
}

// pause ends a referral so that it can go on again.
func pause(tx store.Tx, friend loyalty.MemberID, row friendRow, other loyalty.MemberID) error {
	was := row
	refuse(&row, Gone)
	row.Was, row.For = &was, other
	row.Due = time.Time{}
	return save(tx, friend, was, row)
}
