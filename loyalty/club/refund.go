package club

import (
	"errors"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Refund takes back the sale that ref names, in part or, with a zero r, all that
// is left of it, and with it what the sale brought besides and no longer earns.
// A gift goes back as a whole, with its voucher. Refusals: as
// [book.Book.RefundRef].
func (c *Club) Refund(tx store.Tx, ref loyalty.Ref, act book.Act, r loyalty.Return) (out Outcome, err error) {
	sale, err := c.Book.ByRef(tx, ref)
	switch {
	case accident(err) != nil:
		return out, err
	case err != nil || sale.Kind != loyalty.KindEarn:
		out.Receipt, err = c.Book.RefundRef(tx, ref, act, r)
		if err != nil || out.Receipt.Replayed || sale.Kind != loyalty.KindGift {
			return out, err
		}
		return out, c.undone(tx, act, sale, &out)
	}
	return c.refund(tx, sale, act, r, func(r loyalty.Return) (book.Receipt, error) { return c.Book.RefundRef(tx, ref, act, r) })
}

// RefundOrder is Refund of the member's newest sale under an order number. When
// there is none yet the refund waits, and the sale will bring what it leaves.
// Refusals: as [book.Book.Refund].
func (c *Club) RefundOrder(tx store.Tx, m loyalty.MemberID, act book.Act, order loyalty.Order, r loyalty.Return) (out Outcome, err error) {
	sale, known, err := c.Book.ByOrder(tx, m, order)
	if err != nil {
		return out, err
	}
	if !known {
		out.Receipt, err = c.Book.Refund(tx, m, act, order, r)
		return out, err
	}
	return c.refund(tx, sale, act, r, func(r loyalty.Return) (book.Receipt, error) { return c.Book.Refund(tx, m, act, order, r) })
}

// refund runs the reversal of a sale and what follows from it.
func (c *Club) refund(tx store.Tx, sale loyalty.Entry, act book.Act, r loyalty.Return, reverse func(loyalty.Return) (book.Receipt, error)) (out Outcome, err error) {
	if _, err := c.Book.Settle(tx, sale.Member, act.Now); err != nil { // a tier that fell by time does not fall by this
		return out, err
	}
	x, err := c.look(tx, sale.Member, act.Now)
	if err != nil {
		return out, err
	}
	if r.Kept, err = c.usedPrizes(tx, x, sale.Seq, act.Now); err != nil {
		return out, err
	}
	before := x.account.Standing
	out.Receipt, err = reverse(r)
	if e := out.Receipt.Entry(); err != nil || out.Receipt.Replayed || e.Kind != loyalty.KindReverse {
		return out, err
	}
	return out, c.follow(tx, x, act, before, sale, &out)
}

// entry is one of the member's entries.
func (c *Club) entry(r store.Reader, m loyalty.MemberID, seq uint64) (loyalty.Entry, error) {
	found, err := c.Book.History(r, m, seq+1, 1)
	if err != nil || len(found) == 0 {
		return loyalty.Entry{}, errors.Join(err, loyalty.ErrUnknownRef)
	}
	return found[0], nil
}

// follow takes back what a sale brought and, after its refund, earns no more.
func (c *Club) follow(tx store.Tx, x *member, act book.Act, before loyalty.Standing, sale loyalty.Entry, out *Outcome) error {
	if err := c.reload(tx, x); err != nil {
		return err
	}
	if err := x.keep(tx, visitsOf(out.Receipt)); err != nil {
		return err
	}
	done, err := c.Book.Reversed(tx, sale)
	if err != nil {
		return err
	}
	out.From, out.To = x.moved(before.Level)
	if err := c.takePrizes(tx, x, act, sale.Seq, out); err != nil {
		return err
	}
	if err := c.takeGifts(tx, x, act, before, sale.Seq, done.Whole, out); err != nil {
		return err
	}
	if done.Whole {
		if err := c.reopen(tx, act, sale, out); err != nil {
			return err
		}
	}
	return c.unbought(tx, act, sale, sale.Amount-done.Amount, out)
}

// usedPrizes are the stamp cards of which the sale brought a prize that has
// been used, one for each: they stay filled, and their stamps are owed.
func (c *Club) usedPrizes(tx store.Tx, x *member, sale uint64, now time.Time) (cards []string, err error) {
	names, rows, err := x.all(tx)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		if row.Kind != KindPrize || row.Sale != sale || row.Undone {
			continue
		}
		v, err := c.voucherOf(tx, x, names[i], row, now)
		if err != nil {
			return nil, err
		}
		if v.State == voucher.Used {
			cards = append(cards, strings.TrimPrefix(names[i].gift, prizeOf))
		}
	}
	return cards, nil
}

// takePrizes takes back a prize for each card of the sale that is filled no
// more: one that is still open.
func (c *Club) takePrizes(tx store.Tx, x *member, act book.Act, sale uint64, out *Outcome) error {
	names, rows, err := x.all(tx)
	if err != nil {
		return err
	}
	left := out.Receipt.Unfilled()
	for i, row := range rows {
		at := slices.Index(left, strings.TrimPrefix(names[i].gift, prizeOf))
		if row.Kind != KindPrize || row.Sale != sale || row.Undone || at < 0 {
			continue
		}
		v, err := c.voucherOf(tx, x, names[i], row, act.Now)
		if err != nil {
			return err
		}
		if v.State == voucher.Used {
			continue
		}
		left = slices.Delete(left, at, at+1)
		if _, err := c.take(tx, x, act, names[i], row, out); err != nil {
			return err
		}
	}
	return nil
}

// takeGifts takes back the gifts that no longer stand: of a visit that is not
// reached now, of a tier that this refund made fall, and of a comeback whose
// sale is gone as a whole. It does not matter which sale brought the first two:
// otherwise a gift could be kept by returning the sales before it.
func (c *Club) takeGifts(tx store.Tx, x *member, act book.Act, before loyalty.Standing, sale uint64, whole bool, out *Outcome) error {
	names, rows, err := x.all(tx)
	if err != nil {
		return err
	}
	now := window(before, x.zone)
	from, to := x.rank(before.Level), x.rank(x.account.Standing.Level)
	for i, row := range rows {
		gone := false
		switch row.Kind {
		case loyalty.GiftVisit:
			gone = row.Visit > x.card.Visits
		case loyalty.GiftTier:
			at := x.rank(row.Level)
			gone = names[i].period == now && at > to && at <= from
		case loyalty.GiftComeback:
			gone = row.Sale == sale && whole
		}
		if gone {
			if _, err := c.take(tx, x, act, names[i], row, out); err != nil {
				return err
			}
		}
	}
	return nil
}

// take takes a gift back: its voucher becomes void, its points are undone by
// the programme's policy. It reports whether all of that could be done; then the
// gift can be earned again, else its row stays and it cannot.
func (c *Club) take(tx store.Tx, x *member, act book.Act, n name, row given, out *Outcome) (all bool, err error) {
	if row.Undone {
		return false, nil
	}
	all = true
	act = by(act, "back/"+n.String())
	if row.Voucher != "" {
		if all, err = c.void(tx, x, act, n, row); err != nil {
			return false, err
		}
	}
	if row.Ref != "" {
		rec, err := c.Book.Undo(tx, row.Ref, act)
		if accident(err) != nil {
			return false, err
		}
		if err != nil {
			all = all && errors.Is(err, loyalty.ErrAlreadyReversed)
		} else {
			out.Receipt.Balance = rec.Balance
		}
	}
	g, err := c.asGiven(tx, x, n, row, act.Now)
	if err != nil {
		return false, err
	}
	out.Taken = append(out.Taken, g)
	if all {
		return true, gifts.Delete(tx, string(x.id), n.String())
	}
	row.Undone, row.Choose = true, nil
	return false, gifts.Put(tx, row, string(x.id), n.String())
}

// void makes a gift's voucher void, and reports false for one that was used.
func (c *Club) void(tx store.Tx, x *member, act book.Act, n name, row given) (bool, error) {
	v, err := c.voucherOf(tx, x, n, row, act.Now)
	if err != nil || v.State == voucher.Used {
		return false, err
	}
	if v.State != voucher.Open {
		return true, nil
	}
	_, _, err = c.Vouchers.Void(tx, v.ID, act, whyTaken)
	return err == nil, accident(err)
}

// whyTaken stands on the vouchers of gifts that went back.
const whyTaken = "taken_back"

// reopen gives back the voucher that paid a part of a sale which is gone.
func (c *Club) reopen(tx store.Tx, act book.Act, sale loyalty.Entry, out *Outcome) error {
	if sale.Voucher == "" {
		return nil
	}
	v, _, err := c.Vouchers.Reopen(tx, voucher.ID(sale.Voucher), by(act, "reopen"))
	if err != nil {
		return accident(err)
	}
	out.Returned = append(out.Returned, v)
	return nil
}
