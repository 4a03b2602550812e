package voice

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Gift is what one member gave to a charity.
type Gift struct {
	Member loyalty.MemberID `json:"member"`
	Points loyalty.Points   `json:"points"`
	Entry  loyalty.Ref      `json:"entry"`
	At     time.Time        `json:"at"`
	// Undone is when it was given back; zero for never.
	Undone time.Time `json:"undone,omitzero"`
}

// Sum is what a charity's month comes to.
type Sum struct {
	Gifts  int64          `json:"gifts"`
	Points loyalty.Points `json:"points"`
}

// Donate gives a member's points to a charity, and tells what its month comes to
// with them. Refusals: ErrCharity, *LeastError, and [book.Book.Spend]'s.
func (d *Desk) Donate(tx store.Tx, m loyalty.MemberID, act book.Act, charity string, n loyalty.Points) (Sum, book.Receipt, error) {
	p := d.Programme(act.Now)
	c, ok := p.CharityOf(charity)
	switch {
	case !ok:
		return Sum{}, book.Receipt{}, ErrCharity
	case n < c.Minimum:
		return Sum{}, book.Receipt{}, &LeastError{c.Minimum}
	}
	if err := tx.Lock(store.Subject("charity/"+charity), store.Subject("member/"+string(m))); err != nil {
		return Sum{}, book.Receipt{}, err
	}
	act.Voucher = "charity/" + charity
	rec, err := d.Book.Spend(tx, m, act, n)
	if err != nil {
		return Sum{}, rec, err
	}
	month := monthOf(p, act.Now)
	sum, _, err := sums.Get(tx, charity, month)
	if err != nil || rec.Replayed {
		return sum, rec, err
	}
	sum.Gifts, sum.Points = sum.Gifts+1, sum.Points+n
	e := rec.Entry()
	return sum, rec, cmp.Or(sums.Put(tx, sum, charity, month), donated.Put(tx, Gift{Member: m, Points: n, Entry: e.Ref, At: act.Now.UTC()}, charity, month, string(e.Ref)))
}

// monthOf names the shop's month of a moment.
func monthOf(p *loyalty.Programme, at time.Time) string {
	return at.In(p.Location()).Format("2006-01")
}

// undone takes a gift that an employee gave back out of what its month comes to. What
// the shop owes for a month that is over does not change: see [Owed].
func (d *Desk) undone(tx store.Tx, e loyalty.Entry, now time.Time) error {
	charity, ours := strings.CutPrefix(e.Voucher, "charity/")
	if !ours {
		return nil
	}
	if err := tx.Lock(store.Subject("charity/" + charity)); err != nil {
		return err
	}
	month := monthOf(d.Programme(e.EffectiveAt), e.EffectiveAt)
	g, ok, err := donated.Get(tx, charity, month, string(e.Ref))
	if err != nil || !ok || !g.Undone.IsZero() {
		return err
	}
	g.Undone = now.UTC()
	sum, _, err := sums.Get(tx, charity, month)
	if err != nil {
		return err
	}
	sum.Gifts, sum.Points = max(0, sum.Gifts-1), max(0, sum.Points-g.Points)
	return cmp.Or(sums.Put(tx, sum, charity, month), donated.Put(tx, g, charity, month, string(e.Ref)))
}

// Owed is what the shop pays a charity for a month ("2026-11").
type Owed struct {
	Charity string
	// Known is a moment at which the programme has the charity: it may have it no more.
	Known time.Time
	// Given are the month's gifts, without those that were undone in it, and Worth
	// what they were worth when they were given. Back are gifts of months before that
	// were undone in this one, and Less their worth: they were paid already.
	Given, Back Sum
	Worth, Less loyalty.Money
}

// Months is what the shop owes for a month, charity by charity: those of the programme
// at now, and whoever was given something. It is for a View.
func (d *Desk) Months(r store.Reader, month string, now time.Time) (list []Owed, err error) {
	for _, c := range d.Programme(now).Charities {
		list = append(list, Owed{Charity: c.ID, Known: now})
	}
	for key := range sums.Scan(r, sums.All(), &err) {
		id, _, _ := strings.Cut(key, "/")
		if !slices.ContainsFunc(list, func(o Owed) bool { return o.Charity == id }) {
			list = append(list, Owed{Charity: id})
		}
	}
	if err != nil {
		return nil, err
	}
	for i := range list {
		if err := d.owed(r, &list[i], month); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(list, func(o Owed) bool { return o.Known.IsZero() }), nil
}

// owed sums one charity's month. Gifts are paid at the rate of their moment.
func (d *Desk) owed(r store.Reader, o *Owed, month string) (err error) {
	given, back := map[rate]loyalty.Points{}, map[rate]loyalty.Points{}
	for key, g := range donated.Scan(r, donated.Between(o.Charity+"/", o.Charity+"/"+month+"0"), &err) {
		c, known := d.Programme(g.At).CharityOf(o.Charity)
		_, rest, _ := strings.Cut(key, "/")
		of, _, _ := strings.Cut(rest, "/")
		undone := ""
		if !g.Undone.IsZero() {
			undone = monthOf(d.Programme(g.Undone), g.Undone)
		}
		at := rate{c.Points, c.Worth}
		switch {
		case !known:
			continue // not a gift that this programme could have taken
		case of == month && undone != month:
			back, err := d.givenBack(r, &g)
			if err != nil {
				return err
			}
			if back {
				continue
			}
			o.Given.Gifts, given[at] = o.Given.Gifts+1, given[at]+g.Points
		case of != month && undone == month:
			o.Back.Gifts, back[at] = o.Back.Gifts+1, back[at]+g.Points
		default:
			continue
		}
		if o.Known.IsZero() {
			o.Known = g.At
		}
	}
	o.Given.Points, o.Worth = sumOf(given)
	o.Back.Points, o.Less = sumOf(back)
	return err
}

// givenBack says that a gift was undone without anybody noting when.
func (d *Desk) givenBack(r store.Reader, g *Gift) (bool, error) {
	if !g.Undone.IsZero() {
		return false, nil
	}
	e, err := d.Book.ByRef(r, g.Entry)
	if err != nil {
		return false, err
	}
	mark, err := d.Book.Reversed(r, e)
	return mark.Whole, err
}

// rate is what so many points are paid.
type rate struct {
	points loyalty.Points
	worth  loyalty.Money
}

func sumOf(all map[rate]loyalty.Points) (n loyalty.Points, worth loyalty.Money) {
	for at, points := range all {
		n, worth = n+points, worth+Worth(loyalty.Charity{Points: at.points, Worth: at.worth}, points)
	}
	return n, worth
}

// Worth is what a charity is paid for so many points, rounded to the nearest.
func Worth(c loyalty.Charity, n loyalty.Points) loyalty.Money {
	whole, rest := int64(n)/int64(c.Points), int64(n)%int64(c.Points)
	return loyalty.Money(whole*int64(c.Worth) + (rest*int64(c.Worth)*2+int64(c.Points))/(2*int64(c.Points)))
}
