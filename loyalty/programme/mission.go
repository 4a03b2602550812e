package programme

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"regulars/loyalty"
)

// The goals of missions in the order in which they are offered, and which keys
// go with each besides those of every mission.
var (
	goals    = []string{"visits", "spend", "items", "kinds", "stores", "check_ins", "friends", "answers"}
	goalKeys = []string{"amount", "count", "items", "minimum", "stores"}
	goalFits = map[loyalty.Goal][]string{
		loyalty.GoalVisits:   {"count", "minimum", "stores"},
		loyalty.GoalSpend:    {"amount", "items", "minimum", "stores"},
		loyalty.GoalItems:    {"count", "items", "minimum", "stores"},
		loyalty.GoalKinds:    {"count", "items", "minimum", "stores"},
		loyalty.GoalStores:   {"count", "minimum", "stores"},
		loyalty.GoalCheckIns: {"count", "stores"},
		loyalty.GoalFriends:  {"count"},
		loyalty.GoalAnswers:  {"count"},
	}
)

// missions reads what members are challenged to, and what they get for showing
// up.
func (r *reader) missions(root *table, p *Programme) {
	r.checkIn(root, p)
	r.board(root, p)
	badges := r.badges(root, p)
	var ids []string
	for _, t := range r.each(root, "mission", 30) {
		m := r.mission(t, p, ids, badges)
		ids = append(ids, m.ID)
		p.Rules.Missions = append(p.Rules.Missions, m)
	}
	ids = nil
	for _, t := range r.each(root, "streak", 10) {
		s := r.streak(t, p, ids, badges)
		ids = append(ids, s.ID)
		p.Rules.Streaks = append(p.Rules.Streaks, s)
	}
}

func (r *reader) badges(root *table, p *Programme) (ids []string) {
	for _, t := range r.each(root, "badge", 50) {
		b := loyalty.Badge{ID: r.id(t, ownID, ownForm, ids)}
		p.say(Badge, b.ID, said{name: r.name(t, "the badge's name"), about: r.texts(t, "about", longAbout)})
		ids = append(ids, b.ID)
		p.Rules.Badges = append(p.Rules.Badges, b)
	}
	return ids
}

func (r *reader) mission(t *table, p *Programme, ids, badges []string) loyalty.Mission {
	m := loyalty.Mission{ID: r.id(t, ownID, ownForm, ids)}
	p.say(Mission, m.ID, said{name: r.name(t, "the mission's name"), about: r.texts(t, "about", longAbout)})
	r.need(t, "goal", list(goals))
	m.Goal = loyalty.Goal(r.oneOf(t, "goal", "", goals...))
	m.Items = r.some(t, "items", goodsList, r.known.goods)
	least, _ := r.money(t, "minimum", p.Rules.Currency.Digits)
	m.Minimum = loyalty.Money(least)
	m.Stores = r.storeIDs(t, p)
	r.much(t, p, &m)
	if fits, known := goalFits[m.Goal]; known {
		r.unfit(t, goalKeys, fits, fmt.Sprintf("goal is %q", m.Goal))
	}
	r.while(t, p, &m)
	m.Levels, m.Segment = r.tierIDs(t), r.segmentOf(t)
	m.Prize = r.prize(t, p, badges)
	r.possible(t, p, &m)
	return m
}

// much reads how much of the goal is asked for.
func (r *reader) much(t *table, p *Programme, m *loyalty.Mission) {
	amount, line := r.money(t, "amount", p.Rules.Currency.Digits)
	count := r.whole(t, "count", 0, 1, 1_000_000)
	switch m.Goal {
	case "":
	case loyalty.GoalSpend:
		r.need(t, "amount", "how much is to be spent, as in 500")
		if m.Count = amount; line > 0 && amount == 0 {
			r.complain(line, t.join("amount"), "0 is reached by everybody", "an amount such as 500")
		}
	default:
		r.need(t, "count", "how many, as in 3")
		m.Count = count
	}
	most := int64(1_000_000)
	if m.Goal == loyalty.GoalSpend {
		most = manyPoints
	}
	m.Above = r.whole(t, "above", 0, 1, most)
}

// while reads when a mission runs.
func (r *reader) while(t *table, p *Programme, m *loyalty.Mission) {
	m.Every = loyalty.Span(r.oneOf(t, "every", "", "week", "month"))
	m.Days = int(r.whole(t, "days", 0, 1, 366))
	m.From, m.To = r.dates(t, p.Rules.Zone)
	m.OptIn = r.truth(t, "opt_in", false)
	switch {
	case t.written("days") && !m.OptIn:
		r.complain(t.of["days"].line, t.join("days"), "counts from when a member begins", "opt_in = true beside it")
	case t.written("days") && m.Every != "":
		r.complain(t.of["days"].line, t.join("days"), "means nothing where the mission begins anew by the calendar", "days or every, one of the two")
	}
	if v := t.of["segment"]; v != nil && !m.OptIn {
		r.complain(v.line, t.join("segment"), "is asked when a member begins", "opt_in = true beside it")
	}
	if v := t.of["above"]; v != nil && (m.Every == "" || m.OptIn) {
		r.complain(v.line, t.join("above"), "compares with the member's own periods before", `every = "week" or "month", without opt_in`)
	}
}

// prize reads what a mission or a streak gives.
func (r *reader) prize(t *table, p *Programme, badges []string) loyalty.Prize {
	z := loyalty.Prize{Points: loyalty.Points(r.points(t, "points")), Reward: r.gives(t, "reward")}
	z.Badge = r.one(t, "badge", "the id of a [[badge]]", badges)
	var games []string
	for _, g := range p.Rules.Play.Games {
		games = append(games, g.ID)
	}
	z.Go = r.one(t, "go", "the id of a [[wheel]] or [[scratch]]", games)
	if z.Points == 0 && !t.written("reward") && !t.written("badge") && !t.written("go") {
		r.complain(t.line, t.path, "gives nothing", "points = 50, a reward, a badge, a go at a game, or several of them")
	}
	return z
}

// possible complains of a mission that nobody can reach.
func (r *reader) possible(t *table, p *Programme, m *loyalty.Mission) {
	wrong := func(key, wrong, allowed string) { r.complain(t.of[key].line, t.join(key), wrong, allowed) }
	switch places := len(m.Stores); {
	case !t.written("goal") || m.Goal == "":
	case m.Goal == loyalty.GoalItems && !t.written("items"):
		r.complain(t.line, t.join("items"), "is missing: which pieces count", goodsList)
	case m.Goal == loyalty.GoalKinds && len(p.Rules.Earning.Items) == 0:
		wrong("goal", "there are no items to tell apart", "[[item]] with their ids")
	case m.Goal == loyalty.GoalStores:
		if places == 0 {
			places = len(p.Stores)
		}
		if m.Count > int64(places) {
			wrong("count", fmt.Sprintf("there are fewer than %d stores", m.Count), fmt.Sprintf("a whole number from 1 to %d", max(places, 1)))
		}
	case m.Goal == loyalty.GoalCheckIns && !p.Rules.CheckIn.On:
		wrong("goal", "nobody can check in", "[check_in] in the file")
	case m.Goal == loyalty.GoalFriends && !p.Rules.Referral.On():
		wrong("goal", "nobody can bring friends", "[referral] in the file")
	case m.Goal == loyalty.GoalAnswers && len(p.Surveys) == 0:
		wrong("goal", "nobody is asked", "[[survey]] in the file")
	}
}

func (r *reader) streak(t *table, p *Programme, ids, badges []string) loyalty.Streak {
	s := loyalty.Streak{ID: r.id(t, ownID, ownForm, ids)}
	p.say(Streak, s.ID, said{name: r.name(t, "the streak's name"), about: r.texts(t, "about", longAbout)})
	s.Every = loyalty.Span(r.oneOf(t, "every", "week", "day", "week", "month"))
	s.Of = loyalty.Goal(r.oneOf(t, "of", "visits", "visits", "check_ins"))
	if s.Of == loyalty.GoalCheckIns && !p.Rules.CheckIn.On {
		r.complain(t.of["of"].line, t.join("of"), "nobody can check in", "[check_in] in the file")
	}
	s.Stores = r.storeIDs(t, p)
	r.need(t, "length", "after how many in a row it brings something, as in 4")
	s.Length = int(r.whole(t, "length", 0, 2, 366))
	s.Freezes = int(r.whole(t, "freezes", 0, 0, 30))
	if v := t.of["freezes"]; v != nil && s.Length > 0 && s.Freezes >= s.Length {
		r.complain(v.line, t.join("freezes"), fmt.Sprintf("%d may be missed where %d in a row are asked for", s.Freezes, s.Length), fmt.Sprintf("up to %d", s.Length-1))
	}
	s.Prize = r.prize(t, p, badges)
	return s
}

// checkIn reads what scanning a store's code brings.
func (r *reader) checkIn(root *table, p *Programme) {
	written := root.written("check_in")
	t := r.sub(root, "check_in")
	c := loyalty.CheckIn{On: written, Points: loyalty.Points(r.points(t, "points"))}
	c.Minutes = int(r.whole(t, "minutes", 15, 1, 24*60))
	if v := t.of["minutes"]; v != nil && c.Minutes > 0 && 24*60%c.Minutes != 0 {
		r.complain(v.line, t.join("minutes"), fmt.Sprintf("a day is not made of whole spans of %d minutes", c.Minutes), "a divisor of 1440, as in 15, 60 or 1440")
	}
	if written {
		p.Rules.CheckIn = c
	}
}

// board reads what counts on the list in a group.
func (r *reader) board(root *table, p *Programme) {
	written := root.written("board")
	t := r.sub(root, "board")
	counts := func(key string, usual int64) int64 { return r.whole(t, key, usual, 0, 1000) }
	b := loyalty.Board{
		On: written, Visit: counts("visit", 1), CheckIn: counts("check_in", 1), Mission: counts("mission", 3),
		Review: counts("review", 2), Quiz: counts("quiz", 1), Most: int(r.whole(t, "most", 10, 3, 20)),
	}
	if written {
		p.Rules.Board = b
	}
}

// monthDays reads the days of the month on which a bonus is.
func (r *reader) monthDays(t *table) (days []int) {
	const allowed = "a list of days of the month, as in [8, 18, 28]"
	v := t.ask("month_days")
	if v == nil {
		return nil
	}
	if v.kind != unstable.Array || len(v.items) == 0 || len(v.items) > 31 {
		r.complain(v.line, t.join("month_days"), "must be a list in brackets", allowed)
		return nil
	}
	for _, item := range v.items {
		n, err := strconv.ParseInt(strings.ReplaceAll(item.text, "_", ""), 10, 64)
		if item.kind != unstable.Integer || err != nil || n < 1 || n > 31 {
			r.complain(v.line, t.join("month_days"), quote(item.text)+" is no day of a month", allowed)
			return nil
		}
		if slices.Contains(days, int(n)) {
			r.complain(v.line, t.join("month_days"), fmt.Sprintf("%d stands twice", n), "")
			return nil
		}
		days = append(days, int(n))
	}
	return days
}
