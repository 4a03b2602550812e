package members

import (
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	payment "regulars/loyalty/plan"
)

// offerPaid are the plans that can be paid for, with their prices.
func offerPaid(w *work) (any, error) {
	var list []console.Option
	for _, x := range w.Rules(w.q.Now).Plans {
		label := w.PlanName(w.q.P, w.q.Now, x.ID) + " · " + w.Money(w.q.P, w.q.Now, x.Price)
		list = append(list, console.Option{Value: x.ID, Label: label})
	}
	return list, nil
}

// payPlan records that somebody paid for a plan, as /paid does in the chat. No amount is
// the plan's price.
func payPlan(w *work) (plan, error) {
	pay := payment.Pay{Plan: w.q.Typed("plan"), Order: loyalty.Order(clipped(shop.Tidy(w.q.Typed("order"))))}
	rules := w.Rules(w.q.Now)
	terms, ok := rules.Plan(pay.Plan)
	if !ok {
		return plan{}, payment.ErrUnknown
	}
	pay.Amount = terms.Price
	if typed := w.q.Typed("amount"); typed != "" {
		var err error
		if pay.Amount, err = shop.ReadMoney(typed, rules.Currency); err != nil {
			return plan{}, err
		}
	}
	if w.q.Me.Member == w.m.ID {
		return plan{}, loyalty.ErrSelf
	}
	pay.Any = true // who does it here is a manager
	to, _, err := w.Plans.Until(w.r, w.m.ID, pay, w.q.Now)
	if err != nil {
		return plan{}, err
	}
	name, money := w.PlanName(w.q.P, w.q.Now, pay.Plan), w.Money(w.q.P, w.q.Now, pay.Amount)
	rows := []Row{w.row(i18n.ConsolePlansPlan, name), w.row(i18n.PlanPaid, money), w.row(i18n.PlanUntil, w.LastDay(w.q.P, to))}
	return plan{Rows: rows, Warn: w.q.Say(i18n.ConsoleMembersTellsThem), do: func(w *work) (done, error) {
		out, err := w.PayPlan(w.call, w.m, pay)
		if err != nil {
			return done{}, err
		}
		ref := string(out.Payment.Ref)
		if out.Replayed {
			return done{said: w.q.Say(i18n.PlanStaffAgain), note: ref, again: true}, nil
		}
		said := w.q.Say(i18n.PlanStaffDone, "Money", money, "Name", till.Called(w.q.P, w.m), "Plan", name, "Date", w.LastDay(w.q.P, out.Payment.To))
		return done{said: said, note: ref}, nil
	}}, nil
}

// mostOrder is how many letters of an order number are kept, as at the counter.
const mostOrder = 40

func clipped(s string) string {
	if r := []rune(s); len(r) > mostOrder {
		return string(r[:mostOrder])
	}
	return s
}
