package loyalty

import (
	"slices"
	"time"
)

// moment is when, where and by whom a sale is made, as far as rules ask.
type moment struct {
	at     time.Time
	local  time.Time // in the shop's zone
	civil  time.Time // the local day, see civilDay
	day    int32     // local, see Tally
	bucket int32
	store  Store
	level  *Level // nil: the programme has none
	facts  *Facts
	first  bool // the member's first sale
	today  Tally
	month  Tally // the bucket's
}

// moment is the one of the operation's sale.
func (w *work) moment() moment {
	at := w.d.At
	m := moment{at: at, local: at.In(w.p.Location()), store: w.d.Store, facts: &w.d.Facts}
	m.civil = civilDay(at, w.p.Location())
	m.day, m.bucket = epochDay(m.civil), w.p.bucket(w.a.joined(m.facts, at), m.civil)
	m.level = w.p.level(w.a.Standing.Level)
	m.first = w.a.Count.Visits == 0 && !w.d.Facts.Returned
	for i := range w.a.Days {
		if w.a.Days[i].Day == m.day {
			m.today = w.a.Days[i]
		}
	}
	for i := range w.a.Buckets {
		if w.a.Buckets[i].Bucket == m.bucket {
			m.month = w.a.Buckets[i]
		}
	}
	return m
}

// level finds a tier; the empty name, and one that this version lacks, is the
// lowest. nil: there are none.
func (p *Programme) level(id string) *Level {
	if len(p.Tiers.Levels) == 0 {
		return nil
	}
	return &p.Tiers.Levels[p.Tiers.Index(id)]
}

// asks are the rules that fit the moment.
func (p *Programme) asks(m *moment) asked {
	e := &p.Earning
	q := asked{base: true, visit: e.VisitsADay == 0 || m.today.Visits < int64(e.VisitsADay)}
	q.perDay = q.visit && e.PerVisit > 0
	if m.level != nil && m.level.Percent > 100 {
		q.level = m.level
	}
	for _, list := range [][]Bonus{e.Bonuses, m.facts.Boosts} {
		for i := range list {
			if list[i].fits(p, m) {
				q.bonuses = append(q.bonuses, &list[i])
			}
		}
	}
	return q
}

// fits reports whether all conditions hold that are the moment's and not the
// slip's.
func (b *Bonus) fits(p *Programme, m *moment) bool {
	switch {
	case b.First && !m.first,
		!b.From.IsZero() && m.at.Before(b.From),
		!b.To.IsZero() && !m.at.Before(b.To),
		len(b.Plans) > 0 && !AnyPlan(b.Plans, m.facts.PlansAt(m.at)),
		len(b.Stores) > 0 && !slices.Contains(b.Stores, m.store),
		len(b.Levels) > 0 && !slices.ContainsFunc(b.Levels, func(id string) bool { return p.level(id) == m.level }):
		return false
	}
	day, fits := b.dayOf(m)
	return fits && (len(b.Weekdays) == 0 || slices.Contains(b.Weekdays, day.Weekday())) &&
		(len(b.Days) == 0 || slices.Contains(b.Days, day.Day())) && b.fitsBirthday(m, day)
}

// dayOf is the civil day that the bonus has the moment on, and whether the
// hours fit by the clock on the wall: an hour that the clock skips is nobody's,
// one that comes twice counts twice. What is left of a night after midnight
// belongs to the day on which it began, to its weekday and its birthday alike.
func (b *Bonus) dayOf(m *moment) (day time.Time, fits bool) {
	if b.FromHour == b.ToHour {
		return m.civil, true
	}
	now := m.local.Hour()*60 + m.local.Minute()
	switch night := b.FromHour > b.ToHour; {
	case !night:
		return m.civil, now >= b.FromHour && now < b.ToHour
	case now < b.ToHour:
		return m.civil.AddDate(0, 0, -1), true
	}
	return m.civil, now >= b.FromHour
}

// newBirthday is how long a birthday that was changed brings no bonus, so that
// nobody's birthday follows their shopping.
const newBirthday = 30 * 24 * time.Hour

func (b *Bonus) fitsBirthday(m *moment, day time.Time) bool {
	if b.Birthday == "" {
		return true
	}
	if c := m.facts.BirthChanged; !c.IsZero() && m.at.Before(c.Add(newBirthday)) {
		return false
	}
	return m.facts.around(b.Birthday, day)
}

// room is how many points the caps still allow the sale to give; not more than
// n. Days and months that the account has forgotten begin anew.
func (e *Earning) room(m *moment, n Points) Points {
	if e.CapSale > 0 {
		n = min(n, e.CapSale)
	}
	if e.CapDay > 0 {
		n = min(n, e.CapDay-m.today.Earned)
	}
	if e.CapMonth > 0 {
		n = min(n, e.CapMonth-m.month.Earned)
	}
	return max(0, n)
}
