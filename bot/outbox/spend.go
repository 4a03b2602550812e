package outbox

import (
	"time"

	"regulars/bot"
	"regulars/store"
)

// Plan is what a shop lets its messages cost. The zero Plan has no limits and
// knows no price.
type Plan struct {
	Most      int64 // billed messages a month and channel; 0 is no limit
	MostMoney int64 // what a month may cost in all, its fee too, in minor units; 0 is no limit
	// Keep is the share of the month, in per cent, that nudges and promos leave
	// to gifts and receipts, and of which gifts leave half to receipts.
	Keep int64
	// Included is how many messages a month's fee pays for.
	Included int64
	// Cost is what a month with n billed messages costs, its fee too, in minor
	// units of the shop's currency; ok is false where so many cannot be had. It
	// never falls as n grows. nil: prices are not known.
	Cost func(n int64) (money int64, ok bool)
}

// Why spend refuses; these stand in rows and reports.
const (
	WhyQuota      = "quota"       // the platform's own messages of the month
	WhyMonthLimit = "month-limit" // Plan.Most
	WhyMonthCost  = "month-cost"  // Plan.MostMoney
)

// lookAgain is for how long what was refused waits before it is asked about
// anew: a plan is raised, or a limit, in the middle of a month.
const lookAgain = time.Hour

// spend reserves n messages of a channel's month for a class, in the commit
// that claims them; where messages are free it does nothing. Refused, nothing
// is held: why says what is used up, and until when it is worth no further
// question. Answers and receipts are always granted: only the platform can
// refuse them.
func (o *Outbox) spend(tx store.Tx, ch bot.ChannelName, class bot.Class, n int64, now time.Time) (ok bool, until time.Time, why string, err error) {
	if o.gratis(ch) || n <= 0 {
		return true, until, "", nil
	}
	q, err := quotaFor(tx, ch, now)
	if err != nil {
		return false, until, "", err
	}
	most, why := q.most(o.plan(now), class)
	if !q.take(n, most) {
		return false, earlier(now.Add(lookAgain), monthsEnd(now)), why, nil
	}
	return true, until, "", quotas.Put(tx, q, string(ch))
}

// settle ends a reservation of spend in the commit that says what became of it:
// billed is how many of the reserved were, 0 when none went out.
func (o *Outbox) settle(tx store.Tx, ch bot.ChannelName, reserved, billed int64, now time.Time) error {
	if o.gratis(ch) || reserved == 0 && billed == 0 {
		return nil
	}
	q, err := quotaFor(tx, ch, now)
	if err != nil {
		return err
	}
	q.settle(reserved, billed)
	return quotas.Put(tx, q, string(ch))
}

// gratis says that messages cost nothing on a channel; of one that is no longer
// configured nobody knows.
func (o *Outbox) gratis(ch bot.ChannelName) bool {
	c := o.channels[ch]
	return c != nil && c.free
}

// plan is what the shop allows now.
func (o *Outbox) plan(now time.Time) Plan {
	if o.cfg.Plan == nil {
		return Plan{}
	}
	return o.cfg.Plan(now)
}

// most is how many messages of this month a class may bring the purse to, -1
// for any number, and what stands in the way of more.
func (q *quota) most(p Plan, class bot.Class) (most int64, why string) {
	if class == bot.Answer || class == bot.Receipt {
		return -1, ""
	}
	most = -1
	limit := func(n int64, reason string) {
		n = max(0, n-q.elsewhere())
		if most < 0 || n < most {
			most, why = n, reason
		}
	}
	if q.Limited {
		limit(q.Limit, WhyQuota)
	}
	if p.Most > 0 {
		limit(p.Most, WhyMonthLimit)
	}
	if p.MostMoney > 0 && p.Cost != nil {
		limit(p.affords(), WhyMonthCost)
	}
	if most < 0 {
		return most, ""
	}
	kept := p.Keep
	if class == bot.Gift {
		kept /= 2
	}
	// The share is of the whole month, whoever used it.
	return max(0, most-(most+q.elsewhere())*kept/100), why
}

// Limit is how many messages a month the shop's own limits allow; ok is false
// where there is none.
func (p *Plan) Limit() (n int64, ok bool) {
	if p.Most > 0 {
		n, ok = p.Most, true
	}
	if p.MostMoney > 0 && p.Cost != nil {
		if m := p.affords(); !ok || m < n {
			n, ok = m, true
		}
	}
	return n, ok
}

// affords is the greatest number of messages that MostMoney pays for.
func (p *Plan) affords() int64 {
	low, high := int64(0), int64(1)<<40 // low is affordable, or nothing is
	for low < high {
		n := low + (high-low+1)/2
		if cost, ok := p.Cost(n); ok && cost <= p.MostMoney {
			low = n
		} else {
			high = n - 1
		}
	}
	return low
}
