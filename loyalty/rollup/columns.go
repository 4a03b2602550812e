package rollup

import "regulars/loyalty"

// Sums is what a day, a store, a month or a member came to. Money is in minor
// units. What was taken back is positive, and subtracted by nobody but [Sums.Money]
// and [Sums.Given].
type Sums struct {
	Visits   int64         // members with an order, each counted once a day and store
	Orders   int64         // sales that did not come back as a whole
	Void     int64         // those that did
	Gross    loyalty.Money // of all sales
	Refunded loyalty.Money // of them, what came back, whenever that was

	SalePoints loyalty.Points // given by sales
	HandPoints loyalty.Points // given by hand, corrections upwards included
	Hands      int64          // how often that was
	GiftPoints loyalty.Points // given by rules: welcome, birthday, referral …
	Opening    loyalty.Points // brought from another system
	Back       loyalty.Points // taken back of what was given, corrections downwards included
	Spent      loyalty.Points
	Undone     loyalty.Points // of what was spent, given back
	Uses       int64          // spends that were not undone
	Expired    loyalty.Points
	Unspent    loyalty.Points // what all members together can spend, by how much it rose
	Joined     int64
}

// Money is what came in, net of refunds.
func (s *Sums) Money() loyalty.Money { return s.Gross - s.Refunded }

// Given is all points that were given, less what was taken back; what was
// brought from another system is not in it.
func (s *Sums) Given() loyalty.Points { return s.SalePoints + s.HandPoints + s.GiftPoints - s.Back }

// Used is the points that were spent, less what was undone.
func (s *Sums) Used() loyalty.Points { return s.Spent - s.Undone }

// Add adds another one.
func (s *Sums) Add(o Sums) {
	c, more := s.columns(), o.columns()
	c.plus(&more)
	*s = c.sums(s.Visits + o.Visits)
}

// The columns of a record, the commonest first, as their mask is then a byte.
const (
	cOrders = iota
	cGross
	cSale
	cUnspent
	cJoined
	cGift
	cSpent
	cUses
	cHand
	cHands
	cBack
	cRefunded
	cVoid
	cUndone
	cExpired
	cOpening
	nColumns
)

// columns are the numbers of a record.
type columns [nColumns]int64

func (c *columns) plus(o *columns) {
	for i := range c {
		c[i] += o[i]
	}
}

func (c *columns) empty() bool { return *c == columns{} }

// money is net.
func (c *columns) money() loyalty.Money { return loyalty.Money(c[cGross] - c[cRefunded]) }

func (c *columns) sums(visits int64) Sums {
	return Sums{
		Visits: visits, Orders: c[cOrders], Void: c[cVoid], Gross: loyalty.Money(c[cGross]), Refunded: loyalty.Money(c[cRefunded]),
		SalePoints: loyalty.Points(c[cSale]), HandPoints: loyalty.Points(c[cHand]), Hands: c[cHands], GiftPoints: loyalty.Points(c[cGift]),
		Opening: loyalty.Points(c[cOpening]), Back: loyalty.Points(c[cBack]), Spent: loyalty.Points(c[cSpent]),
		Undone: loyalty.Points(c[cUndone]), Uses: c[cUses], Expired: loyalty.Points(c[cExpired]),
		Unspent: loyalty.Points(c[cUnspent]), Joined: c[cJoined],
	}
}

func (s *Sums) columns() columns {
	return columns{
		cOrders: s.Orders, cVoid: s.Void, cGross: int64(s.Gross), cRefunded: int64(s.Refunded), cSale: int64(s.SalePoints),
		cHand: int64(s.HandPoints), cHands: s.Hands, cGift: int64(s.GiftPoints), cOpening: int64(s.Opening), cBack: int64(s.Back),
		cSpent: int64(s.Spent), cUndone: int64(s.Undone), cUses: s.Uses, cExpired: int64(s.Expired),
		cUnspent: int64(s.Unspent), cJoined: s.Joined,
	}
}
