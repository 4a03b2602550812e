package programme

import (
	"fmt"

	"github.com/pelletier/go-toml/v2/unstable"

	"regulars/loyalty"
)

// Plan is a paid plan's part in [Programme.Words]: its name, what is said about
// it, and its perks.
const Plan Part = "plan"

// What may stand where plans are listed.
const planList = "ids of [[plan]]"

// planIDs are the ids of paid plans, which bonuses and rewards name before the
// plans themselves are read: those name rewards.
func (r *reader) planIDs(root *table) { r.known.plans = idsAhead(root, "plan") }

// idsAhead are the ids that the tables of a list have, before these are read.
func idsAhead(root *table, key string) (ids []string) {
	v := root.of[key]
	if v == nil {
		return nil
	}
	for _, item := range v.items {
		if item.table == nil {
			continue
		}
		if id := item.table.of["id"]; id != nil && id.kind == unstable.String {
			ids = append(ids, id.text)
		}
	}
	return ids
}

// plansOf reads which paid plans something is for.
func (r *reader) plansOf(t *table) []string { return r.some(t, "plans", planList, r.known.plans) }

// plans reads the memberships that are paid for.
func (r *reader) plans(root *table, p *Programme) {
	var ids []string
	for _, t := range r.each(root, "plan", 10) {
		x := r.paidPlan(t, p, ids)
		ids = append(ids, x.ID)
		p.Rules.Plans = append(p.Rules.Plans, x)
	}
}

func (r *reader) paidPlan(t *table, p *Programme, ids []string) loyalty.Plan {
	x := loyalty.Plan{ID: r.id(t, ownID, ownForm, ids)}
	p.say(Plan, x.ID, said{name: r.name(t, "what the plan is called"), about: r.texts(t, "about", longAbout), perks: r.perks(t)})
	r.need(t, "price", "what one period costs")
	price, line := r.money(t, "price", p.Rules.Currency.Digits)
	if line > 0 && price == 0 {
		r.complain(line, t.join("price"), "must be more than nothing", "what one period costs; trial_days give it for nothing")
	}
	x.Price = loyalty.Money(price)
	r.need(t, "every", "month, year")
	x.Every = loyalty.Span(r.oneOf(t, "every", "month", "month", "year"))
	x.Trial = int(r.whole(t, "trial_days", 0, 1, 365))
	x.Remind = r.daysAhead(t, "reminder_days")
	if v := t.of["reminder_days"]; v != nil && x.Every == loyalty.SpanMonth && len(x.Remind) > 0 && x.Remind[0] > 27 {
		r.complain(v.line, t.join("reminder_days"), fmt.Sprintf("%d days before its end a month has not begun", x.Remind[0]), "up to 27 for a plan by the month")
	}
	x.Grace = int(r.whole(t, "grace_days", 0, 0, 90))
	x.Refund = loyalty.PlanRefund(r.oneOf(t, "refund", "none", "none", "pro-rata", "full"))
	r.planRefund(t, &x)
	x.CashBack = r.cashBack(t, p)
	return x
}

// planRefund reads within how many days all of a payment comes back.
func (r *reader) planRefund(t *table, x *loyalty.Plan) {
	days := r.whole(t, "refund_days", 0, 1, 366)
	if x.Refund == loyalty.PlanRefundFull {
		r.need(t, "refund_days", "within how many days all of it comes back, as in 30")
		x.RefundDays = int(days)
		return
	}
	r.unfit(t, []string{"refund_days"}, nil, fmt.Sprintf("refund is %q", x.Refund))
}

// cashBack reads what comes back of a plan's year of purchases.
func (r *reader) cashBack(t *table, p *Programme) (c loyalty.CashBack) {
	if t.ask("cash_back") == nil {
		return c
	}
	b := r.sub(t, "cash_back")
	r.need(b, "percent", "how much of a hundred comes back, as in 2 or 0.5")
	c.Percent = r.hundredths(b, "percent")
	most, _ := r.money(b, "cap", p.Rules.Currency.Digits)
	c.Cap = loyalty.Money(most)
	r.need(b, "reward", oneReward)
	c.Reward = r.gives(b, "reward")
	for _, w := range p.Rules.Rewards {
		if w.ID == c.Reward && w.Kind == loyalty.RewardCode && b.written("reward") {
			r.complain(b.of["reward"].line, b.join("reward"), quote(w.ID)+" is a digital code, which has no worth of its own", `a reward of kind "item"`)
		}
	}
	return c
}

// hundredths is a percentage such as 2 or 0.5, in hundredths of a percent; 0 when
// it is missing.
func (r *reader) hundredths(t *table, key string) int64 {
	v := t.ask(key)
	if v == nil {
		return 0
	}
	n, ok := minor(v.text, 2)
	if number := v.kind == unstable.Integer || v.kind == unstable.Float; !number || !ok || n < 1 || n > 50_00 {
		r.complain(v.line, t.join(key), quote(v.text)+" is no such percentage", "a number from 0.01 to 50, as in 2 or 0.5")
		return 0
	}
	return n
}
