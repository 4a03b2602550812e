package campaign

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
)

// Fields are what may stand in braces in words. Those of personal are the
// recipient's own: on LINE they cost a request each.
var (
	Fields   = []string{"name", "points", "level", "shop", "reward", "pick"}
	personal = []string{"name", "points", "level", "pick"}
)

var field = regexp.MustCompile(`\{([a-z_]+)\}`)

func fieldsIn(text string) (all []string) {
	for _, m := range field.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// personal says that a wording has fields of the recipient's own.
func (d *Draft) personal(lang, variant string) bool {
	w := d.Text[lang][variant]
	return slices.ContainsFunc(fieldsIn(w.Title+w.Text), func(f string) bool { return slices.Contains(personal, f) })
}

func cutWording(w string) (lang, variant string) {
	lang, variant, _ = strings.Cut(w, "/")
	return lang, variant
}

// Messages are what the recipients of a wording ("zh-TW/a") read, without
// anybody's own fields.
func (e *Engine) Messages(r store.Reader, id ID, wording string) ([]bot.Message, error) {
	return e.words(r, id, wording, nil)
}

// MessagesFor are what one recipient reads, with what is true of them now.
// Refusals: people.ErrNobody and people.ErrErased.
func (e *Engine) MessagesFor(r store.Reader, id ID, wording string, who bot.PersonID) ([]bot.Message, error) {
	p, err := e.Shop.Whole(r, loyalty.MemberID(who))
	if err == nil && p.Status == people.Erased {
		err = people.ErrErased
	}
	if err != nil {
		return nil, err
	}
	return e.words(r, id, wording, &p)
}

func (e *Engine) words(r store.Reader, id ID, wording string, p *people.Person) ([]bot.Message, error) {
	c, ok, err := table.Get(r, string(id))
	if err == nil && !ok {
		err = ErrNone
	}
	if err != nil {
		return nil, err
	}
	d, err := e.Draft(r, id, c.Version)
	if err != nil {
		return nil, err
	}
	lang, variant := cutWording(wording)
	m, err := e.message(r, id, &d, lang, variant, p)
	return []bot.Message{m}, err
}

// Preview is what somebody would read of a draft; p is nil for a recipient
// without fields of their own. lang is one of the draft's, or is chosen as for a
// recipient who speaks it.
func (e *Engine) Preview(r store.Reader, id ID, d *Draft, lang, variant string, p *people.Person) (bot.Message, error) {
	return e.message(r, id, d, e.lang(d, lang), variant, p)
}

// message is one recipient's, or everybody's.
func (e *Engine) message(r store.Reader, id ID, d *Draft, lang, variant string, p *people.Person) (bot.Message, error) {
	w, ok := d.Text[lang][variant]
	if !ok {
		return bot.Message{}, errors.New("campaign: there is no wording " + wording(lang, variant))
	}
	speak := i18n.For(i18n.Lang(lang))
	fill, err := e.filler(r, d, speak, p, w)
	if err != nil {
		return bot.Message{}, err
	}
	m := bot.Message{Title: fill(w.Title), Text: fill(w.Text)}
	if d.Picture != "" {
		m.Photo = &bot.Photo{File: d.Picture, Alt: m.Title}
	}
	for _, b := range d.Buttons {
		m.Buttons = append(m.Buttons, e.button(id, b, lang))
	}
	// The free way out of all news; see LEDGER, privacy duties.
	m.Buttons = append(m.Buttons, bot.Button{Label: speak.Say(i18n.CampaignStop), Do: bot.DoCommand, Value: "news off"})
	return m, nil
}

// button is a campaign's button as it is sent. It carries the campaign and the
// button, which are public; who pressed it is told by the event.
func (e *Engine) button(id ID, b Button, lang string) bot.Button {
	out := bot.Button{Label: e.label(b, lang), Do: bot.DoCommand, Value: "tap " + string(id) + " " + b.ID}
	if b.Do == DoOpen {
		out.Do, out.Value = bot.DoOpen, e.address(id, b)
	}
	return out
}

func (e *Engine) label(b Button, lang string) string {
	p := e.Shop.Programme(e.now())
	return b.Label[pick(b.Label, append([]string{lang, ""}, append(slices.Clone(p.Languages), "en")...))]
}

// courtesies are what is written beside a name and not beside the word for who
// has none: お客様さん is nobody's.
var courtesies = regexp.MustCompile(`คุณ ?\{name\}|\{name\} ?(?:さん|さま|様|先生|小姐|女士)`)

// filler puts values in the places of fields. It reads of a member only what the
// words ask for.
func (e *Engine) filler(r store.Reader, d *Draft, speak i18n.Printer, p *people.Person, w Words) (func(string) string, error) {
	now := e.now()
	value := map[string]string{"shop": e.Shop.Name(now, speak.Lang), "name": speak.Say(i18n.CampaignFriend), "points": "0"}
	if d.Coupon != nil {
		value["reward"] = e.Shop.Programme(now).Words(programme.Reward, d.Coupon.Reward, string(speak.Lang)).Name
	}
	asked := fieldsIn(w.Title + w.Text)
	value["pick"] = speak.Say(i18n.RecommendAnything)
	value["level"] = e.Shop.LevelName(speak, now, "")
	if p != nil {
		if name := shop.Tidy(p.Called()); name != "" {
			value["name"] = name
		}
		if slices.Contains(asked, "points") || slices.Contains(asked, "level") {
			if err := e.standing(r, p.ID, speak, value, now); err != nil {
				return nil, err
			}
		}
		if slices.Contains(asked, "pick") {
			h, ok, err := e.Shop.Hint(r, p.ID, now)
			if err != nil {
				return nil, err
			}
			if ok {
				value["pick"] = e.Shop.ThingName(speak, now, h.Thing)
			}
		}
	}
	return func(s string) string {
		if value["name"] == speak.Say(i18n.CampaignFriend) {
			s = courtesies.ReplaceAllString(s, "{name}")
		}
		return field.ReplaceAllStringFunc(s, func(f string) string { return value[f[1:len(f)-1]] })
	}, nil
}

// standing fills in points and level of a member.
func (e *Engine) standing(r store.Reader, m loyalty.MemberID, speak i18n.Printer, value map[string]string, now time.Time) error {
	a, err := e.Shop.Book.Account(r, m)
	if err != nil {
		return err
	}
	b, err := loyalty.BalanceAt(&a, e.Shop.Rules(now), now)
	if err != nil {
		return err
	}
	value["points"] = i18n.Number(int64(b.Available))
	value["level"] = e.Shop.LevelName(speak, now, a.Standing.Level)
	return nil
}
