package handlers

import (
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/match"
	"regulars/loyalty/people"
)

// mostProof is how long the words may be that tell what a member has elsewhere.
const mostProof = 300

// match asks for a tier for what a member has elsewhere: /match; and tells how one
// that was asked for stands.
func (c counter) match(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	rules := c.Rules(t.Now).Match
	if !rules.On() {
		return match.ErrOff
	}
	q, ok, err := c.Matches.Of(t.Tx, m.ID)
	if err != nil {
		return err
	}
	if ok && q.State != match.Refused {
		return c.matchStands(t, q)
	}
	return c.askMatch(t, m, rules)
}

// matchStands tells how the member's request, or their matched tier, stands.
func (c counter) matchStands(t *bot.Turn, q match.Request) error {
	tier := c.levelName(t, q.Level)
	if q.State == match.Waiting {
		t.Say(bot.Message{Text: t.Word(i18n.MatchWaits, "Tier", tier), Menu: c.Menu(t)})
		return nil
	}
	msg := bot.Message{Title: tier, Rows: []bot.Row{{Label: t.Word(i18n.LevelKept), Value: c.lastDay(t, q.Until)}}}
	switch {
	case q.Kept:
		msg.Rows[0].Value = c.lastDay(t, q.KeepTo)
		msg.Text = t.Word(i18n.MatchKept)
	case !t.Now.Before(q.Until):
		msg.Text = t.Word(i18n.MatchOver)
	case q.Goal > 0:
		n, err := c.Matches.Value(t.Tx, q, t.Now)
		if err != nil {
			return err
		}
		left := max(0, q.Goal-n)
		msg.Bar = &bot.Bar{To: q.Goal, Value: max(0, q.Goal-left), Label: t.Word(i18n.MatchToGo, "Left", c.counted(t, left), "Date", c.lastDay(t, q.KeepTo))}
	}
	t.Say(msg)
	return nil
}

// askMatch asks which tier, and what the member has elsewhere.
func (c counter) askMatch(t *bot.Turn, m people.Person, rules loyalty.StatusMatch) error {
	var options []bot.Option
	for _, l := range rules.Levels {
		options = append(options, bot.Option{Value: l, Label: c.levelName(t, l)})
	}
	text := t.Word(i18n.MatchText, "Count", rules.Days)
	if len(rules.Programmes) > 0 {
		text = paragraphs(text, t.List(rules.Programmes))
	}
	r, ok := t.Ask(bot.Question{
		Key: "level", Message: bot.Message{Title: t.Word(i18n.KeyMatch), Text: text, Note: c.challenge(t, rules)},
		Options: append(options, bot.Option{Value: "no", Label: t.Word(i18n.NotNow)}),
	})
	if !ok {
		return nil
	}
	if r.Value == "no" {
		t.Say(bot.Message{Text: t.Word(i18n.MatchLater), Menu: c.Menu(t)})
		return nil
	}
	if err := c.Matches.May(t.Tx, m.ID, r.Value, t.Now); err != nil {
		return err
	}
	what, ok := t.Ask(bot.Question{
		Key: "proof", Message: bot.Message{Text: t.Word(i18n.MatchProof, "Tier", c.levelName(t, r.Value))},
		Parse: func(typed string) (string, error) {
			typed = strings.TrimSpace(typed)
			if n := len([]rune(typed)); n == 0 || n > mostProof {
				return "", bot.Refuse(i18n.MatchLong, "Most", i18n.Number(mostProof))
			}
			return typed, nil
		},
	})
	if !ok {
		return nil
	}
	return c.putMatch(t, m, r.Value, what.Value)
}

// challenge says what keeps the tier for longer.
func (c counter) challenge(t *bot.Turn, rules loyalty.StatusMatch) string {
	if rules.Challenge == 0 {
		return ""
	}
	return t.Word(i18n.MatchChallenge, "Goal", c.counted(t, rules.Challenge), "Count", rules.KeepDays)
}

// putMatch notes the request and calls the managers.
func (c counter) putMatch(t *bot.Turn, m people.Person, level, what string) error {
	sealed, err := c.Vault.SealFor(t.Tx, m.ID, shop.MatchPurpose, []byte(what), t.Rand())
	if err != nil {
		return err
	}
	q, err := c.Matches.Ask(t.Tx, m.ID, loyalty.OpID(t.Op("match")), level, sealed, t.Now)
	if err != nil {
		return err
	}
	_, err = c.CallManagers(t, "", "", func(p i18n.Printer) bot.Message {
		return bot.Message{
			Text:    p.Say(i18n.MatchNew, "Tier", c.LevelName(p, t.Now, level)),
			Buttons: []bot.Button{{Label: p.Say(i18n.KeyMatches), Do: bot.DoCommand, Value: "matched " + string(q.Ref)}},
		}
	})
	t.Say(bot.Message{Text: t.Word(i18n.MatchAsked), Menu: c.Menu(t)})
	return err
}
