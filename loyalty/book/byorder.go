package book

import (
	"regulars/loyalty"
	"regulars/store"
)

// ByOrder is the member's newest sale under an order number, the one that
// [Book.Refund] would take back; ok is false when there is none. In an Update it
// locks the member.
func (b *Book) ByOrder(r store.Reader, m loyalty.MemberID, order loyalty.Order) (e loyalty.Entry, ok bool, err error) {
	a, k, err := reach(r, m)
	if err != nil {
		return e, false, err
	}
	o := open{book: b, member: k.member, account: &a}
	e, _, ok, err = o.sale(r, order)
	return e, ok, err
}
