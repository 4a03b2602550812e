package metric

import "slices"

// Name is what a metric is asked for by.
type Name string

// The plain counts, shown first.
const (
	Revenue      Name = "revenue"       // net of refunds
	Orders       Name = "orders"        // not wholly refunded
	Customers    Name = "customers"     // with at least one order
	AverageOrder Name = "average_order" // revenue / orders
	Frequency    Name = "frequency"     // orders / customers
	RepeatRate   Name = "repeat_rate"   // customers with ≥ 2 orders / with ≥ 1, in the window
	RepeatEver   Name = "repeat_ever"   // the same, ever up to the window's end
	Joined       Name = "joined"        // new members
	Members      Name = "members"
	Active       Name = "active"    // with a purchase in the trailing [Settings.ActiveDays]
	Reachable    Name = "reachable" // members whom an offer could be sent to
	Activity     Name = "activity"  // active / reachable; blocked is not inactive
	Stickiness   Name = "stickiness"
	Retention    Name = "retention"
	Churn        Name = "churn"
	Reactivation Name = "reactivation"
	PlanChurn    Name = "plan_churn"  // paid plans that ended, of those at risk
	Given        Name = "given"       // points, less what was taken back
	Spent        Name = "spent"       // points, less what was undone
	Expired      Name = "expired"     // points
	Outstanding  Name = "outstanding" // points unspent: available, pending and held
	Liability    Name = "liability"   // outstanding × the value of a point
	Breakage     Name = "breakage"    // of the points that left in a year, those that expired
	LiabilityNet Name = "liability_net"
	Vouchers     Name = "vouchers" // taken at the counter
	NPS          Name = "nps"
	CSAT         Name = "csat"
	CSATMean     Name = "csat_mean"
	Answers      Name = "answers" // to surveys
	Billed       Name = "billed"  // messages paid for
	Saved        Name = "saved"   // what messages were worth that did not have to be pushed
	Fatigue      Name = "fatigue" // reachable members who ignored the last offers
)

// The models and what is made of many parts, shown as advanced.
const (
	CLVSimple    Name = "clv_simple"    // historic
	CLV          Name = "clv"           // by the models, the next twelve months, a customer
	Alive        Name = "alive"         // customers who are still customers, by the model
	Engagement   Name = "engagement"    // no standard exists
	LoyaltyScore Name = "loyalty_score" // a mean of ranks: of a segment or a store
)

// Unit is what a metric's number is in.
type Unit string

// The units.
const (
	Money   Unit = "money"   // minor units of the shop's currency
	Points  Unit = "points"  // points
	Count   Unit = "count"   // people, orders, messages
	Percent Unit = "percent" // 0 to 100
	Score   Unit = "score"   // NPS −100 to 100, the loyalty score 0 to 100
	Ratio   Unit = "ratio"   // a number with a fraction: orders a customer, the mean of 1 to 5
)

// Info is what is to be known of a metric before it is asked for.
type Info struct {
	Name     Name
	Unit     Unit
	Advanced bool
	// PerStore and PerSegment say that it can be had of one store, of a segment;
	// else its Missing is [WholeShopOnly].
	PerStore, PerSegment bool
	// Sums says that windows add up; State that it is as of the window's end,
	// wherever that began. Of neither: a share or a mean of the window.
	Sums, State bool
	// Better is 1 where more is better, −1 where less is, 0 where neither.
	Better int
}

var infos = []Info{
	{Revenue, Money, false, true, true, true, false, 1},
	{Orders, Count, false, true, true, true, false, 1},
	{Customers, Count, false, true, true, false, false, 1},
	{AverageOrder, Money, false, true, true, false, false, 1},
	{Frequency, Ratio, false, true, true, false, false, 1},
	{RepeatRate, Percent, false, true, true, false, false, 1},
	{RepeatEver, Percent, false, true, true, false, true, 1},
	{Joined, Count, false, true, true, true, false, 1},
	{Members, Count, false, true, true, false, true, 1},
	{Active, Count, false, true, true, false, true, 1},
	{Reachable, Count, false, true, true, false, true, 1},
	{Activity, Percent, false, true, true, false, true, 1},
	{Stickiness, Percent, false, true, true, false, true, 1},
	{Retention, Percent, false, true, true, false, true, 1},
	{Churn, Percent, false, true, true, false, true, -1},
	{Reactivation, Percent, false, true, true, false, true, 1},
	{PlanChurn, Percent, false, false, false, false, false, -1},
	{Given, Points, false, true, true, true, false, 0},
	{Spent, Points, false, true, true, true, false, 1},
	{Expired, Points, false, false, true, true, false, 0}, // in no store: points run out by themselves
	{Outstanding, Points, false, false, true, false, true, 0},
	{Liability, Money, false, false, true, false, true, 0},
	{Breakage, Percent, false, false, true, false, true, 0},
	{LiabilityNet, Money, false, false, true, false, true, 0},
	{Vouchers, Count, false, true, true, true, false, 1},
	{NPS, Score, false, true, true, false, false, 1},
	{CSAT, Percent, false, true, true, false, false, 1},
	{CSATMean, Ratio, false, true, true, false, false, 1},
	{Answers, Count, false, true, true, true, false, 1},
	{Billed, Count, false, false, false, true, false, -1},
	{Saved, Money, false, false, false, true, false, 1},
	{Fatigue, Percent, false, true, true, false, true, -1},
	{CLVSimple, Money, true, true, true, false, false, 1},
	{CLV, Money, true, true, true, false, true, 1},
	{Alive, Count, true, true, true, false, true, 1},
	{Engagement, Percent, true, true, true, false, true, 1},
	{LoyaltyScore, Score, true, true, true, false, true, 1},
}

// Names are all metrics, in the order in which they are best shown.
func Names() []Info { return slices.Clone(infos) }

// InfoOf is one metric's; ok is false of a name that is none.
func InfoOf(n Name) (Info, bool) {
	i := slices.IndexFunc(infos, func(x Info) bool { return x.Name == n })
	if i < 0 {
		return Info{}, false
	}
	return infos[i], true
}
