package campaign

import (
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty/programme"
)

func (x *talk) pictureAsk() bot.Question {
	return bot.Question{
		Key: "picture", Message: bot.Message{Text: x.t.Word(i18n.CampAskPicture, "Example", "winter.jpg", "Address", "https://")},
		Options: []bot.Option{{Value: "-", Label: x.t.Word(i18n.CampNoPicture)}},
		Parse: func(typed string) (string, error) {
			s := oneLine(typed)
			if !secure(s) && (!pictureForm.MatchString(s) || x.Shop.PhotoURL(s) == "") {
				return "", bot.Refuse(i18n.CampPictureWrong, "Picture", s, "Address", "https://")
			}
			return s, nil
		},
	}
}

// picture chooses the picture above the words.
func (x *talk) picture() error {
	if err := x.open(true); err != nil {
		return err
	}
	r, ok := x.t.Ask(x.pictureAsk())
	if !ok {
		return nil
	}
	x.d.Picture = strings.TrimPrefix(r.Value, "-")
	return x.keep("button")
}

// theButton is the id of the one button that is made in a conversation.
const theButton = "main"

// what the button may be.
const (
	buttonNone   = "none"
	buttonCoupon = "coupon"
	buttonBoost  = "boost"
	buttonRedeem = "redeem"
	buttonLink   = "link"
)

func (x *talk) buttonAsk() bot.Question {
	q := bot.Question{Key: "button", Message: bot.Message{Text: x.t.Word(i18n.CampAskButton)}}
	add := func(value string, label i18n.Key) {
		q.Options = append(q.Options, bot.Option{Value: value, Label: x.t.Word(label)})
	}
	add(buttonNone, i18n.CampNoButton)
	if len(x.Shop.Rules(x.t.Now).Rewards) > 0 {
		add(buttonCoupon, i18n.CampCoupon)
	}
	add(buttonBoost, i18n.CampBoost)
	add(buttonRedeem, i18n.CampRewards)
	add(buttonLink, i18n.CampLink)
	return q
}

// button chooses what the button under the words does.
func (x *talk) button() error {
	if err := x.open(false); err != nil {
		return err
	}
	r, ok := x.t.Ask(x.buttonAsk())
	if !ok {
		return nil
	}
	x.d.Buttons, x.d.Coupon, x.d.Boost = nil, nil, nil
	b := Button{ID: theButton}
	switch r.Value {
	case buttonCoupon:
		if x.d.Coupon, ok = x.askCoupon(); !ok {
			return nil
		}
		b.Do, b.Label = DoCoupon, x.labels(i18n.CampGet)
	case buttonBoost:
		days, ok := x.askDays(i18n.CampAskBoost, 90, 1, 3, 7)
		if !ok {
			return nil
		}
		x.d.Boost = &Multiplier{Percent: 200, Days: days}
		b.Do, b.Label = DoCoupon, x.labels(i18n.CampDouble)
	case buttonRedeem:
		b.Do, b.Label = DoRedeem, x.labels(i18n.KeyRewards)
	case buttonLink:
		if b, ok = x.askLink(b); !ok {
			return nil
		}
	}
	if b.Do != "" {
		x.d.Buttons = []Button{b}
	}
	return x.keep("when")
}

// labels are a label in all languages of the program, so that one that is added
// later has it too.
func (x *talk) labels(key i18n.Key) map[string]string {
	by := map[string]string{}
	for _, l := range i18n.Langs {
		by[string(l)] = i18n.For(l).Say(key)
	}
	return by
}

// askCoupon asks for which reward, and for how long it is good.
func (x *talk) askCoupon() (*Coupon, bool) {
	at := x.Shop.Programme(x.t.Now)
	var options []bot.Option
	for _, w := range at.Rules.Rewards {
		options = append(options, bot.Option{Value: w.ID, Label: at.Words(programme.Reward, w.ID, string(x.t.Lang)).Name})
	}
	reward, ok := x.pickOne("reward", i18n.CampAskReward, options)
	if !ok {
		return nil, false
	}
	days, ok := x.askDays(i18n.CampAskCouponDays, 366, 7, 14, 30)
	return &Coupon{Reward: reward, Days: days}, ok
}

// askDays asks for a number of days, up to most.
func (x *talk) askDays(text i18n.Key, most int, offered ...int) (int, bool) {
	q := bot.Question{Key: "days", Message: bot.Message{Text: x.t.Word(text, "Most", most)}, Parse: func(typed string) (string, error) {
		n, ok := number1(typed, 1, most)
		if !ok {
			return "", bot.Refuse(i18n.CampNumber, "Low", 1, "High", most)
		}
		return strconv.Itoa(n), nil
	}}
	for _, n := range offered {
		q.Options = append(q.Options, bot.Option{Value: strconv.Itoa(n), Label: x.t.Word(i18n.SpanDays, "Count", n)})
	}
	r, ok := x.t.Ask(q)
	n, _ := strconv.Atoi(r.Value)
	return n, ok
}

// number1 reads the number that a typed text begins with: "7", "７", "7 days".
func number1(typed string, least, most int) (int, bool) {
	s := norm.NFKC.String(strings.TrimSpace(typed))
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(s[:end])
	return n, err == nil && n >= least && n <= most && len([]rune(s[end:])) <= 6
}

// askLink asks for an address and what stands on its button.
func (x *talk) askLink(b Button) (Button, bool) {
	to, ok := x.t.Ask(bot.Question{Key: "link", Message: bot.Message{Text: x.t.Word(i18n.CampAskLink, "Address", "https://")}, Parse: func(typed string) (string, error) {
		if s := oneLine(typed); secure(s) {
			return s, nil
		}
		return "", bot.Refuse(i18n.CampLinkWrong, "Address", "https://")
	}})
	if !ok {
		return b, false
	}
	label, ok := x.t.Ask(bot.Question{
		Key: "label", Message: bot.Message{Text: x.t.Word(i18n.CampAskLabel, "Most", longLabel)},
		Options: []bot.Option{{Value: "", Label: x.t.Word(i18n.CampLook)}},
		Parse: func(typed string) (string, error) {
			s := oneLine(typed)
			if n := len([]rune(s)); n == 0 || n > longLabel {
				return "", bot.Refuse(i18n.CampLabelLong, "Most", longLabel)
			}
			return s, nil
		},
	})
	b.Do, b.Value, b.Label = DoOpen, to.Value, map[string]string{"": label.Value}
	if label.Value == "" {
		b.Label = x.labels(i18n.CampLook)
	}
	return b, ok
}
