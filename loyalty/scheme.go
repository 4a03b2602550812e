package loyalty

import "time"

// StampCard is a card that fills with stamps.
type StampCard struct {
	ID    string
	Size  int64 // stamps that fill it
	Start int64 // given with every member's first card, once ever
	// A stamp is given for each sale (as VisitsADay counts visits), or for
	// each piece of these items or categories.
	Items   []string
	Minimum Money  // of the sale
	Prize   string // the reward whose voucher a full card gives
}

// Reward is something that members get for points, or as a present.
type Reward struct {
	ID   string
	Cost Points // 0: only as a present (prize, gift, referral), never in the catalogue
	Kind RewardKind
	// Stock is how many there are, ever, of this version's reward id; nil is no
	// bound. For RewardCode it is the pool that counts.
	Stock *int64
	// PerPerson bounds how many one member may take within Per (SpanDay,
	// SpanWeek, SpanMonth, SpanYear, or "" for ever). 0 is no bound.
	PerPerson int64
	Per       Span
	Levels    []string // tiers that may; empty: all
	Plans     []string // paid plans of which one must run; empty: none is asked for
	From, To  time.Time
	Stores    []Store // where it is used; empty: everywhere
	// ValidFor is how long a voucher lives from its issue; 0 is the
	// programme's HoldFor. ToDayEnd lets it live to the end of that local day.
	ValidFor time.Duration
	ToDayEnd bool
	OnExpiry Fate  // of the points of a voucher that was not used
	OnCancel Fate  // of the points when the member gives the voucher back
	Worth    Money // for the shop's books, in minor units; 0 is not said
	// Partner is the neighbour whose goods it is, where alone it is used; "" is the
	// shop. PartnerPrice is what the shop pays for each voucher that was.
	Partner      Store
	PartnerPrice Money
}

// RewardKind is what a reward is.
type RewardKind string

// The kinds; the empty one is an item.
const (
	RewardItem RewardKind = "item" // handed over: hold → voucher → use → capture
	RewardCode RewardKind = "code" // a digital code out of a pool: spent and shown at once
)

// Fate is what becomes of points.
type Fate string

// The fates; the empty one gives back.
const (
	FateBack    Fate = "back"    // to the lots they came from
	FateForfeit Fate = "forfeit" // gone; for a cancellation: it is refused, as nothing would come back
)

// More spans, besides an act and a day.
const (
	SpanWeek  Span = "week" // Monday to Sunday, or the 7 days from a birthday's Monday
	SpanMonth Span = "month"
	SpanYear  Span = "year"
)

// Gift is a present that a rule gives, at most once a period.
type Gift struct {
	ID   string
	Kind GiftKind
	// Points, one voucher of Rewards (the member chooses where there are
	// several), or both.
	Points  Points
	Rewards []string
	Levels  []string // tiers that get it; empty: all
	// Around is, for birthdays, when it can be had: SpanDay, SpanWeek or
	// SpanMonth of the birthday. 29 February has its day on 28 February in
	// other years.
	Around Span
	// Visit is which visit, for GiftVisit; with Every it comes back every Visit
	// visits.
	Visit int64
	Every bool
	// Silence is, for GiftComeback, how many days without a visit make the next
	// one a comeback.
	Silence int
	Level   string // for GiftTier: the level whose reaching brings it
	// Birthdays that are entered or changed late (LEDGER.md, 24): FirstEntry
	// "gift" gives it to who enters one for the first time within its span, or
	// "next"; a birthday that changed within ChangeDays gives nothing that year.
	FirstEntryNext bool
	ChangeDays     int
}

// GiftKind is what brings a gift.
type GiftKind string

// The kinds of gifts.
const (
	GiftWelcome     GiftKind = "welcome"     // joining, once ever
	GiftBirthday    GiftKind = "birthday"    // once a year
	GiftAnniversary GiftKind = "anniversary" // of joining, once a year, on the day or after it within 30 days
	GiftVisit       GiftKind = "visit"       // the n-th
	GiftComeback    GiftKind = "comeback"    // the first visit after a silence
	GiftTier        GiftKind = "tier"        // reaching a level, once a window
)

// Referral is what bringing a friend brings. The zero one is none.
type Referral struct {
	// Rewards of the two sides: points, a voucher, or both.
	ReferrerPoints, FriendPoints Points
	ReferrerReward, FriendReward string
	Minimum                      Money // of the friend's qualifying purchase: their first that reaches it
	Within                       int   // days after joining in which it must be made; 0 is no bound
	// WaitDays after the qualifying purchase both are rewarded; it is at least
	// the return window.
	WaitDays int
	// Most counts rewarded friends of one referrer within Per ("" ever); 0 is no bound.
	Most int64
	Per  Span
	// Flag tells the shop of a referrer with so many friends within a week; 0 never.
	Flag int64
}

// On reports whether the programme has referrals.
func (r *Referral) On() bool {
	return r.ReferrerPoints > 0 || r.FriendPoints > 0 || r.ReferrerReward != "" || r.FriendReward != ""
}

// Reward finds a reward by its id.
func (p *Programme) Reward(id string) (Reward, bool) {
	for _, r := range p.Rewards {
		if r.ID == id {
			return r, true
		}
	}
	return Reward{}, false
}

// At is the version in force at t: p or one before it; the oldest known where t
// lies before all.
func (p *Programme) At(t time.Time) *Programme {
	for p.Before != nil && t.Before(p.From) {
		p = p.Before
	}
	return p
}

// Numbered is the version n among p and those before it, nil when it is not
// known.
func (p *Programme) Numbered(n int) *Programme {
	for p != nil && p.Version != n {
		p = p.Before
	}
	return p
}
