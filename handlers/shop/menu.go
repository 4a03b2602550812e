package shop

import (
	"time"

	"regulars/bot"
	"regulars/i18n"
)

// Keys are the four buttons in sight; the rest lives behind the last. The third
// is the rewards, or the history where the programme has nothing to redeem.
func (s *Shop) Keys(p i18n.Printer, at time.Time) []bot.Button {
	key := func(word i18n.Key, line string) bot.Button {
		return bot.Button{Label: p.Say(word), Do: bot.DoCommand, Value: line}
	}
	third := key(i18n.KeyHistory, "history")
	if s.Has("redeem", at) {
		third = key(i18n.KeyRewards, "redeem")
	}
	return []bot.Button{key(i18n.KeyPoints, "points"), key(i18n.KeyCard, "card"), third, key(i18n.KeyMore, "menu")}
}

// Menu is the menu that stays under the speaker's chat.
func (s *Shop) Menu(t *bot.Turn) *bot.Menu {
	return &bot.Menu{Lang: string(t.Lang), Role: t.Person.Role, Keys: s.Keys(t.Printer, t.Now)}
}
