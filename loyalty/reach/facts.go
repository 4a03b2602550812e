package reach

import (
	"time"

	"regulars/loyalty"
)

// Facts are what a member has and is at a moment: all that decides whether and
// of what they are nudged. Whoever asks fills in what the nudges that are on
// look at.
type Facts struct {
	Account  *loyalty.Account
	Progress loyalty.Progress // only with Tiers
	Tiers    bool
	Joined   time.Time
	Visits   int64
	Last     time.Time // the newest visit's local date, as its midnight in UTC; zero without any
	Vouchers []Ending  // open ones with an end, the soonest first
	// Points and Lapses say which of the nudges of what lapses are on: either
	// tells of what both look at.
	Points, Lapses bool
	Thanks         Visit // the newest visit to be thanked for
	// Plan is the paid plan that runs to PlanEnds (exclusive) unless it is renewed, and
	// PlanDays how many days ahead of it that is told.
	Plan     string
	PlanEnds time.Time
	PlanDays []int
}

// Ending is a voucher and when it lapses, exclusive.
type Ending struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// Visit is a visit to be thanked for, noted in the sale's transaction.
type Visit struct {
	Number int64         `json:"n"` // which one of the member's
	At     time.Time     `json:"at"`
	By     loyalty.Actor `json:"by,omitempty"` // who rang it up
	Store  loyalty.Store `json:"store,omitempty"`
}

// Occasion is a moment to tell a member something.
type Occasion struct {
	Key   string    // names it among the nudge's: told once
	At    time.Time // from when to tell
	Until time.Time // up to when, exclusive; zero is never too late
	// Figures are what the message says, as of the moment it was asked for: one
	// that was written with others is not true any more.
	Figures string
	Turns   time.Time // when Figures change by time alone; zero is never

	Lots   []Lapse          // NudgePoints, NudgeVouchers: all that ends by End, the soonest first
	End    time.Time        // of these the last; of NudgeTier when the missing must be had
	Card   string           // NudgeStamps
	Left   int64            // stamps that are missing; of NudgeTier what is missing of the measure
	Points loyalty.Points   // NudgeReleased
	Years  int              // NudgeAnniversary
	Visit  Visit            // NudgeThanks
	Stand  loyalty.Standing // NudgeTier
	Plan   string           // NudgePlan; End is when it ends
}

// Lapse is what ends at an instant: points, or a voucher.
type Lapse struct {
	At      time.Time
	Points  loyalty.Points
	Voucher string
}
