package programme

import (
	"fmt"

	"regulars/loyalty"
)

// giftKinds in the order in which they are offered, and which keys go with
// each besides those of every gift.
var (
	giftKinds = []string{"welcome", "birthday", "anniversary", "visit", "comeback", "tier"}
	giftKeys  = []string{"tiers", "around", "visit", "every", "silence_days", "tier", "first_entry", "change_days"}
	giftFits  = map[loyalty.GiftKind][]string{
		loyalty.GiftWelcome:     {},
		loyalty.GiftBirthday:    {"tiers", "around", "first_entry", "change_days"},
		loyalty.GiftAnniversary: {"tiers"},
		loyalty.GiftVisit:       {"tiers", "visit", "every"},
		loyalty.GiftComeback:    {"tiers", "silence_days"},
		loyalty.GiftTier:        {"tier"},
	}
)

// gifts reads what is given without points being paid.
func (r *reader) gifts(root *table, p *Programme) {
	var ids []string
	for _, t := range r.each(root, "gift", 20) {
		g := r.gift(t, p, ids)
		ids = append(ids, g.ID)
		p.Rules.Gifts = append(p.Rules.Gifts, g)
	}
}

func (r *reader) gift(t *table, p *Programme, ids []string) loyalty.Gift {
	g := loyalty.Gift{ID: r.id(t, ownID, ownForm, ids)}
	p.say(Gift, g.ID, said{name: r.texts(t, "name", longName)})
	r.need(t, "kind", list(giftKinds))
	g.Kind = loyalty.GiftKind(r.oneOf(t, "kind", "", giftKinds...))
	g.Points = loyalty.Points(r.points(t, "points"))
	g.Rewards = r.some(t, "rewards", rewardList, r.known.rewards)
	r.known.presents = append(r.known.presents, g.Rewards...)
	if g.Points == 0 && !t.written("rewards") {
		r.complain(t.line, t.path, "gives nothing", "points = 50, rewards with ids of [[reward]], or both")
	}
	if len(g.Rewards) > 10 {
		r.complain(t.of["rewards"].line, t.join("rewards"), fmt.Sprintf("there are %d to choose from", len(g.Rewards)), "up to 10")
	}
	g.Levels = r.tierIDs(t)
	r.occasion(t, &g)
	if fits, known := giftFits[g.Kind]; known {
		r.unfit(t, giftKeys, fits, fmt.Sprintf("kind is %q", g.Kind))
	}
	return g
}

// occasion reads when a gift is given.
func (r *reader) occasion(t *table, g *loyalty.Gift) {
	around := r.oneOf(t, "around", "month", "day", "week", "month")
	first := r.oneOf(t, "first_entry", "gift", "gift", "next")
	change := r.whole(t, "change_days", 30, 0, 366)
	g.Visit = r.whole(t, "visit", 0, 1, 10_000)
	g.Every = r.truth(t, "every", false)
	g.Silence = int(r.whole(t, "silence_days", 0, 1, 3660))
	g.Level = r.one(t, "tier", oneTier, r.known.levels)
	switch g.Kind {
	case loyalty.GiftBirthday:
		g.Around, g.FirstEntryNext, g.ChangeDays = loyalty.Span(around), first == "next", int(change)
	case loyalty.GiftVisit:
		r.need(t, "visit", "which visit, as in 10")
	case loyalty.GiftComeback:
		r.need(t, "silence_days", "how many days without a visit, as in 60")
	case loyalty.GiftTier:
		r.need(t, "tier", oneTier)
		if len(r.known.levels) > 0 && g.Level == r.known.levels[0] && g.Level != "" {
			r.complain(t.of["tier"].line, t.join("tier"), quote(g.Level)+" is everybody's tier, which nobody reaches", "a higher tier")
		}
	}
}
