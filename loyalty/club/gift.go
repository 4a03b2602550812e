package club

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// given is the row of a gift.
type given struct {
	Kind    loyalty.GiftKind `json:"kind"`
	At      time.Time        `json:"at"`
	Points  loyalty.Points   `json:"points,omitempty"`
	Ref     loyalty.Ref      `json:"ref,omitempty"` // of the points' entry
	Voucher voucher.ID       `json:"voucher,omitempty"`
	// Choose are the rewards of which the member may still have one, until
	// Until (zero: whenever).
	Choose []string     `json:"choose,omitempty"`
	Until  time.Time    `json:"until,omitzero"`
	Op     loyalty.OpID `json:"op,omitempty"`     // that chose
	Sale   uint64       `json:"sale,omitempty"`   // that brought it, 0 for none
	Visit  int64        `json:"visit,omitempty"`  // which visit did
	Level  string       `json:"level,omitempty"`  // which tier did
	Undone bool         `json:"undone,omitempty"` // taken back, and not to be had again

	owner loyalty.MemberID // under whom it stands: the member, or who was merged into them
}

var gifts = store.NewTable[given]("gift/", store.Locked, store.FirstPart("member"))

// name is what a gift is known by.
type name struct{ gift, period string }

func (n name) String() string { return n.gift + "/" + n.period }

func readName(s string) name {
	i := strings.LastIndexByte(s, '/')
	return name{s[:max(i, 0)], s[i+1:]}
}

// present is a gift that is to be given.
type present struct {
	name
	kind    loyalty.GiftKind
	levels  []string // tiers that get it; empty: all
	points  loyalty.Points
	rewards []string
	until   time.Time // for the choice
	sale    uint64
	visit   int64
	level   string
	instead []name // with one of these it is had already, see [member.instead]
}

// presentOf is a programme's gift for a period.
func presentOf(g *loyalty.Gift, period string) present {
	return present{name: name{g.ID, period}, kind: g.Kind, levels: g.Levels, points: g.Points, rewards: g.Rewards}
}

// give hands a present to a member, unless they have it or their tier does not
// get it: points, and the voucher where there is nothing to choose. What cannot
// be given now, as a reward that is out of stock, waits to be claimed.
func (c *Club) give(tx store.Tx, x *member, act book.Act, p present, out *Outcome) error {
	return accident(c.offer(tx, x, act, p, out))
}

// offer is give that tells of a refusal, as when the account is full: then the
// gift is not given at all, and may be offered again by another operation.
func (c *Club) offer(tx store.Tx, x *member, act book.Act, p present, out *Outcome) error {
	for _, n := range append(p.instead, p.name) {
		if _, had, err := x.gift(tx, n); err != nil || had {
			return err
		}
	}
	if may, err := c.may(tx, x, p.levels); err != nil || !may {
		return err
	}
	p.rewards = x.known(p.rewards)
	if p.points <= 0 && len(p.rewards) == 0 {
		return nil
	}
	row := given{owner: x.id, Kind: p.kind, At: act.Now.UTC(), Points: p.points, Choose: p.rewards, Until: p.until, Sale: p.sale, Visit: p.visit, Level: p.level}
	act = by(act, "gift/"+p.String())
	if p.points > 0 {
		rec, err := c.Book.Grant(tx, x.id, act, p.String(), p.points, nil)
		if err != nil {
			return err
		}
		row.Ref, out.Receipt.Balance = rec.Entry().Ref, rec.Balance
	}
	if len(p.rewards) == 1 {
		if err := c.hand(tx, x, act, p.name, &row, p.rewards[0]); accident(err) != nil {
			return err
		}
	}
	if err := gifts.Put(tx, row, string(x.id), p.String()); err != nil {
		return err
	}
	return c.tell(tx, x, act, p.name, row, out)
}

// hand issues the gift's voucher, which is good for as long as the gift can be
// had, or longer. It may be refused, as when the stock is out.
func (c *Club) hand(tx store.Tx, x *member, act book.Act, n name, row *given, reward string) error {
	v, err := c.Vouchers.PresentUntil(tx, x.id, act, reward, row.source(n), row.Until)
	if err != nil {
		return err
	}
	row.Voucher, row.Choose = v.ID, nil
	return nil
}

// voucherOf is the gift's voucher; without an ID it has none.
func (c *Club) voucherOf(r store.Reader, x *member, n name, row given, now time.Time) (voucher.Voucher, error) {
	if row.Voucher == "" {
		return voucher.Voucher{}, nil
	}
	v, ok, err := c.Vouchers.BySource(r, row.owner, row.source(n))
	if err == nil && !ok { // its row is swept long after it was used or lapsed
		v = voucher.Voucher{ID: row.Voucher, Member: row.owner, State: voucher.Used}
	}
	v.State = v.StateAt(now)
	return v, err
}

// source is where a voucher says that it comes from: "stamp/<card>/<n>.<sale>"
// for a prize, else "gift/<gift>/<period>", with ".<sale>" behind it for what a
// sale brought: what went back with its sale is another one when it is earned
// again.
func (row *given) source(n name) string {
	switch {
	case row.Kind == KindPrize:
		return n.String()
	case row.Sale > 0:
		return fmt.Sprintf("gift/%s.%d", n, row.Sale)
	}
	return "gift/" + n.String()
}

// tell adds a gift to what the operation did.
func (c *Club) tell(r store.Reader, x *member, act book.Act, n name, row given, out *Outcome) error {
	g, err := c.asGiven(r, x, n, row, act.Now)
	if err != nil {
		return err
	}
	out.Gifts = append(out.Gifts, g)
	if g.Voucher.ID != "" {
		out.Vouchers = append(out.Vouchers, g.Voucher)
	}
	if o, ok := row.open(x, n, act.Now); ok {
		out.Choices = append(out.Choices, o)
	}
	return nil
}

func (c *Club) asGiven(r store.Reader, x *member, n name, row given, now time.Time) (g Given, err error) {
	g = Given{Gift: n.gift, Kind: row.Kind, Points: row.Points, Ref: row.Ref}
	g.Voucher, err = c.voucherOf(r, x, n, row, now)
	return g, err
}

// all are the member's gifts in the order of their keys, and those of who was
// merged into them: what one of them had they have had.
func (x *member) all(r store.Reader) (names []name, rows []given, err error) {
	for _, owner := range x.family() {
		for key, row := range gifts.Scan(r, gifts.Under(string(owner)), &err) {
			_, rest, _ := strings.Cut(key, "/")
			row.owner = owner
			names, rows = append(names, readName(rest)), append(rows, row)
		}
		if err != nil {
			break
		}
	}
	return names, rows, err
}

// family are the member and all who were merged into them.
func (x *member) family() []loyalty.MemberID {
	return append([]loyalty.MemberID{x.id}, x.card.Parts...)
}

// gift is the member's gift of a name, or one of who was merged into them.
func (x *member) gift(r store.Reader, n name) (row given, ok bool, err error) {
	for _, owner := range x.family() {
		if row, ok, err = gifts.Get(r, string(owner), n.String()); err != nil || ok {
			row.owner = owner
			break
		}
	}
	return row, ok, err
}

// may reports whether the member's tier is one of these; none are all.
func (c *Club) may(r store.Reader, x *member, levels []string) (bool, error) {
	if len(levels) == 0 {
		return true, nil
	}
	a, err := c.account(r, x)
	if err != nil {
		return false, err
	}
	own := a.Standing.Level
	return slices.Contains(levels, own) || slices.Contains(levels, x.level(x.rank(own))), nil
}

// rank is a tier's place, 0 for the lowest and for one that there is no more.
func (x *member) rank(level string) int { return x.rules.Tiers.Index(level) }

// level is the tier at a place.
func (x *member) level(rank int) string {
	if rank >= len(x.rules.Tiers.Levels) {
		return ""
	}
	return x.rules.Tiers.Levels[rank].ID
}

// instead are the names of the gifts that stand in a gift's place for other
// tiers: of birthdays, or anniversaries, the ones that no tier has beside it.
// Whoever changes tiers within the span has one of them.
func (x *member) instead(g *loyalty.Gift, period string) (all []name) {
	if len(g.Levels) == 0 {
		return nil
	}
	for i := range x.rules.Gifts {
		h := &x.rules.Gifts[i]
		both := func(level string) bool {
			return slices.ContainsFunc(g.Levels, func(own string) bool { return x.rank(own) == x.rank(level) })
		}
		if h.Kind == g.Kind && len(h.Levels) > 0 && !slices.ContainsFunc(h.Levels, both) {
			all = append(all, name{h.ID, period})
		}
	}
	return all
}

// ofKind calls f with the programme's gifts of a kind.
func (x *member) ofKind(k loyalty.GiftKind, f func(*loyalty.Gift) error) error {
	for i := range x.rules.Gifts {
		if g := &x.rules.Gifts[i]; g.Kind == k {
			if err := f(g); err != nil {
				return err
			}
		}
	}
	return nil
}
