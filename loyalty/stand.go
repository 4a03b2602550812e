package loyalty

import (
	"cmp"
	"time"
)

// rules is the version in force at t, of those that are known.
func (w *work) rules(t time.Time) *Programme { return w.newest().At(t) }

// newest is the newest version that is known.
func (w *work) newest() *Programme { return cmp.Or(w.d.Newest, w.p) }

// counted is what tiers look at: the counts of a member's months under one
// version of the rules.
type counted struct {
	*Tiers
	zone   *time.Location
	joined time.Time // civil day
	counts []Tally
}

// ground is a level, the first day of the window that it was reached in (zero
// where nothing was counted), and until when it stands.
type ground struct {
	level int
	from  time.Time
	until time.Time
}

// counted looks at counts under the rules of at.
func (w *work) counted(at time.Time, counts []Tally) counted {
	p := w.rules(at)
	return counted{&p.Tiers, p.Location(), civilDay(w.a.joined(&w.d.Facts, at), p.Location()), counts}
}

// windowOn is the window of a civil day.
func (c *counted) windowOn(day time.Time) window { return c.windowAt(day, c.joined) }

// graced is the instant at which what ends with the civil day before day has
// had its grace.
func (c *counted) graced(day time.Time) time.Time {
	return dayStart(day.AddDate(0, 0, c.GraceDays), c.zone)
}

// better offers a ground that stands at the moment.
func (g *ground) better(o ground, at time.Time) {
	if o.level > 0 && o.until.After(at) && (o.level > g.level || o.level == g.level && o.until.After(g.until)) {
		*g = o
	}
}

// now is what the counts support at the moment: in years what was reached in
// the present one, or in one before it whose time is not over; in a rolling
// window what the present one has.
func (c *counted) now(at time.Time) (best ground) {
	day := civilDay(at, c.zone)
	in := c.windowOn(day)
	if c.Window == WindowRolling {
		best.better(ground{c.reached(c.value(c.counts, in)), in.from, c.nextEnd(at)}, at)
		return best
	}
	for range 4 { // a grace is a year at most
		if level := c.reached(c.value(c.counts, in)); level > 0 {
			best.better(ground{level, in.from, c.graced(c.windowOn(in.to).to)}, at)
		}
		in = c.windowOn(in.from.AddDate(0, 0, -1))
	}
	return best
}

// left is what the counts support at the moment of what they supported when s
// began. Of a rolling window only months are kept: a level stands with the
// newest month in which it was reached, but no longer than it stood.
func (c *counted) left(s Standing, at time.Time) (best ground) {
	if c.Window != WindowRolling {
		return c.now(at)
	}
	day := civilDay(at, c.zone)
	for ago := range c.span() + 2 + c.GraceDays/28 {
		month := firstOfMonth(day, -ago)
		if c.value(c.counts, window{month, firstOfMonth(month, 1)}) <= 0 {
			continue // nothing was bought in it that could reach a level
		}
		in, until := c.windowOn(month), c.graced(firstOfMonth(month, c.span()+1))
		if !s.Until.IsZero() && s.Until.Before(until) {
			until = s.Until
		}
		best.better(ground{c.reached(c.value(c.counts, in)), in.from, until}, at)
	}
	return best
}

// floor offers what stands without being counted.
func (c *counted) floor(g ground, s Standing, at time.Time) ground {
	g.better(ground{level: c.Index(s.Floor), until: s.FloorUntil}, at)
	return g
}

// standing is the one that g makes out of s at the moment.
func (c *counted) standing(s Standing, g ground, at time.Time) Standing {
	n := Standing{Level: c.name(g.level), Since: s.Since, Until: g.until}
	if n.Level != s.Level {
		n.Since = at
	}
	if !g.from.IsZero() {
		n.Window = dayStart(g.from, c.zone)
	}
	if s.FloorUntil.After(at) {
		n.Floor, n.FloorUntil = s.Floor, s.FloorUntil
	}
	return n
}

// stand lets the member rise to what the operation's entries reach, and fall
// from what they took back. Nothing else brings a level down before its time,
// not even rules that ask for more.
func (w *work) stand() error {
	return w.standBy(w.changed())
}

// standBy is stand for who knows whether there was gained, and lost, since
// w.counts.
func (w *work) standBy(gained, lost bool) error {
	if !gained && !lost {
		return nil
	}
	at := w.now()
	c := w.counted(at, w.a.Buckets)
	s := w.a.Standing
	have := c.Index(s.Level)
	g := c.floor(c.now(at), s, at)
	if gained && (g.level > have || g.level == have && have > 0 && g.until.After(s.Until)) {
		return w.putTier(at, c.standing(s, g, at))
	}
	if !lost || have == 0 {
		return nil
	}
	old := w.counted(at, w.counts)
	was, is := old.floor(old.left(s, at), s, at), c.floor(c.left(s, at), s, at)
	if was.level < have || is.level > have {
		return nil // it did not stand on what was taken back
	}
	if is.level == have && !(is.until.Before(s.Until) && !was.until.Before(s.Until)) {
		return nil
	}
	return w.putTier(at, c.standing(s, is, at))
}

// changed reports whether the operation's entries added to what tiers count,
// and whether they took from it.
func (w *work) changed() (gained, lost bool) {
	t := &w.rules(w.now()).Tiers
	if len(t.Levels) == 0 {
		return false, false
	}
	for i := range w.out {
		n := t.measure(&w.out[i].Tally)
		gained, lost = gained || n > 0, lost || n < 0
	}
	return gained, lost
}

// putTier writes a standing, if it is another one.
func (w *work) putTier(at time.Time, n Standing) error {
	if n == w.a.Standing {
		return nil
	}
	e := w.tierEntry(at, n)
	e.EffectiveAt = at
	return w.put(e)
}

func (w *work) tierEntry(at time.Time, n Standing) Entry {
	return Entry{Kind: KindTier, Actor: ByJob("settle"), Programme: w.rules(at).Version, Level: w.a.Standing.Level, Standing: &n}
}

// dueTier offers the end of a level's time: it falls to what is reached, one
// level at most where landings are soft, or stands on.
func (w *work) dueTier(offer func(time.Time, Entry)) {
	s := w.a.Standing
	if w.d.pointsOnly || s.Until.IsZero() || s.Until.After(w.now()) {
		return
	}
	at := later(s.Until, w.since)
	c := w.counted(at, w.a.Buckets)
	if len(c.Levels) == 0 {
		offer(at, w.tierEntry(at, Standing{Since: at}))
		return
	}
	g := c.floor(c.now(at), s, at)
	if next := c.Index(s.Level) - 1; c.Soft && g.level < next {
		g = ground{level: next, until: c.nextEnd(at)}
		s.Floor, s.FloorUntil = c.name(next), g.until
	}
	offer(at, w.tierEntry(at, c.standing(s, g, at)))
}

// nextEnd is when a level ends that stands for the window that begins now.
func (c *counted) nextEnd(at time.Time) time.Time {
	day := civilDay(at, c.zone)
	if c.Window == WindowRolling {
		return c.graced(moved(day, c.span()).AddDate(0, 0, 1))
	}
	return c.graced(c.windowOn(day).to)
}
