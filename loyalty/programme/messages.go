package programme

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"regulars/loyalty"
)

// Messages is what pushed LINE messages cost the shop, and may cost.
type Messages struct {
	Market string // "TW" … whose plans are built in; "" when the shop states its own prices, or none
	Plan   string // "medium"
	// Most and MostMoney are what a month may bring, for each LINE channel, 0 for
	// no limit: messages, and money with the fee. Receipts and answers go out
	// beyond them.
	Most      int64
	MostMoney loyalty.Money
	// Keep is the share of a month, in per cent, that nudges and promos leave to
	// gifts and receipts, and of which gifts leave half to receipts.
	Keep   int64
	Prices []Price // in the order of From
}

// Price is the one in force at a moment; false where none is known.
func (m *Messages) Price(at time.Time) (Price, bool) {
	for _, p := range slices.Backward(m.Prices) {
		if !p.From.After(at) {
			return p, true
		}
	}
	return Price{}, false
}

// messages reads [messages].
func (r *reader) messages(t *table, p *Programme) {
	m, digits := &p.Messages, p.Rules.Currency.Digits
	m.Market = r.oneOf(t, "market", "", slices.Sorted(maps.Keys(priced))...)
	r.plan(t, p)
	m.Most = r.whole(t, "month_limit", 0, 0, 1_000_000_000)
	money, line := r.money(t, "month_cost", digits)
	m.MostMoney = loyalty.Money(money)
	m.Keep = r.whole(t, "keep", 10, 0, 90)
	own := r.each(t, "price", 20)
	if len(own) > 0 && m.Plan != "" {
		r.complain(own[0].line, own[0].path, "stands beside plan", "plan = … for LINE's own prices, or [[messages.price]] for yours")
	}
	for _, x := range own {
		price := r.price(x, p)
		if n := len(m.Prices); n > 0 && m.Plan == "" && !price.From.After(m.Prices[n-1].From) {
			r.complain(x.line, x.join("from"), "is not after the one before it", "prices in the order of their days")
		}
		m.Prices = append(m.Prices, price)
	}
	if line > 0 && money > 0 {
		r.affordable(t, line, m)
	}
}

// plan takes over LINE's prices for a market.
func (r *reader) plan(t *table, p *Programme) {
	m := &p.Messages
	known := slices.Sorted(maps.Keys(priced[m.Market]))
	v := t.ask("plan")
	switch {
	case m.Market == "" && v != nil && !t.written("market"):
		r.complain(v.line, t.join("plan"), "stands without market", `market = "TW" or "JP"; for others, [[messages.price]]`)
		return
	case m.Market == "":
		return
	case v == nil:
		r.complain(t.of["market"].line, t.join("plan"), "is missing", list(known))
		return
	}
	m.Plan = r.oneOf(t, "plan", "", known...)
	if code := p.Rules.Currency.Code; code != "" && code != planCurrency[m.Market] {
		r.complain(t.of["market"].line, t.join("market"), fmt.Sprintf("has prices in %s, and the shop counts in %s", planCurrency[m.Market], code), "[[messages.price]] with your own")
	}
	for _, price := range priced[m.Market][m.Plan] {
		price.digits = p.Rules.Currency.Digits
		m.Prices = append(m.Prices, price)
	}
}

// price reads one [[messages.price]].
func (r *reader) price(t *table, p *Programme) Price {
	price := Price{digits: p.Rules.Currency.Digits}
	price.From, _ = r.day(t, "from", p.Rules.Zone)
	r.need(t, "fee", "what a month costs, 0 for nothing")
	fee, _ := r.money(t, "fee", price.digits)
	price.Fee = loyalty.Money(fee)
	price.Included = r.whole(t, "included", 0, 0, 1_000_000_000)
	if price.Included == 0 && !t.written("extra") {
		r.complain(t.line, t.path, "allows no message", "included = 3000, extra = [{ each = 0.2 }], or both")
	}
	steps := r.each(t, "extra", 30)
	for i, x := range steps {
		s := Step{Upto: r.whole(x, "upto", 0, 1, math.MaxInt32)}
		r.need(x, "each", "what one message costs, as in 0.2")
		s.Each, _ = r.money(x, "each", 6)
		switch last := i == len(steps)-1; {
		case s.Upto == 0 && !last && !x.written("upto"):
			r.complain(x.line, x.join("upto"), "is missing: only the last step has no end", "up to how many extra messages of the month")
		case i > 0 && s.Upto > 0 && s.Upto <= price.Extra[i-1].Upto:
			r.complain(x.line, x.join("upto"), "is not above the step before it", "")
		}
		price.Extra = append(price.Extra, s)
	}
	if n := len(price.Extra); n > 0 {
		price.Extra[n-1].Upto = 0 // beyond the last step its price stays
	}
	return price
}

// affordable complains of a limit in money that means nothing.
func (r *reader) affordable(t *table, line int, m *Messages) {
	if len(m.Prices) == 0 {
		r.complain(line, t.join("month_cost"), "stands without prices", "market and plan, or [[messages.price]]")
		return
	}
	if fee := m.Prices[len(m.Prices)-1].Fee; m.MostMoney < fee {
		r.complain(line, t.join("month_cost"), "is below the month's fee, so that nothing could be pushed", "at least the fee")
	}
}
