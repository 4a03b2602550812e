package fraud

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/programme"
)

// rules are the programme's defaults.
var rules = programme.FraudStaff{
	OneCard: 6, OneCardWeek: 25, Minute: 8, Hour: 60, Round: 10, ByHand: 100, Undone: 5, AfterUse: 3, NoOrder: 10, OffHours: 3, Related: 3,
}

// tell is the default score from which managers are told.
const tell = 20

// did is one act of a day in the café.
type did struct {
	minute int // of the day
	member int
	amount int  // of a sale; 0: a gift of points
	points int  // by hand
	order  bool // it has a number
	undone bool // taken back
	late   bool // after its points were used
}

// sum counts a day as the book does; package book tests that it does.
func sum(acts []did) (s book.DaySum) {
	times, minutes := map[loyalty.MemberID]int{}, map[int]int{}
	for _, a := range acts {
		if a.undone {
			s.Undos++
			if a.late {
				s.AfterUse++
			}
			continue
		}
		times[card(a.member)]++
		minutes[a.minute]++
		s.Hours[a.minute/60]++
		s.Pace.Fastest = max(s.Pace.Fastest, minutes[a.minute])
		if a.amount == 0 {
			s.Gives++
			s.GivePoints += loyalty.Points(a.points)
			continue
		}
		s.Sales++
		s.SaleMoney += loyalty.Money(a.amount)
		if a.amount == 100 || a.amount == 200 || a.amount == 300 || a.amount == 500 || a.amount == 1000 {
			s.Round++
		}
		if !a.order {
			s.NoOrder++
		}
	}
	for m, n := range times {
		s.Often = append(s.Often, book.Often{Member: m, Times: n})
	}
	slices.SortFunc(s.Often, func(a, b book.Often) int { return cmp.Or(b.Times-a.Times, cmp.Compare(a.Member, b.Member)) })
	s.Often = s.Often[:min(len(s.Often), 16)]
	return s
}

func card(n int) loyalty.MemberID { return loyalty.MemberID(fmt.Sprintf("M%04d", n)) }

// cafe is a busy café: two shifts of two, several hundred regulars of whom few come
// daily, prices off a menu, and the slips of an honest day.
type cafe struct {
	rand *rand.Rand
	open int // the first hour
}

// employee 0 and 1 open, 2 and 3 close.
func (c *cafe) day(employee, weekday int) (acts []did) {
	if c.rand.IntN(7) < 2 { // a day off
		return nil
	}
	first := c.open
	if employee >= 2 {
		first += 6
	}
	busy := 70 + c.rand.IntN(50)
	if weekday >= 5 {
		busy += 60
	}
	for range busy {
		acts = append(acts, c.sale(first))
	}
	if c.rand.IntN(4) == 0 { // for a late cake
		acts = append(acts, did{minute: first*60 + c.rand.IntN(480), member: c.regular(), points: 5 + 5*c.rand.IntN(8)})
	}
	for c.rand.IntN(3) == 0 {
		acts = append(acts, did{undone: true, late: c.rand.IntN(20) == 0})
	}
	return acts
}

func (c *cafe) sale(first int) did {
	minute := first*60 + c.rand.IntN(480)
	if c.rand.IntN(3) == 0 { // the rush: half an hour of it
		minute = (first+1+3*c.rand.IntN(2))*60 + c.rand.IntN(40)
	}
	amount := 0
	for range 1 + c.rand.IntN(3) {
		amount += []int{60, 75, 80, 90, 95, 100, 110, 120, 140, 150}[c.rand.IntN(10)]
	}
	return did{minute: minute, member: c.regular(), amount: amount, order: c.rand.IntN(40) > 0}
}

// regular is who comes: some are there every day, most once a week.
func (c *cafe) regular() int {
	if c.rand.IntN(5) == 0 {
		return c.rand.IntN(20)
	}
	return 20 + c.rand.IntN(600)
}

// years are what four employees did on many days: days[employee][day].
func (c *cafe) days(n int) (days [4][]book.DaySum) {
	for day := range n {
		for who := range days {
			days[who] = append(days[who], sum(c.day(who, day%7)))
		}
	}
	return days
}

// look is the rules' view of one employee's day.
func look(days *[4][]book.DaySum, who, day int) *Day {
	d := &Day{Rules: rules, LookBack: 30, Sum: days[who][day], Before: func(ago int) (book.DaySum, error) { return days[who][day-ago], nil }}
	var all []book.DaySum
	for other := range days {
		if other != who {
			d.Peers = append(d.Peers, days[other][day-30:day+1]...)
		}
		all = append(all, days[other][day-30:day]...)
	}
	if open, ok := Learn(all); ok {
		d.Open = &open
	}
	return d
}
