package book

import (
	"time"

	"regulars/loyalty"
)

// counts are what a month or a day saw.
type counts struct {
	visits, nights, money, points, earned int
}

func (c *counts) add(d counts) {
	c.visits += d.visits
	c.nights += d.nights
	c.money += d.money
	c.points += d.points
	c.earned += d.earned
}

func (c counts) less(d counts) counts {
	return counts{c.visits - d.visits, c.nights - d.nights, c.money - d.money, c.points - d.points, c.earned - d.earned}
}

// ostanding is a member's tier.
type ostanding struct {
	level      string
	until      time.Time
	window     time.Time
	floor      string
	floorUntil time.Time
}

// span is a window: its first day and the one after its last.
type span struct{ from, to date }

// joined is the local day of joining.
func (o *oracle) joined(p *loyalty.Programme) date {
	if t := o.facts.Joined; !t.IsZero() {
		return dateOf(t, p.Zone)
	}
	return dateOf(o.first, p.Zone)
}

// bucket is the month that a day counts in.
func (o *oracle) bucket(p *loyalty.Programme, day date) date {
	if p.Tiers.Window != loyalty.WindowAnniversary {
		return date{day.y, day.m, 1}
	}
	j := o.joined(p)
	at := func(m date) date { return date{m.y, m.m, min(j.d, daysIn(m.y, m.m))} }
	this := at(date{day.y, day.m, 1})
	if day.before(this) {
		return at(date{day.y, day.m, 1}.months(-1))
	}
	return this
}

// window is the one in which a day lies.
func (o *oracle) window(p *loyalty.Programme, day date) span {
	switch p.Tiers.Window {
	case loyalty.WindowRolling:
		first := date{day.y, day.m, 1}
		return span{first.months(1 - p.Tiers.Months), first.months(1)}
	case loyalty.WindowAnniversary:
		j := o.joined(p)
		n := (day.y - j.y - 1) * 12
		for !day.before(j.months(n + 12)) {
			n += 12
		}
		return span{j.months(n), j.months(n + 12)}
	}
	return span{date{day.y, 1, 1}, date{day.y + 1, 1, 1}}
}

// value is what a window counted.
func (o *oracle) value(p *loyalty.Programme, w span) (n int) {
	for first, c := range o.months {
		if first.before(w.from) || !first.before(w.to) {
			continue
		}
		n += measure(p, c)
	}
	return n
}

// measure is what of the counts a tier looks at.
func measure(p *loyalty.Programme, c *counts) int {
	return map[loyalty.Measure]int{
		"": c.money, loyalty.MeasureSpend: c.money, loyalty.MeasurePoints: c.points,
		loyalty.MeasureVisits: c.visits, loyalty.MeasureNights: c.nights,
	}[p.Tiers.By]
}

// rank is a level's place in p; 0 for one that it lacks.
func rank(p *loyalty.Programme, level string) int {
	for i, l := range p.Tiers.Levels {
		if i > 0 && l.ID == level {
			return i
		}
	}
	return 0
}

func levelAt(p *loyalty.Programme, rank int) string {
	if rank == 0 {
		return ""
	}
	return p.Tiers.Levels[rank].ID
}

// reaches is the place of the level that a value reaches.
func reaches(p *loyalty.Programme, value int) (rank int) {
	for i, l := range p.Tiers.Levels {
		if i > 0 && value >= int(l.At) {
			rank = i
		}
	}
	return rank
}

// stands is how long a level stands that was reached on day in window w.
func (o *oracle) stands(p *loyalty.Programme, w span, day date) time.Time {
	if p.Tiers.Window == loyalty.WindowRolling {
		return day.months(p.Tiers.Months).next().days(p.Tiers.GraceDays).begins(p.Zone)
	}
	return o.window(p, w.to).to.days(p.Tiers.GraceDays).begins(p.Zone)
}

// best is the highest level that the windows support at an instant, and how it
// then stands: in years what the present one reached, or one before it after
// which the level's time is not over; in a rolling window what the present one
// has, Months from the day.
func (o *oracle) best(p *loyalty.Programme, at time.Time) (s ostanding) {
	day := dateOf(at, p.Zone)
	w := o.window(p, day)
	for range 4 {
		until := o.stands(p, w, day)
		if r := reaches(p, o.value(p, w)); r > rank(p, s.level) && until.After(at) {
			s = ostanding{level: levelAt(p, r), until: until, window: w.from.begins(p.Zone)}
		}
		if p.Tiers.Window == loyalty.WindowRolling {
			break
		}
		w = o.window(p, w.from.prev())
	}
	return s
}

// rise is what a sale does to the tier, when it is told, if anything.
func (o *oracle) rise() bool {
	p := o.rules(o.now)
	if len(p.Tiers.Levels) == 0 {
		return false
	}
	b := o.onFloor(p, o.best(p, o.now), o.now)
	mine := rank(p, o.stand.level)
	if r := rank(p, b.level); r > mine || r == mine && r > 0 && b.until.After(o.stand.until) {
		o.become(b, o.now)
		return true
	}
	return false
}

// fall is what the end of a level's time does.
func (o *oracle) fall(at time.Time) {
	p := o.rules(at)
	if len(p.Tiers.Levels) == 0 {
		o.stand = ostanding{}
		return
	}
	b := o.onFloor(p, o.best(p, at), at)
	mine := rank(p, o.stand.level)
	if p.Tiers.Soft && rank(p, b.level) < mine-1 {
		day := dateOf(at, p.Zone)
		now := o.window(p, day)
		until := now.to.days(p.Tiers.GraceDays).begins(p.Zone)
		if p.Tiers.Window == loyalty.WindowRolling {
			until = o.stands(p, now, day)
		}
		level := levelAt(p, mine-1)
		b = ostanding{level: level, until: until, floor: level, floorUntil: until}
	}
	o.become(b, at)
}

// lasts is what the windows still support of a level that was reached before.
// Years are as for best. Of a rolling window only months are known: a level
// stands with the newest month in which something was counted and that reached
// it, to the end of that month Months on, but no longer than it stood.
func (o *oracle) lasts(p *loyalty.Programme, at time.Time) (s ostanding) {
	if p.Tiers.Window != loyalty.WindowRolling {
		return o.best(p, at)
	}
	m := date{dateOf(at, p.Zone).y, dateOf(at, p.Zone).m, 1}
	for range p.Tiers.Months + 20 {
		w := o.window(p, m)
		until := m.months(p.Tiers.Months + 1).days(p.Tiers.GraceDays).begins(p.Zone)
		if !o.stand.until.IsZero() && o.stand.until.Before(until) {
			until = o.stand.until
		}
		r := reaches(p, o.value(p, w))
		if o.value(p, span{m, m.months(1)}) > 0 && until.After(at) && (r > rank(p, s.level) || r > 0 && r == rank(p, s.level) && until.After(s.until)) {
			s = ostanding{level: levelAt(p, r), until: until, window: w.from.begins(p.Zone)}
		}
		m = m.months(-1)
	}
	return s
}

// supported is lasts, or the floor that a soft landing left if that is higher.
func (o *oracle) supported() ostanding {
	p := o.rules(o.now)
	if len(p.Tiers.Levels) == 0 {
		return ostanding{}
	}
	return o.onFloor(p, o.lasts(p, o.now), o.now)
}

func (o *oracle) onFloor(p *loyalty.Programme, s ostanding, at time.Time) ostanding {
	r, f := rank(p, s.level), rank(p, o.stand.floor)
	if f > 0 && o.stand.floorUntil.After(at) && (f > r || f == r && o.stand.floorUntil.After(s.until)) {
		s = ostanding{level: o.stand.floor, until: o.stand.floorUntil}
	}
	return s
}

// become takes another standing at an instant; a floor stays while it lasts.
func (o *oracle) become(s ostanding, at time.Time) {
	if s.floor == "" && o.stand.floorUntil.After(at) {
		s.floor, s.floorUntil = o.stand.floor, o.stand.floorUntil
	}
	o.stand = s
}

// sink is what a refund does to the tier: a level, or a renewal of it, that
// stood on what came back goes, down to what is still supported. One that had
// not stood on it stays: new rules bring nobody down before their time.
func (o *oracle) sink(before ostanding) {
	p := o.rules(o.now)
	mine := rank(p, o.stand.level)
	if len(p.Tiers.Levels) == 0 || mine == 0 {
		return
	}
	after := o.supported()
	switch was, is := rank(p, before.level), rank(p, after.level); {
	case was < mine, is > mine:
	case is < mine, after.until.Before(o.stand.until) && !before.until.Before(o.stand.until):
		o.become(after, o.now)
	}
}

// progress is the way to the next level: the value of the present window, the
// next level, the bar's ends, what is missing, and when the window ends, in a
// rolling one when its oldest month drops out. At the top the bar has no length.
func (o *oracle) progress(now time.Time) []any {
	p := o.rules(now)
	w := o.window(p, dateOf(now, p.Zone))
	value, mine := int64(o.value(p, w)), rank(p, o.stand.level)
	from := p.Tiers.Levels[mine].At
	next, to, left := "", from, int64(0)
	for _, l := range p.Tiers.Levels[mine+1:] {
		if next == "" && l.At > value { // one that new rules made lower comes with the next sale
			next, to, left = l.ID, l.At, l.At-value
		}
	}
	return []any{value, next, from, to, left, w.to.begins(p.Zone).UTC()}
}
