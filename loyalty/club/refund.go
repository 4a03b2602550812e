package club

import (
	"cmp"
	"errors"
	"slices"
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
	before, err := c.account(tx, x)
	if err != nil {
		return out, err
	}
	if r.Kept, err = c.keptCards(tx, x, before, sale, act.Now); err != nil {
		return out, err
	}
	x.stale()
	out.Receipt, err = reverse(r)
	if e := out.Receipt.Entry(); err != nil || out.Receipt.Replayed || e.Kind != loyalty.KindReverse {
		return out, err
	}
	left, err := c.follow(tx, x, act, before.Standing, sale, &out)
	if err != nil {
		return out, err
	}
	return out, c.did(tx, Deed{Kind: Returned, Member: x.id, Act: act, Outcome: out, Entry: sale, Left: left})
}

// follow takes back what a sale brought and, after its refund, earns no more; left is
// how much of the sale stands.
func (c *Club) follow(tx store.Tx, x *member, act book.Act, before loyalty.Standing, sale loyalty.Entry, out *Outcome) (left loyalty.Money, err error) {
	a, err := c.account(tx, x)
	if err != nil {
		return 0, err
	}
	was := x.card
	if x.card.Visits += visitsOf(out.Receipt); x.card.Visits < was.Visits {
		x.card.Last = lastVisit(a, x.zone)
	}
	if err := c.keep(tx, x, was); err != nil {
		return 0, err
	}
	done, err := c.Book.Reversed(tx, sale)
	if err != nil {
		return 0, err
	}
	out.From, out.To = x.moved(out.Receipt)
	if err := c.takePrizes(tx, x, act, out); err != nil {
		return 0, err
	}
	if err := c.takeGifts(tx, x, act, before, a.Standing, sale, done.Whole, out); err != nil {
		return 0, err
	}
	if done.Whole {
		if err := c.reopen(tx, x, act, sale, out); err != nil {
			return 0, err
		}
	}
	left = sale.Amount - done.Amount
	if done.Whole {
		left = 0
	}
	return left, c.unbought(tx, act, sale, sale.Amount-done.Amount, out)
}

// keptCards are the sale's stamp cards that must stay filled whatever comes back
// of it, because fewer of their prizes can still be taken back than it might
// unfill: the rest were used, or lapsed. Their stamps are owed instead.
func (c *Club) keptCards(tx store.Tx, x *member, a *loyalty.Account, sale loyalty.Entry, now time.Time) (kept []string, err error) {
	rules := cmp.Or(x.rules.Numbered(sale.Programme), x.rules) // a card's size was that of then
	for _, s := range sale.Stamps {
		i := slices.IndexFunc(rules.Cards, func(k loyalty.StampCard) bool { return k.ID == s.Card })
		if i < 0 || rules.Cards[i].Size <= 0 {
			continue
		}
		size := rules.Cards[i].Size
		missing := s.Stamps + s.Filled*size - a.Cards[s.Card].Have
		if missing <= 0 {
			continue
		}
		names, _, left, err := c.openPrizes(tx, x, s.Card, now)
		if err != nil {
			return nil, err
		}
		if left && int64(len(names)) < (missing-1)/size+1 {
			kept = append(kept, s.Card)
		}
	}
	return kept, nil
}

// openPrizes are those of a card's prizes that can be taken back, newest first;
// any is false when the card never brought one.
func (c *Club) openPrizes(tx store.Tx, x *member, card string, now time.Time) (open []name, theirs []given, any bool, err error) {
	names, rows, err := x.all(tx)
	if err != nil {
		return nil, nil, false, err
	}
	for i, row := range rows {
		if names[i].gift != prizeOf+card {
			continue
		}
		any = true
		v, err := c.voucherOf(tx, x, names[i], row, now)
		if err != nil {
			return nil, nil, false, err
		}
		if row.Undone || v.ID != "" && v.State != voucher.Open {
			continue
		}
		at := slices.IndexFunc(theirs, func(o given) bool {
			if o.owner != row.owner { // numbers of two ledgers tell nothing
				return !o.At.After(row.At)
			}
			return o.Sale <= row.Sale
		})
		if at < 0 {
			at = len(theirs)
		}
		theirs, open = slices.Insert(theirs, at, row), slices.Insert(open, at, names[i])
	}
	return open, theirs, any, nil
}

// takePrizes takes back a prize for each time that a card is no longer full.
func (c *Club) takePrizes(tx store.Tx, x *member, act book.Act, out *Outcome) error {
	for _, card := range out.Receipt.Unfilled() {
		open, theirs, _, err := c.openPrizes(tx, x, card, act.Now)
		if err != nil || len(open) == 0 {
			return err
		}
		if _, err := c.take(tx, x, act, open[0], theirs[0], out); err != nil {
			return err
		}
	}
	return nil
}

// takeGifts takes back the gifts that no longer stand. It does not matter which
// sale brought those of a visit or a tier: otherwise a gift could be kept by
// returning the sales before it.
func (c *Club) takeGifts(tx store.Tx, x *member, act book.Act, before, after loyalty.Standing, sale loyalty.Entry, whole bool, out *Outcome) error {
	names, rows, err := x.all(tx)
	if err != nil {
		return err
	}
	for i, row := range rows {
		gone := false
		switch row.Kind {
		case loyalty.GiftVisit:
			gone = row.Visit > x.card.Visits
		case loyalty.GiftTier:
			gone, err = c.fell(tx, x, before, after, row)
		case loyalty.GiftComeback:
			gone = row.broughtBy(sale) && whole
		}
		if err == nil && gone {
			_, err = c.take(tx, x, act, names[i], row, out)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fell reports whether a tier's gift does not stand after a refund: the member
// is below its level, and the refund brought them there in the window of the
// gift, or the gift's own sale is gone as a whole. One that was earned in a
// window before stays.
func (c *Club) fell(tx store.Tx, x *member, before, after loyalty.Standing, row given) (bool, error) {
	at := x.rank(row.Level)
	if at <= x.rank(after.Level) {
		return false, nil
	}
	if at <= x.rank(before.Level) && inWindow(row, before) {
		return true, nil
	}
	sale, err := c.Book.Reversed(tx, loyalty.Entry{Member: row.owner, Seq: row.Sale})
	return sale.Whole, err
}

// take takes a gift back: its voucher becomes void, its points are undone by
// the programme's policy. It reports whether all of that could be done; then the
// gift can be earned again, else its row stays and it cannot.
func (c *Club) take(tx store.Tx, x *member, act book.Act, n name, row given, out *Outcome) (all bool, err error) {
	if row.Undone {
		return false, nil
	}
	act = by(act, "back/"+n.String())
	all = true
	gone := Given{Gift: n.gift, Kind: row.Kind} // what of it goes back
	if row.Voucher != "" {
		v, void, err := c.void(tx, x, act, n, row)
		if err != nil {
			return false, err
		}
		if all = void; void {
			gone.Voucher = v
		}
	}
	if row.Ref != "" {
		rec, err := c.Book.Undo(tx, row.Ref, act)
		if accident(err) != nil {
			return false, err
		}
		if err == nil {
			gone.Points, gone.Ref, out.Receipt.Balance = row.Points, row.Ref, rec.Balance
		}
		all = all && (err == nil || errors.Is(err, loyalty.ErrAlreadyReversed))
	}
	if gone.Points > 0 || gone.Voucher.ID != "" || len(row.Choose) > 0 {
		out.Taken = append(out.Taken, gone)
	}
	if all {
		return true, gifts.Delete(tx, string(row.owner), n.String())
	}
	row.Undone, row.Choose = true, nil
	return false, gifts.Put(tx, row, string(row.owner), n.String())
}

// void makes a gift's voucher void. It reports false for one that was used, or
// that its owner let lapse: they had it.
func (c *Club) void(tx store.Tx, x *member, act book.Act, n name, row given) (v voucher.Voucher, void bool, err error) {
	v, err = c.voucherOf(tx, x, n, row, act.Now)
	if err != nil || v.State != voucher.Open {
		return v, v.State == voucher.Void, err
	}
	v, _, err = c.Vouchers.Void(tx, v.ID, act, whyTaken)
	return v, err == nil, accident(err)
}

// whyTaken stands on the vouchers of gifts that went back.
const whyTaken = "taken_back"
