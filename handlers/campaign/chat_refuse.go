package campaign

import (
	"regulars/bot"
	"regulars/i18n"
)

// plainRefusals are the refusals that need no numbers.
var plainRefusals = map[error]i18n.Key{
	ErrNone:      i18n.CampUnknown,
	ErrManager:   i18n.BotOnlyManager,
	ErrSame:      i18n.CampSame,
	ErrUncounted: i18n.CampUncounted,
	ErrNobody:    i18n.CampNobody,
}

// worded puts a command's typed refusals into words.
func (c chat) worded(run func(*bot.Turn) error) func(*bot.Turn) error {
	return func(t *bot.Turn) error {
		err := run(t)
		if no := c.refusal(t, err); no != nil {
			return no
		}
		return err
	}
}

// refusal words an error of the engine; nil for one that is none.
func (c chat) refusal(t *bot.Turn, err error) error {
	text, ok := c.Refusal(t.Printer, t.Now, err)
	if !ok {
		return nil
	}
	return &bot.Refusal{Text: text, Cause: err, Buttons: []bot.Button{toList(t)}}
}

func toList(t *bot.Turn) bot.Button {
	return bot.Button{Label: t.Word(i18n.CampAll), Do: bot.DoCommand, Value: "campaigns"}
}
