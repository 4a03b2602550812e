package shop

import (
	"testing"
	"time"

	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
)

// Sums that look made up are worth a look where they are not usual.
func TestRoundSums(t *testing.T) {
	today := time.Date(2026, 3, 30, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		sum    book.DaySum // today's
		before book.DaySum // each of the seven days'
		odd    bool
	}{
		{book.DaySum{Sales: 12, Round: 10}, book.DaySum{Sales: 10, Round: 1}, true},
		{book.DaySum{Sales: 12, Round: 9}, book.DaySum{Sales: 10, Round: 1}, false},
		{book.DaySum{Sales: 30, Round: 12}, book.DaySum{Sales: 10, Round: 1}, false},
		{book.DaySum{Sales: 12, Round: 12}, book.DaySum{Sales: 10, Round: 6}, false}, // its prices are round
		{book.DaySum{Sales: 12, Round: 12}, book.DaySum{Sales: 1}, false},            // a new employee
	} {
		rules := programme.Fraud{LookBack: 30, Staff: programme.FraudStaff{Round: 10}}
		found, err := unusual(rules, people.Staff{ID: "sam"}, "2026-03-30", func(day string) (book.DaySum, error) {
			at, err := time.Parse(time.DateOnly, day)
			switch ago := today.Sub(at); {
			case ago == 0:
				return c.sum, err
			case ago <= 7*24*time.Hour:
				return c.before, err
			}
			return book.DaySum{}, err
		})
		if err != nil || (len(found) == 1 && found[0].Pattern == RoundSums && found[0].Number == int64(c.sum.Round)) != c.odd {
			t.Errorf("%+v after %+v: %+v %v", c.sum, c.before, found, err)
		}
	}
}
