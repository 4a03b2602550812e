package shop

import (
	"regulars/bot"
	"regulars/i18n"
)

// Keys are the four buttons in sight; the rest lives behind the last.
func Keys(p i18n.Printer) []bot.Button {
	key := func(word i18n.Key, line string) bot.Button {
		return bot.Button{Label: p.Say(word), Do: bot.DoCommand, Value: line}
	}
	return []bot.Button{key(i18n.KeyPoints, "points"), key(i18n.KeyCard, "card"), key(i18n.KeyHistory, "history"), key(i18n.KeyMore, "menu")}
}

// Menu is the menu that stays under the speaker's chat.
func Menu(t *bot.Turn) *bot.Menu {
	return &bot.Menu{Lang: string(t.Lang), Role: t.Person.Role, Keys: Keys(t.Printer)}
}
