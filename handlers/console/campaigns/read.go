package campaigns

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"regulars/bot"
	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
)

// The values of the form's choices that are no values of a draft.
const (
	ownSegment = "-" // the condition that stands in the field below
	whenNow    = "now"
	whenAt     = "at"
	whenLocal  = "local"
	isCoupon   = "coupon"
	isBoost    = "multiplier"
)

// longest is how many letters of a text are taken over into a draft; what a text
// may have is far less.
const longest = 5000

// reading is a composer's form on its way into a draft. What no draft can hold,
// such as a number that is none, is noted as wrong with the request.
type reading struct {
	*desk
	q   *console.Request
	old campaign.Draft
}

// read makes a draft of the form that was sent. Of one that is under way only
// what may still change is taken from the form.
func (d *desk) read(q *console.Request, old campaign.Draft, underWay bool) campaign.Draft {
	x := reading{d, q, old}
	if underWay {
		return x.changed()
	}
	n := campaign.Draft{
		Name: strings.Join(strings.Fields(q.Typed("name")), " "), Segment: x.segment(), Text: x.texts(""), Picture: q.Typed("picture"),
		Entitled: q.Typed("entitled") != "", Channels: x.channels(), Groups: slices.Clone(q.R.PostForm["groups"]),
		Window: int(x.number("window", 0, 90)), NotAfter: moment(q.Typed("not_after")), Variants: x.shares(), HoldOut: x.heldOut(), When: x.when(),
		Budget: campaign.Budget{Messages: x.number("budget.messages", 0, 1_000_000_000), Money: x.money("budget.money")},
	}
	x.present(&n)
	n.Buttons = x.buttons("", &n)
	n.Journey = x.journey(&n)
	x.giver(&n)
	if n.Window == campaign.DefaultWindow {
		n.Window = 0
	}
	return n
}

// changed is the draft of a campaign under way with its new words.
func (x *reading) changed() campaign.Draft {
	n := x.old
	n.Text, n.Picture = x.texts(""), x.q.Typed("picture")
	n.Buttons = x.buttons("", &n)
	n.Journey = x.journey(&n)
	return n
}

// segment is the preset or the shop's own segment that was chosen, or the
// condition that was typed.
func (x *reading) segment() string {
	chosen, typed := x.q.Typed("segment"), shop.TypedSegment(x.q.Typed("condition"))
	if chosen == ownSegment || chosen == "" {
		return typed
	}
	return chosen
}

// posted are the parts after a prefix of the names of the form's fields that
// begin with it and end so, sorted.
func (x *reading) posted(prefix, suffix string) (all []string) {
	for name := range x.q.R.PostForm {
		if rest, ok := strings.CutPrefix(name, prefix); ok && strings.HasSuffix(rest, suffix) {
			all = append(all, strings.TrimSuffix(rest, suffix))
		}
	}
	slices.Sort(all)
	return all
}

// texts are the words of a message, the first one's prefix being "". A wording
// that nothing was written for in any language is none, and neither is a
// language that nothing was written in.
func (x *reading) texts(prefix string) map[string]map[string]campaign.Words {
	all, used := map[string]map[string]campaign.Words{}, map[string]bool{}
	for _, at := range x.posted(prefix+"text.", ".text") {
		lang, variant, _ := strings.Cut(at, ".")
		if !slices.Contains(i18n.Langs, i18n.Lang(lang)) || strings.Contains(variant, ".") {
			continue
		}
		name := prefix + "text." + at
		w := campaign.Words{Title: x.line(name + ".title"), Text: clip(campaign.TypedText(x.q.Text(name + ".text")))}
		if all[lang] == nil {
			all[lang] = map[string]campaign.Words{}
		}
		all[lang][variant] = w
		used[variant] = used[variant] || w != campaign.Words{}
	}
	for lang, by := range all {
		said := false
		for v, w := range by {
			if said = said || w != (campaign.Words{}); !used[v] {
				delete(by, v)
			}
		}
		if !said {
			delete(all, lang)
		}
	}
	return all
}

// line is a field of one line, without the spaces that nobody sees.
func (x *reading) line(name string) string {
	return clip(strings.Join(strings.Fields(campaign.TypedText(x.q.Typed(name))), " "))
}

func clip(s string) string {
	if r := []rune(s); len(r) > longest {
		return string(r[:longest])
	}
	return s
}

func (x *reading) shares() map[string]int {
	var by map[string]int
	for _, v := range x.posted("variants.", "") {
		if n := x.number("variants."+v, 1, 1000); n > 0 {
			if by == nil {
				by = map[string]int{}
			}
			by[v] = int(n)
		}
	}
	return by
}

// number is a whole number, 0 for an empty field.
func (x *reading) number(name string, least, most int64) int64 {
	typed := strings.ReplaceAll(norm.NFKC.String(x.q.Typed(name)), ",", "")
	if typed == "" {
		return 0
	}
	n, err := strconv.ParseInt(typed, 10, 64)
	if err != nil || n < least || n > most {
		x.q.Wrong(name, x.q.Say(i18n.CampNumber, "Low", i18n.Number(least), "High", i18n.Number(most)))
		return 0
	}
	return n
}

func (x *reading) money(name string) loyalty.Money {
	typed := x.q.Typed(name)
	if typed == "" {
		return 0
	}
	m, err := shop.ReadMoney(typed, x.Shop.Rules(x.q.Now).Currency)
	x.q.WrongBy(name, err)
	return m
}

// heldOut is how many percent get nothing; nil is the usual.
func (x *reading) heldOut() *int {
	n := int(x.number("hold_out", 0, 50))
	if x.q.Typed("entitled") != "" || x.q.Typed("hold_out") == "" || n == campaign.DefaultHoldOut {
		return nil
	}
	return &n
}

// moment is a local time as browsers write it, in a draft's form.
func moment(typed string) string { return strings.Replace(typed, "T", " ", 1) }

// when is the time to send at. One that was asked for and not given is wrong,
// rather than now.
func (x *reading) when() campaign.When {
	how, typed := x.q.Typed("when"), moment(x.q.Typed("time"))
	if how != whenAt && how != whenLocal {
		return campaign.When{}
	}
	now := x.Shop.Local(x.q.Now)
	at, err := time.ParseInLocation(campaign.Layout, typed, now.Location())
	switch {
	case err != nil:
		x.q.Wrong("time", x.q.Say(i18n.CampTimeWrong, "Example", now.AddDate(0, 0, 3).Format(campaign.Layout)))
	case !at.After(now):
		x.q.Wrong("time", x.q.Say(i18n.CampTimePast))
	case at.After(now.AddDate(1, 0, 0)):
		x.q.Wrong("time", x.q.Say(i18n.CampTimeFar))
	}
	if how == whenLocal {
		return campaign.When{Local: typed}
	}
	return campaign.When{At: typed}
}

// channels are the chosen ones; all of them is nil, so that one which comes
// later is among them.
func (x *reading) channels() (list []bot.ChannelName) {
	for _, name := range x.q.R.PostForm["channels"] {
		list = append(list, bot.ChannelName(name))
	}
	if len(list) == len(x.Shop.Channels) {
		return nil
	}
	return list
}

// present is what a button gives.
func (x *reading) present(n *campaign.Draft) {
	switch x.q.Typed("present") {
	case isCoupon:
		n.Coupon = &campaign.Coupon{Reward: x.q.Typed("coupon.reward"), Days: int(x.number("coupon.days", 1, 366)), Most: x.number("coupon.most", 0, 1_000_000_000)}
	case isBoost:
		n.Boost = &campaign.Multiplier{Percent: x.number("multiplier.percent", 101, 1000), Days: int(x.number("multiplier.days", 1, 90))}
	}
}

// buttons are those of one message. A row whose deed is not chosen is none.
func (x *reading) buttons(prefix string, n *campaign.Draft) (list []campaign.Button) {
	for i := range campaign.MaxButtons + 1 {
		at := fmt.Sprintf("%sbutton.%d.", prefix, i)
		b := campaign.Button{ID: x.q.Typed(at + "id"), Do: campaign.Do(x.q.Typed(at + "do")), Label: x.labels(at)}
		if b.Do == "" {
			continue
		}
		if b.Do == campaign.DoOpen || b.Do == campaign.DoReply {
			b.Value = x.line(at + "value")
		}
		if len(b.Label) == 0 {
			b.Label = campaign.UsualLabels(b.Do, n.Boost != nil)
		}
		if b.ID == "" {
			b.ID = freeID(n, list)
		}
		list = append(list, b)
	}
	return list
}

func (x *reading) labels(at string) map[string]string {
	by := map[string]string{}
	for _, lang := range append([]i18n.Lang{""}, i18n.Langs...) {
		name := at + "label"
		if lang != "" {
			name += "." + string(lang)
		}
		if s := x.line(name); s != "" {
			by[string(lang)] = s
		}
	}
	return by
}

// firstID is what the first button is called, as in the chat.
const firstID = "main"

// freeID names a button as no other of the campaign's messages is.
func freeID(n *campaign.Draft, here []campaign.Button) string {
	taken := func(id string) bool {
		is := func(b campaign.Button) bool { return b.ID == id }
		return slices.ContainsFunc(here, is) || slices.ContainsFunc(n.Buttons, is) ||
			slices.ContainsFunc(n.Journey, func(s campaign.Step) bool { return slices.ContainsFunc(s.Buttons, is) })
	}
	id := firstID
	for i := 2; taken(id); i++ {
		id = "b" + strconv.Itoa(i)
	}
	return id
}

// journey are the further messages. One without words is none.
func (x *reading) journey(n *campaign.Draft) []campaign.Step {
	n.Journey = nil
	for j := range campaign.MaxSteps + 1 {
		at := fmt.Sprintf("journey.%d.", j)
		text := x.texts(at)
		if len(text) == 0 || x.q.Typed(at+"drop") != "" {
			continue
		}
		n.Journey = append(n.Journey, campaign.Step{
			Wait: int(x.number(at+"wait", 0, 24*90)), After: x.q.Typed(at + "after"), If: shop.TypedSegment(x.q.Typed(at + "if")),
			Exit: shop.TypedSegment(x.q.Typed(at + "exit")), Text: text, Picture: x.q.Typed(at + "picture"), Buttons: x.buttons(at, n),
		})
	}
	return n.Journey
}

// giver adds the button that gives the present, where one was chosen and no
// button was made at all.
func (x *reading) giver(n *campaign.Draft) {
	if n.Coupon == nil && n.Boost == nil || len(n.Buttons) > 0 {
		return
	}
	for _, s := range n.Journey {
		if slices.ContainsFunc(s.Buttons, func(b campaign.Button) bool { return b.Do == campaign.DoCoupon }) {
			return
		}
	}
	n.Buttons = []campaign.Button{{ID: freeID(n, nil), Do: campaign.DoCoupon, Label: campaign.UsualLabels(campaign.DoCoupon, n.Boost != nil)}}
}

// sameDraft reports whether two drafts say the same.
func sameDraft(a, b campaign.Draft) bool {
	x, err := a.File()
	y, err2 := b.File()
	return err == nil && err2 == nil && reflect.DeepEqual(x, y)
}
