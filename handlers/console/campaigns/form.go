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

// languages are those of the shop, and then those that others may read.
func (x *form) languages() (own, more []string) {
	own = x.Shop.Programme(x.q.Now).Languages
	for _, l := range i18n.Langs {
		if !slices.Contains(own, string(l)) {
			more = append(more, string(l))
		}
	}
	return own, more
}

// langs are the words of a message in every language; spare offers one wording
// more than it has.
func (x *form) langs(prefix string, d *campaign.Draft, spare bool) (own, more []langPart) {
	names := d.Names()
	if len(names) == 0 {
		names = []string{campaign.OnlyVariant}
	}
	next := ""
	for _, v := range []string{"a", "b", "c", "d"} {
		if next == "" && spare && len(names) < campaign.MaxVariants && !slices.Contains(names, v) {
			next = v
		}
	}
	part := func(lang string) langPart {
		p := langPart{Lang: lang, Own: i18n.Lang(lang).Own()}
		if _, has := d.Text[lang]; !has && len(d.Text) > 0 {
			p.Reads = i18n.Lang(x.Reads(d, lang)).Own()
		}
		for _, v := range names {
			p.Wordings = append(p.Wordings, x.wording(prefix, lang, v, d.Text[lang][v], len(names) > 1))
		}
		if next != "" {
			w := x.wording(prefix, lang, next, campaign.Words{}, true)
			w.Spare = true
			p.Wordings = append(p.Wordings, w)
		}
		return p
	}
	first, rest := x.languages()
	for _, l := range first {
		own = append(own, part(l))
	}
	for _, l := range rest {
		if _, has := d.Text[l]; x.still && !has { // languages are fixed by then
			continue
		}
		more = append(more, part(l))
	}
	return own, more
}

func (x *form) wording(prefix, lang, variant string, w campaign.Words, several bool) wordingPart {
	at, name := prefix+"text."+lang+"."+variant, strings.ToUpper(variant)
	of := i18n.Lang(lang).Own()
	if several {
		of += " · " + name
	}
	say := func(key i18n.Key) func(*console.Field) { return label(x.q.Say(key) + " (" + of + ")") }
	return wordingPart{
		Name: name, Several: several,
		Title: x.field(at+".title", i18n.ConsoleCampaignsHeadline, w.Title, length(40), say(i18n.ConsoleCampaignsHeadline)),
		Text:  x.field(at+".text", i18n.CampSays, w.Text, kind("textarea"), length(1000), say(i18n.CampSays)),
	}
}

// buttons are the rows for a message's buttons: those there are, and a spare one.
func (x *form) buttons(prefix string, all []campaign.Button) (list []buttonPart) {
	rows := min(len(all)+1, campaign.MaxButtons)
	for i := range campaign.MaxButtons {
		if x.again && x.q.R.PostForm.Get(fmt.Sprintf("%sbutton.%d.do", prefix, i)) != "" {
			rows = max(rows, i+1)
		}
	}
	if x.still {
		rows = len(all)
	}
	for i := range rows {
		b := campaign.Button{}
		if i < len(all) {
			b = all[i]
		}
		list = append(list, x.button(prefix, i, b))
	}
	return list
}

// doWords name what a button may do.
var doWords = map[campaign.Do]i18n.Key{
	campaign.DoCoupon: i18n.ConsoleCampaignsDoPresent, campaign.DoRedeem: i18n.CampRewards, campaign.DoOpen: i18n.CampLink,
	campaign.DoReply: i18n.ConsoleCampaignsDoReply, campaign.DoMenu: i18n.ConsoleCampaignsDoMenu,
}

func (x *form) button(prefix string, i int, b campaign.Button) buttonPart {
	at := fmt.Sprintf("%sbutton.%d.", prefix, i)
	options := []console.Option{option("", x.q.Say(i18n.CampNoButton))}
	for _, do := range campaign.Dos {
		options = append(options, console.Option{Value: string(do), Label: x.q.Say(doWords[do])})
	}
	usual := campaign.UsualLabels(b.Do, x.d.Boost != nil)
	labels := b.Label
	if sameLabels(labels, usual) { // nobody wrote them: they follow what the button does
		labels = nil
	}
	number := func(key i18n.Key) func(*console.Field) { return label(x.q.Say(key) + " " + strconv.Itoa(i+1)) }
	p := buttonPart{
		N: i + 1, IDName: at + "id", ID: b.ID, Spare: b.Do == "",
		Do:    x.field(at+"do", i18n.CampButton, string(b.Do), choice("select", options), number(i18n.CampButton)),
		Label: x.field(at+"label", i18n.ConsoleCampaignsLabel, labels[""], length(20), hint(x.q.Say(i18n.ConsoleCampaignsLabelHint))),
		Value: x.field(at+"value", i18n.ConsoleCampaignsValue, b.Value, length(1000)),
	}
	for _, l := range i18n.Langs {
		p.OwnInLanguage = p.OwnInLanguage || labels[string(l)] != ""
		p.Labels = append(p.Labels, x.field(at+"label."+string(l), i18n.ConsoleCampaignsLabel, labels[string(l)], length(20), label(l.Own())))
	}
	return p
}

func sameLabels(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
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

// deedWords name what a step may wait for, in the order in which they are offered.
var deedWords = []struct {
	deed string
	key  i18n.Key
}{
	{"", i18n.ConsoleCampaignsAfterNothing}, {"tap", i18n.ConsoleCampaignsAfterTap}, {"coupon", i18n.ConsoleCampaignsAfterCoupon},
	{"used", i18n.ConsoleCampaignsAfterUsed}, {"sale", i18n.ConsoleCampaignsAfterSale},
}

// steps are the further messages: those there are, and a spare one.
func (x *form) steps() (list []stepPart) {
	var options []console.Option
	for _, w := range deedWords {
		options = append(options, console.Option{Value: w.deed, Label: x.q.Say(w.key)})
	}
	for j := range min(len(x.d.Journey)+1, campaign.MaxSteps) {
		s := campaign.Step{Wait: 72}
		if j < len(x.d.Journey) {
			s = x.d.Journey[j]
		}
		at, says := fmt.Sprintf("journey.%d.", j), x.d.Of(s)
		p := stepPart{
			N: j + 1, Spare: j == len(x.d.Journey),
			Wait:  x.field(at+"wait", i18n.ConsoleCampaignsWait, strconv.Itoa(s.Wait), between(0, 24*90)),
			After: x.field(at+"after", i18n.ConsoleCampaignsAfter, s.After, choice("select", options)),
			If:    x.field(at+"if", i18n.ConsoleCampaignsIf, s.If, length(1000)),
			Exit:  x.field(at+"exit", i18n.ConsoleCampaignsExit, s.Exit, length(1000)),
			Drop:  x.field(at+"drop", i18n.ConsoleCampaignsDrop, "", checked(false)),
			Image: x.field(at+"picture", i18n.CampPicture, s.Picture, length(1000)),
		}
		own, more := x.langs(at, &says, false)
		p.Langs = append(own, slices.DeleteFunc(more, func(l langPart) bool { return s.Text[l.Lang] == nil })...)
		p.Buttons = x.stepButtons(at, s.Buttons)
		list = append(list, p)
	}
	return list
}

// stepButtons are a step's rows; the journey may change while it is under way.
func (x *form) stepButtons(at string, all []campaign.Button) []buttonPart {
	free := *x
	free.still = false
	return free.buttons(at, all)
}
