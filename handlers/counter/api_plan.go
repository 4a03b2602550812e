package counter

import (
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/plan"
)

// What the page is told of memberships that are paid for.
type (
	planAnswer struct {
		ID    string        `json:"id"`
		Name  string        `json:"name"`
		Price loyalty.Money `json:"price"` // of one period, minor units
		Year  bool          `json:"year"`  // a period is a year; else a month
	}
	// hasAnswer is the plan that a member has.
	hasAnswer struct {
		ID    string    `json:"id"`
		Name  string    `json:"name"`
		Until time.Time `json:"until"` // its last moment
	}
	planBody struct {
		whom
		Plan   string        `json:"plan"`
		Amount loyalty.Money `json:"amount"` // minor units
		Order  string        `json:"order,omitempty"`
	}
)

// plans are those that the programme sells now.
func (c *Counter) plans(q *request) []planAnswer {
	list := []planAnswer{}
	for _, x := range c.Shop.Rules(q.now).Plans {
		list = append(list, planAnswer{x.ID, c.Shop.PlanName(q.printer, q.now, x.ID), x.Price, x.Every == loyalty.SpanYear})
	}
	return list
}

// has is the plan that a member has, nil for none.
func (s *search) has(m people.Person) (*hasAnswer, error) {
	if len(s.c.Shop.Rules(s.call.Now).Plans) == 0 {
		return nil, nil
	}
	x, state, err := s.c.Shop.Plans.Stand(s.call.Tx, m.ID, s.call.Now)
	if err != nil || state == plan.None {
		return nil, err
	}
	return &hasAnswer{x.Plan, s.c.Shop.PlanName(s.call.Printer, s.call.Now, x.Plan), x.To.Add(-1).UTC()}, nil
}

// plan records that a member paid for a plan.
func (d *doing) plan(b planBody) (any, error) {
	m, err := d.whom(b.whom)
	if err != nil {
		return nil, err
	}
	out, err := d.till.PayPlan(d.Call, m, plan.Pay{Plan: b.Plan, Amount: b.Amount, Order: loyalty.Order(clipped(shop.Tidy(b.Order), maxOrder))})
	if err != nil {
		return nil, err
	}
	p, text := d.Printer, ""
	if out.Replayed {
		text = p.Say(i18n.PlanStaffAgain)
	} else {
		text = p.Say(i18n.PlanStaffDone, "Money", d.till.Money(p, d.Now, out.Payment.Amount), "Name", till.Called(p, m),
			"Plan", d.till.PlanName(p, d.Now, out.Payment.Plan), "Date", d.till.LastDay(p, out.Payment.To))
	}
	a := d.done(m, bot.Message{Text: text}, nil)
	a.Ref, a.Label, a.Amount, a.Undo = string(out.Payment.Ref), string(out.Payment.Ref), out.Payment.Amount, !out.Replayed
	return a, nil
}

// planBack takes a payment for a plan back; ok says that ref is one's.
func (d *doing) planBack(ref loyalty.Ref) (a doneAnswer, ok bool, err error) {
	z, err := d.till.Plans.Payment(d.Tx, ref)
	if err == plan.ErrRef {
		return a, false, nil
	}
	if err != nil {
		return a, true, err
	}
	if z, err = d.till.TakePlanBack(d.Call, ref); err != nil {
		return a, true, err
	}
	d.member = z.Member
	p := d.Printer
	a = d.done(nobody, bot.Message{Text: p.Say(i18n.PlanStaffTaken, "Money", d.till.Money(p, d.Now, z.Amount), "Plan", d.till.PlanName(p, d.Now, z.Plan))}, nil)
	a.Ref, a.Label = string(z.Ref), string(z.Ref)
	return a, true, nil
}
