package loyalty

import "time"

// Household is what members may do with one another's points. The zero value lets
// nobody pool any.
type Household struct {
	Size int // members of one household at most; below 2 there are none
	// Spend says whose points are used for whom.
	Spend HouseholdSpend
	// JoinsAYear is how many households a member may join within 365 days.
	JoinsAYear int
	// Wait is how long after joining a member's points can be used, and theirs by
	// them: nobody passes points on by joining for a minute.
	Wait time.Duration
	// MonthMost is how many points of the others a member may use in a local month,
	// what came back counted all the same; 0 is no bound.
	MonthMost Points
}

// On reports whether members may form households.
func (h Household) On() bool { return h.Size >= 2 }

// HouseholdSpend says who may use the others' points.
type HouseholdSpend string

// Who may; the empty one is all.
const (
	SpendAll   HouseholdSpend = "all"
	SpendOwner HouseholdSpend = "owner" // who made the household
)

// StatusMatch gives members a tier for what they have elsewhere. The zero value
// matches nothing.
type StatusMatch struct {
	Levels     []string // that can be had so; never the lowest
	Programmes []string // of others, as members are told them; empty: any
	Days       int      // how long a matched tier stands, at first
	// Challenge is what a member reaches of the tiers' measure within Days to keep the
	// tier for KeepDays from the match on; 0: it cannot be kept so.
	Challenge int64
	KeepDays  int
}

// On reports whether tiers are matched.
func (m StatusMatch) On() bool { return m.Days > 0 && len(m.Levels) > 0 }

// Ends is when a tier matched at t ends, to the end of that local day, and until
// when it is kept where the challenge is met.
func (m StatusMatch) Ends(p *Programme, t time.Time) (at, kept time.Time) {
	on := func(days int) time.Time { return p.DayEnd(t.In(p.Location()).AddDate(0, 0, days)).UTC() }
	return on(m.Days), on(max(m.Days, m.KeepDays))
}

// Qualifies is how much an entry adds to what tiers count.
func (t *Tiers) Qualifies(e *Entry) int64 { return t.measure(&e.Tally) }
