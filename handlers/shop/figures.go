package shop

import (
	"time"

	"regulars/loyalty"
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
	Unhappy int64 // who gave 0 to 6
	Cases   int64 // that are open now
	Unusual []Unusual
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
	for day := first; !day.After(last); day = s.dayOf(day.Add(36 * time.Hour)) {
		for _, who := range all {
			if at != "" && who.Store != at {
				continue
			}
			if err := s.addDay(r, &f, who, day.Format(time.DateOnly)); err != nil {
				return f, err
			}
		}
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

// addDay adds what one employee did on one day.
func (s *Shop) addDay(r store.Reader, f *Figures, who people.Staff, day string) error {
	sum, err := s.Book.Day(r, who.ID.Actor(), day)
	if err != nil {
		return err
	}
	uses, err := s.UsesOf(r, who.ID, day)
	if err != nil {
		return err
	}
	f.Uses += uses
	if sum.Empty() {
		return nil
	}
	f.Sales += int64(sum.Sales)
	f.Refunds += int64(sum.Undos)
	f.Takings += sum.SaleMoney - sum.UndoMoney
	f.Given += sum.SalePoints + sum.GivePoints - sum.UndoGiven
	f.Spent += sum.UsePoints
	found, err := s.Unusual(r, who, day)
	f.Unusual = append(f.Unusual, found...)
	return err
}

// npsSpans are over how many days the recommendation is asked for: the shortest
// that has npsEnough answers, so that neither a small shop is always told "too
// few" nor a large one counts more than it needs.
var npsSpans = []int{7, 28, 90}

const npsEnough = 100

// addAnswers adds what customers said.
func (s *Shop) addAnswers(r store.Reader, f *Figures) error {
	end := s.dayOf(f.Last.Add(36 * time.Hour))
	q := survey.Query{To: end, Kind: loyalty.SurveyNPS, Store: f.Store}
	for _, days := range npsSpans {
		q.From = f.Last.AddDate(0, 0, 1-days)
		t, err := survey.Count(r, q)
		if err != nil {
			return err
		}
		f.NPS, f.NPSDays = measure.NPS{0: int64(t.Detractors), 7: int64(t.Passives), 9: int64(t.Promoters)}.Score(), days
		if t.Answers >= npsEnough {
			break
		}
	}
	q.From = f.First
	t, err := survey.Count(r, q)
	if err != nil {
		return err
	}
	f.Unhappy = int64(t.Detractors)
	open, err := survey.OpenCases(r, f.Store)
	f.Cases = int64(len(open))
	return err
}

// dayOf is the beginning of t's local day.
func (s *Shop) dayOf(t time.Time) time.Time {
	local := s.Local(t)
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, local.Location())
}
