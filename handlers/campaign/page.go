package campaign

import (
	"errors"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/people"
	"regulars/store"
)

// What stands in this file is for pages that show campaigns: they say what the
// chat says, in the same words.

// StateWord names where a campaign stands.
func StateWord(s State) i18n.Key { return stateWords[s] }

// WhyWord names why somebody gets nothing; other reasons than those that are told
// have one word together.
func WhyWord(why string) i18n.Key {
	if key, ok := whyWords[why]; ok {
		return key
	}
	return i18n.CampWhyOther
}

// Refusal words the engine's typed refusals; false for an error that is none.
func (e *Engine) Refusal(p i18n.Printer, now time.Time, err error) (i18n.Text, bool) {
	for no, key := range plainRefusals {
		if errors.Is(err, no) {
			return i18n.T(key), true
		}
	}
	var (
		state  *StateError
		fixed  *ChangeError
		unfit  *DraftError
		budget *BudgetError
	)
	switch {
	case errors.As(err, &state):
		return i18n.T(i18n.CampNotNow, "State", p.Say(stateWords[state.State])), true
	case errors.As(err, &fixed):
		return i18n.T(i18n.CampFixed), true
	case errors.As(err, &unfit) && len(unfit.Complaints) > 0:
		return chat{e}.amiss(p, unfit.Complaints[0]), true
	case errors.As(err, &budget):
		return i18n.T(i18n.CampBudget, "Number", i18n.Number(budget.Needs), "Money", e.Shop.Money(p, now, budget.Price)), true
	}
	return i18n.Text{}, false
}

// TypedText is what was typed for words, with the braces of keyboards for wide
// letters put right, and without what cannot be shown.
func TypedText(typed string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f {
			return -1
		}
		return r
	}, strings.TrimSpace(fullBraces.Replace(typed)))
}

// CostWords says what an audience costs.
func (e *Engine) CostWords(p i18n.Printer, now time.Time, a *Audience) string {
	return chat{e}.costs(p, now, a)
}

// Caution is what should be known before an audience is written to; "" nothing.
func (e *Engine) Caution(p i18n.Printer, now time.Time, d *Draft, a *Audience, by By) string {
	return chat{e}.caution(p, now, d, a, by)
}

// Starts says when a draft is to go out.
func (e *Engine) Starts(p i18n.Printer, d *Draft) string { return chat{e}.starts(p, d) }

// Difference writes how many more of a hundred, with its interval, or that it
// cannot be told.
func Difference(p i18n.Printer, o measure.Outcome, i measure.Interval) string {
	return difference(p, o, i)
}

// Reads is the language of a draft whose words are read by who speaks another;
// "" where it says nothing.
func (e *Engine) Reads(d *Draft, lang string) string { return e.lang(d, lang) }

// ButtonLabel is what stands on a button in a language.
func (e *Engine) ButtonLabel(b Button, lang string) string { return e.label(b, lang) }

// UsualLabels are what a button that nobody labelled says, in every language; nil
// for what has no usual label.
func UsualLabels(do Do, boost bool) map[string]string {
	key, ok := map[Do]i18n.Key{DoCoupon: i18n.CampGet, DoRedeem: i18n.KeyRewards, DoOpen: i18n.CampLook}[do]
	if do == DoCoupon && boost {
		key = i18n.CampDouble
	}
	if !ok {
		return nil
	}
	return (&talk{}).labels(key)
}

// Current says that the newest version was counted lately, so that it can be sent.
func (c *Campaign) Current(now time.Time) bool { return c.current(now) }

// Of is a step's message as a draft of its own, for previews.
func (d *Draft) Of(s Step) Draft {
	says := *d
	says.Text, says.Picture, says.Buttons = s.Text, s.Picture, s.Buttons
	return says
}

// LastReport is the report as it was reckoned last, however long ago; false where
// it never was.
func (e *Engine) LastReport(r store.Reader, id ID) (Report, bool, error) {
	sum, known, err := reports.Get(r, string(id))
	if err != nil || !known {
		return Report{}, false, err
	}
	rep, err := e.reported(r, id, sum, e.now())
	return rep, err == nil, err
}

// AskManagers shows a waiting campaign to every manager who has not agreed yet, in
// their chat; false where there is none.
func (e *Engine) AskManagers(tx store.Tx, c Campaign, by people.Staff) (asked bool, err error) {
	all, err := e.Shop.Vault.AllStaff(tx)
	if err != nil {
		return false, err
	}
	d, err := e.Draft(tx, c.ID, c.Version)
	if err != nil {
		return false, err
	}
	for _, boss := range all {
		mine := boss.ID.Actor()
		if !boss.Active || !people.AtLeast(boss.Role, people.Manager) || mine == c.Asked || slices.Contains(c.Yes, mine) {
			continue
		}
		_, _, ok, err := e.Shop.Reach(tx, boss.Member)
		if err != nil {
			return asked, err
		}
		asked = asked || ok
		err = e.tell(tx, bot.PersonID(boss.Member), string(c.ID)+".may."+string(boss.ID), func(p i18n.Printer, as By) (bot.Message, error) {
			m := chat{e}.overview(tx, p, e.now(), &c, &d, as)
			m.Title = p.Say(i18n.CampMaySend, "Name", d.Name)
			m.Rows = append([]bot.Row{{Label: p.Say(i18n.CampBy), Value: shop.Tidy(by.Name)}}, m.Rows...)
			return m, nil
		})
		if err != nil {
			return asked, err
		}
	}
	return asked, nil
}

// TellAsker says to who asked for a campaign what became of it; agreed or not.
func (e *Engine) TellAsker(tx store.Tx, c Campaign, asked loyalty.Actor, agreed bool) error {
	all, err := e.Shop.Vault.AllStaff(tx)
	i := slices.IndexFunc(all, func(s people.Staff) bool { return s.ID.Actor() == asked })
	if err != nil || i < 0 {
		return err
	}
	key := i18n.CampRefused
	if agreed {
		key = i18n.CampAgreed
	}
	return e.tell(tx, bot.PersonID(all[i].Member), string(c.ID)+".answer", func(p i18n.Printer, _ By) (bot.Message, error) {
		return bot.Message{Text: p.Say(key, "Name", c.Name), Buttons: []bot.Button{c.press(p.Say(i18n.CampOverview), "")}}, nil
	})
}

// Test sends an employee what a recipient gets, each wording; false where no chat
// reaches them.
func (e *Engine) Test(tx store.Tx, c Campaign, d *Draft, to people.Staff) (bool, error) {
	_, _, ok, err := e.Shop.Reach(tx, to.Member)
	if err != nil || !ok {
		return false, err
	}
	me, err := e.Shop.Whole(tx, to.Member)
	if err != nil {
		return false, err
	}
	for _, v := range d.Names() {
		err := e.tell(tx, bot.PersonID(to.Member), string(c.ID)+".test."+v, func(p i18n.Printer, _ By) (bot.Message, error) {
			return e.Preview(tx, c.ID, d, string(p.Lang), v, &me)
		})
		if err != nil {
			return false, err
		}
	}
	return true, nil
}
