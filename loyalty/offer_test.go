package loyalty

import (
	"errors"
	"testing"
	"time"
)

// offerZone is where the offers of these tests are; it has no clocks that move.
var offerZone = time.FixedZone("Taipei", 8*3600)

// TestOfferAt: what an offer gives and until when, around the ends of days, weeks
// and months. 16 November 2026 is a Monday.
func TestOfferAt(t *testing.T) {
	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, offerZone)
	}
	noon := func(day int) time.Time { return at(time.November, day, 12) }
	midnight := func(day int) time.Time { return at(time.November, day, 0) }
	three := []string{"a", "b", "c"}
	week := Offer{Rewards: three, Turn: SpanWeek, From: midnight(16)}
	weekend := Offer{Rewards: []string{"a"}, Weekdays: []time.Weekday{time.Saturday, time.Sunday}}
	for _, c := range []struct {
		name string
		o    Offer
		t    time.Time
		want OfferTurn
	}{
		{"for ever", Offer{Rewards: []string{"a"}}, noon(18), OfferTurn{Open: true, Reward: "a"}},
		{"not yet", Offer{Rewards: []string{"a"}, From: midnight(20)}, noon(18), OfferTurn{Reward: "a", Next: midnight(20)}},
		{"its last second", Offer{Rewards: []string{"a"}, To: midnight(19)}, midnight(19).Add(-1), OfferTurn{Open: true, Reward: "a", Until: midnight(19)}},
		{"over", Offer{Rewards: []string{"a"}, To: midnight(19)}, midnight(19), OfferTurn{Reward: "a"}},
		{"the first week", week, midnight(16), OfferTurn{Open: true, Reward: "a", Until: midnight(23)}},
		{"its Sunday", week, midnight(23).Add(-1), OfferTurn{Open: true, Reward: "a", Until: midnight(23)}},
		{"the second week", week, midnight(23), OfferTurn{Open: true, Reward: "b", Until: midnight(30)}},
		{"the fourth week is the first again", week, at(time.December, 7, 0), OfferTurn{Open: true, Reward: "a", Until: at(time.December, 14, 0)}},
		{"begun on a Thursday, the week is shorter", Offer{Rewards: three, Turn: SpanWeek, From: midnight(19)}, noon(23), OfferTurn{Open: true, Reward: "b", Until: midnight(30)}},
		{"daily", Offer{Rewards: three, Turn: SpanDay, From: midnight(16)}, noon(18), OfferTurn{Open: true, Reward: "c", Until: midnight(19)}},
		{"monthly, cut short", Offer{Rewards: three, Turn: SpanMonth, From: midnight(16), To: at(time.December, 11, 0)}, at(time.December, 10, 9), OfferTurn{Open: true, Reward: "b", Until: at(time.December, 11, 0)}},
		{"on a working day", weekend, noon(18), OfferTurn{Reward: "a", Next: midnight(21)}},
		{"on Saturday", weekend, noon(21), OfferTurn{Open: true, Reward: "a", Until: midnight(23)}},
		{"on Sunday", weekend, noon(22), OfferTurn{Open: true, Reward: "a", Until: midnight(23)}},
		{"a weekend that never comes", Offer{Rewards: []string{"a"}, Weekdays: weekend.Weekdays, To: midnight(20)}, noon(18), OfferTurn{Reward: "a"}},
		{"Sunday and Monday are two weeks'", Offer{Rewards: three, Turn: SpanWeek, From: midnight(16), Weekdays: []time.Weekday{time.Sunday, time.Monday}}, noon(22), OfferTurn{Open: true, Reward: "a", Until: midnight(23)}},
		{"every day by name", Offer{Rewards: []string{"a"}, Weekdays: []time.Weekday{0, 1, 2, 3, 4, 5, 6}}, noon(18), OfferTurn{Open: true, Reward: "a"}},
	} {
		p := &Programme{Zone: offerZone}
		got := p.OfferAt(&c.o, c.t)
		if got.Open != c.want.Open || got.Reward != c.want.Reward || !got.Until.Equal(c.want.Until) || !got.Next.Equal(c.want.Next) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestMayClaim: each bound refuses by its own name and says when it is over.
func TestMayClaim(t *testing.T) {
	now := time.Date(2026, time.November, 18, 12, 0, 0, 0, offerZone) // a Wednesday
	day := func(n int) time.Time { return time.Date(2026, time.November, n, 0, 0, 0, 0, offerZone) }
	p := &Programme{Zone: offerZone, Tiers: Tiers{Levels: []Level{{ID: "green"}, {ID: "gold", At: 10}}}}
	o := func(f func(*Offer)) Offer {
		x := Offer{ID: "x", Rewards: []string{"a"}, PerPerson: 1}
		f(&x)
		return x
	}
	for _, c := range []struct {
		name  string
		o     Offer
		c     Claimant
		why   OfferWhy // "" may
		again time.Time
	}{
		{"free for all", o(func(*Offer) {}), Claimant{}, "", time.Time{}},
		{"had it, ever", o(func(*Offer) {}), Claimant{Had: 1}, OfferHad, time.Time{}},
		{"had it this week", o(func(x *Offer) { x.Per = SpanWeek }), Claimant{Had: 1}, OfferHad, day(23)},
		{"next week is too late", o(func(x *Offer) { x.Per, x.To = SpanWeek, day(23) }), Claimant{Had: 1}, OfferHad, time.Time{}},
		{"next Monday is no Friday", o(func(x *Offer) { x.Per, x.Weekdays = SpanWeek, []time.Weekday{3, 5} }), Claimant{Had: 1}, OfferHad, day(25)},
		{"the last one", o(func(x *Offer) { x.Number = 3 }), Claimant{Taken: 2}, "", time.Time{}},
		{"none left", o(func(x *Offer) { x.Number = 3 }), Claimant{Taken: 3}, OfferGone, time.Time{}},
		{"none left today", o(func(x *Offer) { x.Number, x.NumberPer = 3, SpanDay }), Claimant{Taken: 3}, OfferGone, day(19)},
		{"for gold", o(func(x *Offer) { x.Levels = []string{"gold"} }), Claimant{}, OfferLevel, time.Time{}},
		{"gold", o(func(x *Offer) { x.Levels = []string{"gold"} }), Claimant{Level: "gold"}, "", time.Time{}},
		{"a level that is gone is the lowest", o(func(x *Offer) { x.Levels = []string{"green"} }), Claimant{Level: "silver"}, "", time.Time{}},
		{"for a plan", o(func(x *Offer) { x.Plans = []string{"plus", "pro"} }), Claimant{Plans: []string{"basic"}}, OfferPlan, time.Time{}},
		{"on a plan", o(func(x *Offer) { x.Plans = []string{"plus", "pro"} }), Claimant{Plans: []string{"pro"}}, "", time.Time{}},
		{"one store is new", o(func(x *Offer) { x.Untried, x.Stores = UntriedStore, []Store{"n", "s"} }), Claimant{Bought: []Store{"n"}}, "", time.Time{}},
		{"no store is new", o(func(x *Offer) { x.Untried, x.Stores = UntriedStore, []Store{"n", "s"} }), Claimant{Bought: []Store{"s", "n"}}, OfferTried, time.Time{}},
		{"knows cake", o(func(x *Offer) { x.Untried, x.Items = UntriedItems, []string{"cake"} }), Claimant{HadItem: true}, OfferTried, time.Time{}},
	} {
		var no *OfferError
		err := p.MayClaim(&c.o, &c.c, now)
		if errors.As(err, &no) != (c.why != "") || c.why != "" && (no.Why != c.why || !no.Again.Equal(c.again)) {
			t.Errorf("%s: %v %+v, want %q again %v", c.name, err, no, c.why, c.again)
		}
	}
	if err := p.MayClaim(&Offer{ID: "x", PerPerson: 1}, &Claimant{Frozen: true}, now); err != ErrFrozen {
		t.Errorf("frozen: %v", err)
	}
}
