package book

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// OpenBalance writes down points that a member brings from another system.
// expires is the first instant at which they are gone; zero leaves that to the
// programme's rule, counted from act.At. That it is done once is the caller's
// care beyond [SweepOps]. Refusals: ErrAmount, ErrGone, ErrOverflow, ErrFull,
// *ConflictError.
func (b *Book) OpenBalance(tx store.Tx, m loyalty.MemberID, act Act, points loyalty.Points, expires time.Time) (Receipt, error) {
	c := command{Verb: loyalty.KindOpening, Member: m, Points: points}
	if !expires.IsZero() {
		c.Expires = timeKey(expires)
	}
	return b.do(tx, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		return loyalty.OpenBalance(o.account, o.programme, d, points, expires)
	})
}

// OpenSale writes down a purchase that a member made in another system, at
// act.At: it counts and gives no points. Refusals: ErrAmount, ErrOverflow,
// *ConflictError.
func (b *Book) OpenSale(tx store.Tx, m loyalty.MemberID, act Act, s loyalty.Sale) (Receipt, error) {
	c := command{Verb: loyalty.KindOpening, Member: m, Money: s.Amount, Order: s.Order, Lines: s.Lines}
	return b.do(tx, act, c, func(o *open, d loyalty.Draft) ([]loyalty.Entry, error) {
		return loyalty.OpenSale(o.account, o.programme, d, s)
	})
}
