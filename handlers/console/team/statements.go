package team

import (
	"errors"
	"strconv"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/rollup"
)

// theHouse names head office in an address; no store is called so.
const theHouse = "-"

// party is a store, or head office, in a month's statements.
type party struct {
	rollup.StoreStatement
	loyalty.StoreBalance
	Name, Address string
}

// statementData is the page of a month's statements: of all stores, or of one
// with each line.
type statementData struct {
	Month   month
	Months  []console.Option
	NotYet  bool
	S       *rollup.Statement
	All     []party // of all stores; nil on a store's page
	One     *party
	Rows    []shop.StatementRow
	Verdict string
	Terms   []string
	Picked  string // the store in the address
	Whole   bool   // who asks sees all stores

	p i18n.Printer
}

// Money writes an amount in the statement's currency.
func (d *statementData) Money(m loyalty.Money) string { return shop.StatementMoney(d.p, d.S, m) }

// statements is a month's statements: for who sees the whole shop those of all
// stores and each, for who manages a store its own.
func (h *page) statements(q *console.Request) (console.Answer, error) {
	d := &statementData{Month: h.lastMonthOf(q), Months: h.months(q), Picked: q.Typed("store"), Whole: q.At == "", p: q.P}
	if q.At != "" {
		d.Picked = string(q.At)
	}
	s, err := h.Shop.Rollups.Statement(q.Context(), d.Month.Of)
	switch {
	case errors.Is(err, rollup.ErrNotYet):
		d.NotYet = true
		return q.Page("team_statements.html", q.Say(i18n.ChainsStatementTitle), d), nil
	case err != nil:
		return console.Answer{}, err
	}
	d.S, d.Terms = s, termsOf(q, s)
	all, err := h.parties(q, s)
	if err != nil {
		return console.Answer{}, err
	}
	if d.Picked == "" {
		if d.All = all; q.WantsCSV() {
			return h.statementsCSV(q, d), nil
		}
		return q.Page("team_statements.html", q.Say(i18n.ChainsStatementTitle), d), nil
	}
	for i := range all {
		if all[i].Address == d.Picked {
			return h.statement(q, d, &all[i])
		}
	}
	return q.Gone(), nil
}

// statement is the page of one store.
func (h *page) statement(q *console.Request, d *statementData, one *party) (console.Answer, error) {
	d.One, d.Rows = one, h.Shop.StatementRows(q.P, d.S, one.StoreBalance.Store)
	if d.S.Terms.On() {
		d.Verdict = shop.Verdict(q.P, d.S, one.StoreBalance)
	}
	if q.WantsCSV() {
		return h.statementCSV(q, d), nil
	}
	title := q.Say(i18n.ChainsStatementOf, "Store", one.Name, "Month", d.Month.Label)
	return q.Page("team_statements.html", title, d), nil
}

// lastMonthOf is the month that the address names, else the one before this.
func (h *page) lastMonthOf(q *console.Request) month {
	m := h.monthOf(q)
	if q.Typed("month") == "" {
		first := m.First.AddDate(0, -1, 0)
		m = month{first, m.Of.Before(), first.Format("2006-01"), q.P.Month(first)}
	}
	return m
}

// parties are the programme's stores, those of the month that it knows no more,
// and head office where it has a side.
func (h *page) parties(q *console.Request, s *rollup.Statement) (all []party, err error) {
	balances, err := loyalty.Balances(s.Lines)
	if err != nil {
		return nil, err
	}
	seen := map[loyalty.Store]bool{}
	add := func(id loyalty.Store) {
		if seen[id] || !q.Sees(id) {
			return
		}
		seen[id] = true
		address := string(id)
		if id == "" {
			address = theHouse
		}
		all = append(all, party{s.Store(id), shop.BalanceOf(balances, id), h.Shop.PartyName(q.P, id), address})
	}
	for _, x := range h.Shop.Programme(q.Now).Stores {
		add(x.ID)
	}
	for _, x := range s.Stores {
		if x.Store != "" {
			add(x.Store)
		}
	}
	for _, x := range append(balances, loyalty.StoreBalance{Store: ""}) {
		if x.Store == "" && (x != loyalty.StoreBalance{} || s.Store("") != rollup.StoreStatement{}) {
			add("")
		}
	}
	return all, nil
}

// termsOf are what was agreed, and how final the month is, in sentences.
func termsOf(q *console.Request, s *rollup.Statement) (list []string) {
	if s.Terms.On() {
		list = append(list, q.Say(i18n.ChainsStatementPrice, "Points", shop.Points(q.P, s.Terms.Points), "Money", shop.StatementMoney(q.P, s, s.Terms.Worth)))
	} else {
		list = append(list, q.Say(i18n.ChainsStatementNoPrice))
	}
	if s.Terms.On() && s.Terms.Fee > 0 {
		list = append(list, q.Say(i18n.ChainsStatementFee, "Percent", strconv.Itoa(s.Terms.Fee)+"%"))
	}
	if s.Closed.IsZero() {
		return append(list, q.Say(i18n.ChainsStatementOpen))
	}
	return append(list, q.Say(i18n.ChainsStatementClosed, "Date", q.P.Date(q.Shop().Local(s.Closed))))
}

// statementsCSV is a line a store.
func (h *page) statementsCSV(q *console.Request, d *statementData) console.Answer {
	head := says(q, i18n.ChainsStore, i18n.ChainsGiven, i18n.ChainsOwn, i18n.ChainsLost, i18n.ChainsTook, i18n.ChainsElsewhere,
		i18n.ChainsGets, i18n.ChainsOwes, i18n.ChainsFee, i18n.ChainsBalance)
	var rows [][]string
	money := func(m loyalty.Money) string { return shop.Decimal(m, d.S.Currency.Digits) }
	for _, x := range d.All {
		rows = append(rows, []string{
			x.Name, points(x.GivenMonth.Given), points(x.Own), points(x.Expired), points(x.Took), points(x.StoreBalance.Given),
			money(x.Gets), money(x.Owes), money(x.Fee), money(x.Net),
		})
	}
	return q.CSV("statements-"+d.Month.Name, head, rows)
}

// statementCSV is a store's lines.
func (h *page) statementCSV(q *console.Request, d *statementData) console.Answer {
	head := says(q, i18n.ChainsWith, i18n.ChainsFor, i18n.ChainsCorrects, i18n.ConsoleTeamPoints, i18n.ChainsAmount, i18n.ChainsFee)
	var rows [][]string
	for _, r := range d.Rows {
		of := ""
		if r.Of != 0 {
			of = r.Of.Date().Format("2006-01")
		}
		rows = append(rows, []string{r.With, r.What, of, points(r.Points), shop.Decimal(r.Money, d.S.Currency.Digits), shop.Decimal(r.Fee, d.S.Currency.Digits)})
	}
	return q.CSV("statement-"+d.One.Address+"-"+d.Month.Name, head, rows)
}

func says(q *console.Request, keys ...i18n.Key) (list []string) {
	for _, k := range keys {
		list = append(list, q.Say(k))
	}
	return list
}
