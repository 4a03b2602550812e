package reach

import (
	"fmt"
	"slices"
	"time"

	"regulars/loyalty"
)

// asked is one nudge looked at for one member at one moment.
type asked struct {
	n     *loyalty.Nudge
	rules *loyalty.Programme
	f     *Facts
	now   time.Time
}

// Occasions are the nudge's occasions for a member that follow from what is true
// at now, in the order of their moments, those of the past too. A look without a
// Key says only when time alone may bring one.
func Occasions(n *loyalty.Nudge, rules *loyalty.Programme, f *Facts, now time.Time) []Occasion {
	a := asked{n, rules, f, now}
	var list []Occasion
	switch n.Kind {
	case loyalty.NudgePoints, loyalty.NudgeVouchers:
		list = a.lapses()
	case loyalty.NudgeTier:
		list = a.tier()
	case loyalty.NudgeStamps:
		list = a.stamps()
	case loyalty.NudgeComeback:
		list = a.comeback()
	case loyalty.NudgeAnniversary:
		list = a.anniversary()
	case loyalty.NudgeThanks:
		list = a.thanks()
	case loyalty.NudgeReleased:
		list = a.released()
	case loyalty.NudgePlan:
		list = a.plan()
	}
	for i := range list {
		list[i].Until = a.deadline(list[i])
	}
	slices.SortStableFunc(list, func(x, y Occasion) int { return x.At.Compare(y.At) })
	return list
}

// Find is the occasion of a key, as it is at now; false when there is none any
// more.
func Find(n *loyalty.Nudge, rules *loyalty.Programme, f *Facts, key string, now time.Time) (Occasion, bool) {
	for _, o := range Occasions(n, rules, f, now) {
		if o.Key == key && key != "" {
			return o, true
		}
	}
	return Occasion{}, false
}

// allowed says that the member's tier is among the nudge's.
func (a *asked) allowed() bool { return a.among(a.n.Levels) }

// among says that the member's tier is one of these; none are all.
func (a *asked) among(levels []string) bool {
	t := &a.rules.Tiers
	own := t.Index(a.f.Account.Standing.Level)
	return len(levels) == 0 || slices.ContainsFunc(levels, func(l string) bool { return t.Index(l) == own })
}

// deadline is when an occasion is too late: by its own end, or the nudge's.
func (a *asked) deadline(o Occasion) time.Time {
	if a.n.Deadline <= 0 || o.At.IsZero() {
		return o.Until
	}
	end := a.opening(o.At.In(a.zone()).AddDate(0, 0, a.n.Deadline))
	if o.Until.IsZero() || end.Before(o.Until) {
		return end
	}
	return o.Until
}

func (a *asked) zone() *time.Location { return a.rules.Location() }

// opening is when the nudge's hours begin on t's day. t has the zone, or is a
// date.
func (a *asked) opening(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, a.n.From/60, a.n.From%60, 0, 0, a.zone())
}

// within is t, or the next opening where t lies outside of the nudge's hours.
func (a *asked) within(t time.Time) time.Time {
	return Within(a.n, t.In(a.zone()))
}

// Within is t, or when the nudge's hours begin next where t lies outside of
// them, on t's own clock.
func Within(n *loyalty.Nudge, t time.Time) time.Time {
	y, m, d := t.Date()
	minute := t.Hour()*60 + t.Minute()
	switch {
	case n.From >= n.To || minute >= n.From && minute < n.To:
		return t
	case minute >= n.To:
		d++
	}
	return time.Date(y, m, d, n.From/60, n.From%60, 0, 0, t.Location())
}

// ahead are the moments so many days before an end, each of the nudge's days:
// the last day on which something is good counts as 1.
func (a *asked) ahead(end time.Time) (all []time.Time) {
	last := end.Add(-1).In(a.zone())
	for _, days := range a.n.Days {
		if at := a.opening(last.AddDate(0, 0, 1-days)); at.Before(end) {
			all = append(all, at)
		}
	}
	return all
}

// tier are the notices that a level ends. What is missing is known only once its
// time has come, as windows move: whoever misses nothing then is told nothing.
func (a *asked) tier() (list []Occasion) {
	way := &a.f.Progress
	s := way.Standing
	if !a.f.Tiers || a.rules.Tiers.Index(s.Level) <= 0 || s.Until.IsZero() || !a.allowed() {
		return nil
	}
	end := s.Until // by when what keeps it must be had; in its grace it falls before the window ends
	if way.Ends.Before(end) && a.rules.Tiers.Window != loyalty.WindowRolling {
		end = way.Ends
	}
	for i, at := range a.ahead(end) {
		if !at.After(a.now) && way.Keep <= 0 {
			continue
		}
		list = append(list, Occasion{
			Key: fmt.Sprintf("%d.%d", end.Unix(), i), At: at, End: end, Until: end, Left: way.Keep, Stand: s,
			Figures: fmt.Sprintf("%s %d %d %d", s.Level, way.Keep, end.Unix(), s.Until.Unix()),
		})
	}
	for i := range list {
		if i+1 < len(list) { // Days fall, so moments rise
			list[i].Until = list[i+1].At
		}
	}
	return append(list, Occasion{At: end}) // a new window may ask for more
}

// plan are the reminders that a paid plan ends, so many days before as the plan
// itself says.
func (a *asked) plan() (list []Occasion) {
	if a.f.Plan == "" || !a.allowed() {
		return nil
	}
	n := *a.n
	n.Days = a.f.PlanDays
	own := asked{&n, a.rules, a.f, a.now}
	end := a.f.PlanEnds
	for i, at := range own.ahead(end) {
		list = append(list, Occasion{
			Key: fmt.Sprintf("%d.%d", end.Unix(), i), At: at, End: end, Until: end, Plan: a.f.Plan,
			Figures: fmt.Sprintf("%s %d", a.f.Plan, end.Unix()),
		})
	}
	for i := range list {
		if i+1 < len(list) { // the days fall, so moments rise
			list[i].Until = list[i+1].At
		}
	}
	return list
}

// stamps are the cards that lack so few stamps, some days after the last visit.
func (a *asked) stamps() (list []Occasion) {
	if a.f.Last.IsZero() || !a.allowed() {
		return nil
	}
	for i := range a.rules.Cards {
		card := &a.rules.Cards[i]
		have := a.f.Account.Cards[card.ID]
		missing := card.Size - have.Have
		if missing <= 0 || missing > a.n.Left || have.Have <= card.Start && have.Filled == 0 {
			continue
		}
		list = append(list, Occasion{
			Key: fmt.Sprintf("%s.%d", card.ID, have.Filled), At: a.opening(a.f.Last.AddDate(0, 0, a.n.After)),
			Card: card.ID, Left: missing, Figures: fmt.Sprint(missing),
		})
	}
	return list
}

// comeback is the end of a silence's patience.
func (a *asked) comeback() []Occasion {
	if a.f.Last.IsZero() || !a.allowed() {
		return nil
	}
	day := a.f.Last.Format(time.DateOnly)
	return []Occasion{{Key: day, At: a.opening(a.f.Last.AddDate(0, 0, a.n.After)), Figures: day}}
}

// anniversary are the days of joining around now, of who gets no gift on them,
// which tells it. 29 February has its day on the 28th where there is none.
func (a *asked) anniversary() (list []Occasion) {
	gifted := slices.ContainsFunc(a.rules.Gifts, func(g loyalty.Gift) bool {
		return g.Kind == loyalty.GiftAnniversary && a.among(g.Levels)
	})
	if a.f.Joined.IsZero() || !a.allowed() || gifted {
		return nil
	}
	y0, m, d := a.f.Joined.In(a.zone()).Date()
	this := a.now.In(a.zone()).Year()
	for y := max(y0+1, this-1); y <= this+1; y++ {
		last := time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
		at := a.opening(time.Date(y, m, min(d, last), 0, 0, 0, 0, time.UTC))
		list = append(list, Occasion{Key: fmt.Sprint(y), At: at, Years: y - y0, Figures: fmt.Sprint(y - y0)})
	}
	return list
}

// thanksAfter is how long after a visit its thanks come: not over the counter,
// where the receipt says its own.
const thanksAfter = 2 * time.Hour

// thanks are for the newest visit that was noted, if it still stands.
func (a *asked) thanks() []Occasion {
	v := a.f.Thanks
	if v.Number <= 0 || v.Number > a.f.Visits || !Thanked(a.n, v.Number) || !a.allowed() {
		return nil
	}
	return []Occasion{{Key: fmt.Sprint(v.Number), At: a.within(v.At.Add(thanksAfter)), Visit: v, Figures: fmt.Sprint(v.Number)}}
}

// Thanked says that the nudge thanks for a member's visit of that number.
func Thanked(n *loyalty.Nudge, visit int64) bool {
	return n.Kind == loyalty.NudgeThanks && n.Visit > 0 && (visit == n.Visit || n.Every && visit > 0 && visit%n.Visit == 0)
}

// released are the points that waited and can be spent, those of a day together.
func (a *asked) released() (list []Occasion) {
	if !a.allowed() {
		return nil
	}
	for _, l := range a.f.Account.Lots {
		if l.ActiveAt.IsZero() || l.Remaining <= 0 || !l.ExpiresAt.IsZero() && !l.ExpiresAt.After(a.now) {
			continue
		}
		local := l.ActiveAt.In(a.zone())
		at := a.opening(local)
		if at.Before(local) {
			at = a.opening(local.AddDate(0, 0, 1))
		}
		i := slices.IndexFunc(list, func(o Occasion) bool { return o.At.Equal(at) })
		if i < 0 {
			i, list = len(list), append(list, Occasion{Key: fmt.Sprint(at.Unix()), At: at})
		}
		list[i].Points += l.Remaining
		list[i].Figures = fmt.Sprint(list[i].Points)
	}
	return list
}
