package team

import (
	"errors"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/rollup"
)

// side is a store in the settlement: what points given there were spent at others
// and the reverse.
type side struct {
	ID            loyalty.Store
	Name          string
	Owes          loyalty.Points // given here, spent elsewhere
	Gets          loyalty.Points // given elsewhere, spent here
	Balance       loyalty.Points // Gets less Owes
	Cells         []loyalty.Points
	GivenAndSpent loyalty.Points // here
}

// settlementData is the page of a month's settlement: a row a store that gave, a
// column a store where it was spent.
type settlementData struct {
	Month  month
	Months []console.Option
	Sides  []side
	NotYet bool
	Open   bool // the month is not over
}

func (h *page) settlement(q *console.Request) (console.Answer, error) {
	if q.At != "" {
		return q.Gone(), nil // between stores is the whole shop's
	}
	d := settlementData{Month: h.monthOf(q), Months: h.months(q)}
	d.Open = h.Shop.Local(q.Now).Before(d.Month.First.AddDate(0, 1, 0))
	all, err := h.Shop.Rollups.Settlement(q.Context(), d.Month.Of)
	switch {
	case errors.Is(err, rollup.ErrNotYet):
		d.NotYet = true
	case err != nil:
		return console.Answer{}, err
	default:
		h.settle(q, &d, all)
	}
	if q.WantsCSV() {
		return h.settlementCSV(q, d, all), nil
	}
	return q.Page("team_settlement.html", q.Say(i18n.ConsoleTeamSettlement), d), nil
}

// settle puts the months' pairs into a table. "" are points that no store gave or
// took: gifts of the programme, or spent where no store was told.
func (h *page) settle(q *console.Request, d *settlementData, all []rollup.Settled) {
	at := map[loyalty.Store]int{}
	add := func(id loyalty.Store) {
		if _, ok := at[id]; !ok {
			at[id] = len(d.Sides)
			d.Sides = append(d.Sides, side{ID: id, Name: h.nameOf(q, id)})
		}
	}
	for _, s := range h.Shop.Programme(q.Now).Stores {
		add(s.ID)
	}
	for _, x := range all {
		add(x.From)
		add(x.To)
	}
	for i := range d.Sides {
		d.Sides[i].Cells = make([]loyalty.Points, len(d.Sides))
	}
	for _, x := range all {
		from, to := at[x.From], at[x.To]
		d.Sides[from].Cells[to] += x.Points
		if from == to {
			d.Sides[from].GivenAndSpent += x.Points
			continue
		}
		d.Sides[from].Owes += x.Points
		d.Sides[to].Gets += x.Points
	}
	for i := range d.Sides {
		s := &d.Sides[i]
		s.Balance = s.Gets - s.Owes
	}
}

// nameOf is a store's name as the settlement has it.
func (h *page) nameOf(q *console.Request, id loyalty.Store) string {
	if id == "" {
		return q.Say(i18n.ConsoleTeamNoStore)
	}
	return h.Shop.StoreName(id)
}

// settlementCSV is a line a pair of stores.
func (h *page) settlementCSV(q *console.Request, d settlementData, all []rollup.Settled) console.Answer {
	var rows [][]string
	for _, x := range all {
		rows = append(rows, []string{h.nameOf(q, x.From), h.nameOf(q, x.To), points(x.Points)})
	}
	return q.CSV("settlement-"+d.Month.Name, []string{q.Say(i18n.ConsoleTeamGivenAt), q.Say(i18n.ConsoleTeamSpentAt), q.Say(i18n.ConsoleTeamPoints)}, rows)
}
