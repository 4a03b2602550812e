package chance

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/club"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Listen gives the goes that a purchase brings, and takes back those of one that
// came back, and what a go won whose points were given back: see [club.Club.After].
func (d *Desk) Listen(tx store.Tx, deed club.Deed) error {
	switch deed.Kind {
	case club.Bought:
		return d.bought(tx, deed)
	case club.Returned:
		return d.returned(tx, deed)
	case club.Undone:
		return d.unpaid(tx, deed)
	}
	return nil
}

// unpaid takes back what a go won whose price an employee gave back.
func (d *Desk) unpaid(tx store.Tx, deed club.Deed) error {
	at := deed.Entry.EffectiveAt
	if deed.Entry.Kind != loyalty.KindSpend || len(d.Programme(at).Play.Games) == 0 {
		return nil
	}
	mine, err := d.Drawn(tx, deed.Member, d.Programme(at).Day(at))
	for _, x := range mine {
		if x.Paid == deed.Entry.Ref && !x.Undone {
			return d.undo(tx, deed.Act, x)
		}
	}
	return err
}

// bought gives the goes of each game that a purchase fits. It counts by when the
// purchase was made, and its goes begin when they are known.
func (d *Desk) bought(tx store.Tx, deed club.Deed) error {
	at := deed.Entry.EffectiveAt
	p := d.Programme(at)
	for _, g := range p.Play.Games {
		if g.FreePer != loyalty.SpanVisit || deed.Left < max(1, g.Minimum) || at.Before(g.From) || !g.To.IsZero() && !at.Before(g.To) {
			continue
		}
		last := deed.Act.Now.In(p.Location()).AddDate(0, 0, max(1, g.GoodFor)-1)
		row := goes{At: deed.Act.Now.UTC(), Until: p.DayEnd(last), Have: g.Free}
		if err := lock(tx, deed.Member); err != nil {
			return err
		}
		if err := gos.Put(tx, row, string(deed.Member), g.ID, string(deed.Entry.Ref)); err != nil {
			return err
		}
	}
	return nil
}

// returned takes back what a purchase brought once less of it stands than brings
// anything.
func (d *Desk) returned(tx store.Tx, deed club.Deed) error {
	p := d.Programme(deed.Entry.EffectiveAt)
	if !slices.ContainsFunc(p.Play.Games, func(g loyalty.Game) bool { return g.FreePer == loyalty.SpanVisit }) {
		return nil
	}
	family, err := d.family(tx, deed.Member)
	if err != nil {
		return err
	}
	for _, g := range p.Play.Games {
		if g.FreePer != loyalty.SpanVisit || deed.Left >= max(1, g.Minimum) {
			continue
		}
		for _, m := range family {
			row, ok, err := gos.Get(tx, string(m), g.ID, string(deed.Entry.Ref))
			if err != nil || !ok || row.Undone {
				if err != nil {
					return err
				}
				continue
			}
			row.Undone = true
			if err := gos.Put(tx, row, string(m), g.ID, string(deed.Entry.Ref)); err != nil {
				return err
			}
			if row.Used > 0 {
				if err := d.takeBack(tx, deed.Act, family, g.ID, string(deed.Entry.Ref), row.At); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// takeBack takes back what the goes of a purchase won. A voucher that was used
// already stays used.
func (d *Desk) takeBack(tx store.Tx, act book.Act, family []loyalty.MemberID, game, purchase string, since time.Time) error {
	from := since.UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	for _, m := range family {
		var mine []Draw
		var err error
		for _, x := range draws.Scan(tx, draws.Between(string(m)+"/"+from, string(m)+"/~"), &err) {
			if x.Game == game && x.Go == purchase && !x.Undone {
				mine = append(mine, x)
			}
		}
		if err != nil {
			return err
		}
		for _, x := range mine {
			if err := d.undo(tx, act, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// undo takes one draw's prize back. That the rules refuse, as where a debt is
// not allowed, leaves it with the member.
func (d *Desk) undo(tx store.Tx, act book.Act, x Draw) error {
	act = by(act, "undraw/"+x.Ticket)
	if x.Ref != "" {
		if _, err := d.Book.Undo(tx, x.Ref, act); err != nil && !loyalty.Refused(err) {
			return err
		}
	}
	if x.Voucher != "" {
		act.Op += "/voucher"
		act.Reason = nil
		v, err := d.Vouchers.Get(tx, x.Voucher, act.Now)
		if err == nil && v.State == voucher.Open {
			_, _, err = d.Vouchers.Void(tx, x.Voucher, act, "returned")
		}
		if err != nil && !loyalty.Refused(err) {
			return err
		}
	}
	x.Undone = true
	return draws.Put(tx, x, string(x.Member), x.Day, x.Game, number(x.N))
}
