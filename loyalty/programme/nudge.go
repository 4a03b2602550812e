package programme

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"

	"regulars/loyalty"
)

// Nudge is a nudge's part in [Programme.Words]; see [Programme.NudgeTexts].
const Nudge Part = "nudge"

// NudgeTexts are the file's own wordings of a nudge in a language, one of which
// is said in turn; none where it leaves them to the program. Fields in braces
// ({points}) are filled in by who says it.
func (p *Programme) NudgeTexts(id, lang string) []string { return p.Words(Nudge, id, lang).Perks }

// QuietIn is [Programme.QuietUntil] on the clock of another zone.
func (p *Programme) QuietIn(t time.Time, zone *time.Location) time.Time {
	there := *p
	there.Rules.Zone = zone
	return there.QuietUntil(t)
}

// nudgeKinds in the order in which they are offered, which keys go with each
// besides those of every nudge, and which fields their wordings may have.
var (
	nudgeKinds = []string{"points-lapse", "voucher-lapse", "tier-drop", "stamps-almost", "comeback", "anniversary", "thanks", "pending-released", "plan-renewal"}
	nudgeKeys  = []string{"days", "left", "after_days", "visits", "every", "signed", "points", "reward"}
	nudgeFits  = map[loyalty.NudgeKind][]string{
		loyalty.NudgePoints:      {"days"},
		loyalty.NudgeVouchers:    {"days"},
		loyalty.NudgeTier:        {"days"},
		loyalty.NudgeStamps:      {"left", "after_days"},
		loyalty.NudgeComeback:    {"after_days", "points", "reward"},
		loyalty.NudgeAnniversary: {},
		loyalty.NudgeThanks:      {"visits", "every", "signed"},
		loyalty.NudgeReleased:    {},
		loyalty.NudgePlan:        {},
	}
	nudgeFields = map[loyalty.NudgeKind][]string{
		loyalty.NudgePoints:      {"points", "date"},
		loyalty.NudgeVouchers:    {"reward", "date"},
		loyalty.NudgeTier:        {"tier", "left", "date"},
		loyalty.NudgeStamps:      {"left", "reward"},
		loyalty.NudgeComeback:    {"points", "reward", "date"},
		loyalty.NudgeAnniversary: {"years"},
		loyalty.NudgeThanks:      {"visits", "employee"},
		loyalty.NudgeReleased:    {"points"},
		loyalty.NudgePlan:        {"plan", "date", "price"},
	}
)

// The defaults of a nudge's keys, by its kind where they differ.
var (
	nudgeDays     = map[loyalty.NudgeKind][]int{loyalty.NudgePoints: {30, 7, 1}, loyalty.NudgeVouchers: {7, 1}, loyalty.NudgeTier: {30, 7}}
	nudgeDeadline = map[loyalty.NudgeKind]int64{loyalty.NudgeStamps: 14, loyalty.NudgeComeback: 14, loyalty.NudgeAnniversary: 14, loyalty.NudgeThanks: 21, loyalty.NudgeReleased: 14}
)

const (
	opensAt, closesAt = 10 * 60, 20 * 60 // local, in minutes
	longNudge         = 300              // letters of a wording
)

// contact reads how often a member may be written to unasked.
func (r *reader) contact(t *table, p *Programme) {
	p.Contact = loyalty.Caps{
		Day: int(r.whole(t, "day", 1, 0, 10)), Week: int(r.whole(t, "week", 2, 0, 30)), Month: int(r.whole(t, "month", 6, 0, 60)),
	}
}

// nudges reads what the shop writes of its own accord. Points that lapse are
// told of as [notices] says, unless a nudge of that kind stands in the file.
func (r *reader) nudges(root *table, p *Programme) {
	var ids, kinds []string
	for _, t := range r.each(root, "nudge", 30) {
		n, on := r.nudge(t, p, ids, kinds)
		ids, kinds = append(ids, n.ID), append(kinds, string(n.Kind))
		if n.Kind == loyalty.NudgePoints {
			r.insteadOfNotices(root, t, n, on, p)
		}
		if on {
			p.Nudges = append(p.Nudges, n)
		}
	}
	if !slices.Contains(kinds, string(loyalty.NudgePoints)) && len(p.Rules.NoticeDays) > 0 {
		p.Nudges = append(p.Nudges, loyalty.Nudge{
			ID: string(loyalty.NudgePoints), Kind: loyalty.NudgePoints, Days: p.Rules.NoticeDays, From: opensAt, To: closesAt, Carriage: loyalty.NudgeRide,
		})
	}
	reminds := slices.ContainsFunc(p.Rules.Plans, func(x loyalty.Plan) bool { return len(x.Remind) > 0 })
	if !slices.Contains(kinds, string(loyalty.NudgePlan)) && reminds {
		p.Nudges = append(p.Nudges, loyalty.Nudge{
			ID: string(loyalty.NudgePlan), Kind: loyalty.NudgePlan, From: opensAt, To: closesAt, Carriage: loyalty.NudgeRide,
		})
	}
}

// insteadOfNotices makes a nudge's days those of the notices, or the notices'
// its own where it has none.
func (r *reader) insteadOfNotices(root, t *table, n loyalty.Nudge, on bool, p *Programme) {
	notices := root.of["notices"]
	if v := t.of["days"]; v != nil && notices != nil && notices.table != nil && notices.table.written("days") {
		r.complain(v.line, t.join("days"), "stand beside notices.days", "one of the two")
	}
	p.Rules.NoticeDays = nil
	if on {
		p.Rules.NoticeDays = n.Days
	}
}

func (r *reader) nudge(t *table, p *Programme, ids, kinds []string) (n loyalty.Nudge, on bool) {
	r.need(t, "kind", list(nudgeKinds))
	n.Kind = loyalty.NudgeKind(r.oneOf(t, "kind", "", nudgeKinds...))
	n.ID = string(n.Kind) // which serves where there is one of a kind
	if t.written("id") || slices.Contains(ids, n.ID) {
		n.ID = r.id(t, ownID, ownForm, ids)
	}
	t.asked["id"] = true
	on = r.truth(t, "on", true)
	r.moments(t, &n, p)
	n.Points, n.Reward = loyalty.Points(r.points(t, "points")), r.gives(t, "reward")
	n.Levels = r.tierIDs(t)
	r.window(t, &n)
	n.Deadline = int(r.whole(t, "deadline_days", nudgeDeadline[n.Kind], 1, 365))
	n.Promo = r.oneOf(t, "class", "nudge", "nudge", "promo") == "promo"
	r.carriage(t, &n)
	n.PerPerson, n.Per = r.limit(t, "per_person")
	r.wordings(t, p, &n)
	if fits, known := nudgeFits[n.Kind]; known {
		r.unfit(t, nudgeKeys, fits, fmt.Sprintf("kind is %q", n.Kind))
	}
	lapse := n.Kind == loyalty.NudgePoints || n.Kind == loyalty.NudgeVouchers
	if lapse && slices.Contains(kinds, string(n.Kind)) {
		r.complain(t.of["kind"].line, t.join("kind"), quote(string(n.Kind))+" stands twice", "one of them, with all its days")
	}
	r.senseless(t, &n, p)
	return n, on
}

// moments reads when a nudge is told.
func (r *reader) moments(t *table, n *loyalty.Nudge, p *Programme) {
	n.Days = r.daysAhead(t, "days")
	after := r.whole(t, "after_days", 0, 1, 3660)
	n.Left = r.whole(t, "left", 2, 1, 100)
	n.Visit = r.whole(t, "visits", 0, 1, 10_000)
	n.Every = r.truth(t, "every", false)
	n.Signed, _ = r.text(t, "signed", "a name in quotes")
	if v := t.of["signed"]; v != nil && v.kind == unstable.String {
		r.legible(v.line, t.join("signed"), n.Signed, longName)
	}
	if n.Kind != loyalty.NudgeStamps {
		n.Left = 0
	}
	switch n.Kind {
	case loyalty.NudgePoints:
		if n.Days == nil && len(p.Rules.NoticeDays) > 0 {
			n.Days = p.Rules.NoticeDays
		}
	case loyalty.NudgeStamps:
		if !t.written("after_days") {
			after = 5
		}
	case loyalty.NudgeComeback:
		r.need(t, "after_days", "how many days without a visit, as in 45")
	case loyalty.NudgeThanks:
		r.need(t, "visits", "which visit, as in 10")
	}
	n.After = int(after)
	if n.Days == nil {
		n.Days = nudgeDays[n.Kind]
	}
}

// daysAhead are up to 5 days, the largest first; nil when they are missing.
func (r *reader) daysAhead(t *table, key string) (days []int) {
	const allowed = "up to 5 whole numbers from 1 to 365, the largest first, as in [30, 7, 1]"
	v := t.ask(key)
	if v == nil {
		return nil
	}
	last := 366
	for _, item := range v.items {
		d, err := strconv.Atoi(item.text)
		if item.kind != unstable.Integer || err != nil || d < 1 || d >= last {
			r.complain(v.line, t.join(key), "the days do not fall", allowed)
			return nil
		}
		last, days = d, append(days, d)
	}
	if v.kind != unstable.Array || len(days) > 5 || len(days) == 0 {
		r.complain(v.line, t.join(key), "must be a short list in brackets", allowed)
	}
	return days
}

// window reads in which hours a nudge goes out.
func (r *reader) window(t *table, n *loyalty.Nudge) {
	n.From, n.To = opensAt, closesAt
	v := t.of["hours"]
	if from, to := r.hours(t); v != nil && from != to {
		if n.From, n.To = from, to; to == 0 {
			n.To = 24 * 60
		}
		if n.From >= n.To {
			r.complain(v.line, t.join("hours"), "run over midnight", `hours of one day, as in "10:00-20:00"`)
		}
	}
}

// carriage reads how a nudge travels where a message costs money.
func (r *reader) carriage(t *table, n *loyalty.Nudge) {
	fallback := string(loyalty.NudgeRide)
	if n.Kind == loyalty.NudgeComeback { // who says nothing takes nothing along
		fallback = string(loyalty.NudgeRidePush)
	}
	n.Carriage = loyalty.NudgeCarriage(r.oneOf(t, "carriage", fallback, "ride", "ride-then-push", "push"))
	patience := r.whole(t, "push_after_days", 2, 1, 365)
	if n.Carriage == loyalty.NudgeRidePush {
		n.Patience = int(patience)
		return
	}
	r.unfit(t, []string{"push_after_days"}, nil, fmt.Sprintf("carriage is %q", n.Carriage))
}

// wordings reads a nudge's own words: one text, or several that are said in turn.
func (r *reader) wordings(t *table, p *Programme, n *loyalty.Nudge) {
	var x said
	if v := t.ask("text"); v != nil {
		items := []*value{v}
		if v.kind == unstable.Array {
			items = v.items
		}
		if len(items) == 0 || len(items) > 10 {
			r.complain(v.line, t.join("text"), fmt.Sprintf("there are %d wordings", len(items)), "one to ten")
			items = nil
		}
		for _, item := range items {
			words := r.textsOf(item, t.join("text"), longNudge)
			for _, l := range append([]string{""}, languages...) {
				r.fields(item, t.join("text"), words[l], n.Kind)
			}
			x.perks = append(x.perks, words)
		}
	}
	if len(x.perks) > 0 {
		p.say(Nudge, n.ID, x)
	}
}

var field = regexp.MustCompile(`\{[^{}]*\}?`)

// fields complains of what stands in braces and means nothing.
func (r *reader) fields(v *value, key, text string, kind loyalty.NudgeKind) {
	known := append([]string{"name", "store"}, nudgeFields[kind]...)
	for _, f := range field.FindAllString(text, -1) {
		name := strings.Trim(f, "{}")
		if strings.HasSuffix(f, "}") && slices.Contains(known, name) {
			continue
		}
		c := Complaint{Line: v.line, Key: key, Wrong: f + " is not filled in", Nearest: nearest(name, known)}
		if c.Nearest != "" {
			c.Nearest = "{" + c.Nearest + "}"
		}
		c.Allowed = "{" + strings.Join(known, "}, {") + "}"
		r.complaints = append(r.complaints, c)
	}
}

// senseless complains of a nudge that would never be told.
func (r *reader) senseless(t *table, n *loyalty.Nudge, p *Programme) {
	line := t.line
	if v := t.of["kind"]; v != nil {
		line = v.line
	}
	switch rules := &p.Rules; {
	case n.Kind == loyalty.NudgeTier && len(rules.Tiers.Levels) == 0:
		r.complain(line, t.join("kind"), "there are no tiers to drop from", "[tiers] and [[tier]], or no such nudge")
	case n.Kind == loyalty.NudgeStamps && len(rules.Cards) == 0:
		r.complain(line, t.join("kind"), "there is no stamp card", "a [[stamp_card]], or no such nudge")
	case n.Kind == loyalty.NudgePlan && !slices.ContainsFunc(rules.Plans, func(x loyalty.Plan) bool { return len(x.Remind) > 0 }):
		r.complain(line, t.join("kind"), "no paid plan says when", "a [[plan]] with reminder_days, or no such nudge")
	case n.Kind == loyalty.NudgeReleased && rules.ReturnWindow == 0:
		r.complain(line, t.join("kind"), "no points wait", "returns.pending_days above 0, or no such nudge")
	}
}
