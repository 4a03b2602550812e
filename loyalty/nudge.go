package loyalty

// Caps are how many messages that they did not ask for may reach one member,
// nudges and promos together: today, in the seven local days that end with
// today, and in the thirty. 0 is no bound.
type Caps struct {
	Day, Week, Month int
}

// Nudge is a message that the shop sends because of what a member has, did or
// stopped doing. A programme has one of each ID.
type Nudge struct {
	ID   string
	Kind NudgeKind
	// Days are so many days ahead of an end, most first: of points and vouchers
	// that lapse, of a tier's time. One message for each.
	Days []int
	// Left is how many stamps a card may lack at most to be almost full.
	Left int64
	// After is how many days after the last visit: of a card that is almost full,
	// and of a silence.
	After int
	// Visit is which visit is thanked for; with Every each Visit-th.
	Visit int64
	Every bool
	// Signed is whose name stands under thanks; "" is who rang the sale up.
	Signed string
	// Points and Reward are given with the message, of NudgeComeback only.
	Points Points
	Reward string
	Levels []string // tiers that get it; empty: all

	// From and To are the local hours in which it may go out by itself, in
	// minutes since midnight, From < To. It is planned for From.
	From, To int
	// Deadline is for how many days it may be told; 0: as long as it is true.
	Deadline int
	Promo    bool // needs the consent to marketing, and offers a way out of it
	Carriage NudgeCarriage
	Patience int // days for which a NudgeRidePush waits for a ride
	// PerPerson bounds how many one member gets within Per (SpanDay … SpanYear,
	// or "" for ever), as rolling days. 0 is no bound.
	PerPerson int64
	Per       Span
}

// NudgeKind is what a nudge is about.
type NudgeKind string

// The kinds of nudges.
const (
	NudgePoints      NudgeKind = "points-lapse"     // points go soon
	NudgeVouchers    NudgeKind = "voucher-lapse"    // vouchers lapse soon
	NudgeTier        NudgeKind = "tier-drop"        // a level ends soon, and what keeps it
	NudgeStamps      NudgeKind = "stamps-almost"    // a card lacks a few stamps
	NudgeComeback    NudgeKind = "comeback"         // nobody has seen them for a while
	NudgeAnniversary NudgeKind = "anniversary"      // of joining
	NudgeThanks      NudgeKind = "thanks"           // for the n-th visit, in somebody's name
	NudgeReleased    NudgeKind = "pending-released" // points that waited can be spent
	NudgePlan        NudgeKind = "plan-renewal"     // a paid plan ends soon
)

// NudgeCarriage says how a nudge travels where a message costs money.
type NudgeCarriage string

// The carriages.
const (
	NudgeRide     NudgeCarriage = "ride"           // with the next answer, free, or not at all
	NudgeRidePush NudgeCarriage = "ride-then-push" // pushed when Patience is over
	NudgePush     NudgeCarriage = "push"           // at once
)
