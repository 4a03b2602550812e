package club

import (
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Join makes the ledger's side of a new member: the welcome gift and the head
// starts of stamp cards, each once ever, and none for somebody who was a member
// before and was erased. It completes a referral that began with a code. A
// second Join of a member does nothing.
func (c *Club) Join(tx store.Tx, m loyalty.MemberID, act book.Act) (Outcome, error) {
	out, err := c.join(tx, m, act)
	if err != nil {
		return out, err
	}
	return out, c.did(tx, Deed{Kind: Joined, Member: m, Act: act, Outcome: out})
}

func (c *Club) join(tx store.Tx, m loyalty.MemberID, act book.Act) (out Outcome, err error) {
	x, err := c.look(tx, m, act.Now)
	if err != nil {
		return out, err
	}
	if err := c.keep(tx, x, x.card); err != nil {
		return out, err
	}
	if err := c.know(tx, x); err != nil {
		return out, err
	}
	if c.Referrals != nil {
		// A refusal (a circle, a former member) makes a member whom nobody brought.
		if _, err := c.Referrals.Joined(tx, m, x.facts, act.Now); accident(err) != nil {
			return out, err
		}
	}
	if x.facts.Returned {
		return out, nil
	}
	a, err := c.account(tx, x)
	if err != nil {
		return out, err
	}
	if starts := loyalty.HeadStart(a, x.rules, x.facts); len(starts) > 0 {
		if out.Receipt, err = c.Book.Grant(tx, m, by(act, "start"), loyalty.StartGift, 0, starts); accident(err) != nil {
			return out, err
		}
	}
	if welcomed, err := x.welcomed(tx); err != nil || welcomed {
		return out, err
	}
	err = x.ofKind(loyalty.GiftWelcome, func(g *loyalty.Gift) error {
		return c.give(tx, x, act, presentOf(g, "ever"), &out)
	})
	return out, err
}

// welcomed reports whether the member had a welcome gift, also one that the
// programme calls otherwise by now.
func (x *member) welcomed(tx store.Tx) (bool, error) {
	_, rows, err := x.all(tx)
	for _, row := range rows {
		if row.Kind == loyalty.GiftWelcome {
			return true, err
		}
	}
	return false, err
}
