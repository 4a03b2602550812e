package loyalty

import "time"

// Sale is a purchase as the till or an employee tells it.
type Sale struct {
	Amount Money  // of the whole, in minor units; more than 0
	Lines  []Line // what was bought, as far as it is known; may be fewer than Amount covers
	Order  Order
	// Voucher is the id of the voucher that paid a part, if any: taking the
	// whole sale back gives it back.
	Voucher string
}

// Line is one item of a sale, or one that comes back.
type Line struct {
	Item     string `json:"item,omitempty"`     // an id of the programme's items, or the till's own
	Category string `json:"category,omitempty"` // the item's, as it was then
	Quantity int64  `json:"qty,omitempty"`      // ≥ 1
	Amount   Money  `json:"amount,omitempty"`   // of all its pieces; 0 is not known
}

// Return is what comes back of a sale: an amount, lines of it, or with neither
// all that is left.
type Return struct {
	Amount Money
	Lines  []Line
	// Kept are stamp cards whose prize has been used: they stay filled, and a
	// stamp that comes back of one leaves less than nothing on the card.
	Kept []string
}

// Facts is what the rules may know of a member that the ledger does not: it
// holds nothing that names a person.
type Facts struct {
	Joined     time.Time  // when they became a member; zero: with their first entry
	BirthMonth time.Month // 0 is unknown
	BirthDay   int
	// BirthSet is when a birthday was first entered, BirthChanged when it last
	// became another; zero: not known, or never.
	BirthSet, BirthChanged time.Time
	// Returned says that this person was a member before and was erased: what
	// is given once to a person is not given again.
	Returned bool
	// Plans are the paid plans that run, or ran last, each for its time.
	Plans []PlanTime
	// Boosts are bonuses of this member's own, besides the programme's.
	Boosts []Bonus
}

// PlanTime is a time in which a paid plan's perks held.
type PlanTime struct {
	Plan     string
	From, To time.Time // To is exclusive
}

// PlansAt are the ids of the paid plans that ran at a moment.
func (f *Facts) PlansAt(at time.Time) (ids []string) {
	for _, x := range f.Plans {
		if !at.Before(x.From) && at.Before(x.To) {
			ids = append(ids, x.Plan)
		}
	}
	return ids
}

// Since reports whether what is given once in a time that began at from can be
// given to this person: to who was a member before and came back, only when that
// time began after they joined again, for what they had in it before is not known
// any more. A zero from is a time without a beginning.
func (f Facts) Since(from time.Time) bool {
	return !f.Returned || !from.IsZero() && f.Joined.Before(from)
}

// Share is the part of an entry's points that one rule gave. The rules' names
// are "base", "visit", "item/<id>", "category/<id>", "bonus/<id>", "tier/<level>"
// and "cap" (below zero: what a cap took away). They sum to the points issued.
type Share struct {
	Rule   string `json:"rule"`
	Points Points `json:"points"`
}

// Tally is what an entry adds to the counts that tiers, caps and n-th visits
// look at, signed. What a refund takes away it takes from the bucket and day
// of its sale.
type Tally struct {
	Bucket int32  `json:"bucket,omitempty"` // first local day of the month counted, in days since 1970-01-01
	Day    int32  `json:"day,omitempty"`    // local day, in days since 1970-01-01
	Visits int64  `json:"visits,omitempty"`
	Nights int64  `json:"nights,omitempty"`
	Money  Money  `json:"money,omitempty"`
	Points Points `json:"points,omitempty"` // that qualify for a tier
	Earned Points `json:"earned,omitempty"` // by sales, what caps look at
}

// Stamping is what an entry does to one stamp card, signed.
type Stamping struct {
	Card string `json:"card"`
	// Stamps is the change of what is on the card; a card that fills up takes
	// its size off again.
	Stamps int64 `json:"stamps,omitempty"`
	// Filled is how many cards it completed, or took back.
	Filled int64 `json:"filled,omitempty"`
}

// Standing is a member's tier.
type Standing struct {
	Level string    `json:"level,omitempty"` // "" is the lowest
	Since time.Time `json:"since,omitzero"`  // when this level began
	Until time.Time `json:"until,omitzero"`  // when it is looked at again; zero: it does not fall by time alone
	// Window is when the window began in which the level was reached; zero for
	// one that was left by a soft landing.
	Window time.Time `json:"window,omitzero"`
	// Floor is the level that a soft landing left, and FloorUntil how long it
	// stands whatever is counted: a refund may bring the member back to it, not
	// below.
	Floor      string    `json:"floor,omitempty"`
	FloorUntil time.Time `json:"floor_until,omitzero"`
}

// Stamps is one stamp card of a member.
type Stamps struct {
	Have   int64 `json:"have"`             // on the card; below zero after a refund of a stamp whose card was used
	Filled int64 `json:"filled,omitempty"` // cards completed, ever
}
