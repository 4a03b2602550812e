package referral

import (
	"fmt"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Ready is a referral that is to be rewarded now.
type Ready struct {
	Referrer, Friend Share
	// Refused is why the referrer gets nothing although the friend does: Full or
	// Gone; "" when they do.
	Refused Reason
	At      time.Time // the reward's instant
	Version int       // of the programme whose terms these are
}

// Share is what one side gets: points, a voucher of a reward, both or nothing.
type Share struct {
	Member loyalty.MemberID
	Points loyalty.Points
	Reward string // a reward's id
}

// Rewarded is what was given for a referral.
type Rewarded struct {
	At       time.Time `json:"at"`
	Referrer Given     `json:"referrer"`
	Friend   Given     `json:"friend"`
}

// Given is what one side was given; all empty is nothing.
type Given struct {
	Member  loyalty.MemberID `json:"member"`
	Entry   loyalty.Ref      `json:"entry,omitempty"`   // the points' entry
	Voucher string           `json:"voucher,omitempty"` // its id
	// Later says that the side could not be given its share now, as when its
	// account is full: the referral stays due until it is.
	Later bool `json:"later,omitempty"`
}

// Due are up to n members whose referral is due by now, the longest due first.
func (d *Desk) Due(r store.Reader, now time.Time, n int) ([]loyalty.MemberID, error) {
	list, _, err := d.DueFrom(r, now, n, "")
	return list, err
}

// DueFrom is Due from a place on, "" being the beginning; next is the place
// behind what it lists.
func (d *Desk) DueFrom(r store.Reader, now time.Time, n int, from string) (list []loyalty.MemberID, next string, err error) {
	until := timeKey(now.Add(1)) // an instant that is now is due
	for key := range dues.Scan(r, dues.Between(from, until), &err) {
		next = key + "\x00"
		if list = append(list, lastPart(key)); len(list) >= n {
			break
		}
	}
	return list, next, err
}

// Settle decides what a referral that is due brings; ok is false when there is
// nothing to give now: not due, or held because of a flag (it is held from then
// on). Give what Ready says in the same transaction and call Rewarded.
func (d *Desk) Settle(tx store.Tx, friend loyalty.MemberID, now time.Time) (ready Ready, ok bool, err error) {
	row, found, err := load(tx, friend)
	if err == nil && found && row.owes() {
		return d.rest(tx, row, friend, now)
	}
	if err != nil || !found || row.State != StateBought || now.Before(row.Due) {
		return Ready{}, false, err
	}
	if err := lock(tx, row.Referrer); err != nil {
		return Ready{}, false, err
	}
	if held, err := d.hold(tx, friend, row); err != nil || held {
		return Ready{}, false, err
	}
	p := d.Programme(row.Sales[0].At)
	ready = terms(p, row.Referrer, friend)
	ready.At = now.UTC()
	if ready.Refused, err = d.refuseReferrer(tx, p, row.Referrer, now); err != nil {
		return Ready{}, false, err
	}
	if ready.Refused != "" {
		ready.Referrer.Points, ready.Referrer.Reward = 0, ""
	}
	return ready, true, nil
}

// rest is what is left to give of a referral of which a side could not have its
// share. That side keeps its place under the cap; who left gets nothing more.
func (d *Desk) rest(tx store.Tx, row friendRow, friend loyalty.MemberID, now time.Time) (Ready, bool, error) {
	if err := lock(tx, row.Referrer); err != nil {
		return Ready{}, false, err
	}
	up, _, err := referrers.Get(tx, string(row.Referrer))
	if err != nil {
		return Ready{}, false, err
	}
	ready := terms(d.Programme(row.Sales[0].At), row.Referrer, friend)
	ready.At, ready.Refused = now.UTC(), row.Reason
	if !row.Given.Referrer.Later || !up.Gone.IsZero() {
		ready.Referrer.Points, ready.Referrer.Reward = 0, ""
	}
	if !row.Given.Friend.Later {
		ready.Friend.Points, ready.Friend.Reward = 0, ""
	}
	return ready, true, nil
}

// terms are both sides' shares by the programme.
func terms(p *loyalty.Programme, referrer, friend loyalty.MemberID) Ready {
	t := &p.Referral
	return Ready{
		Referrer: Share{referrer, t.ReferrerPoints, t.ReferrerReward},
		Friend:   Share{friend, t.FriendPoints, t.FriendReward},
		Version:  p.Version,
	}
}

// refuseReferrer is why the referrer gets nothing, "" when they do.
func (d *Desk) refuseReferrer(tx store.Tx, p *loyalty.Programme, referrer loyalty.MemberID, now time.Time) (Reason, error) {
	row, _, err := referrers.Get(tx, string(referrer))
	if err != nil {
		return "", err
	}
	if !row.Gone.IsZero() {
		return Gone, nil
	}
	most := p.Referral.Most
	if most <= 0 {
		return "", nil
	}
	n, err := d.rewardedSince(tx, referrer, spanStart(p, p.Referral.Per, now), int(most))
	if err != nil || int64(n) < most {
		return "", err
	}
	return Full, nil
}

// spanStart is when the local day, week (from Monday), month or year of t
// began; "" is the beginning of time.
func spanStart(p *loyalty.Programme, span loyalty.Span, t time.Time) time.Time {
	t = t.In(p.Location())
	y, m, d := t.Date()
	switch span {
	case loyalty.SpanDay:
	case loyalty.SpanWeek:
		d -= (int(t.Weekday()) + 6) % 7
	case loyalty.SpanMonth:
		d = 1
	case loyalty.SpanYear:
		m, d = time.January, 1
	default:
		return time.Time{}
	}
	before := time.Date(y, m, d-1, 12, 0, 0, 0, p.Location())
	return p.DayEnd(before) // not its midnight, which some days lack
}

// Rewarded notes what was given for a referral that Settle called ready, in the
// same transaction.
func (d *Desk) Rewarded(tx store.Tx, ready Ready, referrer, friend Given) error {
	row, ok, err := load(tx, ready.Friend.Member)
	if err != nil {
		return err
	}
	if !ok || row.State != StateBought && !row.owes() || row.Referrer != ready.Referrer.Member {
		return fmt.Errorf("referral: rewarded what was not ready (state %q)", row.State)
	}
	before := row
	referrer.Member, friend.Member = ready.Referrer.Member, ready.Friend.Member
	if row.owes() {
		all := *row.Given
		if all.Referrer.Later {
			all.Referrer = referrer
		}
		if all.Friend.Later {
			all.Friend = friend
		}
		row.Given = &all
		return save(tx, ready.Friend.Member, before, row)
	}
	row.State, row.Reason, row.Sales = StateRewarded, ready.Refused, row.Sales[:1]
	row.Given = &Rewarded{ready.At, referrer, friend}
	if err := save(tx, ready.Friend.Member, before, row); err != nil || ready.Refused != "" {
		return err
	}
	if err := lock(tx, row.Referrer); err != nil {
		return err
	}
	return given.Put(tx, struct{}{}, string(row.Referrer), timeKey(ready.At), string(ready.Friend.Member))
}
