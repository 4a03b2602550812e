package shop

import (
	"slices"
	"time"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/fraud"
	"regulars/loyalty/people"
	"regulars/store"
)

// Found is a finding about an employee with whom it is about.
type Found struct {
	fraud.Finding
	Staff people.Staff
}

// found are the open findings of the figures' days that managers are told of, the
// weightiest first. What an employee's day shows by itself stands in Unusual: it is
// not told twice.
func (s *Shop) found(r store.Reader, f *Figures, all []people.Staff) (list []Found, err error) {
	findings, err := fraud.Between(r, f.First.Format(time.DateOnly), f.Last.Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	least := s.Programme(f.Last).Fraud.Tell
	for i := range findings {
		x := &findings[i]
		if _, atOnce := atOnce(x); atOnce || !x.Open() || x.Worth() < least {
			continue
		}
		if who, ok := staffOf(x, all, f.Store); ok {
			list = append(list, Found{*x, who})
		}
	}
	return list, nil
}

// staffOf is whom a finding is about, of a store's employees, or for "" of all.
func staffOf(f *fraud.Finding, all []people.Staff, at loyalty.Store) (people.Staff, bool) {
	i := slices.IndexFunc(all, func(s people.Staff) bool {
		return fraud.OfStaff(string(s.ID)) == f.Subject && (at == "" || s.Store == at)
	})
	if i < 0 {
		return people.Staff{}, false
	}
	return all[i], true
}

// line is the finding as a digest names it.
func (f *Found) line(p i18n.Printer) string {
	name, day := Tidy(f.Staff.Name), f.Day
	if name == "" {
		name = string(f.Staff.ID)
	}
	if at, err := time.Parse(time.DateOnly, f.Day); err == nil {
		day = p.ShortDate(at)
	}
	return p.Say(i18n.FraudStaffTold, "Name", name, "Day", day, "What", FindingLine(p, &f.Finding))
}

// Without are the figures without what is unusual of one employee: nobody is told
// what was found about themselves.
func (f Figures) Without(who people.StaffID) Figures {
	f.Unusual = slices.DeleteFunc(slices.Clone(f.Unusual), func(u Unusual) bool { return u.Staff.ID == who })
	f.Found = slices.DeleteFunc(slices.Clone(f.Found), func(x Found) bool { return x.Staff.ID == who })
	return f
}
