package club

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Merge makes from a part of into: in the ledger, and in all that is counted
// beside it. Vouchers and gifts stay under from's id and are into's from then on;
// what one of them was given once, both have had. Refusals: as
// [book.Book.Merge].
func (c *Club) Merge(tx store.Tx, from, into loyalty.MemberID, act book.Act) (book.Receipt, error) {
	f, err := c.look(tx, from, act.Now)
	if err != nil {
		return book.Receipt{}, err
	}
	x, err := c.look(tx, into, act.Now)
	if err != nil {
		return book.Receipt{}, err
	}
	if f.id == from {
		if f.acct = nil; f.card.Into == "" {
			if _, err := c.account(tx, f); err != nil {
				return book.Receipt{}, err
			}
		}
	}
	rec, err := c.Book.Merge(tx, from, into, act)
	if err != nil || rec.Replayed {
		return rec, err
	}
	if f.card.Day != "" {
		if err := joined.Delete(tx, f.card.Day, string(from)); err != nil {
			return rec, err
		}
	}
	f.card.Into, f.card.Counted = into, tallied(f.acct)
	before := x.card
	x.card.Visits += f.card.Visits
	x.card.Last = later(x.card.Last, f.card.Last)
	x.card.Parts = slices.Concat(before.Parts, []loyalty.MemberID{from}, f.card.Parts)
	if err := cards.Put(tx, f.card, string(from)); err != nil {
		return rec, err
	}
	if err := c.keep(tx, x, before); err != nil || c.Referrals == nil {
		return rec, err
	}
	return rec, c.Referrals.Merged(tx, from, into)
}

// Unmerge makes from a member of their own again, with their vouchers, gifts and
// visits; what was given while they were one stays with the other. Refusals: as
// [book.Book.Unmerge].
func (c *Club) Unmerge(tx store.Tx, from loyalty.MemberID, act book.Act) (book.Receipt, error) {
	if err := lock(tx, from); err != nil {
		return book.Receipt{}, err
	}
	own, _, err := cards.Get(tx, string(from))
	if err != nil {
		return book.Receipt{}, err
	}
	x, err := c.look(tx, from, act.Now)
	if err != nil {
		return book.Receipt{}, err
	}
	rec, err := c.Book.Unmerge(tx, from, act)
	if err != nil || rec.Replayed || own.Into == "" {
		return rec, err
	}
	x.stale()
	f := &member{id: from, rules: x.rules, zone: x.zone, today: x.today, card: own}
	mine, err := c.account(tx, f)
	if err != nil {
		return rec, err
	}
	theirs, err := c.account(tx, x)
	if err != nil {
		return rec, err
	}
	f.card.Visits += tallied(mine) - own.Counted // refunded since
	f.card.Into, f.card.Counted, f.card.Last = "", 0, lastVisit(mine, x.zone)
	was := x.card
	x.card.Visits, x.card.Last = x.card.Visits-f.card.Visits, lastVisit(theirs, x.zone)
	x.card.Parts = slices.DeleteFunc(slices.Clone(was.Parts), func(m loyalty.MemberID) bool { return m == from || slices.Contains(own.Parts, m) })
	f.card.Day = "" // it left the index when they went
	if err := c.keep(tx, f, own); err != nil {
		return rec, err
	}
	if err := c.keep(tx, x, was); err != nil {
		return rec, err
	}
	if c.Referrals == nil {
		return rec, nil
	}
	return rec, c.Referrals.Parted(tx, from, x.id)
}

// tallied is how many visits the ledger's months count.
func tallied(a *loyalty.Account) (n int64) {
	for i := range a.Buckets {
		n += a.Buckets[i].Visits
	}
	return n
}

// Redate puts a member's anniversary under their day of joining as it is known
// now: of two who became one it is the elder's.
func (c *Club) Redate(tx store.Tx, m loyalty.MemberID, now time.Time) error {
	x, err := c.look(tx, m, now)
	if err != nil {
		return err
	}
	was := x.card
	if was.Day != "" {
		if err := joined.Delete(tx, was.Day, string(x.id)); err != nil {
			return err
		}
	}
	x.card.Day = ""
	return c.keep(tx, x, was)
}
