package shop

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/fraud"
	"regulars/loyalty/people"
	"regulars/store"
)

// Found is a finding with what who it is about is called in a digest.
type Found struct {
	fraud.Finding
	Name string
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
		name, ok, err := s.called(r, x, all, f.Store)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, Found{*x, name})
		}
	}
	return list, nil
}

// called is the name of whom a finding is about, where it is of a store's employees or
// members, or for "" of all. A member's is masked, as the digest lies about on a phone.
func (s *Shop) called(r store.Reader, f *fraud.Finding, all []people.Staff, at loyalty.Store) (name string, ok bool, err error) {
	if f.Subject.Kind == fraud.Member {
		if at != "" && !f.In(at) {
			return "", false, nil
		}
		p, err := s.Vault.Get(r, f.Subject.MemberID())
		if errors.Is(err, people.ErrErased) || errors.Is(err, people.ErrNobody) {
			return "", false, nil
		}
		return Mask(p.Called()), true, err
	}
	who, ok := staffOf(f, all, at)
	return cmp.Or(Tidy(who.Name), string(who.ID)), ok, nil
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
	name, day := f.Name, f.Day
	if name == "" {
		name = p.Say(i18n.SomeCustomer)
	}
	if at, err := time.Parse(time.DateOnly, f.Day); err == nil {
		day = p.ShortDate(at)
	}
	return p.Say(i18n.FraudStaffTold, "Name", name, "Day", day, "What", FindingLine(p, &f.Finding))
}

// Without are the figures without what is unusual of one employee: nobody is told
// what was found about themselves.
func (f Figures) Without(who people.Staff) Figures {
	f.Unusual = slices.DeleteFunc(slices.Clone(f.Unusual), func(u Unusual) bool { return u.Staff.ID == who.ID })
	f.Found = slices.DeleteFunc(slices.Clone(f.Found), func(x Found) bool {
		return x.Subject == fraud.OfStaff(string(who.ID)) || x.Subject == fraud.OfMember(who.Member)
	})
	return f
}
