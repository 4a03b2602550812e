package segment

import (
	"math"
	"slices"

	"regulars/loyalty"
	"regulars/loyalty/measure"
)

// Attribute is one thing that an expression may ask of a member. What somebody
// does not have is, where it is a number with a fraction, no number: no
// comparison with it holds. So who never came is not found by last_visit > 30.
type Attribute struct {
	Name string
	// Example is a value of its kind: "", 0, 0.0, false or a list of texts.
	Example any
	// Values are all that it can be, where they are few and always the same.
	Values []string

	of func(*facts) any
}

// Functions are the names that take a number in brackets.
var Functions = []string{"lapsing"}

// classes of an answer to "how likely would you recommend us".
const (
	promoter  = "promoter"
	passive   = "passive"
	detractor = "detractor"
)

// attributes are all there are, in the order in which they are explained.
var attributes = []Attribute{
	{"tier", "", nil, func(f *facts) any { return f.level() }},
	{"points", 0, nil, func(f *facts) any { return int(f.roll.points(f.second)) }},
	{"visits", 0, nil, func(f *facts) any { return int(f.roll.Visits) }},
	{"visits_30", 0, nil, func(f *facts) any { return f.visits(30) }},
	{"visits_90", 0, nil, func(f *facts) any { return f.visits(90) }},
	{"visits_365", 0, nil, func(f *facts) any { return f.visits(365) }},
	{"last_visit", 0.0, nil, func(f *facts) any { return f.ago(f.roll.Last) }},
	{"spend", 0.0, nil, func(f *facts) any { return f.money(f.roll.Money) }},
	{"spend_30", 0.0, nil, func(f *facts) any { return f.spent(30) }},
	{"spend_90", 0.0, nil, func(f *facts) any { return f.spent(90) }},
	{"spend_365", 0.0, nil, func(f *facts) any { return f.spent(365) }},
	{"average_order", 0.0, nil, func(f *facts) any { return f.average() }},
	{"rfm", "", kindNames(), func(f *facts) any { return string(f.kind()) }},
	{"alive", 0.0, nil, func(f *facts) any { return f.alive() }},
	{"clv", 0.0, nil, func(f *facts) any { return f.worth() }},
	{"engagement", 0.0, nil, func(f *facts) any { return f.engagement() }},
	{"joined", 0.0, nil, func(f *facts) any { return f.ago(f.roll.Joined) }},
	{"birthday_month", 0, nil, func(f *facts) any { return int(f.roll.BirthMonth) }},
	{"birthday_day", 0, nil, func(f *facts) any { return int(f.roll.BirthDay) }},
	{"this_month", 0, nil, func(f *facts) any { return f.month }},
	{"next_month", 0, nil, func(f *facts) any { return f.month%12 + 1 }},
	{"store", "", nil, func(f *facts) any { return f.roll.branch() }},
	{"stores", []string{}, nil, func(f *facts) any { return f.stores() }},
	{"tags", []string{}, nil, func(f *facts) any { return f.roll.Tags }},
	{"language", "", languages, func(f *facts) any { return f.lang() }},
	{"platform", "", []string{"line", "telegram", ""}, func(f *facts) any { return f.platform() }},
	{"channel", "", nil, func(f *facts) any { return f.channel() }},
	{"groups", []string{}, nil, func(f *facts) any { return f.roll.Groups }},
	{"nps", "", []string{promoter, passive, detractor, ""}, func(f *facts) any { return f.class() }},
	{"plan", "", nil, func(f *facts) any { return f.roll.Plan }},
	{"referrals", 0, nil, func(f *facts) any { return int(f.roll.Referrals) }},
	{"ignored", 0, nil, func(f *facts) any { return int(f.roll.Ignored) }},
	{"consent", false, nil, func(f *facts) any { return f.roll.Promo }},
	{"reachable", false, nil, func(f *facts) any { return f.reachable() }},
}

// ofDays are the attributes that look at single days.
var ofDays = []string{"visits_30", "visits_90", "visits_365", "spend_30", "spend_90", "spend_365", "rfm", "engagement"}

// languages are those that the product speaks.
var languages = []string{"zh-TW", "zh-HK", "en", "ja", "th", "zh-CN"}

// Attributes are all that an expression may ask for, in the order in which they
// are best explained.
func Attributes() []Attribute { return slices.Clone(attributes) }

func kindNames() []string {
	names := []string{""}
	for _, k := range measure.Kinds {
		names = append(names, string(k))
	}
	return names
}

// facts is one member seen at a moment.
type facts struct {
	*scene
	roll *Roll
}

func (f *facts) level() string {
	if f.roll.Level == "" {
		return f.lowest
	}
	return f.roll.Level
}

// money is an amount in the currency's major unit.
func (f *facts) money(m loyalty.Money) float64 { return float64(m) / f.unit }

func (f *facts) visits(days int32) int {
	n, _ := f.roll.bought(f.today, days)
	return int(n)
}

func (f *facts) spent(days int32) float64 {
	_, m := f.roll.bought(f.today, days)
	return f.money(m)
}

// ago is how many days have passed since a day.
func (f *facts) ago(day int32) float64 {
	if day == 0 {
		return math.NaN()
	}
	return float64(max(f.today-day, 0))
}

func (f *facts) average() float64 {
	if f.roll.Visits == 0 {
		return math.NaN()
	}
	return f.money(f.roll.Money) / float64(f.roll.Visits)
}

func (f *facts) stores() []string {
	names := make([]string, len(f.roll.Stores))
	for i, s := range f.roll.Stores {
		names[i] = string(s.Store)
	}
	return names
}

func (f *facts) lang() string {
	if f.roll.Lang == "" {
		return f.shopLang
	}
	return f.roll.Lang
}

// channel is where the member can be written to now, "" nowhere: a channel that
// is configured no more is none.
func (f *facts) channel() string {
	for _, c := range f.roll.Chats {
		if _, ok := f.platformOf(c); ok {
			return c
		}
	}
	return ""
}

func (f *facts) platform() string {
	p, _ := f.platformOf(f.channel())
	return p
}

// reachable says that an offer could be sent to the member.
func (f *facts) reachable() bool {
	r := f.roll
	return r.Promo && !r.Quiet && !r.Frozen && f.channel() != ""
}

func (f *facts) class() string {
	switch n := f.roll.NPS - 1; {
	case n < 0:
		return ""
	case n >= 9:
		return promoter
	case n >= 7:
		return passive
	}
	return detractor
}

// lapsing is how many points cease to be good within so many days.
func (f *facts) lapsing(days int) int {
	return int(f.roll.lapsing(f.second, f.second+int64(min(max(days, 0), 36500))*86400))
}
