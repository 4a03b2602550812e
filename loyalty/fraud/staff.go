package fraud

import (
	"slices"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/programme"
)

// The rules about an employee's day, and what they weigh of 100. What can only be
// meant weighs more than what a busy evening does by itself.
const (
	OneCard     Rule = "often"     // one member was given to again and again
	OneCardWeek Rule = "week"      // the same, spread over seven days
	Minute      Rule = "minute"    // entered faster than customers pay
	Hour        Rule = "hour"      // entered far more in an hour than colleagues do
	Round       Rule = "round"     // many sales of sums that look made up, unlike before
	ByHand      Rule = "gave"      // far more points by hand than ever
	Undone      Rule = "undone"    // much of what was entered
	AfterUse    Rule = "after-use" // taken back after the points, or the voucher, were used
	NoOrder     Rule = "no-order"  // sales without an order number where others have one
	OffHours    Rule = "off-hours" // while the shop is closed
	Related     Rule = "related"   // for their household, or for friends whom they brought
)

// weights of the rules about employees.
var weights = map[Rule]int{
	OneCard: 50, OneCardWeek: 45, Minute: 40, Hour: 30, Round: 40, ByHand: 50, Undone: 45, AfterUse: 60, NoOrder: 30, OffHours: 40, Related: 50,
}

// What some rules ask for besides their number.
const (
	timesBefore = 3  // as much by hand as on the most generous day before
	thirdUndone = 3  // one of so many sales and gifts taken back
	halfRound   = 2  // one of so many sales round, or without an order number, …
	known       = 20 // … where of so many sales in the days before …
	seldomRound = 4  // … at most one of so many was
	week        = 7
)

// Day is an employee's local day, so far, and what is usual.
type Day struct {
	Rules    programme.FraudStaff
	LookBack int // days before that tell what is usual
	Sum      book.DaySum
	// Before is the employee's day so many days earlier. It is asked only where the
	// day itself gives a reason.
	Before func(ago int) (book.DaySum, error)
	// Peers are days of colleagues in the same store; they may be missing.
	Peers []book.DaySum
	// Open are the hours of the shop; nil where they are not known.
	Open *OpenHours
	// Related are the employee's acts of the day for their household and for friends
	// whom they brought.
	Related []book.StaffAct

	found []Finding
	err   error
}

// Find gives what is unusual about the day, without whom and when it is about.
func (d *Day) Find() ([]Finding, error) {
	d.found, d.err = nil, nil
	for _, rule := range []func(){
		d.oneCard, d.oneCardWeek, d.byHand, d.undone, d.round, d.afterUse, d.minute, d.hour, d.noOrder, d.offHours, d.related,
	} {
		if rule(); d.err != nil {
			return nil, d.err
		}
	}
	return d.found, nil
}

// note notes a finding where n reaches the bound.
func (d *Day) note(rule Rule, n int64, bound float64, numbers Numbers, members ...loyalty.MemberID) {
	if s := over(float64(n), bound); s > 0 {
		d.found = append(d.found, Finding{Key: Key{Rule: rule}, Score: s, Weight: weights[rule], Numbers: numbers, Members: members})
	}
}

// before calls f with each of the days before, up to most; it does nothing after
// an error.
func (d *Day) before(most int, f func(*book.DaySum)) {
	for ago := 1; ago <= most && d.err == nil && d.Before != nil; ago++ {
		var sum book.DaySum
		if sum, d.err = d.Before(ago); d.err == nil {
			f(&sum)
		}
	}
}

// peers are a number of each colleague's day.
func (d *Day) peers(n func(*book.DaySum) int) (list []float64) {
	for i := range d.Peers {
		if !d.Peers[i].Empty() {
			list = append(list, float64(n(&d.Peers[i])))
		}
	}
	return list
}

func most(s *book.DaySum) (o book.Often) {
	for _, x := range s.Often {
		if x.Times > o.Times {
			o = x
		}
	}
	return o
}

func (d *Day) oneCard() {
	o := most(&d.Sum)
	if d.Rules.OneCard == 0 || o.Times < d.Rules.OneCard {
		return
	}
	b := bound(float64(d.Rules.OneCard), d.peers(func(s *book.DaySum) int { return most(s).Times }))
	d.note(OneCard, int64(o.Times), b, Numbers{"times": int64(o.Times)}, o.Member)
}

// oneCardWeek looks for who stays below the day's number, day after day: only
// members who came back today are counted.
func (d *Day) oneCardWeek() {
	least := d.Rules.OneCardWeek
	today := slices.ContainsFunc(d.Sum.Often, func(o book.Often) bool { return o.Times*week >= least })
	if least == 0 || !today {
		return
	}
	times := map[loyalty.MemberID]int{}
	count := func(s *book.DaySum) {
		for _, o := range s.Often {
			times[o.Member] += o.Times
		}
	}
	count(&d.Sum)
	d.before(week-1, count)
	var o book.Often
	for m, n := range times {
		if n > o.Times || n == o.Times && m < o.Member {
			o = book.Often{Member: m, Times: n}
		}
	}
	d.note(OneCardWeek, int64(o.Times), float64(least), Numbers{"times": int64(o.Times), "days": week}, o.Member)
}

func (d *Day) byHand() {
	least := d.Rules.ByHand
	if least == 0 || d.Sum.GivePoints < least {
		return
	}
	var highest loyalty.Points
	d.before(d.LookBack, func(s *book.DaySum) { highest = max(highest, s.GivePoints) })
	b := float64(timesBefore * highest)
	if highest == 0 { // who never gave before is held against colleagues, and against nothing where there are few
		theirs := d.peers(func(s *book.DaySum) int { return int(s.GivePoints) })
		if len(theirs) < enoughPeers {
			return
		}
		b = timesBefore * slices.Max(theirs)
	}
	d.note(ByHand, int64(d.Sum.GivePoints), max(float64(least), b), Numbers{"points": int64(d.Sum.GivePoints), "before": int64(highest)})
}

func (d *Day) undone() {
	n, entered := d.Sum.Undos, d.Sum.Sales+d.Sum.Gives
	if d.Rules.Undone == 0 || thirdUndone*n < entered {
		return
	}
	d.note(Undone, int64(n), float64(d.Rules.Undone), Numbers{"undone": int64(n), "entered": int64(entered)})
}

func (d *Day) round() {
	n, sales := d.Sum.Round, d.Sum.Sales
	if d.Rules.Round == 0 || n < d.Rules.Round || halfRound*n < sales {
		return
	}
	var round, before int
	d.before(d.LookBack, func(s *book.DaySum) { round, before = round+s.Round, before+s.Sales })
	if before < known || seldomRound*round > before { // a new employee, or a shop of round prices
		return
	}
	d.note(Round, int64(n), float64(d.Rules.Round), Numbers{"round": int64(n), "sales": int64(sales)})
}

func (d *Day) afterUse() {
	if d.Rules.AfterUse == 0 || d.Sum.AfterUse == 0 {
		return
	}
	n := d.Sum.AfterUse
	d.before(week-1, func(s *book.DaySum) { n += s.AfterUse })
	d.note(AfterUse, int64(n), float64(d.Rules.AfterUse), Numbers{"times": int64(n), "days": week})
}
