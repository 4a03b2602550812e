package till

import (
	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/plan"
)

// PayPlan records that a member paid for a plan, and gives them their receipt. Who is
// a manager may record another amount than the price, a program never. Refusals:
// as [plan.Desk.Record].
func (t Till) PayPlan(c *Call, m people.Person, pay plan.Pay) (plan.Paid, error) {
	pay.Any = c.Program == "" && people.AtLeast(c.Me.Role, people.Manager)
	out, err := t.Plans.Record(c.Tx, m.ID, c.Act("plan"), pay)
	if err != nil || out.Replayed {
		return out, err
	}
	return out, t.TellMember(c, m.ID, bot.PushNow, string(out.Payment.Ref), func(p i18n.Printer) []bot.Message {
		return []bot.Message{t.planReceipt(c, p, out)}
	})
}

// planReceipt is the member's receipt of a payment.
func (t Till) planReceipt(c *Call, p i18n.Printer, out plan.Paid) bot.Message {
	return bot.Message{
		Title: p.Say(i18n.PlanReceipt, "Plan", t.PlanName(p, c.Now, out.Payment.Plan)),
		Rows: []bot.Row{
			{Label: p.Say(i18n.PlanPaid), Value: t.Money(p, c.Now, out.Payment.Amount)},
			{Label: p.Say(i18n.PlanUntil), Value: t.LastDay(p, out.Run.To)},
		},
		Note:    t.RefNote(p, c.Now, string(out.Payment.Ref)),
		Buttons: []bot.Button{{Label: p.Say(i18n.KeyPlan), Do: bot.DoCommand, Value: "plan"}},
	}
}

// TakePlanBack undoes a payment that was recorded by mistake: a clerk their own, a
// manager anybody's. Refusals: as [plan.Desk.TakeBack], and in words.
func (t Till) TakePlanBack(c *Call, ref loyalty.Ref) (z plan.Payment, err error) {
	if z, err = t.Plans.Payment(c.Tx, ref); err != nil {
		return z, err
	}
	if err := MayUndo(c.Me, z.By); err != nil {
		return z, err
	}
	if z, _, err = t.Plans.TakeBack(c.Tx, ref, c.Act("plan")); err != nil || z.Trial {
		return z, err
	}
	m, err := t.Whole(c.Tx, z.Member)
	if err != nil {
		return z, err
	}
	return z, t.TellMember(c, m.ID, bot.PushNow, string(ref), func(p i18n.Printer) []bot.Message {
		return []bot.Message{{
			Text: p.Say(i18n.PlanTaken, "Money", t.Money(p, c.Now, z.Amount), "Plan", t.PlanName(p, c.Now, z.Plan)),
			Note: t.RefNote(p, c.Now, string(ref)),
		}}
	})
}

// RefundPlan records that what the rules give of a member's plan was paid back. It ends
// at once. Refusals: as [plan.Desk.Refund].
func (t Till) RefundPlan(c *Call, m people.Person) (x plan.Run, sum loyalty.Money, err error) {
	if x, sum, err = t.Plans.Refund(c.Tx, m.ID, c.Act("plan")); err != nil {
		return x, sum, err
	}
	return x, sum, t.TellMember(c, m.ID, bot.PushNow, "", func(p i18n.Printer) []bot.Message {
		return []bot.Message{{Text: p.Say(i18n.PlanRefunded, "Money", t.Money(p, c.Now, sum), "Plan", t.PlanName(p, c.Now, x.Plan))}}
	})
}
