package team

import (
	"errors"
	"strconv"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/rollup"
	"regulars/store"
)

// storeLine is a store in the list, with its month and the same days of the month
// before.
type storeLine struct {
	ID             loyalty.Store
	Name           string
	Staff, Devices int
	Now, Before    rollup.Sums
}

// storesData is the page of stores.
type storesData struct {
	Stores []storeLine
	Month  month
	Months []console.Option
	NotYet bool
	AsOf   time.Time
	All    bool // who asks sees the whole shop, and so the settlement
}

func (h *page) stores(q *console.Request) (console.Answer, error) {
	d := storesData{Month: h.monthOf(q), Months: h.months(q), All: q.At == ""}
	for _, s := range h.Shop.Programme(q.Now).Stores {
		if q.Sees(s.ID) {
			d.Stores = append(d.Stores, storeLine{ID: s.ID, Name: s.Name})
		}
	}
	if err := h.sumStores(q, &d); err != nil {
		return console.Answer{}, err
	}
	err := q.View(func(r store.Reader) error { return h.countPlaces(r, &d) })
	if err == nil && q.WantsCSV() {
		return h.storesCSV(q, d), nil
	}
	return q.Page("team_stores.html", q.Say(i18n.ConsoleTeamStores), &d), err
}

// sumStores adds the month's figures, and those of the month before as far as the
// same day.
func (h *page) sumStores(q *console.Request, d *storesData) error {
	end := d.Month.First.AddDate(0, 1, 0)
	if today := h.Shop.Local(q.Now); today.Before(end) {
		end = time.Date(today.Year(), today.Month(), today.Day()+1, 0, 0, 0, 0, today.Location())
	}
	first := d.Month.First.AddDate(0, -1, 0)
	last := first.AddDate(0, 0, int(end.Sub(d.Month.First).Hours()+12)/24)
	if last.After(d.Month.First) {
		last = d.Month.First
	}
	now, err := h.byStore(q, d.Month.First, end)
	if errors.Is(err, rollup.ErrNotYet) {
		d.NotYet = true
		return nil
	}
	if err != nil {
		return err
	}
	before, err := h.byStore(q, first, last)
	if err != nil {
		return err
	}
	for i := range d.Stores {
		d.Stores[i].Now, d.Stores[i].Before = now[d.Stores[i].ID], before[d.Stores[i].ID]
	}
	// What belongs to no store: gifts, and who joined in the chat. With it the rows
	// are the whole shop's.
	if d.All && (now[""] != rollup.Sums{} || before[""] != rollup.Sums{}) {
		d.Stores = append(d.Stores, storeLine{Name: q.Say(i18n.ConsoleTeamNoStore), Now: now[""], Before: before[""]})
	}
	d.AsOf, err = h.Shop.Rollups.AsOf(q.Context())
	return err
}

func (h *page) byStore(q *console.Request, from, to time.Time) (map[loyalty.Store]rollup.Sums, error) {
	return h.Shop.Rollups.ByStore(q.Context(), h.Shop.Rollups.Span(from, to, q.Now), rollup.Where{})
}

// countPlaces counts who and what stands in each store.
func (h *page) countPlaces(r store.Reader, d *storesData) error {
	staff, err := h.Shop.Vault.AllStaff(r)
	if err != nil {
		return err
	}
	devices, err := people.Devices(r)
	if err != nil {
		return err
	}
	for i := range d.Stores {
		s := &d.Stores[i]
		s.Staff, s.Devices = 0, 0
		for _, who := range staff {
			if who.Active && who.Store == s.ID {
				s.Staff++
			}
		}
		for _, dev := range devices {
			if dev.RevokedAt.IsZero() && dev.Store == s.ID {
				s.Devices++
			}
		}
	}
	return nil
}

func (h *page) storesCSV(q *console.Request, d storesData) console.Answer {
	head := []string{q.Say(i18n.ConsoleTeamStore), q.Say(i18n.ConsoleTeamTakings), q.Say(i18n.ConsoleTeamSales), q.Say(i18n.ConsoleTeamGiven), q.Say(i18n.ConsoleTeamSpent), q.Say(i18n.ConsoleTeamJoined)}
	var rows [][]string
	for _, s := range d.Stores {
		rows = append(rows, []string{s.Name, h.amount(s.Now.Money()), strconv.FormatInt(s.Now.Orders, 10), points(s.Now.Given()), points(s.Now.Used()), strconv.FormatInt(s.Now.Joined, 10)})
	}
	return q.CSV("stores-"+d.Month.Name, head, rows)
}

// amount is money as a spreadsheet reads it: in the currency's main unit.
func (h *page) amount(m loyalty.Money) string {
	return shop.Decimal(m, h.Shop.Rules(h.Shop.Clock.Now()).Currency.Digits)
}
