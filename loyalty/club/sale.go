package club

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Sale is a purchase and all that it brings: its points and stamps, the prizes
// of the cards that it fills, gifts for the visit, for coming back and for a
// new tier, and the friend's part of a referral. A voucher that pays a part of
// it (s.Voucher) is used first, in the same transaction. Refusals: as
// [book.Book.Sell].
func (c *Club) Sale(tx store.Tx, m loyalty.MemberID, act book.Act, s loyalty.Sale) (out Outcome, err error) {
	x, err := c.look(tx, m, act.Now)
	if err != nil {
		return out, err
	}
	out.Receipt, err = c.Book.Sell(tx, m, act, s)
	if err != nil {
		return out, err
	}
	x.stale()
	sale := out.Receipt.Entry()
	out.From, out.To = x.moved(out.Receipt)
	if out.Receipt.Replayed {
		return out, c.recall(tx, x, act, sale, &out)
	}
	before := x.card
	if x.card.Visits += visitsOf(out.Receipt); x.card.Visits > before.Visits {
		x.card.Last = later(x.card.Last, dateOf(sale.EffectiveAt, x.zone))
	}
	if err := c.keep(tx, x, before); err != nil {
		return out, err
	}
	// A refund may have waited for this sale; what counts is what it left.
	left, err := c.left(tx, out.Receipt)
	if err != nil {
		return out, err
	}
	for _, step := range []func() error{
		func() error { return c.paidBy(tx, x, act, sale) },
		func() error { return c.prizes(tx, x, act, sale, &out) },
		func() error { return c.visitGifts(tx, x, act, before.Visits, sale, &out) },
		func() error { return c.comeback(tx, x, act, before, sale, &out) },
		func() error { return c.tierGifts(tx, x, act, sale, &out) },
		func() error { return c.tierDays(tx, x, act, &out) },
		func() error { return c.bought(tx, x, act, sale, left, &out) },
	} {
		if err := step(); err != nil {
			return out, err
		}
	}
	if left == 0 { // refunded before it was told: no visit to speak of
		return out, c.reopen(tx, x, act, sale, &out)
	}
	return out, c.did(tx, Deed{Kind: Bought, Member: m, Act: act, Sale: s, Outcome: out, Entry: sale, Left: left})
}

// left is how much of a sale stands once the refunds that waited for it are
// applied.
func (c *Club) left(tx store.Tx, r book.Receipt) (loyalty.Money, error) {
	sale := r.Entry()
	if !slices.ContainsFunc(r.Entries, func(e loyalty.Entry) bool { return e.Kind == loyalty.KindReverse }) {
		return sale.Amount, nil
	}
	back, err := c.Book.Reversed(tx, sale)
	return sale.Amount - back.Amount, err
}

// recall tells again what a sale brought.
func (c *Club) recall(tx store.Tx, x *member, act book.Act, sale loyalty.Entry, out *Outcome) error {
	names, rows, err := x.all(tx)
	if err != nil {
		return err
	}
	for i, row := range rows {
		if row.broughtBy(sale) && !row.Undone {
			if err := c.tell(tx, x, act, names[i], row, out); err != nil {
				return err
			}
		}
	}
	return nil
}

// broughtBy reports whether a sale brought the gift.
func (row *given) broughtBy(sale loyalty.Entry) bool {
	return row.Sale == sale.Seq && row.owner == sale.Member
}

// visitsOf is by how many an operation changed the visits.
func visitsOf(r book.Receipt) (n int64) {
	for _, e := range r.Entries {
		n += e.Tally.Visits
	}
	return n
}

// moved is the change of the member's tier by an operation; both are empty when
// there is none.
func (x *member) moved(r book.Receipt) (from, to string) {
	from, to, ok := r.Rose()
	if !ok || x.rank(from) == x.rank(to) {
		return "", ""
	}
	return x.level(x.rank(from)), x.level(x.rank(to))
}

// prizes gives the prize of each card that the sale filled.
func (c *Club) prizes(tx store.Tx, x *member, act book.Act, sale loyalty.Entry, out *Outcome) error {
	for _, k := range x.rules.Cards {
		filled := filledBy(out.Receipt, k.ID)
		if filled <= 0 {
			continue
		}
		a, err := c.account(tx, x)
		if err != nil {
			return err
		}
		for n := a.Cards[k.ID].Filled - filled + 1; n <= a.Cards[k.ID].Filled; n++ {
			p := present{name: prize(k.ID, n, sale.Seq), kind: KindPrize, sale: sale.Seq}
			if k.Prize != "" {
				p.rewards = []string{k.Prize}
			}
			out.Filled = append(out.Filled, k.ID)
			if err := c.give(tx, x, act, p, out); err != nil {
				return err
			}
		}
	}
	return nil
}

// filledBy is how many times an operation filled a card, less those that it took
// back.
func filledBy(r book.Receipt, card string) (n int64) {
	for _, e := range r.Entries {
		for _, s := range e.Stamps {
			if s.Card == card {
				n += s.Filled
			}
		}
	}
	return n
}

// prizeOf begins the names of the gifts that stamp cards bring.
const prizeOf = "stamp/"

// prize is the name of the gift for a card's n-th filling, by a sale.
func prize(card string, n int64, sale uint64) name {
	return name{prizeOf + card, fmt.Sprintf("%d.%d", n, sale)}
}

// visitGifts gives what the visits reached by the sale bring.
func (c *Club) visitGifts(tx store.Tx, x *member, act book.Act, before int64, sale loyalty.Entry, out *Outcome) error {
	return x.ofKind(loyalty.GiftVisit, func(g *loyalty.Gift) error {
		for n := before + 1; n <= x.card.Visits; n++ {
			if g.Visit <= 0 || n != g.Visit && (!g.Every || n%g.Visit != 0) {
				continue
			}
			p := presentOf(g, strconv.FormatInt(n, 10))
			p.sale, p.visit = sale.Seq, n
			if err := c.give(tx, x, act, p, out); err != nil {
				return err
			}
		}
		return nil
	})
}

// comeback gives what the first visit after a silence brings: the last one was
// so many days ago or more. Each silence has one gift.
func (c *Club) comeback(tx store.Tx, x *member, act book.Act, before card, sale loyalty.Entry, out *Outcome) error {
	if before.Visits <= 0 || x.card.Visits <= before.Visits || before.Last.IsZero() {
		return nil
	}
	silence := days(before.Last, dateOf(sale.EffectiveAt, x.zone))
	return x.ofKind(loyalty.GiftComeback, func(g *loyalty.Gift) error {
		if g.Silence <= 0 || silence < g.Silence {
			return nil
		}
		p := presentOf(g, before.Last.Format(time.DateOnly))
		p.sale = sale.Seq
		return c.give(tx, x, act, p, out)
	})
}

// lastVisit is the local date of the newest visit that was not taken back.
// Accounts from before days were counted know their last activity only.
func lastVisit(a *loyalty.Account, zone *time.Location) time.Time {
	for i := len(a.Days) - 1; i >= 0; i-- {
		if a.Days[i].Visits > 0 {
			return epochDay(a.Days[i].Day)
		}
	}
	if len(a.Days) > 0 || a.Count.Activity.IsZero() {
		return time.Time{}
	}
	return dateOf(a.Count.Activity, zone)
}

// tierGifts gives what the tiers bring that the sale reached, those passed on
// the way too, each once a window.
func (c *Club) tierGifts(tx store.Tx, x *member, act book.Act, sale loyalty.Entry, out *Outcome) error {
	from, to := x.rank(out.From), x.rank(out.To)
	if to <= from {
		return nil
	}
	names, rows, err := x.all(tx)
	if err != nil {
		return err
	}
	a, err := c.account(tx, x)
	if err != nil {
		return err
	}
	return x.ofKind(loyalty.GiftTier, func(g *loyalty.Gift) error {
		for i, row := range rows {
			if names[i].gift == g.ID && inWindow(row, a.Standing) {
				return nil
			}
		}
		if at := x.rank(g.Level); at <= from || at > to {
			return nil
		}
		p := presentOf(g, x.today.Format(time.DateOnly))
		p.sale, p.level = sale.Seq, g.Level
		return c.give(tx, x, act, p, out)
	})
}

// tierDays gives the birthday and anniversary gifts of the tier that the sale
// reached whose time is now: it began before the member was of the tier, so that
// Tick passed them by. They are of the calendar, and stay without the sale.
func (c *Club) tierDays(tx store.Tx, x *member, act book.Act, out *Outcome) error {
	if x.rank(out.To) <= x.rank(out.From) {
		return nil
	}
	if err := c.know(tx, x); err != nil {
		return err
	}
	for _, p := range x.calendar() {
		if len(p.levels) == 0 {
			continue
		}
		if err := c.give(tx, x, act, p, out); err != nil {
			return err
		}
	}
	return nil
}

// inWindow reports whether a gift was given since the window began in which a
// tier was reached.
func inWindow(row given, s loyalty.Standing) bool { return !row.At.Before(s.Window) }
