package till

import (
	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
)

// Basket is a purchase with the vouchers that go with it.
type Basket struct {
	Sale loyalty.Sale
	// Code is of the voucher that pays a part, typed or scanned; "" for none.
	Code voucher.Code
	// Vouchers are the same by their ids. The first of all of them is the one
	// that comes back when the sale is taken back; each further one is a use by
	// itself.
	Vouchers []voucher.ID
}

// Sold is what a purchase brought.
type Sold struct {
	club.Outcome
	Entry loyalty.Entry
	Cards []Stamps          // that it changed
	Used  []voucher.Voucher // with it
}

// Gained is how many points an entry gave, on the way or at once.
func Gained(e loyalty.Entry) loyalty.Points { return -e.In(loyalty.Issued) }

// Sell records a purchase of a member's with all that it brings, remembers it,
// and tells the member. Refusals: as [club.Club.Sale] and [voucher.Desk.Use];
// [Counted] for a code that is not the member's.
func (t Till) Sell(c *Call, m people.Person, b Basket) (s Sold, err error) {
	if s.Used, err = t.takeAll(c, m, b); err != nil {
		return s, err
	}
	if len(s.Used) > 0 {
		b.Sale.Voucher = string(s.Used[0].ID)
	}
	if s.Outcome, err = t.Club.Sale(c.Tx, m.ID, c.Act("sale"), b.Sale); err != nil {
		return s, err
	}
	s.Entry = s.Receipt.Entry()
	for _, v := range s.Used[min(1, len(s.Used)):] {
		if err := t.Remember(c, doneOf(v)); err != nil {
			return s, err
		}
	}
	if err := t.Remember(c, Done{Ref: s.Entry.Ref, At: c.Now}); err != nil {
		return s, err
	}
	if s.Cards, err = t.Stamped(c, m.ID, s.Receipt); err != nil {
		return s, err
	}
	return s, t.tellSold(c, m, s)
}

// takeAll uses the vouchers of a basket.
func (t Till) takeAll(c *Call, m people.Person, b Basket) (used []voucher.Voucher, err error) {
	if b.Code != "" {
		v, _, err := t.take(c, b.Code, m.ID)
		if err != nil {
			return nil, err
		}
		used = append(used, v)
	}
	for _, id := range b.Vouchers {
		v, _, err := t.takeID(c, id, m.ID)
		if err != nil {
			return nil, err
		}
		used = append(used, v)
	}
	for _, v := range used {
		if err := t.countUse(c, v.UsedBy, v.UsedAt, 1); err != nil {
			return nil, err
		}
	}
	return used, nil
}
