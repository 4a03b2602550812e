package loyalty

import (
	"cmp"
	"time"
)

// Programme is one version of a shop's rules. It is a value: pure functions
// take it as an argument, and entries remember which version they were made
// under.
type Programme struct {
	Version  int            // rises with every change
	From     time.Time      // when this version begins to hold
	Zone     *time.Location // the shop's days; nil is UTC
	Currency Currency
	Rate     Rate
	Expiry   Expiry
	// ReturnWindow keeps the points of a sale pending, from the sale's own
	// time; 0 makes them spendable at once.
	ReturnWindow time.Duration
	Reversal     Reversal
	Caps         map[Role]Cap // roles that are missing have no caps
	// StoreCaps bound what is given in a store by all together, besides what each
	// may give; stores that are missing have no bound.
	StoreCaps map[Store]Cap
	// Stops bound how often employees give, and to whom; roles that are missing have
	// no bound.
	Stops map[Role]Stop
	// ApproveOver is how many points an employee may give by hand without a
	// second person; 0 asks for none.
	ApproveOver Points
	// HoldFor is how long points stay held before they go back by themselves;
	// 0 means that only a release ends a hold.
	HoldFor time.Duration

	Earning Earning
	Tiers   Tiers
	// Settlement is what points are worth between the stores.
	Settlement Settlement
	Cards      []StampCard
	Rewards    []Reward
	Gifts      []Gift
	Referral   Referral
	// Plans are memberships that are paid for.
	Plans []Plan
	// Offers are perks that members claim for nothing.
	Offers []Offer
	// Events are what members sign up for; with MakeEvents managers make more.
	Events     []Event
	MakeEvents bool
	// Rooms are groups that a tier, or a paid plan, opens.
	Rooms []Room
	// Voices are what is given for what members say in public, Charities to whom
	// they may give points.
	Voices    []Voice
	Charities []Charity
	// What members are challenged to, what they get for showing up, and the list in
	// a group of who did.
	Missions []Mission
	Streaks  []Streak
	Badges   []Badge
	CheckIn  CheckIn
	Board    Board
	// Recommend is what members are told may please them, Levers what words are
	// tried on them besides.
	Recommend Recommend
	Levers    []LeverRule
	Play      Play
	// Household is what members may do with one another's points, Match what tiers
	// they get for what they have elsewhere.
	Household Household
	Match     StatusMatch
	// NoticeDays are how many days before points go the member is told, most
	// first, as in 30, 7, 1.
	NoticeDays []int
	// Before is the version that this one replaced; nil for the first known.
	Before *Programme
}

// Rate turns an amount into points: Points for every Per.
type Rate struct {
	Points   Points   // points given
	Per      Money    // for each such amount, in minor units
	Minimum  Money    // sales of less in all earn nothing, by no rule
	Rounding Rounding // what becomes of a fraction of a point
}

// Rounding is what becomes of a fraction of a point.
type Rounding string

// The ways to round; the empty one rounds down.
const (
	RoundDown    Rounding = "down"
	RoundNearest Rounding = "nearest" // halves go up
	RoundUp      Rounding = "up"
)

// Reversal says what happens when an earning is taken back after its points
// were spent.
type Reversal string

// The ways to reverse; the empty one is a debt.
const (
	ReverseDebt   Reversal = "debt"            // the rest is owed; the next earning pays it
	ReverseUpTo   Reversal = "up_to_available" // the rest is written off
	ReverseRefuse Reversal = "refuse"          // then the reversal is refused
)

// Cap bounds what one employee gives. A zero field is no bound. A day is a
// local day of the programme's zone; what was given and undone still counts,
// so that giving and undoing cannot wear a cap down.
type Cap struct {
	GiveAct, GiveDay Points // points given by hand (Give, Adjust upwards)
	SaleAct, SaleDay Points // points given by entering sales
}

// Earn is how many points a sale of amount gives by the rate alone. Refusals: ErrAmount below
// zero, ErrOverflow.
func (p *Programme) Earn(amount Money) (Points, error) {
	if amount < 0 {
		return 0, ErrAmount
	}
	return p.Rate.give(amount, amount)
}

// give is what the part earns gives of a sale of total.
func (r *Rate) give(total, earns Money) (Points, error) {
	if total < r.Minimum || r.Per <= 0 || r.Points <= 0 {
		return 0, nil
	}
	n, err := mulDiv(int64(earns), int64(r.Points), int64(r.Per), r.Rounding)
	return Points(n), err
}

// Expires is the first instant at which points earned at t are gone; the zero
// time means never.
func (p *Programme) Expires(t time.Time) time.Time { return p.Expiry.End(t, p.Location()) }

// Day is the local day of t in the programme's zone, as 2006-01-02.
func (p *Programme) Day(t time.Time) string { return t.In(p.Location()).Format(time.DateOnly) }

// Location is the zone of the shop's days; UTC where the programme names none.
func (p *Programme) Location() *time.Location { return cmp.Or(p.Zone, time.UTC) }

// DayEnd is the first instant after the local day of t, in UTC: midnight, or
// where clocks skip that or have it twice, when the next day begins.
func (p *Programme) DayEnd(t time.Time) time.Time {
	y, m, d := t.In(p.Location()).Date()
	return startOfDay(y, m, d+1, p.Location())
}

// Check holds an employee's act of giving n points against their role's caps.
// used is what they gave before on that day, by hand or by sale as kind says.
func (p *Programme) Check(role Role, kind Kind, n, used Points, approved bool) error {
	return p.CheckBy(p.Caps[role], kind, n, used, approved)
}

// CheckStore holds an act of giving n points in a store against that store's caps.
// used is what was given there before on that day, by hand or by sale as kind says.
func (p *Programme) CheckStore(at Store, kind Kind, n, used Points) error {
	c := p.StoreCaps[at]
	act, day := c.GiveAct, c.GiveDay
	if kind == KindEarn {
		act, day = c.SaleAct, c.SaleDay
	}
	if act > 0 && n > act {
		return &LimitError{SpanStoreAct, act, 0, n}
	}
	if sum, err := add(used, n); err != nil || day > 0 && sum > day {
		return &LimitError{SpanStoreDay, day, used, n}
	}
	return nil
}

// CheckBy is Check with caps of an employee's own instead of the role's.
func (p *Programme) CheckBy(c Cap, kind Kind, n, used Points, approved bool) error {
	act, day := c.GiveAct, c.GiveDay
	if kind == KindEarn {
		act, day = c.SaleAct, c.SaleDay
	}
	if act > 0 && n > act {
		return &LimitError{SpanAct, act, 0, n}
	}
	if sum, err := add(used, n); err != nil || day > 0 && sum > day {
		return &LimitError{SpanDay, day, used, n}
	}
	if kind != KindEarn && p.ApproveOver > 0 && n > p.ApproveOver && !approved {
		return &ApprovalError{p.ApproveOver, n}
	}
	return nil
}
