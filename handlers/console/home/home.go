package home

import (
	"errors"
	"strconv"
	"time"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/rollup"
	"regulars/store"
)

// span is some local days, both included, as a column of the table.
type span struct {
	Key         i18n.Key
	First, Last time.Time
	Sum         rollup.Sums
}

// spans are what the page compares: today with yesterday and the same weekday,
// this month with the one before as far as the same day. The last day of a
// longer month is compared with the whole of a shorter one.
func spans(now time.Time) []span {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	back := func(days int) time.Time { return today.AddDate(0, 0, -days) }
	month := today.AddDate(0, 0, 1-today.Day())
	before := month.AddDate(0, -1, 0)
	same := before.AddDate(0, 0, today.Day()-1)
	if !same.Before(month) {
		same = month.AddDate(0, 0, -1)
	}
	return []span{
		{Key: i18n.ConsoleHomeToday, First: today, Last: today}, {Key: i18n.ConsoleHomeYesterday, First: back(1), Last: back(1)},
		{Key: i18n.ConsoleHomeWeekBefore, First: back(7), Last: back(7)},
		{Key: i18n.ConsoleHomeMonth, First: month, Last: today}, {Key: i18n.ConsoleHomeMonthBefore, First: before, Last: same},
	}
}

// homeData is what the first page shows.
type homeData struct {
	Spans  []span
	NotYet bool // nobody has counted yet
	AsOf   time.Time
	Stands []stand
	Goals  []goal
	Needs  []need
	Whole  bool // of the whole shop: the store of who asks is not one of several
}

func (h *page) home(q *console.Request) (console.Answer, error) {
	d := homeData{Spans: spans(h.Shop.Local(q.Now)), Whole: q.At == ""}
	if err := h.sum(q, &d); err != nil {
		return console.Answer{}, err
	}
	if q.WantsCSV() {
		return h.figuresCSV(q, &d), nil
	}
	var err error
	if d.Stands, err = h.stands(q); err != nil {
		return console.Answer{}, err
	}
	if d.Goals, err = h.ways(q); err != nil {
		return console.Answer{}, err
	}
	err = q.View(func(r store.Reader) error {
		d.Needs, err = h.needs(q, r)
		return err
	})
	return q.Page("home_home.html", q.Say(i18n.ConsoleHomeTitle), &d), err
}

// sum adds up all columns from one reading of the days.
func (h *page) sum(q *console.Request, d *homeData) error {
	rolls := h.Shop.Rollups
	first := d.Spans[4].First // the earliest day of all
	today := d.Spans[0].First
	days, err := rolls.Sums(q.Context(), rolls.Span(first, today.AddDate(0, 0, 1), q.Now), rollup.Where{Store: q.At})
	if errors.Is(err, rollup.ErrNotYet) {
		d.NotYet = true
		return nil
	}
	if err != nil {
		return err
	}
	for i := range d.Spans {
		s := &d.Spans[i]
		of := rolls.Span(s.First, s.Last.AddDate(0, 0, 1), q.Now)
		for _, day := range days {
			if day.Day >= of.From && day.Day < of.To {
				s.Sum.Add(day.Sums)
			}
		}
	}
	d.AsOf, err = rolls.AsOf(q.Context())
	return err
}

func (h *page) figuresCSV(q *console.Request, d *homeData) console.Answer {
	head := []string{q.Say(i18n.ConsoleHomeFigure)}
	rows := [][]string{{q.Say(i18n.ConsoleHomeTakings)}, {q.Say(i18n.ConsoleHomeSales)}, {q.Say(i18n.ConsoleHomeGiven)}, {q.Say(i18n.ConsoleHomeSpent)}, {q.Say(i18n.ConsoleHomeUses)}, {q.Say(i18n.ConsoleHomeJoined)}}
	for i := range d.Spans {
		s := &d.Spans[i]
		head = append(head, q.Say(s.Key))
		for j, n := range []int64{int64(s.Sum.Money()), s.Sum.Orders, int64(s.Sum.Given()), int64(s.Sum.Used()), s.Sum.Uses, s.Sum.Joined} {
			text := strconv.FormatInt(n, 10)
			if j == 0 {
				text = h.amount(n)
			}
			rows[j] = append(rows[j], text)
		}
	}
	return q.CSV("home", head, rows)
}

// amount is money as a spreadsheet reads it: in the currency's main unit.
func (h *page) amount(minor int64) string {
	digits := h.Shop.Rules(h.Shop.Clock.Now()).Currency.Digits
	unit := 1.0
	for range digits {
		unit *= 10
	}
	return strconv.FormatFloat(float64(minor)/unit, 'f', digits, 64)
}
