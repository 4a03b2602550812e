package club

import (
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Remember writes down a purchase that a member made in another system, at
// act.At: it counts for tiers and visits, and brings neither points nor stamps
// nor gifts. Refusals: as [book.Book.OpenSale].
func (c *Club) Remember(tx store.Tx, m loyalty.MemberID, act book.Act, s loyalty.Sale) (book.Receipt, error) {
	x, err := c.look(tx, m, act.Now)
	if err != nil {
		return book.Receipt{}, err
	}
	rec, err := c.Book.OpenSale(tx, m, act, s)
	if err != nil || rec.Replayed {
		return rec, err
	}
	x.stale()
	return rec, c.visited(tx, x, rec)
}

// visited counts the visits that an operation brought or took, beside the ledger.
func (c *Club) visited(tx store.Tx, x *member, rec book.Receipt) error {
	before, n := x.card, visitsOf(rec)
	if x.card.Visits += n; n > 0 {
		x.card.Last = later(x.card.Last, dateOf(rec.Entry().EffectiveAt, x.zone))
	}
	return c.keep(tx, x, before)
}

// forgotten takes a purchase of another system out of the visits again.
func (c *Club) forgotten(tx store.Tx, act book.Act, rec book.Receipt) error {
	if visitsOf(rec) == 0 {
		return nil
	}
	x, err := c.peek(tx, rec.Entry().Member, act.Now)
	if err != nil {
		return err
	}
	return c.visited(tx, x, rec)
}
