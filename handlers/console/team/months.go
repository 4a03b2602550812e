package team

import (
	"time"

	"regulars/handlers/console"
	"regulars/loyalty/rollup"
)

// monthsBack is how many months a page offers besides this one.
const monthsBack = 24

// month is a calendar month of the shop, as a page's address names it: 2026-11.
type month struct {
	First time.Time // its first local day
	Of    rollup.Month
	Name  string
	Label string // as people write it
}

// monthOf is the month that the address names, else this one.
func (h *page) monthOf(q *console.Request) month {
	now := h.Shop.Local(q.Now)
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	if t, err := time.ParseInLocation("2006-01", q.Typed("month"), now.Location()); err == nil && !t.After(first) && t.Year() > 2000 {
		first = t
	}
	return month{first, rollup.Month(first.Year()*100 + int(first.Month())), first.Format("2006-01"), q.P.Month(first)}
}

// months are the choices, the newest first.
func (h *page) months(q *console.Request) (list []console.Option) {
	now := h.Shop.Local(q.Now)
	for i := range monthsBack + 1 {
		first := time.Date(now.Year(), now.Month()-time.Month(i), 1, 0, 0, 0, 0, time.UTC)
		list = append(list, console.Option{Value: first.Format("2006-01"), Label: q.P.Month(first)})
	}
	return list
}
