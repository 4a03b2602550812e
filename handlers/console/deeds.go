package console

import (
	"regulars/loyalty/people"
	"regulars/store"
)

// mostLooked bounds how many deeds are looked at for one page of one employee's.
const mostLooked = 5000

// DeedsOf is a page of the newest deeds of an employee, "" of everybody, from the
// place that the page before gave as next ("" at first; next is "" at the end).
func (q *Request) DeedsOf(r store.Reader, by people.StaffID, from string, most int) (list []Told, next string, err error) {
	looked := 0
	for key, d := range deeds.Scan(r, deeds.Between(from, "\xff"), &err) {
		if looked++; len(list) == most || looked > mostLooked {
			return list, key, err
		}
		if by == "" || d.Staff == by {
			list = append(list, q.told(r, d))
		}
	}
	return list, "", err
}
