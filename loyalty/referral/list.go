package referral

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// State is how far a referral has come.
type State string

// The states.
const (
	StateJoined   State = "joined"   // no purchase that counts yet
	StateBought   State = "bought"   // waits until it is due
	StateHeld     State = "held"     // waits for a manager
	StateRewarded State = "rewarded" // the friend was rewarded, and mostly the referrer
	StateRefused  State = "refused"  // over without a reward, or it was taken back
)

// Reason is why a referral, or its referrer, is refused.
type Reason string

// The reasons.
const (
	Full     Reason = "full"     // the referrer has had as many as the programme gives
	Late     Reason = "late"     // no purchase in the days after joining
	Refunded Reason = "refunded" // the purchase came back after the reward
	Gone     Reason = "gone"     // one of the two left
	Farm     Reason = "farm"     // a manager refused it
)

// Friend is one friend as their referrer may see them: nothing says who it is.
type Friend struct {
	Since time.Time // when they joined
	// State is the referrer's: refused with Full where only the friend was
	// rewarded; what is held looks like any that waits.
	State State
	// Reason is Full, Late or Refunded where that is why; other reasons are the
	// friend's or the shop's own affair.
	Reason Reason
	// Due is when a reward is to be expected, for StateBought.
	Due time.Time
}

// ListMax is how many friends List tells of at most.
const ListMax = 100

// List are a referrer's friends, the newest first, ListMax at most.
func (d *Desk) List(r store.Reader, referrer loyalty.MemberID, now time.Time) (list []Friend, err error) {
	family, err := d.family(r, referrer)
	if err != nil {
		return nil, err
	}
	for _, one := range family {
		if list, err = d.listOf(r, one, now, list); err != nil {
			return nil, err
		}
	}
	if len(family) > 1 {
		slices.SortStableFunc(list, func(a, b Friend) int { return b.Since.Compare(a.Since) })
	}
	return list[:min(len(list), ListMax)], nil
}

// listOf adds one member's friends, the newest first, ListMax at most.
func (d *Desk) listOf(r store.Reader, referrer loyalty.MemberID, now time.Time, list []Friend) (_ []Friend, err error) {
	var newest []loyalty.MemberID
	for key := range referred.Scan(r, referred.Under(string(referrer)), &err) {
		if newest = append(newest, lastPart(key)); len(newest) > ListMax {
			newest = newest[1:]
		}
	}
	if err != nil {
		return nil, err
	}
	for _, friend := range slices.Backward(newest) {
		row, ok, err := friends.Get(r, string(friend))
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, d.shown(&row, now))
		}
	}
	return list, nil
}

// shown is what the referrer may see of a referral.
func (d *Desk) shown(f *friendRow, now time.Time) Friend {
	x := Friend{Since: f.Joined, State: f.State}
	switch p := d.Programme(now); {
	case f.State == StateJoined && late(p, f.Joined, p.Day(now)):
		x.State, x.Reason = StateRefused, Late
	case f.State == StateBought, f.State == StateHeld:
		x.State, x.Due = StateBought, f.Due
	case f.State == StateRewarded && f.Given.Referrer.Later:
		x.State, x.Due = StateBought, f.Due
	case f.State == StateRewarded && f.Reason != "":
		x.State = StateRefused
	}
	if f.Reason == Full || f.Reason == Refunded {
		x.Reason = f.Reason
	}
	return x
}

// Count is how many friends of a referrer joined, and for how many of them the
// referrer was rewarded.
func (d *Desk) Count(r store.Reader, referrer loyalty.MemberID) (joined, rewarded int, err error) {
	family, err := d.family(r, referrer)
	for _, one := range family {
		n, err := count(r, referred.Under(string(one)), all)
		if err != nil {
			return 0, 0, err
		}
		k, err := count(r, given.Under(string(one)), all)
		if err != nil {
			return 0, 0, err
		}
		joined, rewarded = joined+n, rewarded+k
	}
	return joined, rewarded, err
}

// CapUsed is how many of a referrer's rewards count towards the cap of the
// programme at now: those since its day, week, month or year began, and at most
// as many as the cap. It is 0 where there is none.
func (d *Desk) CapUsed(r store.Reader, referrer loyalty.MemberID, now time.Time) (int, error) {
	p := d.Programme(now)
	return d.rewardedSince(r, referrer, spanStart(p, p.Referral.Per, now), int(p.Referral.Most))
}

// rewardedSince is how many rewards a person had since, most at most.
func (d *Desk) rewardedSince(r store.Reader, referrer loyalty.MemberID, from time.Time, most int) (n int, err error) {
	family, err := d.family(r, referrer)
	for _, one := range family {
		k, err := count(r, since(given, one, from), most)
		if n = min(most, n+k); err != nil {
			return 0, err
		}
	}
	return n, err
}
