package shop

import (
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/measure"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// Figures are what a shop, or one store of it, did over some local days. What is
// counted by employee is counted at the store that they belong to.
type Figures struct {
	First, Last time.Time // local days at their beginning, both included
	Store       loyalty.Store

	Sales   int64          // members' purchases that employees entered
	Refunds int64          // acts that took something back
	Takings loyalty.Money  // of those purchases, less what went back
	Given   loyalty.Points // by purchases and by hand, less what went back
	Spent   loyalty.Points // at the counter
	Uses    int64          // vouchers taken
	Joined  int64          // new members; of the whole shop only

	NPS     measure.Score // of the NPSDays days up to Last
	NPSDays int
	Unhappy int64 // who gave 0 to 6; told of up to seven days only, else 0
	Cases   int64 // that are open now
	Unusual []Unusual
	Found   []Found // in the nights since, besides
	// Sent is what went out to everybody; nil where that costs nothing, or of one
	// store.
	Sent *Sent
}

// Sent is what messages went out where pushing costs money, and what they cost.
type Sent struct {
	Billed  int64 // paid for, one a receiver
	Replies int64 // answers by a reply token, free
	Rode    int64 // carried by an answer, free
	Saved   loyalty.Money
	Priced  bool // Saved is known
}

// Empty says that nothing happened that is worth a letter.
func (f *Figures) Empty() bool {
	return f.Sales == 0 && f.Refunds == 0 && f.Given == 0 && f.Spent == 0 && f.Uses == 0 && f.Joined == 0 && f.Unhappy == 0 && f.Cases == 0
}

// Figures adds up the local days from first's to last's of one store, or for ""
// of the whole shop. It reads some rows a day and employee, and the days'
// answers to surveys.
func (s *Shop) Figures(r store.Reader, first, last time.Time, at loyalty.Store) (Figures, error) {
	first, last = s.dayOf(first), s.dayOf(last)
	f := Figures{First: first, Last: last, Store: at}
	all, err := s.Vault.AllStaff(r)
	if err != nil {
		return f, err
	}
	for _, who := range all {
		if at != "" && who.Store != at {
			continue
		}
		if err := s.addDays(r, &f, who); err != nil {
			return f, err
		}
	}
	if f.Found, err = s.found(r, &f, all); err != nil {
		return f, err
	}
	if err := s.addAnswers(r, &f); err != nil {
		return f, err
	}
	if at != "" {
		return f, nil
	}
	if f.Joined, err = s.Joins(r, first.Format(time.DateOnly), last.Format(time.DateOnly)); err != nil {
		return f, err
	}
	f.Sent, err = s.sent(r, first, last)
	return f, err
}

// sent adds up the channels; nil where nothing that is sent costs money.
func (s *Shop) sent(r store.Reader, first, last time.Time) (*Sent, error) {
	if s.Sends == nil {
		return nil, nil
	}
	all, err := s.Sends(r, first, last)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	price, known := s.Programme(last).Messages.Price(last)
	sum := &Sent{Priced: known}
	for _, c := range all {
		sum.Billed, sum.Replies, sum.Rode = sum.Billed+c.Billed, sum.Replies+c.Replies, sum.Rode+c.Rode
		if known {
			sum.Saved += price.Saved(max(c.Used, c.Billed), c.Saved)
		}
	}
	return sum, nil
}

// addDays adds what one employee did. A day is read once, though those before it
// are looked at to tell whether it is unusual.
func (s *Shop) addDays(r store.Reader, f *Figures, who people.Staff) error {
	known := map[string]book.DaySum{}
	days := func(day string) (sum book.DaySum, err error) {
		sum, ok := known[day]
		if !ok {
			sum, err = s.Book.Day(r, who.ID.Actor(), day)
			known[day] = sum
		}
		return sum, err
	}
	for at := f.First; !at.After(f.Last); at = s.dayOf(at.Add(36 * time.Hour)) {
		day := at.Format(time.DateOnly)
		sum, err := days(day)
		if err != nil {
			return err
		}
		uses, err := s.UsesOf(r, who.ID, day)
		if err != nil {
			return err
		}
		f.add(sum, uses)
		found, err := unusual(s.Programme(f.Last).Fraud, who, day, days)
		if err != nil {
			return err
		}
		f.Unusual = append(f.Unusual, found...)
	}
	return nil
}

// add adds an employee's day.
func (f *Figures) add(sum book.DaySum, uses int64) {
	f.Sales += int64(sum.Sales)
	f.Refunds += int64(sum.Undos)
	f.Takings += sum.SaleMoney - sum.UndoMoney
	f.Given += sum.SalePoints + sum.GivePoints - sum.UndoGiven
	f.Spent += sum.UsePoints
	f.Uses += uses
}

// npsSpans are over how many days the recommendation is asked for: the shortest
// that has npsEnough answers, so that neither a small shop is always told "too
// few" nor a large one counts more than it needs.
var npsSpans = []int{7, 28, 90}

const npsEnough = 100

// addAnswers adds what customers said. Each answer is read once: a span is
// counted from where the shorter one before it began. Those of more than a week
// are read for the score only, and only where a week has too few: a turn may not
// take long.
func (s *Shop) addAnswers(r store.Reader, f *Figures) error {
	var a measure.NPS
	begun := s.dayOf(f.Last.Add(36 * time.Hour)) // answers from here on are counted
	for _, f.NPSDays = range npsSpans {
		from := f.Last.AddDate(0, 0, 1-f.NPSDays)
		if err := f.count(r, &a, from, begun); err != nil {
			return err
		}
		begun = from
		if f.NPS = a.Score(); f.NPS.N >= npsEnough {
			break
		}
	}
	if f.Last.Sub(f.First) > 7*24*time.Hour {
		f.Unhappy = 0 // not all of them were seen
	}
	open, err := survey.OpenCases(r, f.Store)
	f.Cases = int64(len(open))
	return err
}

// count adds the recommendations of [from, to) to a, and those who were not
// happy, as far as they are of the figures' own days.
func (f *Figures) count(r store.Reader, a *measure.NPS, from, to time.Time) (err error) {
	for s := range survey.Scores(r, survey.Query{From: from, To: to, Kind: loyalty.SurveyNPS, Store: f.Store}, &err) {
		a[min(max(s.Score, 0), 10)]++
		if !s.At.Before(f.First) && survey.ClassOf(s.Score) == survey.Detractor {
			f.Unhappy++
		}
	}
	return err
}

// dayOf is the beginning of t's local day.
func (s *Shop) dayOf(t time.Time) time.Time {
	local := s.Local(t)
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, local.Location())
}
