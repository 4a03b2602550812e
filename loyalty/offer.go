package loyalty

import (
	"slices"
	"time"
)

// Offer is a perk without points: a reward that members claim for nothing, while
// it lasts.
type Offer struct {
	ID string
	// Rewards are what it gives: one, or several that take turns, each for one
	// Turn (SpanDay, SpanWeek or SpanMonth) by the calendar, the first of them in
	// the turn of From.
	Rewards []string
	Turn    Span
	// When it can be claimed: From inclusive, To exclusive, zero for no bound, and
	// on which local days of the week; empty: on all.
	From, To time.Time
	Weekdays []time.Weekday
	// Number is how many there are for all members together within NumberPer,
	// PerPerson how many for one within Per ("" ever). 0 is no bound.
	Number, PerPerson int64
	NumberPer, Per    Span
	Levels            []string // tiers that may; "" is the lowest; empty: all
	Plans             []string // paid plans of which one must run; empty: none is needed
	Segment           string   // the name of the segment that it is for; "": everybody
	// Stores are where what it gives is used; empty: where its reward is.
	Stores []Store
	// Untried makes it for who has not bought yet: with UntriedStore at some of
	// Stores, and then it is used there; with UntriedItems any of Items, which are
	// items or categories.
	Untried Untried
	Items   []string
}

// Untried is what a member must not have bought yet.
type Untried string

// What can be untried; "" asks for nothing.
const (
	UntriedStore Untried = "store"
	UntriedItems Untried = "category"
)

// OfferTurn is where an offer stands at a moment.
type OfferTurn struct {
	Open   bool
	Reward string    // whose turn it is; of a closed offer, whose it will be next
	Until  time.Time // Open: the first moment at which this can be had no more; zero: no end
	Next   time.Time // not Open: when it can be had again; zero: never
}

// OfferAt is where an offer stands at t.
func (p *Programme) OfferAt(o *Offer, t time.Time) OfferTurn {
	zone := p.Location()
	today := civilDay(t, zone)
	if o.opens(today, t) {
		end := o.lastDay(today)
		turn := OfferTurn{Open: true, Reward: o.reward(today, zone), Until: o.To}
		if !end.IsZero() {
			if until := dayStart(end.AddDate(0, 0, 1), zone).UTC(); o.To.IsZero() || until.Before(o.To) {
				turn.Until = until
			}
		}
		return turn
	}
	day := today
	if first := civilDay(o.From, zone); !o.From.IsZero() && first.After(day) {
		day = first
	}
	for range 8 { // every day of the week once, and today's again
		at := dayStart(day, zone)
		if at.Before(o.From) {
			at = o.From
		}
		if at.After(t) && o.opens(day, at) {
			return OfferTurn{Reward: o.reward(day, zone), Next: at.UTC()}
		}
		day = day.AddDate(0, 0, 1)
	}
	return OfferTurn{Reward: o.reward(today, zone)}
}

// opens reports whether the offer can be had at t, which lies on a civil day.
func (o *Offer) opens(day, t time.Time) bool {
	return !t.Before(o.From) && (o.To.IsZero() || t.Before(o.To)) &&
		(len(o.Weekdays) == 0 || slices.Contains(o.Weekdays, day.Weekday()))
}

// lastDay is the last of the days in a row on which the same can be had; zero
// where only To ends it.
func (o *Offer) lastDay(day time.Time) time.Time {
	switch {
	case len(o.Weekdays) > 0 && len(o.Weekdays) < 7:
	case o.Turn == "":
		return time.Time{}
	default:
		return spanLast(o.Turn, day)
	}
	for {
		next := day.AddDate(0, 0, 1)
		if !slices.Contains(o.Weekdays, next.Weekday()) || spanCount(o.Turn, next) != spanCount(o.Turn, day) {
			return day
		}
		day = next
	}
}

// reward is whose turn a civil day is in.
func (o *Offer) reward(day time.Time, zone *time.Location) string {
	if len(o.Rewards) == 0 {
		return ""
	}
	first := time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC) // a Monday
	if !o.From.IsZero() {
		first = civilDay(o.From, zone)
	}
	n := len(o.Rewards)
	return o.Rewards[((spanCount(o.Turn, day)-spanCount(o.Turn, first))%n+n)%n]
}

// spanCount numbers the spans of the calendar in their order; "" is one span.
func spanCount(s Span, day time.Time) int {
	switch s {
	case SpanDay:
		return int(epochDay(day))
	case SpanWeek:
		return (int(epochDay(day)) + 3) / 7 // 1970 began on a Thursday
	case SpanMonth:
		return day.Year()*12 + int(day.Month())
	case SpanYear:
		return day.Year()
	}
	return 0
}

// spanLast is the last civil day of the span in which a day lies.
func spanLast(s Span, day time.Time) time.Time {
	switch s {
	case SpanWeek:
		return day.AddDate(0, 0, (7-int(day.Weekday()))%7)
	case SpanMonth:
		return firstOfMonth(day, 1).AddDate(0, 0, -1)
	case SpanYear:
		return time.Date(day.Year(), time.December, 31, 0, 0, 0, 0, time.UTC)
	}
	return day
}

// Within names the span of the local calendar in which t lies, for counts within
// it, and gives the first moment after it. "" is one span, "ever", without an end.
func (p *Programme) Within(s Span, t time.Time) (name string, end time.Time) {
	if s == "" {
		return "ever", time.Time{}
	}
	last := spanLast(s, civilDay(t, p.Location()))
	return string(s) + "-" + last.Format(time.DateOnly), dayStart(last.AddDate(0, 0, 1), p.Location()).UTC()
}

// Offer finds an offer by its id.
func (p *Programme) Offer(id string) (*Offer, bool) {
	for i := range p.Offers {
		if p.Offers[i].ID == id {
			return &p.Offers[i], true
		}
	}
	return nil, false
}

// Claimant is what an offer asks of who claims it, at the moment of claiming.
type Claimant struct {
	Level   string
	Plans   []string // that run
	Frozen  bool
	Had     int64   // of the offer, within Per
	Taken   int64   // by all together, within NumberPer
	Bought  []Store // of the offer's Stores, where they bought
	HadItem bool    // whether they bought any of the offer's Items
	Outside bool    // they are not in the offer's Segment
	// Returned says that they were a member before and were erased: what they had and
	// bought then is not known any more.
	Returned bool
}

// Once reports whether an offer asks for a member's whole past: so many a person ever,
// or nothing bought yet. Leaving and joining again must not bring it back.
func (o *Offer) Once() bool { return o.Untried != "" || o.PerPerson > 0 && o.Per == "" }

// MayClaim says whether a member may claim an offer at now. Refusals: *OfferError,
// ErrFrozen.
func (p *Programme) MayClaim(o *Offer, c *Claimant, now time.Time) error {
	turn := p.OfferAt(o, now)
	lowest := ""
	if len(p.Tiers.Levels) > 0 {
		lowest = p.Tiers.Levels[0].ID
	}
	level := lowest
	if i := p.Tiers.Index(c.Level); i > 0 {
		level = c.Level
	}
	refuse := func(why OfferWhy, again time.Time) error { return &OfferError{Offer: o.ID, Why: why, Again: again} }
	switch {
	case !turn.Open && turn.Next.IsZero():
		return refuse(OfferOver, time.Time{})
	case !turn.Open:
		return refuse(OfferClosed, turn.Next)
	case c.Outside:
		return refuse(OfferOther, time.Time{})
	case len(o.Levels) > 0 && !slices.Contains(o.Levels, level) && !(level == lowest && slices.Contains(o.Levels, "")):
		return refuse(OfferLevel, time.Time{})
	case len(o.Plans) > 0 && !slices.ContainsFunc(o.Plans, func(id string) bool { return slices.Contains(c.Plans, id) }):
		return refuse(OfferPlan, time.Time{})
	case o.Untried == UntriedStore && len(o.OpenTo(c.Bought)) == 0, o.Untried == UntriedItems && c.HadItem:
		return refuse(OfferTried, time.Time{})
	case c.Returned && o.Once():
		return refuse(OfferHad, time.Time{})
	case o.PerPerson > 0 && c.Had >= o.PerPerson:
		_, end := p.Within(o.Per, now)
		return refuse(OfferHad, p.reopens(o, end))
	case o.Number > 0 && c.Taken >= o.Number:
		_, end := p.Within(o.NumberPer, now)
		return refuse(OfferGone, p.reopens(o, end))
	case c.Frozen:
		return ErrFrozen
	}
	return nil
}

// reopens is when an offer can be had at or after a moment; zero for never.
func (p *Programme) reopens(o *Offer, t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	if turn := p.OfferAt(o, t); !turn.Open {
		return turn.Next
	}
	return t
}

// OpenTo are the stores where what the offer gives is used by who bought at some:
// with UntriedStore those of Stores where they did not. Empty where Untried is
// none: where the reward is.
func (o *Offer) OpenTo(bought []Store) []Store {
	if o.Untried != UntriedStore {
		return o.Stores
	}
	return slices.DeleteFunc(slices.Clone(o.Stores), func(s Store) bool { return slices.Contains(bought, s) })
}

// OfferWhy is why an offer is refused.
type OfferWhy string

// Why an offer is refused.
const (
	OfferUnknown OfferWhy = "unknown" // there is no such offer
	OfferClosed  OfferWhy = "closed"  // not today
	OfferOver    OfferWhy = "over"    // its time is over
	OfferOther   OfferWhy = "other"   // it is for a segment that they are not in
	OfferLevel   OfferWhy = "level"   // it is for other tiers
	OfferPlan    OfferWhy = "plan"    // it is for a paid plan
	OfferTried   OfferWhy = "tried"   // it is for who has not bought there, or of that, yet
	OfferHad     OfferWhy = "had"     // this member had theirs
	OfferGone    OfferWhy = "gone"    // all are claimed
)

// OfferError refuses an offer.
type OfferError struct {
	Offer string
	Why   OfferWhy
	Again time.Time // when it can be had again; zero: never, or not known
}

// Error is in English, for an operator.
func (e *OfferError) Error() string { return "loyalty: offer " + e.Offer + ": " + string(e.Why) }

// Refusal marks the type for [Refused].
func (*OfferError) Refusal() {}
