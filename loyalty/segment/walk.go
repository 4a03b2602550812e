package segment

import (
	"context"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/store"
)

// Look is one member of a segment as [Desk.Walk] sees them. It holds until the
// function that it was given to returns.
type Look struct{ f *facts }

// Roll is what is known of the member, its Lots left out.
func (l Look) Roll() *Roll { return l.f.roll }

// Reachable says that an offer could be sent to the member.
func (l Look) Reachable() bool { return l.f.reachable() }

// Store is where the member buys most, "" nowhere yet.
func (l Look) Store() loyalty.Store { return loyalty.Store(l.f.roll.branch()) }

// Bought sums what the member bought in the last so many local days (at most 365),
// today the first of them.
func (l Look) Bought(days int32) (visits int64, money loyalty.Money) {
	return l.f.roll.bought(l.f.today, days)
}

// RFM is the member's fifths over the last 365 days against a scale; zero of who
// bought nothing in them.
func (l Look) RFM(s *measure.Scale) measure.RFM {
	visits, money := l.Bought(window)
	if visits <= 0 {
		return measure.RFM{}
	}
	return s.Of(int64(l.f.roll.Last), visits, int64(money))
}

// History is what the models of purchases and of spending ask for, the latter in
// major units of the currency; ok is false for who never came.
func (l Look) History() (h measure.History, s measure.Spender, ok bool) {
	h, ok = l.f.roll.history(l.f.today)
	return h, l.f.roll.spender(l.f.unit), ok
}

// Engagement is from 0 to 1 how much the member has to do with the shop, see
// [EngagementWeights].
func (l Look) Engagement() float64 { return l.f.engagement() }

// EngagementWeights are what engagement counts: purchases of the last 90 days, an
// answer to the recommendation, taps on what campaigns offered, and friends for
// whom the member was rewarded.
func EngagementWeights() []measure.Weight {
	return []measure.Weight{
		{Name: "visits", Weight: visitWeight, Cap: visitCap}, {Name: "surveys", Weight: answerWeight, Cap: answerCap},
		{Name: "taps", Weight: tapWeight, Cap: tapCap}, {Name: "referrals", Weight: referralWeight, Cap: referralCap},
	}
}

// Walk looks at every member of a segment, as many at once as there are
// processors: worker gives each of these a function that is called for each
// member it looks at, and one that is called at its end. It reads rolls as they
// are; a million take about half a second. Other errors than accidents:
// *TooFewError.
func (d *Desk) Walk(ctx context.Context, e *Expr, now time.Time, worker func() (add func(loyalty.MemberID, Look), end func())) error {
	s, err := d.scene(ctx, e, now)
	if err != nil {
		return err
	}
	return d.allWith(ctx, e, s, true, func() (func(*facts, loyalty.MemberID), func()) {
		add, end := worker()
		return func(f *facts, m loyalty.MemberID) { add(m, Look{f}) }, end
	})
}

// Population is what members are compared with as it was reckoned last; ok is
// false where that was never done.
func (d *Desk) Population(ctx context.Context) (p Population, ok bool, err error) {
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		p, ok, err = fits.Get(r, populationKey)
		return err
	})
	return p, ok, err
}
