package shop

import (
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/fraud"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
)

// Pattern is what is unusual about a day: the rule that says so.
type Pattern = fraud.Rule

// The patterns that an employee's day shows by itself, at once. What asks for a
// look at colleagues, or at single acts, is found at night: see [Shop.FindStaff].
const (
	OneCard   = fraud.OneCard
	Generous  = fraud.ByHand
	TakenBack = fraud.Undone
	RoundSums = fraud.Round
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
	return unusual(s.Programme(s.Clock.Now()).Fraud, who, day, s.daysOf(r, who))
}

// daysOf reads an employee's days by their dates.
func (s *Shop) daysOf(r store.Reader, who people.Staff) func(string) (book.DaySum, error) {
	return func(day string) (book.DaySum, error) { return s.Book.Day(r, who.ID.Actor(), day) }
}

// unusual is that, over the employee's days.
func unusual(rules programme.Fraud, who people.Staff, day string, days func(string) (book.DaySum, error)) (found []Unusual, err error) {
	sum, err := days(day)
	if err != nil || sum.Empty() {
		return nil, err
	}
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil, err
	}
	look := fraud.Day{Rules: rules.Staff, LookBack: rules.LookBack, Sum: sum, Before: func(ago int) (book.DaySum, error) {
		return days(at.AddDate(0, 0, -ago).Format(time.DateOnly))
	}}
	all, err := look.Find()
	for i := range all {
		if u, ok := atOnce(&all[i]); ok {
			u.Staff, u.Day = who, day
			found = append(found, u)
		}
	}
	return found, err
}

// atOnce is a finding as it is told before the night, where it is one of those.
func atOnce(f *fraud.Finding) (u Unusual, ok bool) {
	u.Pattern = f.Rule
	switch f.Rule {
	case OneCard:
		u.Number, u.Member = f.Numbers["times"], f.Members[0]
	case Generous:
		u.Number = f.Numbers["points"]
	case TakenBack:
		u.Number, u.Of = f.Numbers["undone"], f.Numbers["entered"]
	case RoundSums:
		u.Number, u.Of = f.Numbers["round"], f.Numbers["sales"]
	default:
		return u, false
	}
	return u, true
}
