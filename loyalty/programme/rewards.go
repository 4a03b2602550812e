package programme

import (
	"fmt"
	"slices"
	"time"

	"regulars/loyalty"
)

// rewards reads the catalogue.
func (r *reader) rewards(root *table, p *Programme) {
	for _, t := range r.each(root, "reward", 100) {
		w := r.reward(t, p)
		r.known.rewards = append(r.known.rewards, w.ID)
		r.known.rewardTables = append(r.known.rewardTables, t)
		p.Rules.Rewards = append(p.Rules.Rewards, w)
	}
}

func (r *reader) reward(t *table, p *Programme) loyalty.Reward {
	w := loyalty.Reward{ID: r.id(t, ownID, ownForm, r.known.rewards)}
	p.say(Reward, w.ID, said{name: r.name(t, "the reward's name"), about: r.texts(t, "about", longAbout), picture: r.picture(t)})
	w.Cost = loyalty.Points(r.points(t, "cost"))
	w.Kind = loyalty.RewardKind(r.oneOf(t, "kind", "item", "item", "code"))
	if v := t.ask("stock"); v != nil {
		n := r.whole(t, "stock", 0, 0, manyPoints)
		w.Stock = &n
	}
	w.PerPerson, w.Per = r.limit(t, "per_person")
	w.Levels = r.tierIDs(t)
	w.Plans = r.plansOf(t)
	w.From, w.To = r.dates(t, p.Rules.Zone)
	w.Stores = r.storeIDs(t, p)
	w.ValidFor, w.ToDayEnd = r.valid(t)
	w.OnExpiry = loyalty.Fate(r.oneOf(t, "on_expiry", "back", "back", "forfeit"))
	w.OnCancel = loyalty.Fate(r.oneOf(t, "on_cancel", "back", "back", "forfeit"))
	worth, _ := r.money(t, "worth", p.Rules.Currency.Digits)
	w.Worth = loyalty.Money(worth)
	r.elsewhere(t, p, &w)
	if w.Kind == loyalty.RewardCode {
		if v := t.of["stock"]; v != nil {
			r.complain(v.line, t.join("stock"), "codes need none: there are as many as lie in the pool", "")
			w.Stock = nil
		}
		r.unfit(t, []string{"valid_minutes", "valid_days", "on_expiry", "on_cancel"}, nil, `kind is "code": it is spent and shown at once`)
	}
	return w
}

// limit reads how many within which span: a count under key, the span under per.
func (r *reader) limit(t *table, key string) (int64, loyalty.Span) {
	n := r.whole(t, key, 0, 1, 1_000_000)
	per := r.oneOf(t, "per", "ever", "day", "week", "month", "year", "ever")
	if n == 0 && !t.written(key) {
		r.unfit(t, []string{"per"}, nil, key+" is missing")
	}
	if per == "ever" {
		per = ""
	}
	return n, loyalty.Span(per)
}

// valid reads how long a voucher lives. One that is good for days is good to
// the end of the last.
func (r *reader) valid(t *table) (time.Duration, bool) {
	minutes := r.whole(t, "valid_minutes", 0, 1, 60*24*31)
	days := r.whole(t, "valid_days", 0, 1, 3660)
	if v := t.of["valid_days"]; v != nil && t.written("valid_minutes") {
		r.complain(v.line, t.join("valid_days"), "stands beside valid_minutes", "one of the two")
	}
	if days > 0 {
		return time.Duration(days) * 24 * time.Hour, true
	}
	return time.Duration(minutes) * time.Minute, false
}

// What may stand where rewards are listed, and where one is named.
const (
	rewardList = "ids of [[reward]]"
	oneReward  = "the id of a [[reward]]"
)

// gives reads which reward a table gives away; "" is none.
func (r *reader) gives(t *table, key string) string {
	id := r.one(t, key, oneReward, r.known.rewards)
	r.known.presents = append(r.known.presents, id)
	return id
}

// unreachable complains of rewards that nobody can get, and of presents that
// are gone before their owners have read of them.
func (r *reader) unreachable(p *Programme) {
	for i, w := range p.Rules.Rewards {
		t := r.known.rewardTables[i]
		given := slices.Contains(r.known.presents, w.ID)
		line, free := t.line, w.Cost == 0
		if v := t.of["cost"]; v != nil {
			line, free = v.line, v.text == "0" // anything else has been complained of
		}
		switch lapses := w.ValidFor == 0 && p.Rules.HoldFor > 0 && p.Rules.HoldFor < 24*time.Hour; {
		case free && !given:
			r.complain(line, t.join("cost"), "without a cost, and given by no stamp card, gift or referral, nobody can have it",
				"a cost of 1 point or more")
		case given && lapses && w.Kind == loyalty.RewardItem && !t.written("valid_days") && !t.written("valid_minutes"):
			r.complain(t.line, t.join("valid_days"), fmt.Sprintf("is missing: as a present it would lapse after %d minutes (returns.hold_minutes)",
				int(p.Rules.HoldFor.Minutes())), "a whole number from 1 to 3660")
		}
	}
}
