package programme

import "regulars/loyalty"

// Fraud is from when on what employees and members do is worth an owner's look,
// [fraud]; 0 turns a rule off. What is stopped is in Rules.Stops.
type Fraud struct {
	// Tell is the score, 1 to 100, from which managers are told of a finding.
	Tell int
	// LookBack is how many days before tell what is usual.
	LookBack int
	// KeyCard is how many purchases one key of the API enters for one member in a
	// local day; 0: any number. The points that a key gives have caps of their own.
	KeyCard int
	Staff   FraudStaff
	Members FraudMembers
}

// FraudStaff are the rules about an employee's day. Where there are enough days of
// colleagues to compare with, what is far from theirs counts, but never less than
// these.
type FraudStaff struct {
	OneCard     int            // sales and gifts for one member in a day
	OneCardWeek int            // and in seven
	Minute      int            // sales and gifts entered within one minute
	Hour        int            // and within one hour of the clock
	Round       int            // sales of sums that look made up, where they are not usual
	ByHand      loyalty.Points // given by hand in a day, and far more than on any day before
	Undone      int            // sales and gifts taken back in a day, and a third of all
	AfterUse    int            // taken back in seven days after their points, or the voucher, were used
	NoOrder     int            // sales without an order number, where others have one
	OffHours    int            // sales and gifts while the shop is closed
	Related     int            // gifts in a day for their household or friends, and their sales beyond the first
	Hours       Hours          // when the shop is open; From == To: as the days before tell
}

// fraud reads [fraud].
func (r *reader) fraud(t *table, p *Programme) {
	p.Fraud.Tell = int(r.whole(t, "tell", 20, 1, 100))
	p.Fraud.LookBack = int(r.whole(t, "look_back_days", 30, 7, 90))
	p.Fraud.Staff = r.fraudStaff(r.sub(t, "staff"))
	p.Fraud.Members = r.fraudMembers(r.sub(t, "members"))
	r.stop(r.sub(t, "stop"), p)
}

func (r *reader) fraudStaff(t *table) FraudStaff {
	n := func(key string, fallback int64) int { return int(r.whole(t, key, fallback, 0, 1_000_000)) }
	f := FraudStaff{
		OneCard: n("one_card", 6), OneCardWeek: n("one_card_week", 25), Minute: n("minute", 8), Hour: n("hour", 60),
		Round: n("round", 10), ByHand: loyalty.Points(n("by_hand", 100)), Undone: n("undone", 5), AfterUse: n("after_use", 3),
		NoOrder: n("no_order", 10), OffHours: n("off_hours", 3), Related: n("related", 3),
	}
	f.Hours.From, f.Hours.To = r.hours(t)
	return f
}

// stop reads what is not only told but stopped. Owners are stopped by nothing: it
// is their shop.
func (r *reader) stop(t *table, p *Programme) {
	n := func(key string, fallback int64) int { return int(r.whole(t, key, fallback, 0, 1_000_000)) }
	s := loyalty.Stop{Hour: n("hour", 240), Day: n("day", 0), Card: n("card", 12), All: n("all", 30)}
	p.Fraud.KeyCard = n("key_card", 0)
	way := r.oneOf(t, "household", string(loyalty.HouseholdRefuse), "refuse", "approve", "allow")
	if p.Rules.Household.On() && way != "allow" {
		s.Household = loyalty.HouseholdStop(way)
	}
	if v := t.of["all"]; v != nil && s.All > 0 && s.All < s.Card {
		r.complain(v.line, t.join("all"), "is less than what one employee alone may enter for a card", "card or more, or 0 for no limit")
	}
	p.Rules.Stops = map[loyalty.Role]loyalty.Stop{"clerk": s, "manager": s}
}
