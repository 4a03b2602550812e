package voucher

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// never is the last moment of what does not lapse.
var never time.Time

// Lapses is the first instant at which a voucher of r is no longer good that is
// issued at t under p; zero for never. Days are counted by the calendar, as a day
// on which clocks move has 23 or 25 hours.
func Lapses(p *loyalty.Programme, r loyalty.Reward, t time.Time) time.Time {
	const day = 24 * time.Hour
	local := t.In(p.Location())
	switch {
	case r.ValidFor <= 0 && p.HoldFor <= 0:
		return never
	case r.ValidFor <= 0:
		return t.Add(p.HoldFor)
	case !r.ToDayEnd:
		return t.Add(r.ValidFor)
	case r.ValidFor%day == 0:
		return p.DayEnd(noon(local).AddDate(0, 0, int(r.ValidFor/day)))
	}
	return p.DayEnd(local.Add(r.ValidFor))
}

// noon is the middle of t's day: dates are counted from there, because midnight
// is missing on some days.
func noon(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 12, 0, 0, 0, t.Location())
}

// period is the last local day, at noon, of the span in which t lies: two
// moments lie in one span when theirs are the same. Zero is for ever.
func period(p *loyalty.Programme, per loyalty.Span, t time.Time) time.Time {
	day := noon(t.In(p.Location()))
	y, m, _ := day.Date()
	switch per {
	case loyalty.SpanDay:
		return day
	case loyalty.SpanWeek: // Monday to Sunday
		return day.AddDate(0, 0, (7-int(day.Weekday()))%7)
	case loyalty.SpanMonth:
		return time.Date(y, m+1, 0, 12, 0, 0, 0, day.Location())
	case loyalty.SpanYear:
		return time.Date(y, time.December, 31, 12, 0, 0, 0, day.Location())
	}
	return never
}

// mayTake holds a redemption against the reward's dates and tiers and the
// member's limit.
func (d *Desk) mayTake(tx store.Tx, p *loyalty.Programme, r loyalty.Reward, m loyalty.MemberID, act book.Act) error {
	if err := dated(r, act.Now); err != nil {
		return err
	}
	if len(r.Levels) > 0 { // time alone may have changed the tier
		if _, err := d.Book.Settle(tx, m, act.Now); err != nil {
			return err
		}
		a, err := d.Book.Account(tx, m)
		if err != nil {
			return err
		}
		if !allows(p, r, a.Standing.Level) {
			return ErrLevel
		}
	}
	if err := d.hasPlan(tx, r, m, act.Now); err != nil || r.PerPerson <= 0 {
		return err
	}
	all, family, err := d.all(tx, m)
	if err != nil {
		return err
	}
	return limit(tx, p, r, family, all, act.Now)
}

// hasPlan holds a member's paid plans against those that the reward is for.
func (d *Desk) hasPlan(r store.Reader, w loyalty.Reward, m loyalty.MemberID, now time.Time) error {
	if len(w.Plans) == 0 {
		return nil
	}
	var have []string
	if d.Plans != nil {
		var err error
		if have, err = d.Plans(r, m, now); err != nil {
			return err
		}
	}
	if !loyalty.AnyPlan(w.Plans, have) {
		return ErrPlan
	}
	return nil
}

// dated holds now against the reward's dates.
func dated(r loyalty.Reward, now time.Time) error {
	if now.Before(r.From) {
		return &NotYetError{From: r.From}
	}
	if !r.To.IsZero() && !now.Before(r.To) {
		return ErrOver
	}
	return nil
}

// allows reports whether a member of the level may have the reward. A level
// that the programme lacks counts as the lowest, which "" names as well.
func allows(p *loyalty.Programme, r loyalty.Reward, level string) bool {
	if len(r.Levels) == 0 {
		return true
	}
	lowest := ""
	if len(p.Tiers.Levels) > 0 {
		lowest = p.Tiers.Levels[0].ID
	}
	if !slices.ContainsFunc(p.Tiers.Levels, func(l loyalty.Level) bool { return l.ID == level }) {
		level = lowest
	}
	return slices.Contains(r.Levels, level) || level == lowest && slices.Contains(r.Levels, "")
}

// limit holds what the member has had in the present span against the reward's
// bound. all are the vouchers of the member and of whom they were merged with.
func limit(r store.Reader, p *loyalty.Programme, w loyalty.Reward, family []loyalty.MemberID, all []Voucher, now time.Time) error {
	if w.PerPerson <= 0 {
		return nil
	}
	ends := period(p, w.Per, now)
	var had int64
	for _, v := range all {
		if v.Reward == w.ID && v.counts(now) && period(p, w.Per, v.Issued).Equal(ends) {
			had++
		}
	}
	if ends.IsZero() { // for ever: those whose rows are gone count too
		for _, m := range family {
			n, _, err := pasts.Get(r, string(m), w.ID)
			if err != nil {
				return err
			}
			had += n
		}
	}
	if had < w.PerPerson {
		return nil
	}
	refused := &LimitError{Reward: w.ID, Most: w.PerPerson, Per: w.Per}
	if !ends.IsZero() {
		refused.Again = p.DayEnd(ends)
	}
	return refused
}
