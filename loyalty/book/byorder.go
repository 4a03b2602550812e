package book

import (
	"regulars/loyalty"
	"regulars/store"
)

// ByOrder is the member's newest sale under an order number, the one that
// [Book.Refund] would take back; ok is false when there is none. In an Update it
// locks the member.
func (b *Book) ByOrder(r store.Reader, m loyalty.MemberID, order loyalty.Order) (e loyalty.Entry, ok bool, err error) {
	if err := read(r, m); err != nil {
		return e, false, err
	}
	o := open{book: b, member: m}
	return o.sale(r, order)
}
