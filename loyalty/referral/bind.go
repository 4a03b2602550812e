package referral

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// InviteLife is how long a code that a stranger came with waits for them to join.
const InviteLife = 90 * 24 * time.Hour

// maxChain is how far up a chain of referrals is looked.
const maxChain = 64

// Bind notes that a stranger came with a member's code, maybe days before they
// join; the last one before joining counts. It is idempotent. facts are the
// friend's. Refusals: ErrUnknown, ErrSelf, ErrNotNew (a member already, or a
// former one), ErrCircle, ErrOff.
func (d *Desk) Bind(tx store.Tx, friend loyalty.MemberID, c Code, facts loyalty.Facts, now time.Time) error {
	referrer, err := d.ByCode(tx, c)
	if err != nil {
		return err
	}
	if err := lock(tx, friend); err != nil {
		return err
	}
	if err := d.mayBind(tx, referrer, friend, facts); err != nil {
		return err
	}
	if terms := d.Programme(now).Referral; !terms.On() {
		return ErrOff
	}
	return invites.Put(tx, inviteRow{referrer, now.UTC()}, string(friend))
}

// mayBind is whether the rules let this friend be brought by this member.
func (d *Desk) mayBind(tx store.Tx, referrer, friend loyalty.MemberID, facts loyalty.Facts) error {
	if friend == referrer {
		return ErrSelf
	}
	if _, counted, err := friends.Get(tx, string(friend)); err != nil {
		return err
	} else if counted || !facts.Joined.IsZero() || facts.Returned {
		return ErrNotNew
	}
	circle, err := circular(tx, referrer, friend)
	if err == nil && circle {
		err = ErrCircle
	}
	return err
}

// Joined completes what Bind began, when the friend becomes a member; bound
// tells whether somebody brought them. facts.Joined may be zero or say when:
// zero is now. It is idempotent. Refusals, after which they are a member that
// nobody brought: ErrNotNew (a former member), ErrCircle.
func (d *Desk) Joined(tx store.Tx, friend loyalty.MemberID, facts loyalty.Facts, now time.Time) (bound bool, err error) {
	if _, bound, err = load(tx, friend); err != nil || bound {
		return bound, err
	}
	invite, ok, err := invites.Get(tx, string(friend))
	if err != nil || !ok {
		return false, err
	}
	if err := invites.Delete(tx, string(friend)); err != nil {
		return false, err
	}
	if now.Sub(invite.At) >= InviteLife {
		return false, nil
	}
	at := facts.Joined
	if at.IsZero() {
		at = now
	}
	facts.Joined = time.Time{} // by now they are one; the question is what they were before
	if err := d.mayBind(tx, invite.Referrer, friend, facts); err != nil {
		return false, err
	}
	return true, d.begin(tx, friend, friendRow{Referrer: invite.Referrer, Joined: at.UTC(), State: StateJoined}, now)
}

// begin writes a new referral and looks whether its referrer's are too many.
func (d *Desk) begin(tx store.Tx, friend loyalty.MemberID, row friendRow, now time.Time) error {
	// The referrer's lock lets friends who join at once see each other.
	if err := lock(tx, row.Referrer); err != nil {
		return err
	}
	if err := save(tx, friend, friendRow{}, row); err != nil {
		return err
	}
	if err := referred.Put(tx, struct{}{}, string(row.Referrer), timeKey(row.Joined), string(friend)); err != nil {
		return err
	}
	return d.watchWeek(tx, row, now)
}

// circular reports whether the friend stands above the referrer. Nobody stands
// above anybody without ever having had a code, which most friends have not; of
// one who has, a chain too long to look through is taken for a circle. The chain
// is locked: who is brought by the other at this moment must not be overlooked.
func circular(tx store.Tx, referrer, friend loyalty.MemberID) (bool, error) {
	if _, had, err := referrers.Get(tx, string(friend)); err != nil || !had {
		return false, err
	}
	for range maxChain {
		if referrer == friend {
			return true, nil
		}
		if err := lock(tx, referrer); err != nil {
			return false, err
		}
		up, ok, err := above(tx, referrer)
		if err != nil || !ok {
			return false, err
		}
		referrer = up
	}
	return true, nil
}

// above is who brought a member, or is about to. Those about to join count: of
// two who came with each other's code only one may go through.
func above(r store.Reader, m loyalty.MemberID) (loyalty.MemberID, bool, error) {
	row, ok, err := friends.Get(r, string(m))
	if err != nil || ok {
		return row.Referrer, ok, err
	}
	invite, ok, err := invites.Get(r, string(m))
	return invite.Referrer, ok, err
}
