package home

import (
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/store"
)

// span is some local days, both included, as a column of the table.
type span struct {
	Key         i18n.Key
	First, Last time.Time
}

// spans are what the page compares: today with yesterday and the same weekday,
// this month with the one before as far as the same day. The last day of a
// longer month is compared with the whole of a shorter one.
func spans(today time.Time) []span {
	back := func(days int) time.Time { return today.AddDate(0, 0, -days) }
	month := today.AddDate(0, 0, 1-today.Day())
	before := month.AddDate(0, -1, 0)
	same := before.AddDate(0, 0, today.Day()-1)
	if !same.Before(month) {
		same = month.AddDate(0, 0, -1)
	}
	return []span{
		{i18n.ConsoleHomeToday, today, today}, {i18n.ConsoleHomeYesterday, back(1), back(1)},
		{i18n.ConsoleHomeWeekBefore, back(7), back(7)},
		{i18n.ConsoleHomeMonth, month, today}, {i18n.ConsoleHomeMonthBefore, before, same},
	}
}

// homeData is what the first page shows.
type homeData struct {
	Spans   []span
	Figures []shop.Figures
}

func (h *page) home(q *console.Request) (console.Answer, error) {
	d := homeData{Spans: spans(h.Shop.Local(q.Now))}
	err := q.View(func(r store.Reader) error {
		for _, s := range d.Spans {
			f, err := h.Shop.Figures(r, s.First, s.Last, q.At)
			if err != nil {
				return err
			}
			d.Figures = append(d.Figures, f)
		}
		return nil
	})
	return q.Page("home_home.html", q.Say(i18n.ConsoleHomeTitle), d), err
}
