package api

import (
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/plan"
	"regulars/store"
)

type planBody struct {
	place
	whom
	Plan   string        `json:"plan"`
	Amount loyalty.Money `json:"amount"`
	Order  string        `json:"order,omitempty"` // the till's number of the payment
}

// paidAnswer is a payment for a plan that was recorded.
type paidAnswer struct {
	Ref    loyalty.Ref      `json:"ref"`
	Member loyalty.MemberID `json:"member"`
	Plan   string           `json:"plan"`
	Amount loyalty.Money    `json:"amount"`
	From   time.Time        `json:"from"`
	Until  time.Time        `json:"until"` // exclusive
	Before bool             `json:"before"`
	Lines  []string         `json:"lines"`
}

// paid records that a member paid for a plan, and gives them their receipt.
func (d *deed) paid(b planBody) (any, error) {
	switch {
	case b.Plan == "" || len(b.Plan) > maxOrder:
		return nil, badField("plan")
	case len([]rune(b.Order)) > maxOrder:
		return nil, badField("order")
	case b.Amount > maxMoney:
		return nil, loyalty.ErrOverflow
	}
	m, err := d.whom(b.whom)
	if err != nil {
		return nil, err
	}
	out, err := d.till.PayPlan(d.Call, m, plan.Pay{Plan: b.Plan, Amount: b.Amount, Order: loyalty.Order(shop.Tidy(b.Order))})
	if err != nil {
		return nil, err
	}
	z := out.Payment
	p := d.Printer
	text := p.Say(i18n.PlanStaffAgain)
	if !out.Replayed {
		text = p.Say(i18n.PlanStaffDone, "Money", d.till.Money(p, d.Now, z.Amount), "Name", till.Called(p, m),
			"Plan", d.till.PlanName(p, d.Now, z.Plan), "Date", d.till.LastDay(p, z.To))
	}
	return paidAnswer{
		Ref: z.Ref, Member: m.ID, Plan: z.Plan, Amount: z.Amount, From: z.From.UTC(), Until: z.To.UTC(), Before: out.Replayed,
		Lines: lines(bot.Message{Text: text}.Text),
	}, nil
}

// planAnswer is a member's paid plan.
type planAnswer struct {
	State     string     `json:"state"` // none, trial, runs, ending, grace
	Plan      string     `json:"plan,omitempty"`
	Name      string     `json:"name,omitempty"`
	Until     *time.Time `json:"until,omitempty"` // exclusive, of what is paid
	PerksTo   *time.Time `json:"perks_until,omitempty"`
	Cancelled bool       `json:"cancelled"`
}

// planOf is a member's plan as it is now.
func (s *Server) planOf(r store.Reader, q *request) (any, error) {
	m, err := s.reads(r, q)
	if err != nil {
		return nil, err
	}
	x, state, err := s.Shop.Plans.Stand(r, m.ID, q.now)
	if err != nil || state == plan.None {
		return planAnswer{State: "none"}, err
	}
	until, perks := x.To.UTC(), x.End(s.Shop.Rules(q.now)).UTC()
	return planAnswer{
		State: string(state), Plan: x.Plan, Name: s.Shop.PlanName(q.printer, q.now, x.Plan),
		Until: &until, PerksTo: &perks, Cancelled: state == plan.Ending,
	}, nil
}
