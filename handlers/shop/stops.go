package shop

import (
	"errors"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
)

// stopWords words what stops an employee, as they read it themselves.
func stopWords(err error) *bot.Refusal {
	var stop *loyalty.StopError
	if !errors.As(err, &stop) {
		return nil
	}
	key := map[loyalty.Stopped]i18n.Key{
		loyalty.StoppedHour: i18n.StopHour, loyalty.StoppedDay: i18n.StopDay, loyalty.StoppedCard: i18n.StopCard,
		loyalty.StoppedAll: i18n.StopAll, loyalty.StoppedHousehold: i18n.StopHousehold,
	}[stop.By]
	if key == i18n.StopHousehold {
		return refusal(err, key)
	}
	return refusal(err, key, "Limit", i18n.Number(int64(stop.Limit)))
}

// AsksSecond reports whether a refusal is one that a second person may lift, and
// what stopped the act besides its amount, nil for nothing.
func AsksSecond(err error) (why *loyalty.StopError, ask bool) {
	var approval *loyalty.ApprovalError
	if errors.As(err, &approval) {
		return nil, true
	}
	return why, errors.As(err, &why) && why.Ask
}

// StopRows tell who is asked for a yes what stopped an act.
func StopRows(p i18n.Printer, why *loyalty.StopError) []bot.Row {
	if why == nil {
		return nil
	}
	key := map[loyalty.Stopped]i18n.Key{
		loyalty.StoppedHour: i18n.StopWhyHour, loyalty.StoppedDay: i18n.StopWhyDay, loyalty.StoppedCard: i18n.StopWhyCard,
		loyalty.StoppedAll: i18n.StopWhyAll, loyalty.StoppedHousehold: i18n.StopWhyHousehold,
	}[why.By]
	said := p.Say(i18n.StopWhyHousehold)
	if key != i18n.StopWhyHousehold {
		said = p.Say(key, "Limit", i18n.Number(int64(why.Limit)))
	}
	return []bot.Row{{Label: p.Say(i18n.StopWhy), Value: said}}
}
