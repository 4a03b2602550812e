package club

import (
	"crypto/sha256"
	"encoding/hex"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/referral"
	"regulars/store"
)

// The kinds of what a referral brings its two sides.
const (
	KindReferrer loyalty.GiftKind = "referrer"
	KindFriend   loyalty.GiftKind = "friend"
)

// bought tells the referrals of a sale, of which left still stands.
func (c *Club) bought(tx store.Tx, x *member, act book.Act, sale loyalty.Entry, left loyalty.Money, out *Outcome) error {
	if c.Referrals == nil {
		return nil
	}
	if _, err := c.Referrals.Purchase(tx, x.id, &sale, act.Now); err != nil {
		return err
	}
	if left == sale.Amount {
		return nil
	}
	return c.unbought(tx, act, sale, left, out)
}

// unbought tells the referrals that a sale came back but for left. What both
// sides were given for it goes back.
func (c *Club) unbought(tx store.Tx, act book.Act, sale loyalty.Entry, left loyalty.Money, out *Outcome) error {
	if c.Referrals == nil {
		return nil
	}
	undo, err := c.Referrals.Reversed(tx, sale.Member, &sale, left, act.Now)
	if err != nil || undo == nil {
		return err
	}
	var other Outcome
	if err := c.takeReferral(tx, act, undo.Referrer.Member, KindReferrer, sale.Member, &other); err != nil {
		return err
	}
	for _, g := range other.Taken {
		out.Elsewhere = append(out.Elsewhere, Happened{Member: undo.Referrer.Member, Given: g, Taken: true})
	}
	if err := c.takeReferral(tx, act, sale.Member, KindFriend, sale.Member, out); err != nil || undo.Referrer.Member == "" {
		return err
	}
	return c.did(tx, Deed{Kind: Unbrought, Member: undo.Referrer.Member, Act: act, Friend: sale.Member})
}

// takeReferral takes back what one side was given.
func (c *Club) takeReferral(tx store.Tx, act book.Act, m loyalty.MemberID, side loyalty.GiftKind, friend loyalty.MemberID, out *Outcome) error {
	if m == "" {
		return nil
	}
	x, err := c.look(tx, m, act.Now)
	if err != nil {
		return err
	}
	n := referralName(side, friend)
	row, ok, err := x.gift(tx, n)
	if err != nil || !ok {
		return err
	}
	_, err = c.take(tx, x, act, n, row, out)
	return err
}

// referralName is the name of one side's reward. The friend's id is hashed: a
// referrer's history does not say who it was.
func referralName(side loyalty.GiftKind, friend loyalty.MemberID) name {
	sum := sha256.Sum256([]byte("referral/" + friend))
	return name{"referral", string(side) + "-" + hex.EncodeToString(sum[:8])}
}

// reward gives both sides of a referral that is due what it brings, and tells
// each. A side that cannot have its share now has it by a later Tick, whose
// operation is another one. It does nothing when there is nothing to give now.
func (c *Club) reward(tx store.Tx, friend loyalty.MemberID, act book.Act, tell func(store.Tx, Happened) error) (did bool, err error) {
	ready, ok, err := c.Referrals.Settle(tx, friend, act.Now)
	if err != nil || !ok {
		return false, err
	}
	var given [2]referral.Given
	for i, side := range []struct {
		kind  loyalty.GiftKind
		share referral.Share
	}{{KindReferrer, ready.Referrer}, {KindFriend, ready.Friend}} {
		p := present{name: referralName(side.kind, friend), kind: side.kind, points: side.share.Points}
		if side.share.Reward != "" {
			p.rewards = []string{side.share.Reward}
		}
		x, err := c.look(tx, side.share.Member, act.Now)
		if err != nil {
			return false, err
		}
		g, err := c.surprise(tx, x, act, p, tell)
		if accident(err) != nil {
			return false, err
		}
		given[i] = referral.Given{Member: side.share.Member, Later: err != nil, Entry: g.Ref, Voucher: string(g.Voucher.ID)}
		did = did || err == nil
	}
	if err := c.Referrals.Rewarded(tx, ready, given[0], given[1]); err != nil || ready.Referrer.Member == "" {
		return did, err
	}
	return did, c.did(tx, Deed{Kind: Brought, Member: ready.Referrer.Member, Act: act, Friend: friend})
}
