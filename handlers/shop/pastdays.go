package shop

import (
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// past is what all employees did on a day and on those before it.
type past struct {
	staff []people.Staff
	days  map[people.StaffID][]book.DaySum // the day itself, then each a day earlier
}

// pastOf reads the days of all who work here, or did within them.
func (s *Shop) pastOf(r store.Reader, day time.Time, lookBack int) (*past, error) {
	all, err := s.Vault.AllStaff(r)
	if err != nil {
		return nil, err
	}
	p := &past{days: map[people.StaffID][]book.DaySum{}}
	for _, who := range all {
		if !who.Active && who.EndedAt.Before(day.AddDate(0, 0, -lookBack-1)) {
			continue
		}
		days := make([]book.DaySum, lookBack+1)
		for ago := range days {
			if days[ago], err = s.Book.Day(r, who.ID.Actor(), day.AddDate(0, 0, -ago).Format(time.DateOnly)); err != nil {
				return nil, err
			}
		}
		p.staff, p.days[who.ID] = append(p.staff, who), days
	}
	return p, nil
}

// peers are the days of colleagues in the same store.
func (p *past) peers(who people.Staff) (list []book.DaySum) {
	for _, other := range p.staff {
		if other.ID != who.ID && other.Store == who.Store {
			list = append(list, p.days[other.ID]...)
		}
	}
	return list
}

// before are all days before the day itself in a store.
func (p *past) before(at loyalty.Store) (list []book.DaySum) {
	for _, who := range p.staff {
		if who.Store == at {
			list = append(list, p.days[who.ID][1:]...)
		}
	}
	return list
}
