package shop

import (
	"context"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/fraud"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/rollup"
	"regulars/store"
)

// looked is an employee's day with what was found in it.
type looked struct {
	who   people.Staff
	day   *fraud.Day
	found []fraud.Finding
	near  []loyalty.MemberID // household and friends
}

// FindStaff looks through what employees did on a local day ("2006-01-02"), and
// keeps what is unusual for who decides. It may run again: nothing is found twice.
// isNew is how many findings were not known.
func (s *Shop) FindStaff(ctx context.Context, db store.DB, day string) (isNew int, err error) {
	all, err := s.lookAtStaff(ctx, db, day)
	if err != nil {
		return 0, err
	}
	for _, l := range all {
		acts, err := s.actsOf(ctx, db, l, day)
		if err != nil {
			return isNew, err
		}
		for i := range l.found {
			l.day.Name(&l.found[i], fraud.OfStaff(string(l.who.ID)), l.who.Store, day, s.zone(), acts, s.Clock.Now())
		}
		n, err := recordAll(ctx, db, l.found)
		if isNew += n; err != nil {
			return isNew, err
		}
	}
	return isNew, nil
}

// recordAll keeps findings about one subject in one commit.
func recordAll(ctx context.Context, db store.DB, found []fraud.Finding) (isNew int, err error) {
	err = db.Update(ctx, func(tx store.Tx) error {
		isNew = 0
		for _, f := range found {
			added, err := fraud.Record(tx, f)
			if err != nil {
				return err
			}
			if added {
				isNew++
			}
		}
		return nil
	})
	return isNew, err
}

// lookAtStaff runs the rules over the days of all who did something.
func (s *Shop) lookAtStaff(ctx context.Context, db store.DB, day string) (list []looked, err error) {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil, err
	}
	rules := s.Programme(s.Clock.Now()).Fraud
	err = db.View(ctx, func(r store.Reader) error {
		list = nil
		past, err := s.pastOf(r, at, rules.LookBack)
		if err != nil {
			return err
		}
		for _, who := range past.staff {
			l, err := s.lookAt(r, rules, past, who, day)
			if err != nil {
				return err
			}
			if len(l.found) > 0 {
				list = append(list, l)
			}
		}
		return nil
	})
	return list, err
}

// lookAt runs the rules over one employee's day.
func (s *Shop) lookAt(r store.Reader, rules programme.Fraud, past *past, who people.Staff, day string) (l looked, err error) {
	days := past.days[who.ID]
	if days[0].Empty() {
		return l, nil
	}
	l.who = who
	l.day = &fraud.Day{
		Rules: rules.Staff, LookBack: rules.LookBack, Sum: days[0], Peers: past.peers(who),
		Before: func(ago int) (book.DaySum, error) { return days[ago], nil },
	}
	if open, ok := fraud.Opening(rules.Staff.Hours); ok {
		l.day.Open = &open
	} else if open, ok := fraud.Learn(past.before(who.Store)); ok {
		l.day.Open = &open
	}
	if l.near, err = s.near(r, who); err != nil {
		return l, err
	}
	if l.day.Related, err = s.Book.StaffActs(r, who.ID.Actor(), day, l.near); err != nil {
		return l, err
	}
	l.found, err = l.day.Find()
	return l, err
}

// near are the members who share points with an employee, whom they brought, and
// who brought them. One phone number is one member's, so there are no others.
func (s *Shop) near(r store.Reader, who people.Staff) (list []loyalty.MemberID, err error) {
	h, ok, err := s.Households.Of(r, who.Member)
	if err != nil {
		return nil, err
	}
	if ok {
		for _, mate := range h.Members {
			if mate.Member != who.Member {
				list = append(list, mate.Member)
			}
		}
	}
	if s.Club.Referrals == nil {
		return list, nil
	}
	by, ok, err := s.Club.Referrals.Of(r, who.Member)
	if ok {
		list = append(list, by.Referrer)
	}
	if err != nil {
		return nil, err
	}
	brought, err := s.Club.Referrals.Brought(r, who.Member)
	if len(brought) <= fewFriends {
		list = append(list, brought...)
	}
	return list, err
}

// fewFriends are as many as may be friends: who invites more does so at the counter,
// and serves them there.
const fewFriends = 10

// mostWhom bounds of how many members of an employee's month single acts are looked
// up.
const mostWhom = 3000

// actsOf are the acts of an employee's day, for what a finding rests on. Whom they
// had to do with is known from the month's figures, which are seconds old; those
// whom a finding names are looked up in any case.
func (s *Shop) actsOf(ctx context.Context, db store.DB, l looked, day string) (acts []book.StaffAct, err error) {
	whom := append([]loyalty.MemberID(nil), l.near...)
	for i := range l.found {
		whom = append(whom, l.found[i].Members...)
	}
	theirs, err := s.monthOf(ctx, l.who, day)
	if err != nil {
		return nil, err
	}
	whom = eachOnce(append(whom, theirs...))
	err = db.View(ctx, func(r store.Reader) (err error) {
		acts, err = s.Book.StaffActs(r, l.who.ID.Actor(), day, whom)
		return err
	})
	return acts, err
}

// monthOf are the members with whom an employee had to do in a day's month.
func (s *Shop) monthOf(ctx context.Context, who people.Staff, day string) ([]loyalty.MemberID, error) {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil || s.Rollups.DB == nil {
		return nil, err
	}
	given, err := s.Rollups.StaffMembers(ctx, rollup.MonthOf(int32(at.Unix()/86400)), string(who.ID), mostWhom)
	if err != nil {
		return nil, err
	}
	ords := make([]uint32, len(given))
	for i, g := range given {
		ords[i] = g.Member
	}
	return s.Rollups.Members(ctx, ords)
}

// eachOnce are the ids that are none twice, without "".
func eachOnce(list []loyalty.MemberID) (out []loyalty.MemberID) {
	seen := map[loyalty.MemberID]bool{"": true}
	for _, m := range list {
		if !seen[m] {
			seen[m] = true
			out = append(out, m)
		}
	}
	return out
}
