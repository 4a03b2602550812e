package book

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// asksHousehold reports whether an act may be stopped for whom it is for.
func (b *Book) asksHousehold(act Act, verb loyalty.Kind) bool {
	gives := verb == loyalty.KindEarn || verb == loyalty.KindGive || verb == loyalty.KindAdjust
	return gives && act.Actor.Staff() && act.Self != "" && b.Household != nil && b.Programme(act.Now).Stops[act.Role].Household != ""
}

// checkStop holds one more sale or gift of who acts against the stops of their
// role. The employee and the member are locked, so that of two at once one is the
// later.
func (o *open) checkStop(r store.Reader, act Act, day *DaySum, kind loyalty.Kind) error {
	stop := o.newest.Stops[act.Role]
	if stop == (loyalty.Stop{}) {
		return nil
	}
	done := loyalty.Deeds{Hour: day.Hours[act.hour(o.newest)], Day: day.Sales + day.Gives}
	var err error
	if stop.Card > 0 || stop.All > 0 {
		if done.Card, done.All, err = o.today(r, act, max(stop.Card, stop.All)); err != nil {
			return err
		}
	}
	if o.book.asksHousehold(act, kind) && act.Self != o.member {
		if done.Household, err = o.book.Household(r, act.Self, o.member); err != nil {
			return err
		}
	}
	return stop.Check(done, kind, act.approved())
}

// today counts the sales and gifts that employees entered for the member on the
// local day, up to most: by who acts, and by all. It reads the newest entries,
// which are few: a regular has some a day.
func (o *open) today(r store.Reader, act Act, most int) (own, all int, err error) {
	day := o.newest.Day(act.Now)
	for seq := o.account.Seq; seq > 0 && own < most && all < most; seq-- {
		e, ok, err := entries.Get(r, string(o.member), seqKey(seq))
		if err != nil || !ok || o.newest.Day(e.RecordedAt) < day {
			return own, all, err
		}
		if !e.Actor.Staff() || e.Kind != loyalty.KindEarn && given(&e) == 0 {
			continue
		}
		if all++; e.Actor == act.Actor {
			own++
		}
	}
	return own, all, nil
}

// SalesLike counts the sales that who entered e entered for its member on its local
// day, e among them, up to most.
func (b *Book) SalesLike(r store.Reader, e *loyalty.Entry, most int) (n int, err error) {
	rules := b.Programme(e.RecordedAt)
	for seq := e.Seq; seq > 0 && n < most; seq-- {
		x, ok, err := entries.Get(r, string(e.Member), seqKey(seq))
		if err != nil || !ok || rules.Day(x.RecordedAt) < rules.Day(e.RecordedAt) {
			return n, err
		}
		if x.Kind == loyalty.KindEarn && x.Actor == e.Actor {
			n++
		}
	}
	return n, nil
}

// approved reports whether a second person said yes.
func (a *Act) approved() bool { return a.Approver != "" && a.Approver != a.Actor }

// done is when the employee did it: a counter that was offline tells a whole
// evening's sales at once.
func (a *Act) done() time.Time {
	switch {
	case !a.Did.IsZero():
		return a.Did
	case a.At.IsZero() || a.At.After(a.Now):
		return a.Now
	}
	return a.At
}

// hour is the local hour in which the act counts.
func (a *Act) hour(p *loyalty.Programme) int { return a.done().In(p.Location()).Hour() }
