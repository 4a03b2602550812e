package shop

import (
	"strconv"
	"strings"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/rollup"
)

// StatementRow is a line of a statement as one store reads it.
type StatementRow struct {
	With   string         // the other store, or head office
	What   string         // which points, and of which month where it is a correction
	Of     rollup.Month   // that month; 0: the statement's own
	Points loyalty.Points // below 0 where they were taken back
	Money  loyalty.Money  // above 0: the store gets it
	Fee    loyalty.Money  // of that, what head office keeps
}

// StatementRows are the lines of a statement in which a store has a side.
func (s *Shop) StatementRows(p i18n.Printer, m *rollup.Statement, at loyalty.Store) (rows []StatementRow) {
	for _, l := range m.Of(at) {
		r := StatementRow{Of: rollup.Month(l.Month), Points: l.Points}
		took, back := i18n.ChainsForTook, i18n.ChainsBackTook
		if l.To == at {
			r.With, r.Money, r.Fee = s.PartyName(p, l.From), l.Money, l.Fee
		} else {
			took, back = i18n.ChainsForGave, i18n.ChainsBackGave
			r.With, r.Money = s.PartyName(p, l.To), -l.Money
		}
		if r.What = p.Say(took); r.Of != 0 {
			r.What = p.Say(back, "Month", p.Month(r.Of.Date()))
		}
		rows = append(rows, r)
	}
	return rows
}

// PartyName is a store's name in a statement; "" is head office.
func (s *Shop) PartyName(p i18n.Printer, id loyalty.Store) string {
	if id == "" {
		return p.Say(i18n.ChainsHouse)
	}
	return Tidy(s.StoreName(id))
}

// StatementMoney writes an amount in the statement's own currency.
func StatementMoney(p i18n.Printer, s *rollup.Statement, m loyalty.Money) string {
	return p.Money(int64(m), s.Currency.Code, s.Currency.Digits)
}

// Verdict is what a statement comes to for somebody, in a sentence.
func Verdict(p i18n.Printer, s *rollup.Statement, b loyalty.StoreBalance) string {
	switch {
	case b.Net > 0:
		return p.Say(i18n.ChainsYouGet, "Money", StatementMoney(p, s, b.Net))
	case b.Net < 0:
		return p.Say(i18n.ChainsYouOwe, "Money", StatementMoney(p, s, -b.Net))
	}
	return p.Say(i18n.ChainsEven)
}

// BalanceOf is what a statement comes to for a store; a zero one where it has no
// line.
func BalanceOf(all []loyalty.StoreBalance, at loyalty.Store) loyalty.StoreBalance {
	for _, b := range all {
		if b.Store == at {
			return b
		}
	}
	return loyalty.StoreBalance{Store: at}
}

// Decimal is an amount as a spreadsheet reads it: in the currency's main unit.
func Decimal(m loyalty.Money, digits int) string {
	s, sign := strconv.FormatInt(int64(m), 10), ""
	if m < 0 {
		s, sign = s[1:], "-"
	}
	if digits == 0 {
		return sign + s
	}
	if short := digits + 1 - len(s); short > 0 {
		s = strings.Repeat("0", short) + s
	}
	return sign + s[:len(s)-digits] + "." + s[len(s)-digits:]
}
