package programme

import (
	"fmt"

	"regulars/loyalty"
)

// Offer is the part of an [[offer]]'s words.
const Offer Part = "offer"

// offers reads perks without points.
func (r *reader) offers(root *table, p *Programme) {
	var ids []string
	for _, t := range r.each(root, "offer", 50) {
		o := r.offer(t, p, ids)
		ids = append(ids, o.ID)
		p.Rules.Offers = append(p.Rules.Offers, o)
	}
}

func (r *reader) offer(t *table, p *Programme, ids []string) loyalty.Offer {
	o := loyalty.Offer{ID: r.id(t, ownID, ownForm, ids)}
	p.say(Offer, o.ID, said{name: r.name(t, "the offer's name"), about: r.texts(t, "about", longAbout), picture: r.picture(t)})
	r.turns(t, &o)
	o.From, o.To = r.dates(t, p.Rules.Zone)
	o.Weekdays = r.weekdays(t)
	o.Levels, o.Plans = r.tierIDs(t), r.plansOf(t)
	o.Segment = r.segmentOf(t)
	o.Stores = r.storeIDs(t, p)
	r.howMany(t, &o)
	r.untried(t, &o)
	return o
}

// turns reads what an offer gives: one reward, or several in turn.
func (r *reader) turns(t *table, o *loyalty.Offer) {
	one := r.gives(t, "reward")
	o.Rewards = r.some(t, "rewards", rewardList, r.known.rewards)
	r.known.presents = append(r.known.presents, o.Rewards...)
	turn := loyalty.Span(r.oneOf(t, "turn", "week", "day", "week", "month"))
	switch {
	case t.written("reward") && t.written("rewards"):
		r.complain(t.of["rewards"].line, t.join("rewards"), "stands beside reward", "one of the two")
	case t.written("reward"):
		o.Rewards = []string{one}
	case !t.written("rewards"):
		r.complain(t.line, t.join("reward"), "is missing", oneReward+", or rewards = [ … ] that take turns")
	}
	if len(o.Rewards) > 1 {
		o.Turn = turn
		return
	}
	r.unfit(t, []string{"turn"}, nil, "one reward is given")
}

// howMany reads how many there are, for all and for one member. Without a word of
// it, a member has one, of several that take turns one in each turn.
func (r *reader) howMany(t *table, o *loyalty.Offer) {
	o.Number = r.whole(t, "number", 0, 1, 1_000_000)
	o.NumberPer = ever(r.oneOf(t, "number_per", "ever", "day", "week", "month", "year", "ever"))
	if !t.written("number") {
		r.unfit(t, []string{"number_per"}, nil, "number is missing")
	}
	o.PerPerson, o.Per = 1, o.Turn
	if t.written("per_person") || t.written("per") {
		o.PerPerson, o.Per = r.limit(t, "per_person")
	} else {
		t.ask("per_person")
		t.ask("per")
	}
}

// ever is a span as the rules have it.
func ever(s string) loyalty.Span {
	if s == "ever" {
		return ""
	}
	return loyalty.Span(s)
}

// untried reads what a member must not have bought.
func (r *reader) untried(t *table, o *loyalty.Offer) {
	o.Untried = loyalty.Untried(r.oneOf(t, "untried", "", "store", "category"))
	o.Items = r.some(t, "items", goodsList, r.known.goods)
	switch o.Untried {
	case loyalty.UntriedStore:
		r.need(t, "stores", "ids of [[store]] of which a member has not tried some")
	case loyalty.UntriedItems:
		r.need(t, "items", goodsList)
	}
	if o.Untried != loyalty.UntriedItems {
		r.unfit(t, []string{"items"}, nil, fmt.Sprintf("untried is not %q", loyalty.UntriedItems))
	}
}
