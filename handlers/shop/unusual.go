package shop

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// What is unusual of an employee's day. A regular comes twice a day, seldom more
// often; a shop that gives by hand does it by a few points.
const (
	tooOften    = 6   // times one member was given to by the same employee
	timesBefore = 3   // as much by hand as on the most generous day before
	leastByHand = 100 // points; less is not worth a message
	lookBack    = 30  // days
	tooMany     = 5   // sales and gifts taken back, and at least a third of them
	tooRound    = 10  // sales of round sums, and at least half of a day's, …
	known       = 20  // … where of so many sales in the days before at most a quarter were
)

// Pattern is what is unusual about a day.
type Pattern string

// The patterns.
const (
	OneCard   Pattern = "often"  // one member was given to again and again
	Generous  Pattern = "gave"   // far more points by hand than on any day of the month before
	TakenBack Pattern = "undone" // much of what was entered
	RoundSums Pattern = "round"  // many sales of sums that look made up, unlike in the month before
)

// Unusual is something that an owner would ask about in one employee's day.
// Whether it is right, the owner knows: nothing is stopped by it.
type Unusual struct {
	Staff   people.Staff
	Day     string // local, "2006-01-02"
	Pattern Pattern
	Number  int64            // OneCard: times; Generous: points; TakenBack: acts; RoundSums: sales
	Of      int64            // TakenBack: of so many sales and gifts; RoundSums: of so many sales
	Member  loyalty.MemberID // OneCard: whose card
}

// Unusual finds what is unusual in an employee's local day, so far.
func (s *Shop) Unusual(r store.Reader, who people.Staff, day string) (found []Unusual, err error) {
	return unusual(who, day, func(day string) (book.DaySum, error) { return s.Book.Day(r, who.ID.Actor(), day) })
}

// unusual is that, over the employee's days.
func unusual(who people.Staff, day string, days func(string) (book.DaySum, error)) (found []Unusual, err error) {
	sum, err := days(day)
	if err != nil || sum.Empty() {
		return nil, err
	}
	if len(sum.Often) > 0 {
		most := slices.MaxFunc(sum.Often, func(a, b book.Often) int { return a.Times - b.Times })
		if most.Times >= tooOften {
			found = append(found, Unusual{Staff: who, Day: day, Pattern: OneCard, Number: int64(most.Times), Member: most.Member})
		}
	}
	if sum.GivePoints >= leastByHand {
		before, err := mostBefore(day, days)
		if err != nil {
			return nil, err
		}
		if before > 0 && sum.GivePoints >= timesBefore*before {
			found = append(found, Unusual{Staff: who, Day: day, Pattern: Generous, Number: int64(sum.GivePoints)})
		}
	}
	if entered := sum.Sales + sum.Gives; sum.Undos >= tooMany && 3*sum.Undos >= entered {
		found = append(found, Unusual{Staff: who, Day: day, Pattern: TakenBack, Number: int64(sum.Undos), Of: int64(entered)})
	}
	if sum.Round >= tooRound && 2*sum.Round >= sum.Sales {
		round, sales, err := roundBefore(day, days)
		if err != nil {
			return nil, err
		}
		if sales >= known && 4*round <= sales {
			found = append(found, Unusual{Staff: who, Day: day, Pattern: RoundSums, Number: int64(sum.Round), Of: int64(sum.Sales)})
		}
	}
	return found, nil
}

// roundBefore is how many of the employee's sales on the days before were of
// round sums.
func roundBefore(day string, days func(string) (book.DaySum, error)) (round, sales int, err error) {
	err = before(day, days, func(sum book.DaySum) { round, sales = round+sum.Round, sales+sum.Sales })
	return round, sales, err
}

// before calls f with each of the days before.
func before(day string, days func(string) (book.DaySum, error), f func(book.DaySum)) error {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return err
	}
	for i := 1; i <= lookBack; i++ {
		sum, err := days(at.AddDate(0, 0, -i).Format(time.DateOnly))
		if err != nil {
			return err
		}
		f(sum)
	}
	return nil
}

// mostBefore is what the employee gave by hand on the most generous of the days
// before; 0 where they gave nothing, which is no measure.
func mostBefore(day string, days func(string) (book.DaySum, error)) (most loyalty.Points, err error) {
	err = before(day, days, func(sum book.DaySum) { most = max(most, sum.GivePoints) })
	return most, err
}
