package campaigns

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/segment"
	"regulars/store"
)

// composer is what the page shows where a draft is written.
type composer struct {
	Campaign campaign.Campaign // zero before the first saving
	Action   string
	State    string
	UnderWay bool // only what may still change is offered
	Deeds    []console.Told

	Name, Who, Condition           console.Field
	Attributes                     []segment.Attribute
	Langs, More                    []langPart
	Shares                         []console.Field
	Picture, Upload                console.Field
	Shelf                          []string // pictures that the programme uses
	Buttons                        []buttonPart
	Present, Reward, Days, Most    console.Field
	Percent, BoostDays             console.Field
	When, Time, NotAfter           console.Field
	Hold, Entitled                 console.Field
	Channels, Groups               []tick
	BudgetMessages, BudgetMoney    console.Field
	Window                         console.Field
	Steps                          []stepPart
	Preview                        previews
	Seen                           audience
	Tired                          string              // how many let their last offers go by
	Missing                        []console.Complaint // what keeps it from being sent
	OpenAB, OpenGift, OpenMore     bool
	OpenJourney, OpenLangs, OpenUp bool
}

// langPart is a message's words in one language.
type langPart struct {
	Lang, Own string
	Reads     string // what is read by who speaks it, where nothing is written in it
	Wordings  []wordingPart
}

type wordingPart struct {
	Name        string // A, B
	Spare       bool   // not written yet
	Several     bool
	Title, Text console.Field
}

// buttonPart is a row for one button.
type buttonPart struct {
	N                    int
	IDName, ID           string
	Do, Label, Value     console.Field
	Labels               []console.Field
	Spare, OwnInLanguage bool
}

// stepPart is one further message.
type stepPart struct {
	N                                  int
	Spare                              bool
	Wait, After, If, Exit, Drop, Image console.Field
	Langs                              []langPart
	Buttons                            []buttonPart
}

// tick is a box to tick.
type tick struct {
	Value, Label string
	On           bool
}

// deedsMost is how many of the newest deeds a page shows.
const deedsMost = 30

// form makes the fields of a composer.
type form struct {
	*desk
	q     *console.Request
	r     store.Reader
	d     *campaign.Draft
	wrong map[string]string
	again bool // the page is given again: fields keep what was typed
	still bool // under way
}

func (x *form) field(name string, label i18n.Key, value string, more ...func(*console.Field)) console.Field {
	f := console.Field{ID: "f-" + name, Name: name, Label: x.q.Say(label), Kind: "text", Value: value, Rows: 4, Wrong: x.wrong[name]}
	for _, m := range more {
		m(&f)
	}
	typed := x.q.R.PostForm
	switch {
	case !x.again:
	case f.Kind == "checkbox":
		f.Checked = typed.Get(name) != ""
	case typed.Has(name) && f.Kind != "file":
		f.Value = typed.Get(name)
	}
	return f
}

// What fields may be besides.
func kind(k string) func(*console.Field) { return func(f *console.Field) { f.Kind = k } }
func hint(s string) func(*console.Field) { return func(f *console.Field) { f.Hint = s } }
func length(n int) func(*console.Field)  { return func(f *console.Field) { f.Length = n } }
func checked(on bool) func(*console.Field) {
	return func(f *console.Field) { f.Kind, f.Checked = "checkbox", on }
}
func label(label string) func(*console.Field) { return func(f *console.Field) { f.Label = label } }
func between(least, most int) func(*console.Field) {
	return func(f *console.Field) {
		f.Kind, f.Min, f.Max = "number", strconv.Itoa(least), strconv.Itoa(most)
	}
}
func choice(kind string, options []console.Option) func(*console.Field) {
	return func(f *console.Field) { f.Kind, f.Options = kind, options }
}

// option is a choice of a page, whose words may be as long as they need to be.
func option(value, words string) console.Option { return console.Option{Value: value, Label: words} }

// form is the composer for a draft; its complaints are those that the request
// has noted.
func (d *desk) form(r store.Reader, q *console.Request, row campaign.Campaign, n *campaign.Draft) (composer, error) {
	x := &form{desk: d, q: q, r: r, d: n, wrong: map[string]string{}, again: q.R.Method == "POST", still: row.State == campaign.Paused}
	for _, c := range q.Complaints() {
		x.wrong[c.Field] = c.Sentence
	}
	v := composer{Campaign: row, Action: "/console/campaigns/new", UnderWay: x.still, Attributes: segment.Attributes(), Missing: q.Complaints()}
	if row.ID != "" {
		v.Action, v.State = to(row.ID)+"/save", q.Say(campaign.StateWord(row.State))
		var err error
		if v.Deeds, err = q.Deeds(r, about(row.ID), deedsMost); err != nil {
			return v, err
		}
	}
	v.Name = x.field("name", i18n.CampName, n.Name, length(60), hint(q.Say(i18n.ConsoleCampaignsNameHint)), func(f *console.Field) { f.Required = true })
	x.words(&v)
	x.gift(&v)
	x.times(&v)
	v.Steps = x.steps()
	if err := x.who(&v); err != nil {
		return v, err
	}
	if err := x.places(&v); err != nil {
		return v, err
	}
	var err error
	v.Preview, err = d.previews(r, q, row.ID, n)
	return v, err
}

// who are the fields for whom it is.
func (x *form) who(v *composer) error {
	options, err := x.named(x.r, x.q)
	if err != nil {
		return err
	}
	chosen, own := x.d.Segment, ""
	if !slices.ContainsFunc(options, func(o console.Option) bool { return o.Value == chosen }) {
		chosen, own = ownSegment, x.d.Segment
	}
	if x.d.Segment == "" {
		chosen = ""
	}
	v.Who = x.field("segment", i18n.CampFor, chosen, choice("select", options), hint(x.q.Say(i18n.ConsoleCampaignsWhoHint)))
	v.Condition = x.field("condition", i18n.ConsoleCampaignsCondition, own, length(1000), hint(x.q.Say(i18n.CampWhoNote, "Example", "points > 500")))
	return nil
}

// words are the fields for what it says, shows and lets one press.
func (x *form) words(v *composer) {
	q := x.q
	v.Langs, v.More = x.langs("", x.d, !x.still)
	v.OpenLangs = slices.ContainsFunc(v.More, func(l langPart) bool { return l.Reads == "" })
	names := x.d.Names()
	v.OpenAB = len(names) > 1
	if len(names) > 1 && !x.still {
		for _, name := range names {
			value := ""
			if n, ok := x.d.Variants[name]; ok {
				value = strconv.Itoa(n)
			}
			v.Shares = append(v.Shares, x.field("variants."+name, i18n.CampName, value, between(1, 1000), label(q.Say(i18n.ConsoleCampaignsShare, "Wording", strings.ToUpper(name)))))
		}
	}
	v.Picture = x.field("picture", i18n.CampPicture, x.d.Picture, length(1000), hint(q.Say(i18n.ConsoleCampaignsPictureHint, "Address", "https://")), func(f *console.Field) { f.List = "shelf" })
	v.Shelf = x.Shop.Programme(q.Now).Pictures()
	v.Upload = x.field("upload", i18n.ConsoleCampaignsUploadPicture, "", kind("file"), func(f *console.Field) { f.Accept = "image/png,image/jpeg" })
	v.OpenUp = x.folder != ""
	v.Buttons = x.buttons("", x.d.Buttons)
}

// gift are the fields for what a button gives.
func (x *form) gift(v *composer) {
	q, coupon, boost := x.q, campaign.Coupon{Days: 14}, campaign.Multiplier{Percent: 200, Days: 3}
	chosen := ""
	if x.d.Coupon != nil {
		coupon, chosen = *x.d.Coupon, isCoupon
	}
	if x.d.Boost != nil {
		boost, chosen = *x.d.Boost, isBoost
	}
	v.OpenGift = chosen != "" || x.again
	v.Present = x.field("present", i18n.ConsoleCampaignsPresent, chosen, choice("radio", []console.Option{
		option("", q.Say(i18n.ConsoleCampaignsNoGift)), option(isCoupon, q.Say(i18n.CampCoupon)), option(isBoost, q.Say(i18n.ConsoleCampaignsBoost)),
	}))
	var rewards []console.Option
	for _, r := range x.Shop.Rules(q.Now).Rewards {
		rewards = append(rewards, console.Option{Value: r.ID, Label: x.rewardName(q, r.ID)})
	}
	v.Reward = x.field("coupon.reward", i18n.ConsoleCampaignsReward, coupon.Reward, choice("select", rewards))
	v.Days = x.field("coupon.days", i18n.ConsoleCampaignsCouponDays, strconv.Itoa(coupon.Days), between(1, 366))
	v.Most = x.field("coupon.most", i18n.ConsoleCampaignsCouponMost, orNothing(coupon.Most), between(0, 1_000_000_000), hint(q.Say(i18n.ConsoleCampaignsNoLimit)))
	v.Percent = x.field("multiplier.percent", i18n.ConsoleCampaignsPercent, strconv.FormatInt(boost.Percent, 10), between(101, 1000), hint(q.Say(i18n.ConsoleCampaignsPercentHint)))
	v.BoostDays = x.field("multiplier.days", i18n.ConsoleCampaignsBoostDays, strconv.Itoa(boost.Days), between(1, 90))
}

func orNothing(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// times are the fields for when, for how many, and within what.
func (x *form) times(v *composer) {
	q, how, at := x.q, whenNow, x.d.When.At+x.d.When.Local
	switch {
	case x.d.When.At != "":
		how = whenAt
	case x.d.When.Local != "":
		how = whenLocal
	}
	zone := x.Shop.Local(q.Now).Location().String()
	v.When = x.field("when", i18n.CampWhen, how, choice("radio", []console.Option{
		option(whenNow, q.Say(i18n.ConsoleCampaignsWhenNow)), option(whenAt, q.Say(i18n.ConsoleCampaignsWhenAt, "Zone", zone)),
		option(whenLocal, q.Say(i18n.ConsoleCampaignsWhenLocal)),
	}))
	v.Time = x.field("time", i18n.ConsoleCampaignsTime, strings.Replace(at, " ", "T", 1), kind("datetime-local"))
	v.NotAfter = x.field("not_after", i18n.ConsoleCampaignsNotAfter, strings.Replace(x.d.NotAfter, " ", "T", 1), kind("datetime-local"), hint(q.Say(i18n.ConsoleCampaignsNotAfterHint)))
	v.Hold = x.field("hold_out", i18n.ConsoleCampaignsHold, strconv.Itoa(x.d.Held()), between(0, 50), hint(q.Say(i18n.ConsoleCampaignsHoldHint)))
	v.Entitled = x.field("entitled", i18n.ConsoleCampaignsEntitled, "", checked(x.d.Entitled))
	if x.d.Entitled {
		v.Hold.Value = ""
	}
	v.Window = x.field("window", i18n.ConsoleCampaignsWindow, strconv.Itoa(x.d.Days()), between(1, 90))
	v.BudgetMessages = x.field("budget.messages", i18n.ConsoleCampaignsBudgetMessages, orNothing(x.d.Budget.Messages), between(0, 1_000_000_000), hint(q.Say(i18n.ConsoleCampaignsNoLimit)))
	v.BudgetMoney = x.field("budget.money", i18n.ConsoleCampaignsBudgetMoney, x.major(), hint(q.Say(i18n.ConsoleCampaignsNoLimit)), func(f *console.Field) { f.Mode = "decimal" })
	v.OpenMore = x.again || x.d.NotAfter != "" || x.d.Window != 0 || x.d.Budget != (campaign.Budget{}) || len(x.d.Channels)+len(x.d.Groups) > 0
}

// major is the budget in the currency's major unit, as it is typed.
func (x *form) major() string {
	m, digits := int64(x.d.Budget.Money), x.Shop.Rules(x.q.Now).Currency.Digits
	if m == 0 {
		return ""
	}
	unit := int64(1)
	for range digits {
		unit *= 10
	}
	if m%unit == 0 {
		return strconv.FormatInt(m/unit, 10)
	}
	return fmt.Sprintf("%d.%0*d", m/unit, digits, m%unit)
}

// places are where it goes: channels and groups.
func (x *form) places(v *composer) error {
	typed := x.q.R.PostForm
	for _, ch := range x.Shop.Channels {
		on := len(x.d.Channels) == 0 || slices.Contains(x.d.Channels, ch.Name)
		if x.again {
			on = slices.Contains(typed["channels"], string(ch.Name))
		}
		v.Channels = append(v.Channels, tick{string(ch.Name), x.Shop.Label(ch.Name), on})
	}
	if x.Engine.Groups == nil {
		return nil
	}
	all, err := x.Engine.Groups(x.r)
	for _, g := range all {
		name := g.Title
		if name == "" {
			name = g.Code
		}
		v.Groups = append(v.Groups, tick{g.Code, name + " · " + x.Shop.Label(g.Chat.Channel), slices.Contains(x.d.Groups, g.Code) || x.again && slices.Contains(typed["groups"], g.Code)})
	}
	return err
}
