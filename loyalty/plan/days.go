package plan

import (
	"strings"
	"time"

	"regulars/store"
)

// Dated is what a local day brought a plan.
type Dated struct {
	Date string // 2006-01-02
	Plan string
	Day
}

// add adds what another day brought.
func (d *Day) add(o Day) {
	d.Began, d.Tried, d.Renewed, d.Cancelled, d.Ended = d.Began+o.Began, d.Tried+o.Tried, d.Renewed+o.Renewed, d.Cancelled+o.Cancelled, d.Ended+o.Ended
	d.Paid, d.Back = d.Paid+o.Paid, d.Back+o.Back
}

// Days are what the local days from from's to to's (both in it) brought a plan, "" for
// all of them, in their order; days that brought nothing are not among them.
func (d *Desk) Days(r store.Reader, plan string, from, to time.Time) (list []Dated, err error) {
	p := d.Programme(to)
	begins := ""
	if !from.IsZero() {
		begins = p.Day(from)
	}
	for key, row := range days.Scan(r, days.Between(begins, p.Day(to)+"/\xff"), &err) {
		date, of, _ := strings.Cut(key, "/")
		if plan == "" || of == plan {
			list = append(list, Dated{date, of, row})
		}
	}
	return list, err
}

// Counts are a plan's figures of a span of days.
type Counts struct {
	Day
	Before int64 // how many ran when it began
	Now    int64 // how many ran when it ended
}

// Count is what the local days from from's to to's brought, "" for all plans.
func (d *Desk) Count(r store.Reader, plan string, from, to time.Time) (c Counts, err error) {
	all, err := d.Days(r, plan, time.Time{}, to)
	begins := d.Programme(to).Day(from)
	for _, x := range all {
		c.Now += x.Began - x.Ended
		if x.Date < begins {
			c.Before = c.Now
			continue
		}
		c.add(x.Day)
	}
	return c, err
}
