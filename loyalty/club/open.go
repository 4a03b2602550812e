package club

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Open is a gift that the member can have now: it waits for their choice, for
// stock, or for nothing but to be taken.
type Open struct {
	Gift    string // for Claim; "stamp/<card>" for a prize
	Kind    loyalty.GiftKind
	Points  loyalty.Points // that taking it gives; 0 when they were given before
	Rewards []string       // one of these; none: points only
	Until   time.Time      // exclusive; zero: whenever
	period  string
}

// open is what is still to be chosen of a gift that was given.
func (row *given) open(x *member, n name, now time.Time) (Open, bool) {
	o := Open{Gift: n.gift, Kind: row.Kind, Until: row.Until, period: n.period}
	if row.Undone || !row.Until.IsZero() && !now.Before(row.Until) {
		return o, false
	}
	o.Rewards = x.known(row.Choose)
	return o, len(o.Rewards) > 0
}

// known are those of the rewards that the programme still has.
func (x *member) known(rewards []string) []string {
	return slices.DeleteFunc(slices.Clone(rewards), func(id string) bool {
		_, ok := x.rules.Reward(id)
		return !ok
	})
}

// Open lists the gifts that the member can have now and has not taken, those
// that end first before the others.
func (c *Club) Open(r store.Reader, m loyalty.MemberID, now time.Time) ([]Open, error) {
	x, err := c.peek(r, m, now)
	if err != nil {
		return nil, err
	}
	return c.open(r, x, now)
}

func (c *Club) open(r store.Reader, x *member, now time.Time) (list []Open, err error) {
	if err := c.know(r, x); err != nil {
		return nil, err
	}
	names, rows, err := x.all(r)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		if o, ok := row.open(x, names[i], now); ok {
			list = append(list, o)
		}
	}
	for _, p := range x.calendar() {
		may, err := c.may(r, x, p.levels)
		if err != nil {
			return nil, err
		}
		had := func(n name) bool { return slices.Contains(names, n) }
		if may && !slices.ContainsFunc(append(p.instead, p.name), had) {
			list = append(list, Open{p.gift, p.kind, p.points, x.known(p.rewards), p.until, p.period})
		}
	}
	slices.SortStableFunc(list, func(a, b Open) int {
		switch {
		case a.Until.IsZero() == b.Until.IsZero():
			return a.Until.Compare(b.Until)
		case a.Until.IsZero():
			return 1
		}
		return -1
	})
	return list, nil
}

// calendar are the birthday and anniversary gifts that have the member's day
// today, given or not, by what [Club.know] told.
func (x *member) calendar() (list []present) {
	for i := range x.rules.Gifts {
		g := &x.rules.Gifts[i]
		if g.Kind != loyalty.GiftBirthday && g.Kind != loyalty.GiftAnniversary {
			continue
		}
		if s, ok := calendarSpan(g, x.facts, x.today, x.zone); ok {
			p := presentOf(g, s.period())
			p.until, p.instead = midnight(s.to, x.rules), x.instead(g, s.period())
			list = append(list, p)
		}
	}
	return list
}

// Claim takes an open gift, with the reward that the member chose ("" where
// there is one or none). What is claimed twice by one operation is told again.
// Refusals: ErrNoGift, ErrChoice, and those of [voucher.Desk.Present], such as
// *voucher.SoldOutError; the gift stays open then.
func (c *Club) Claim(tx store.Tx, m loyalty.MemberID, act book.Act, gift, reward string) (Given, error) {
	if _, err := c.Book.Settle(tx, m, act.Now); err != nil { // whose tier fell meanwhile may have another's gifts
		return Given{}, err
	}
	x, err := c.look(tx, m, act.Now)
	if err != nil {
		return Given{}, err
	}
	if g, done, err := c.claimed(tx, x, act.Op, act.Now); err != nil || done {
		return g, err
	}
	list, err := c.open(tx, x, act.Now)
	if err != nil {
		return Given{}, err
	}
	i := slices.IndexFunc(list, func(o Open) bool { return o.Gift == gift })
	if i < 0 {
		return Given{}, ErrNoGift
	}
	o := list[i]
	if reward == "" && len(o.Rewards) == 1 {
		reward = o.Rewards[0]
	}
	if len(o.Rewards) > 0 && !slices.Contains(o.Rewards, reward) || len(o.Rewards) == 0 && reward != "" {
		return Given{}, ErrChoice
	}
	return c.claim(tx, x, act, o, reward)
}

// claimed tells again what an operation claimed before.
func (c *Club) claimed(tx store.Tx, x *member, op loyalty.OpID, now time.Time) (Given, bool, error) {
	names, rows, err := x.all(tx)
	for i, row := range rows {
		if err == nil && row.Op == op {
			g, err := c.asGiven(tx, x, names[i], row, now)
			return g, true, err
		}
	}
	return Given{}, false, err
}

// claim gives a calendar gift that nobody gave yet, and then what was chosen.
func (c *Club) claim(tx store.Tx, x *member, act book.Act, o Open, reward string) (Given, error) {
	n := name{o.Gift, o.period}
	for _, p := range x.calendar() {
		if p.name == n {
			if err := c.give(tx, x, act, p, &Outcome{}); err != nil {
				return Given{}, err
			}
		}
	}
	row, ok, err := x.gift(tx, n)
	if err != nil {
		return Given{}, err
	}
	if !ok {
		return Given{}, ErrNoGift // its points were refused
	}
	if len(row.Choose) > 0 {
		if err := c.hand(tx, x, by(act, "claim/"+n.String()), n, &row, reward); err != nil {
			return Given{}, err
		}
	}
	row.Op = act.Op
	if err := gifts.Put(tx, row, string(row.owner), n.String()); err != nil {
		return Given{}, err
	}
	return c.asGiven(tx, x, n, row, act.Now)
}
