package fraud

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
)

func (d *Day) minute() {
	n := d.Sum.Pace.Fastest
	if d.Rules.Minute == 0 || n < d.Rules.Minute {
		return
	}
	b := bound(float64(d.Rules.Minute), d.peers(func(s *book.DaySum) int { return s.Pace.Fastest }))
	d.note(Minute, int64(n), b, Numbers{"times": int64(n)})
}

// hour asks for twice what a colleague's busiest hours have besides: the one who
// works the rush alone is no outlier.
func (d *Day) hour() {
	hour, n := busiest(&d.Sum)
	if d.Rules.Hour == 0 || n < d.Rules.Hour {
		return
	}
	theirs := d.peers(func(s *book.DaySum) int { _, n := busiest(s); return n })
	b := bound(float64(d.Rules.Hour), theirs)
	if len(theirs) >= enoughPeers {
		b = max(b, 2*median(theirs))
	}
	d.note(Hour, int64(n), b, Numbers{"times": int64(n), "hour": int64(hour)})
}

func busiest(s *book.DaySum) (hour, n int) {
	for h, k := range s.Hours {
		if k > n {
			hour, n = h, k
		}
	}
	return hour, n
}

// noOrder asks that colleagues do enter order numbers: a shop without a till has
// none to enter.
func (d *Day) noOrder() {
	n, sales := d.Sum.NoOrder, d.Sum.Sales
	if d.Rules.NoOrder == 0 || n < d.Rules.NoOrder || halfRound*n < sales {
		return
	}
	var without, theirs int
	for i := range d.Peers {
		if s := &d.Peers[i]; s.Hours != (book.Hours{}) { // older rows did not count them
			without, theirs = without+s.NoOrder, theirs+s.Sales
		}
	}
	if theirs < 2*known || 10*without > theirs {
		return
	}
	d.note(NoOrder, int64(n), float64(d.Rules.NoOrder), Numbers{"without": int64(n), "sales": int64(sales)})
}

func (d *Day) offHours() {
	if d.Rules.OffHours == 0 || d.Open == nil {
		return
	}
	n := 0
	for hour, k := range d.Sum.Hours {
		if !d.Open[hour] {
			n += k
		}
	}
	d.note(OffHours, int64(n), float64(d.Rules.OffHours), Numbers{"times": int64(n)})
}

// related counts gifts, and sales beyond each one's first: friends and family are
// customers, too.
func (d *Day) related() {
	if d.Rules.Related == 0 || len(d.Related) == 0 {
		return
	}
	var whom []loyalty.MemberID
	var points loyalty.Points
	n := 0
	for _, a := range d.Related {
		if !a.Gives() {
			continue
		}
		points += a.Points
		first := !slices.Contains(whom, a.Member)
		if first {
			whom = append(whom, a.Member)
		}
		if a.Gift || !first {
			n++
		}
	}
	d.note(Related, int64(n), float64(d.Rules.Related), Numbers{"times": int64(n), "members": int64(len(whom)), "points": int64(points)}, whom...)
}

// Name says whom a finding is about and on which day, and puts the day's acts that
// it rests on beneath it.
func (d *Day) Name(f *Finding, about Subject, at loyalty.Store, day string, zone *time.Location, acts []book.StaffAct, now time.Time) {
	f.Subject, f.Day, f.Store, f.FoundAt = about, day, at, now.UTC()
	for _, a := range acts {
		if d.rests(f, a, acts, zone) {
			f.Entries = append(f.Entries, Entry{Ref: a.Ref, Member: a.Member, At: a.At})
		}
	}
}

// rests reports whether a finding rests on an act.
func (d *Day) rests(f *Finding, a book.StaffAct, acts []book.StaffAct, zone *time.Location) bool {
	hour := a.At.In(zone).Hour()
	switch f.Rule {
	case OneCard, OneCardWeek, Related:
		return a.Gives() && slices.Contains(f.Members, a.Member)
	case Minute:
		return a.Gives() && sameMinute(acts, a.At) >= d.Rules.Minute
	case Hour:
		return a.Gives() && int64(hour) == f.Numbers["hour"]
	case Round:
		return a.Round
	case ByHand:
		return a.Gift
	case Undone:
		return a.Kind == loyalty.KindUndo || a.Kind == loyalty.KindReverse
	case AfterUse:
		return a.Late
	case NoOrder:
		return a.Kind == loyalty.KindEarn && !a.Order
	case OffHours:
		return a.Gives() && d.Open != nil && !d.Open[hour]
	}
	return false
}

// sameMinute counts the sales and gifts of at's minute.
func sameMinute(acts []book.StaffAct, at time.Time) (n int) {
	for i := range acts {
		if acts[i].Gives() && acts[i].At.Truncate(time.Minute).Equal(at.Truncate(time.Minute)) {
			n++
		}
	}
	return n
}
