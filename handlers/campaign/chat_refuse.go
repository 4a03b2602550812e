package campaign

import (
	"errors"

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
	if err == nil {
		return nil
	}
	for e, key := range plainRefusals {
		if errors.Is(err, e) {
			return &bot.Refusal{Text: i18n.T(key), Cause: err, Buttons: []bot.Button{toList(t)}}
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
		return &bot.Refusal{Text: i18n.T(i18n.CampNotNow, "State", t.Word(stateWords[state.State])), Cause: err, Buttons: []bot.Button{toList(t)}}
	case errors.As(err, &fixed):
		return &bot.Refusal{Text: i18n.T(i18n.CampFixed), Cause: err, Buttons: []bot.Button{toList(t)}}
	case errors.As(err, &unfit) && len(unfit.Complaints) > 0:
		return &bot.Refusal{Text: c.amiss(t.Printer, unfit.Complaints[0]), Cause: err, Buttons: []bot.Button{toList(t)}}
	case errors.As(err, &budget):
		return &bot.Refusal{Text: i18n.T(i18n.CampBudget, "Number", i18n.Number(budget.Needs), "Money", c.Shop.Money(t.Printer, t.Now, budget.Price)), Cause: err, Buttons: []bot.Button{toList(t)}}
	}
	return nil
}

func toList(t *bot.Turn) bot.Button {
	return bot.Button{Label: t.Word(i18n.CampAll), Do: bot.DoCommand, Value: "campaigns"}
}
