package admin

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/rollup"
)

// statements prints a month's statements, of all stores or of one, as tables or as
// CSV, and closes the month first where that is asked for.
func (d Desk) statements(ctx context.Context, args map[string]string, out Out) error {
	month, err := d.monthOf(args["month"])
	if err != nil {
		return err
	}
	if _, err := d.Shop.Rollups.Refresh(ctx, d.now()); err != nil {
		return err
	}
	var s *rollup.Statement
	if args["close"] == "true" {
		s, _, err = d.Shop.Rollups.Close(ctx, month, d.now())
	} else {
		s, err = d.Shop.Rollups.Statement(ctx, month)
	}
	switch {
	case errors.Is(err, rollup.ErrMonthOpen):
		return &Error{fmt.Sprintf("%s is not over, or not all of it is counted yet: it can be closed on the first day after it", monthText(month)), 1}
	case errors.Is(err, rollup.ErrNoPrice):
		return &Error{"the programme has no price for points between stores: write [settlement] with points and worth, and the months from then on can be closed", 1}
	case err != nil:
		return err
	}
	if args["csv"] == "true" {
		return d.statementsCSV(s, loyalty.Store(args["store"]), args["store"] != "", out)
	}
	return d.sayStatements(s, args["store"], out)
}

// monthOf reads "2026-10"; "" is the month before this one.
func (d Desk) monthOf(text string) (rollup.Month, error) {
	if text == "" {
		now := d.Shop.Local(d.now())
		return rollup.Month(now.Year()*100 + int(now.Month())).Before(), nil
	}
	t, err := time.Parse("2006-01", text)
	if err != nil {
		return 0, &Error{fmt.Sprintf("%q is no month; write it as in 2026-10", text), 2}
	}
	return rollup.Month(t.Year()*100 + int(t.Month())), nil
}

func monthText(m rollup.Month) string { return m.Date().Format("2006-01") }

// sayStatements prints tables: what all come to, or the lines of one store.
func (d Desk) sayStatements(s *rollup.Statement, at string, out Out) error {
	english := i18n.For(i18n.En)
	money := func(m loyalty.Money) string { return shop.StatementMoney(english, s, m) }
	all, err := loyalty.Balances(s.Lines)
	if err != nil {
		return err
	}
	state := "not closed yet: the numbers still change"
	if !s.Closed.IsZero() {
		state = "closed on " + d.stamp(s.Closed)
	}
	price := "no price is agreed: points alone"
	if s.Terms.On() {
		price = fmt.Sprintf("%d points are worth %s; head office keeps %d%%", s.Terms.Points, money(s.Terms.Worth), s.Terms.Fee)
	}
	out.Say("%s  %s; %s", monthText(s.Month), state, price)
	if at != "" {
		return d.sayStatement(english, s, all, loyalty.Store(at), out)
	}
	t := newTable("STORE", "GIVEN", "OWN", "TOOK", "ELSEWHERE", "EXPIRED", "GETS", "OWES", "FEE", "BALANCE")
	n := func(p loyalty.Points) string { return strconv.FormatInt(int64(p), 10) }
	for _, x := range s.Stores {
		b := shop.BalanceOf(all, x.Store)
		t.add(d.Shop.PartyName(english, x.Store), n(x.Given), n(x.Own), n(b.Took), n(b.Given), n(x.Expired), money(b.Gets), money(b.Owes), money(b.Fee), money(b.Net))
	}
	for _, b := range all { // head office may have nothing but its fee
		if b.Store == "" && s.Store("") == (rollup.StoreStatement{}) {
			t.add(d.Shop.PartyName(english, ""), "0", "0", n(b.Took), n(b.Given), "0", money(b.Gets), money(b.Owes), money(b.Fee), money(b.Net))
		}
	}
	t.print(out)
	return nil
}

// sayStatement prints the lines of one store.
func (d Desk) sayStatement(p i18n.Printer, s *rollup.Statement, all []loyalty.StoreBalance, at loyalty.Store, out Out) error {
	if _, ok := d.Shop.Programme(d.now()).Store(at); !ok && s.Store(at) == (rollup.StoreStatement{Store: at}) {
		return &Error{fmt.Sprintf("there is no store %q", at), 2}
	}
	t := newTable("WITH", "FOR", "POINTS", "AMOUNT", "FEE")
	for _, r := range d.Shop.StatementRows(p, s, at) {
		t.add(r.With, r.What, strconv.FormatInt(int64(r.Points), 10), shop.StatementMoney(p, s, r.Money), shop.StatementMoney(p, s, r.Fee))
	}
	t.print(out)
	out.Say("%s: %s", d.Shop.PartyName(p, at), shop.Verdict(p, s, shop.BalanceOf(all, at)))
	return nil
}

// statementsCSV prints the lines as they are kept: who owes whom for how many
// points of which month, in the currency's main unit.
func (d Desk) statementsCSV(s *rollup.Statement, at loyalty.Store, one bool, out Out) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"month", "owes", "gets", "corrects", "points", "amount", "fee"}}
	for _, l := range s.Lines {
		if one && l.From != at && l.To != at {
			continue
		}
		of := ""
		if l.Month != 0 {
			of = monthText(rollup.Month(l.Month))
		}
		rows = append(rows, []string{
			monthText(s.Month), string(l.From), string(l.To), of, strconv.FormatInt(int64(l.Points), 10),
			shop.Decimal(l.Money, s.Currency.Digits), shop.Decimal(l.Fee, s.Currency.Digits),
		})
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		out.Say("%s", strings.TrimRight(line, "\n"))
	}
	return nil
}
