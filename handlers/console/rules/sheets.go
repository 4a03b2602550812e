package rules

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
)

// sheet is a form: of an element of one of the file's lists, or of the file's
// own keys.
type sheet struct {
	Name   string // "bonus", "reward" …: the list, or the page
	List   bool
	Owner  bool // the owner's to change
	Fields []field
	Adds   bool // elements can be added
	Drops  bool // elements can be taken out
}

// The orders and words that choices are offered in.
var (
	weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	spans    = []string{"", "day", "week", "month", "year", "ever"}
)

var sheets = map[string]*sheet{
	"bonus": {Name: "bonus", List: true, Adds: true, Drops: true, Fields: []field{
		{Key: "name", Kind: texts, Word: "name", Most: 40},
		{Key: "weekdays", Kind: checks, Word: "weekdays", Pick: words("d_", weekdays...)},
		{Key: "hours", Kind: hours, Word: "hours", Hint: true},
		{Key: "multiply", Kind: decimal, Word: "multiply", Hint: true},
		{Key: "points", Kind: whole, Word: "bonus_points", Hint: true},
		{Key: "minimum", Kind: decimal, Word: "minimum"},
		{Key: "from", Kind: date, Word: "from"},
		{Key: "to", Kind: date, Word: "to", Hint: true},
		{Key: "tiers", Kind: checks, Word: "tiers", Hint: true, Pick: tiers},
		{Key: "stores", Kind: checks, Word: "stores", Hint: true, Pick: stores},
	}},
	"reward": {Name: "reward", List: true, Adds: true, Fields: []field{
		{Key: "kind", Kind: choice, Word: "reward_kind", Hint: true, New: true, Pick: words("r_", "item", "code")},
		{Key: "name", Kind: texts, Word: "name", Most: 40, Need: true},
		{Key: "about", Kind: texts, Word: "about", Most: 200},
		{Key: "picture", Kind: choice, Word: "picture", Hint: true, Pick: pictureChoice},
		{Key: "cost", Kind: whole, Word: "cost", Hint: true},
		{Key: "stock", Kind: whole, Word: "stock", Hint: true, Of: []string{"item"}},
		{Key: "per_person", Kind: whole, Word: "per_person"},
		{Key: "per", Kind: choice, Word: "per", Pick: words("s_", spans...)},
		{Key: "valid_days", Kind: whole, Word: "valid_days", Hint: true, Of: []string{"item"}},
		{Key: "from", Kind: date, Word: "from"},
		{Key: "to", Kind: date, Word: "to", Hint: true},
		{Key: "tiers", Kind: checks, Word: "tiers", Hint: true, Pick: tiers},
		{Key: "stores", Kind: checks, Word: "stores", Hint: true, Pick: stores},
		{Key: "worth", Kind: decimal, Word: "worth", Hint: true},
	}},
	"gift": {Name: "gift", List: true, Adds: true, Drops: true, Fields: []field{
		{Key: "kind", Kind: choice, Word: "gift_kind", New: true, Pick: words("g_", "birthday", "welcome")},
		{Key: "name", Kind: texts, Word: "name", Most: 40},
		{Key: "points", Kind: whole, Word: "points"},
		{Key: "rewards", Kind: checks, Word: "rewards", Hint: true, Pick: rewards},
		{Key: "around", Kind: choice, Word: "around", Of: []string{"birthday"}, Pick: words("a_", "", "day", "week", "month")},
		{Key: "silence_days", Kind: whole, Word: "silence_days", Of: []string{"comeback"}},
	}},
	"nudge": {Name: "nudge", List: true, Adds: true, Fields: []field{
		{Key: "kind", Kind: choice, Word: "nudge_kind", New: true, Pick: newNudges},
		{Key: "on", Kind: flag, Word: "on", On: true},
		{Key: "days", Kind: days, Word: "days", Hint: true, Of: []string{"points-lapse", "voucher-lapse", "tier-drop"}},
		{Key: "after_days", Kind: whole, Word: "after_days", Of: []string{"stamps-almost", "comeback"}},
		{Key: "left", Kind: whole, Word: "stamps_left", Of: []string{"stamps-almost"}},
		{Key: "visits", Kind: whole, Word: "visits", Of: []string{"thanks"}},
		{Key: "every", Kind: flag, Word: "every", Of: []string{"thanks"}},
		{Key: "points", Kind: whole, Word: "points", Of: []string{"comeback"}},
		{Key: "reward", Kind: choice, Word: "reward", Of: []string{"comeback"}, Pick: rewardOrNone},
		{Key: "hours", Kind: hours, Word: "nudge_hours"},
		{Key: "text", Kind: wordings, Word: "text", Hint: true, Most: 300},
	}},
	"survey": {Name: "survey", List: true, Fields: []field{
		{Key: "name", Kind: texts, Word: "name", Most: 40},
		{Key: "question", Kind: texts, Word: "question", Hint: true, Most: 200},
		{Key: "follow_up", Kind: flag, Word: "follow_up", On: true, Of: []string{"nps", "csat"}},
		{Key: "follow_up_question", Kind: texts, Word: "follow_up_question", Most: 200},
		{Key: "delay_hours", Kind: whole, Word: "delay_hours"},
		{Key: "hours", Kind: hours, Word: "nudge_hours"},
		{Key: "share", Kind: whole, Word: "share"},
		{Key: "fatigue_days", Kind: whole, Word: "fatigue_days"},
		{Key: "points", Kind: whole, Word: "points"},
	}},
	"shop": {Name: "shop", Fields: []field{
		{Key: "name", Kind: texts, Word: "shop_name", Need: true, Most: 40},
		{Key: "quiet_hours.from", Kind: clock, Word: "quiet_from", Hint: true},
		{Key: "quiet_hours.to", Kind: clock, Word: "quiet_to"},
		{Key: "contact.day", Kind: whole, Word: "contact_day", Hint: true},
		{Key: "contact.week", Kind: whole, Word: "contact_week"},
		{Key: "contact.month", Kind: whole, Word: "contact_month"},
	}},
	"earn": {Name: "earn", Owner: true, Fields: []field{
		{Key: "earn.points", Kind: whole, Word: "earn_points"},
		{Key: "earn.per", Kind: decimal, Word: "earn_per", Need: true},
		{Key: "earn.minimum", Kind: decimal, Word: "earn_minimum"},
		{Key: "earn.rounding", Kind: choice, Word: "rounding", Pick: words("e_", "down", "nearest", "up")},
		{Key: "earn.cap_sale", Kind: whole, Word: "cap_sale", Hint: true},
		{Key: "earn.cap_day", Kind: whole, Word: "cap_day"},
	}},
}

// fits reports whether a field is one of an element of that kind.
func (f field) fits(kind string) bool { return f.Of == nil || slices.Contains(f.Of, kind) }

// words are choices whose words are console_rules.<prefix><value>; "" is none.
func words(prefix string, values ...string) func(*console.Request, *part, *ground) []console.Option {
	return func(q *console.Request, _ *part, _ *ground) (all []console.Option) {
		for _, v := range values {
			all = append(all, console.Option{Value: v, Label: q.Say(key(prefix, v))})
		}
		return all
	}
}

// key is the text for a value: "console_rules.n_points_lapse".
func key(prefix, value string) i18n.Key {
	if value == "" {
		return i18n.ConsoleRulesNotSaid
	}
	return i18n.Key("console_rules." + prefix + strings.ReplaceAll(value, "-", "_"))
}

func tiers(q *console.Request, _ *part, g *ground) (all []console.Option) {
	for _, l := range g.P.Rules.Tiers.Levels {
		all = append(all, console.Option{Value: l.ID, Label: g.P.Words(programme.Level, l.ID, string(q.P.Lang)).Name})
	}
	return all
}

// stores are there to choose from only where there are two.
func stores(_ *console.Request, _ *part, g *ground) (all []console.Option) {
	if len(g.P.Stores) < 2 {
		return nil
	}
	for _, s := range g.P.Stores {
		all = append(all, console.Option{Value: string(s.ID), Label: s.Name})
	}
	return all
}

func rewards(q *console.Request, _ *part, g *ground) (all []console.Option) {
	for _, r := range g.P.Rules.Rewards {
		all = append(all, console.Option{Value: r.ID, Label: g.P.Words(programme.Reward, r.ID, string(q.P.Lang)).Name})
	}
	return all
}

func rewardOrNone(q *console.Request, p *part, g *ground) []console.Option {
	return append([]console.Option{{Label: q.Say(i18n.ConsoleRulesNone)}}, rewards(q, p, g)...)
}

// pictures are the files of the folder, and what the reward has now.
func pictureChoice(q *console.Request, p *part, g *ground) []console.Option {
	all := []console.Option{{Label: q.Say(i18n.ConsoleRulesNone)}}
	names := p.pictureNames()
	for _, r := range g.P.Rules.Rewards {
		if s := g.P.Words(programme.Reward, r.ID, "").Picture; s != "" && !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	for _, n := range names {
		all = append(all, console.Option{Value: n, Label: n})
	}
	return all
}

// pictureNames are the folder's files that may be pictures.
func (p *part) pictureNames() (names []string) {
	if p.folder == "" {
		return nil
	}
	entries, _ := os.ReadDir(p.folder)
	for _, e := range entries {
		if e.Type().IsRegular() && pictureForm.MatchString(e.Name()) && filepath.IsLocal(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names
}

// newNudges are the kinds that the file does not have yet.
func newNudges(q *console.Request, _ *part, g *ground) (all []console.Option) {
	for _, k := range []loyalty.NudgeKind{loyalty.NudgePoints, loyalty.NudgeVouchers, loyalty.NudgeTier, loyalty.NudgeStamps, loyalty.NudgeComeback,
		loyalty.NudgeAnniversary, loyalty.NudgeThanks, loyalty.NudgeReleased} {
		if !g.F.Has("nudge#" + string(k)) {
			all = append(all, console.Option{Value: string(k), Label: q.Say(key("n_", string(k)))})
		}
	}
	return all
}
