package team

import (
	"errors"
	"time"

	"regulars/handlers/console"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/rollup"
	"regulars/store"
)

const (
	daysShown    = 31
	membersShown = 50
	deedsShown   = 20
)

// personData is the page of one employee.
type personData struct {
	line
	Mine          bool // for who asks to change
	Owner         bool // who asks is one
	Roles, Places []console.Option
	Own           bool // has limits of their own
	Caps, RoleCap loyalty.Cap
	Month         month
	Months        []console.Option
	NotYet        bool
	To            []givenTo
	Days          []dayLine
	Unusual       []string
	Friends       int // whom their own invitation brought
	Open          []people.WebSession
	Deeds         []console.Told
}

// givenTo is what one member had from the employee in a month.
type givenTo struct {
	Member loyalty.MemberID
	Name   string
	rollup.Sums
}

// dayLine is a day of the employee's.
type dayLine struct {
	At time.Time
	book.DaySum
	Vouchers int64
}

func (h *page) person(q *console.Request) (console.Answer, error) {
	d := personData{Month: h.monthOf(q), Months: h.months(q), Roles: roles(q), Places: h.places(q), Owner: q.Owner()}
	given, err := h.given(q, &d)
	if err != nil {
		return console.Answer{}, err
	}
	found := true
	err = q.View(func(r store.Reader) error {
		s, err := h.Shop.Vault.StaffByID(r, people.StaffID(q.R.PathValue("id")))
		if errors.Is(err, people.ErrNotStaff) || err == nil && !sees(q, s) {
			found = false
			return nil
		}
		if err != nil {
			return err
		}
		l, err := h.line(q, r, s)
		if err != nil {
			return err
		}
		l.Sums = d.line.Sums
		d.line, d.Mine = l, s.Active && manages(q, s)
		d.RoleCap = h.Shop.Rules(q.Now).Caps[s.Role]
		if d.Caps = d.RoleCap; s.Caps != nil {
			d.Own, d.Caps = true, *s.Caps
		}
		return h.readPerson(q, r, &d, given)
	})
	if !found || err != nil {
		return q.Gone(), err
	}
	return q.Page("team_person.html", d.Called, &d), err
}

// given reads the employee's month.
func (h *page) given(q *console.Request, d *personData) ([]rollup.Given, error) {
	id := people.StaffID(q.R.PathValue("id"))
	sums, notYet, err := h.staffSums(q, d.Month.Of)
	if d.NotYet = notYet; notYet || err != nil {
		return nil, err
	}
	d.line.Sums = sums[id]
	return h.Shop.Rollups.StaffMembers(q.Context(), d.Month.Of, string(id), membersShown)
}

// readPerson reads the rest of the page.
func (h *page) readPerson(q *console.Request, r store.Reader, d *personData, given []rollup.Given) (err error) {
	for _, g := range given {
		if err := h.addGiven(q, r, d, g); err != nil {
			return err
		}
	}
	today := h.Shop.Local(q.Now)
	for i := range daysShown {
		if err := h.addDay(q, r, d, today.AddDate(0, 0, -i)); err != nil {
			return err
		}
	}
	if d.Friends, _, err = h.Shop.Club.Referrals.Count(r, d.Member); err != nil {
		return err
	}
	if d.Owner {
		if d.Open, err = h.Shop.Vault.ConsoleSessions(r, d.ID, q.Now); err != nil {
			return err
		}
	}
	d.Deeds, err = q.Deeds(r, about(d.ID), deedsShown)
	return err
}

func (h *page) addGiven(q *console.Request, r store.Reader, d *personData, g rollup.Given) error {
	m, err := h.Shop.Rollups.Member(q.Context(), g.Member)
	if err != nil || m == "" {
		return err
	}
	name, err := q.CustomerName(r, m)
	if err != nil {
		return err
	}
	d.To = append(d.To, givenTo{Member: m, Name: name, Sums: g.Sums})
	return nil
}

// addDay adds a day that has something in it, and what is unusual about it.
func (h *page) addDay(q *console.Request, r store.Reader, d *personData, at time.Time) error {
	day := at.Format(time.DateOnly)
	sum, err := h.Shop.Book.Day(r, d.ID.Actor(), day)
	if err != nil {
		return err
	}
	uses, err := h.Shop.UsesOf(r, d.ID, day)
	if err != nil {
		return err
	}
	if sum.Empty() && uses == 0 {
		return nil
	}
	d.Days = append(d.Days, dayLine{at, sum, uses})
	if d.ID == q.Me.ID { // nobody is told what was found about themselves
		return nil
	}
	odd, err := h.Shop.Unusual(r, d.Staff, day)
	for _, u := range odd {
		d.Unusual = append(d.Unusual, h.Shop.UnusualLine(q.P, u))
	}
	return err
}

// about is what the audit calls an employee.
func about(id people.StaffID) string { return "staff:" + string(id) }
