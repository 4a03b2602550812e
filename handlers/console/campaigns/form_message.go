package campaigns

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/i18n"
)

// Here are the fields of one message, the first one or a further one: its words
// in every language, its buttons.

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
