package team

import (
	"errors"
	"strconv"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/loyalty/rollup"
	"regulars/store"
)

// line is an employee in the list.
type line struct {
	people.Staff
	Role, Place string // in words
	Called      string
	PIN         bool
	Sessions    int
	Sums        rollup.StaffSums
	You         bool
}

// listData is the page of all employees.
type listData struct {
	Now, Before []line
	Month       month
	Months      []console.Option
	NotYet      bool // the month's figures are being counted
	Owner       bool
}

func (h *page) list(q *console.Request) (console.Answer, error) {
	d := listData{Month: h.monthOf(q), Months: h.months(q), Owner: q.Owner()}
	sums, notYet, err := h.staffSums(q, d.Month.Of)
	if err != nil {
		return console.Answer{}, err
	}
	d.NotYet = notYet
	err = q.View(func(r store.Reader) error {
		all, err := h.Shop.Vault.AllStaff(r)
		if err != nil {
			return err
		}
		for _, s := range all {
			if !sees(q, s) {
				continue
			}
			l, err := h.line(q, r, s)
			if err != nil {
				return err
			}
			l.Sums = sums[s.ID]
			if s.Active {
				d.Now = append(d.Now, l)
			} else {
				d.Before = append(d.Before, l)
			}
		}
		return nil
	})
	if err == nil && q.WantsCSV() {
		return h.listCSV(q, d), nil
	}
	return q.Page("team_list.html", q.Say(i18n.ConsoleTeamTitle), d), err
}

// line reads what the list says of an employee.
func (h *page) line(q *console.Request, r store.Reader, s people.Staff) (l line, err error) {
	l = line{Staff: s, Role: q.Say(roleWords[s.Role]), Place: h.place(q, s.Store), Called: called(s), You: s.ID == q.Me.ID}
	if l.PIN, err = h.Shop.Vault.HasPIN(r, s); err != nil || !s.Active {
		return l, err
	}
	open, err := h.Shop.Vault.ConsoleSessions(r, s.ID, q.Now)
	l.Sessions = len(open)
	return l, err
}

// called is an employee's name, or where there is none the id.
func called(s people.Staff) string {
	if n := shop.Tidy(s.Name); n != "" {
		return n
	}
	return string(s.ID)
}

// staffSums are the employees' months; notYet says that nobody has counted yet.
func (h *page) staffSums(q *console.Request, m rollup.Month) (sums map[people.StaffID]rollup.StaffSums, notYet bool, err error) {
	all, err := h.Shop.Rollups.Staff(q.Context(), m)
	if errors.Is(err, rollup.ErrNotYet) {
		return nil, true, nil
	}
	sums = map[people.StaffID]rollup.StaffSums{}
	for _, s := range all {
		sums[people.StaffID(s.Staff)] = s
	}
	return sums, false, err
}

func (h *page) listCSV(q *console.Request, d listData) console.Answer {
	head := []string{
		q.Say(i18n.ConsoleTeamName), q.Say(i18n.ConsoleTeamRole), q.Say(i18n.ConsoleTeamStore), q.Say(i18n.ConsoleTeamSince), q.Say(i18n.ConsoleTeamUntil),
		q.Say(i18n.ConsoleTeamSales), q.Say(i18n.ConsoleTeamBySales), q.Say(i18n.ConsoleTeamByHand), q.Say(i18n.ConsoleTeamToMembers), q.Say(i18n.ConsoleTeamBrought),
	}
	var rows [][]string
	for _, l := range append(d.Now, d.Before...) {
		rows = append(rows, []string{
			l.Called, l.Role, l.Place, h.day(l.EnrolledAt), h.day(l.EndedAt), strconv.FormatInt(int64(l.Sums.Orders), 10),
			strconv.FormatInt(int64(l.Sums.SalePoints), 10), strconv.FormatInt(int64(l.Sums.HandPoints), 10),
			strconv.Itoa(l.Sums.Members), strconv.FormatInt(int64(l.Sums.Joined), 10),
		})
	}
	return q.CSV("staff-"+d.Month.Name, head, rows)
}

// day is a local date for a spreadsheet, "" for none.
func (h *page) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return h.Shop.Local(t).Format(time.DateOnly)
}
