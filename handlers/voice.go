package handlers

import (
	"slices"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/programme"
)

// review sends a review that the member wrote: its link, or its words.
func (c counter) review(t *bot.Turn) error { return c.say(t, loyalty.VoiceReview) }

// post sends a post of the member's own, likewise.
func (c counter) post(t *bot.Turn) error { return c.say(t, loyalty.VoicePost) }

// say asks for what somebody said in public, and keeps it until a manager has seen
// it.
func (c counter) say(t *bot.Turn, kind loyalty.VoiceKind) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if err := c.Voices.May(t.Tx, m.ID, kind, t.Now); err != nil {
		return err
	}
	rule, _ := c.Rules(t.Now).VoiceOf(kind)
	r, ok := t.Ask(c.asksVoice(t, rule))
	if !ok {
		return nil
	}
	if r.Value == "" {
		t.SayText(i18n.Cancelled)
		return nil
	}
	sealed, err := c.SealWords(t.Tx, m.ID, r.Value)
	if err != nil {
		return err
	}
	v, err := c.Voices.Send(t.Tx, m.ID, book.Act{Op: loyalty.OpID(t.Op("voice")), Actor: loyalty.ByMember(m.ID), Now: t.Now}, kind, sealed)
	if err != nil {
		return err
	}
	managers, err := c.Vault.Managers(t.Tx, "")
	if err != nil {
		return err
	}
	for _, one := range managers {
		if one.Member == m.ID {
			continue
		}
		// It can wait for their next answer: nothing is lost meanwhile.
		if _, err := c.Tell(t, one.Member, bot.Nudge, bot.RideOnly, "", func(p i18n.Printer) bot.Message {
			return bot.Message{Text: p.Say(i18n.VoiceNew, "Kind", shop.VoiceName(p, kind)), Buttons: []bot.Button{{Label: p.Say(i18n.VoiceSee), Do: bot.DoCommand, Value: "voice " + string(v.Ref)}}}
		}); err != nil {
			return err
		}
	}
	t.Say(bot.Message{Text: t.Word(i18n.VoiceKept), Menu: c.Menu(t)})
	return nil
}

// asksVoice asks for a link or words, as the programme takes them.
func (c counter) asksVoice(t *bot.Turn, rule loyalty.Voice) bot.Question {
	links := len(rule.Takes) > 0 && !slices.Contains(rule.Takes, "text")
	key := i18n.VoiceAsk
	if links {
		key = i18n.VoiceAskLink
	}
	lines := []string{t.Word(key, "Points", shop.Points(t.Printer, rule.Points))}
	if about := c.Programme(t.Now).Words(programme.Voice, string(rule.Kind), string(t.Lang)).Name; about != "" {
		lines = append(lines, about)
	}
	return bot.Question{
		Key: "words", Message: bot.Message{Title: shop.VoiceName(t.Printer, rule.Kind), Text: strings.Join(lines, "\n")},
		Options: []bot.Option{{Value: "", Label: t.Word(i18n.NotNow)}},
		Parse: func(typed string) (string, error) {
			typed = shop.Typed(typed)
			link := strings.HasPrefix(typed, "https://") || strings.HasPrefix(typed, "http://")
			if links && (!link || len(strings.Fields(typed)) != 1) {
				return "", bot.Refuse(i18n.VoiceNoLink)
			}
			if typed == "" {
				return "", bot.Refuse(i18n.BotChooseButton)
			}
			return typed, nil
		},
	}
}
