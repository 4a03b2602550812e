package handlers

import (
	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
)

// activities shows what the shop offers besides points and rewards, a button
// each. What the programme has not is not there.
func (c counter) activities(t *bot.Turn) error {
	if _, err := c.Member(t); err != nil {
		return err
	}
	var buttons []bot.Button
	for _, a := range shop.ActivitiesOf(c.Rules(t.Now)) {
		buttons = append(buttons, command(t.Word(a.Label), a.Command))
	}
	if len(buttons) == 0 {
		t.Say(bot.Message{Text: t.Word(i18n.ActivitiesNone), Menu: c.Menu(t)})
		return nil
	}
	t.Say(bot.Message{Text: t.Word(i18n.ActivitiesText), Buttons: buttons})
	return nil
}
