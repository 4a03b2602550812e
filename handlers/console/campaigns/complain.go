package campaigns

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/programme"
	"regulars/loyalty/segment"
)

// bounds is how complaints about numbers say what is allowed.
var bounds = regexp.MustCompile(`^(\d+) to (\d+)$`)

// upTo is how complaints about lengths say it.
var upTo = regexp.MustCompile(`^up to (\d+)`)

// complain notes what keeps a draft from being sent at the fields of the
// composer. The engine says it for operators; here it is said in the manager's
// language.
func (d *desk) complain(q *console.Request, n *campaign.Draft, all []campaign.Complaint) {
	for _, c := range all {
		field, sentence := d.place(q, n, c)
		q.Wrong(field, sentence)
	}
}

// place is the field that a complaint is about, and its words.
func (d *desk) place(q *console.Request, n *campaign.Draft, c campaign.Complaint) (field, sentence string) {
	prefix, key, says := "", c.Key, n
	if rest, ok := strings.CutPrefix(c.Key, "journey."); ok {
		number, inner, _ := strings.Cut(rest, ".")
		if i, err := strconv.Atoi(number); err == nil && i < len(n.Journey) {
			step := n.Of(n.Journey[i])
			prefix, key, says = "journey."+number+".", inner, &step
		}
	}
	part := strings.Split(key, ".")
	switch part[0] {
	case "name":
		return "name", q.Say(i18n.CampNameLong, "Most", numberIn(upTo, c.Allowed, 60))
	case "segment":
		return d.aboutSegment(q, n)
	case "if", "exit":
		return prefix + key, d.wrongExpr(q, map[string]string{"if": n.Journey[at(prefix)].If, "exit": n.Journey[at(prefix)].Exit}[part[0]])
	case "text":
		return d.aboutText(q, says, prefix, part, c)
	case "picture":
		return prefix + "picture", q.Say(i18n.CampPictureWrong, "Picture", says.Picture, "Address", "https://")
	case "button":
		return d.aboutButton(q, says, prefix, part, c)
	case "variants":
		return "variants." + strings.Join(part[1:], "."), q.Say(i18n.ConsoleCampaignsShareWrong)
	case "coupon", "multiplier", "hold_out", "window", "budget", "wait":
		return d.aboutNumber(q, prefix, key, c)
	case "when":
		return "time", q.Say(i18n.CampTimeWrong, "Example", "2026-12-24 10:00")
	case "not_after":
		return "not_after", q.Say(i18n.ConsoleCampaignsBeforeStart)
	}
	return prefix + part[0], q.Say(i18n.ConsoleCampaignsPartWrong)
}

// at is the number in "journey.2.".
func at(prefix string) (n int) {
	fmt.Sscanf(prefix, "journey.%d.", &n)
	return n
}

// numberIn is the number that a complaint names, or the one that is usual.
func numberIn(form *regexp.Regexp, text string, usual int) int {
	if m := form.FindStringSubmatch(text); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			return n
		}
	}
	return usual
}

func (d *desk) aboutSegment(q *console.Request, n *campaign.Draft) (field, sentence string) {
	if n.Segment == "" {
		return "segment", q.Say(i18n.ConsoleCampaignsWhoMissing)
	}
	return "condition", d.wrongExpr(q, n.Segment)
}

// wrongExpr words what is wrong with an expression, with the place and the
// nearest word.
func (d *desk) wrongExpr(q *console.Request, text string) string {
	_, err := d.segments().Expr(text, q.Now)
	var wrong *segment.Complaint
	if errors.As(err, &wrong) {
		return q.Say(i18n.CampWhoWrong, "Wrong", shop.SegmentWrong(q.P, wrong))
	}
	return q.Say(i18n.ConsoleCampaignsPartWrong)
}

// aboutText words a complaint about words: text[.LANG[.VARIANT[.title|text]]].
func (d *desk) aboutText(q *console.Request, n *campaign.Draft, prefix string, part []string, c campaign.Complaint) (field, sentence string) {
	lang := d.firstLang(n)
	if len(part) > 1 {
		lang = part[1]
	}
	if len(part) < 4 {
		key := i18n.ConsoleCampaignsWordingsDiffer
		if len(n.Text) == 0 {
			key = i18n.ConsoleCampaignsSaysNothing
		}
		return prefix + "text." + lang + "." + firstOf(n.Names()) + ".text", q.Say(key)
	}
	w := n.Text[part[1]][part[2]]
	text, most := w.Text, 1000
	if part[3] == "title" {
		text, most = w.Title, 40
	}
	field, letters := prefix+strings.Join(part, "."), utf8.RuneCountInString(text)
	switch name, odd := strings.CutPrefix(c.Wrong, "{"); {
	case odd:
		name, _, _ = strings.Cut(name, "}")
		near := c.Nearest
		if near == "" {
			near = campaign.Fields[0]
		}
		return field, q.Say(i18n.CampField, "Field", "{"+name+"}", "Nearest", "{"+near+"}")
	case letters == 0:
		return field, q.Say(i18n.ConsoleCampaignsTextMissing)
	case letters > most:
		return field, q.Say(i18n.CampWordsLong, "Number", i18n.Number(int64(letters)), "Most", i18n.Number(int64(most)))
	}
	return field, q.Say(i18n.ConsoleCampaignsPartWrong)
}

func firstOf(names []string) string {
	if len(names) == 0 {
		return campaign.OnlyVariant
	}
	return names[0]
}

// firstLang is the language whose words stand first.
func (d *desk) firstLang(n *campaign.Draft) string {
	if lang := d.Reads(n, string(d.Shop.Lang)); lang != "" {
		return lang
	}
	return string(d.Shop.Lang)
}

// aboutButton words a complaint about buttons: button[.N[.id|label|do|value]].
func (d *desk) aboutButton(q *console.Request, n *campaign.Draft, prefix string, part []string, c campaign.Complaint) (field, sentence string) {
	if len(part) < 3 {
		if len(n.Buttons) > campaign.MaxButtons {
			return prefix + "button.0.do", q.Say(i18n.ConsoleCampaignsButtonsMany, "Most", campaign.MaxButtons)
		}
		return prefix + "button.0.do", q.Say(i18n.ConsoleCampaignsNoGiver)
	}
	row := prefix + "button." + part[1]
	switch part[2] {
	case "value":
		return row + ".value", q.Say(i18n.CampLinkWrong, "Address", "https://")
	case "label":
		if strings.Contains(c.Wrong, "missing") || strings.Contains(c.Wrong, "empty") {
			return row + ".label", q.Say(i18n.ConsoleCampaignsLabelMissing)
		}
		return row + ".label", q.Say(i18n.CampLabelLong, "Most", 20)
	case "do":
		return row + ".do", q.Say(i18n.ConsoleCampaignsNoPresent)
	}
	return row + ".do", q.Say(i18n.ConsoleCampaignsPartWrong)
}

// aboutNumber words a number that is out of bounds, and the rest of what stands
// beside numbers.
func (d *desk) aboutNumber(q *console.Request, prefix, key string, c campaign.Complaint) (field, sentence string) {
	if m := bounds.FindStringSubmatch(c.Allowed); m != nil {
		low, _ := strconv.ParseInt(m[1], 10, 64)
		high, _ := strconv.ParseInt(m[2], 10, 64)
		return prefix + key, q.Say(i18n.CampNumber, "Low", i18n.Number(low), "High", i18n.Number(high))
	}
	switch key {
	case "coupon.reward":
		return key, q.Say(i18n.CampAskReward)
	case "multiplier":
		return "present", q.Say(i18n.ConsoleCampaignsTwoPresents)
	}
	return prefix + key, q.Say(i18n.ConsoleCampaignsPartWrong)
}

// rewardName is what a reward is called.
func (d *desk) rewardName(q *console.Request, id string) string {
	return d.Shop.Programme(q.Now).Words(programme.Reward, id, string(q.P.Lang)).Name
}
