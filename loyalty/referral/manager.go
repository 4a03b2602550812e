package referral

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Flag is a member who looks like a farm, for a manager.
type Flag struct {
	Member  loyalty.MemberID
	Since   time.Time
	Sign    Sign
	Count   int           // accounts that made the sign, when it was made
	Held    int           // referrals that wait for the manager so far
	Refused time.Time     // a manager refused them; zero while nobody decided
	By      loyalty.Actor // who refused
}

// Flagged are the members whose referrals wait for a manager, or will when they
// are due, and those whom a manager refused, in the order of their ids.
func (d *Desk) Flagged(r store.Reader) (list []Flag, err error) {
	for key, row := range flags.Scan(r, flags.All(), &err) {
		list = append(list, Flag{
			Member: loyalty.MemberID(key), Since: row.Since, Sign: row.Sign, Count: row.Count, Refused: row.Refused, By: row.By,
		})
	}
	for i := range list {
		if err != nil {
			break
		}
		list[i].Held, err = count(r, helds.Under(string(list[i].Member)), all)
	}
	return list, err
}

// Act is a manager's decision.
type Act struct {
	Actor loyalty.Actor
	Now   time.Time
}

// resolveStep is how many held referrals one transaction decides.
const resolveStep = 200

// Clear says that a flagged member is honest: what was held is due as if it had
// never been, what made them suspicious until now counts no more, and an earlier
// Refuse is taken back for what comes. more is true when there was too much for
// one transaction: call it again then, in another. It is idempotent; a member
// who is not flagged is no error.
func (d *Desk) Clear(tx store.Tx, referrer loyalty.MemberID, act Act) (more bool, err error) {
	if err := lock(tx, referrer); err != nil {
		return false, err
	}
	if _, is, err := flags.Get(tx, string(referrer)); err != nil {
		return false, err
	} else if is {
		if err := forgive(tx, referrer, act); err != nil {
			return false, err
		}
	}
	return resolve(tx, referrer, func(f *friendRow) { f.State, f.HeldBy, f.Cleared = StateBought, "", true })
}

// forgive takes a flag away and lets signs be counted from now on.
func forgive(tx store.Tx, m loyalty.MemberID, act Act) error {
	row, _, err := referrers.Get(tx, string(m))
	if err != nil {
		return err
	}
	row.Cleared, row.By = act.Now.UTC(), act.Actor
	if err := referrers.Put(tx, row, string(m)); err != nil {
		return err
	}
	return flags.Delete(tx, string(m))
}

// Refuse says that a flagged member runs a farm: what was held is over, for both
// sides, and so is, when it comes due, all that would be held, until somebody
// clears them; the accounts whose referrals are refused so bring nothing either,
// for good. more and repetition are as for Clear.
func (d *Desk) Refuse(tx store.Tx, referrer loyalty.MemberID, act Act) (more bool, err error) {
	if err := lock(tx, referrer); err != nil {
		return false, err
	}
	row, is, err := flags.Get(tx, string(referrer))
	if err != nil || !is {
		return false, err
	}
	if row.Refused.IsZero() {
		row.Refused, row.By = act.Now.UTC(), act.Actor
		if err := flags.Put(tx, row, string(referrer)); err != nil {
			return false, err
		}
	}
	return resolve(tx, referrer, func(f *friendRow) { refuse(f, Farm) })
}

// resolve decides the first of the referrals that are held under a member.
func resolve(tx store.Tx, m loyalty.MemberID, decide func(*friendRow)) (more bool, err error) {
	var list []loyalty.MemberID
	for key := range helds.Scan(tx, helds.Under(string(m)), &err) {
		if more = len(list) == resolveStep; more {
			break
		}
		list = append(list, lastPart(key))
	}
	if err != nil {
		return false, err
	}
	if err := lock(tx, list...); err != nil {
		return false, err
	}
	for _, friend := range list {
		row, ok, err := friends.Get(tx, string(friend))
		if err != nil {
			return false, err
		}
		if !ok || row.heldBy() != m {
			continue // decided between the scan and the lock
		}
		before := row
		decide(&row)
		if err := save(tx, friend, before, row); err != nil {
			return false, err
		}
	}
	return more, nil
}

// refuse ends a referral without a reward.
func refuse(f *friendRow, why Reason) {
	f.State, f.Reason, f.Due, f.HeldBy = StateRefused, why, time.Time{}, ""
}
