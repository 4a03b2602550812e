package handlers

import (
	"strings"

	"regulars/bot"
	"regulars/i18n"
)

// help lists what the speaker can say, from the table of commands, without what
// the programme has nothing of.
func (c counter) help(t *bot.Turn) error {
	var lines []string
	for _, cmd := range t.Commands().All {
		if cmd.Help == "" || cmd.Role > t.Person.Role || !c.Has(cmd.Name, t.Now) || cmd.Name == "join" && t.Person.Role == bot.Member {
			continue
		}
		lines = append(lines, "/"+cmd.Name+"  "+t.Word(cmd.Help))
	}
	t.Say(bot.Message{
		Title: t.Word(i18n.HelpTitle),
		Text:  strings.Join(lines, "\n"),
		Menu:  c.Menu(t),
	})
	return nil
}
