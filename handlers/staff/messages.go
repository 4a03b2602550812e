package staff

import (
	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
)

// messages tells a manager what this month's messages cost, and what is left.
func (d desk) messages(t *bot.Turn) error {
	b, err := d.Bill(t.Tx, t.Now)
	if err != nil {
		return err
	}
	if !b.Costs {
		t.Say(bot.Message{Text: t.Word(i18n.MoneyNone)})
		return nil
	}
	t.Say(bot.Message{Title: t.Word(i18n.MoneyTitle), Text: d.billText(t, &b), Rows: d.billRows(t, &b), Note: d.billNote(t, &b)})
	return nil
}

// billText says where nothing is pushed at all.
func (d desk) billText(t *bot.Turn, b *shop.Bill) (text string) {
	for _, ch := range b.Stopped {
		if text != "" {
			text += "\n"
		}
		text += t.Word(i18n.MoneyStopped, "Channel", d.Label(ch))
	}
	return text
}

func (d desk) billRows(t *bot.Turn, b *shop.Bill) []bot.Row {
	var rows []bot.Row
	row := func(key i18n.Key, value string) { rows = append(rows, bot.Row{Label: t.Word(key), Value: value}) }
	money := func(m loyalty.Money) string { return d.Money(t.Printer, t.Now, m) }
	row(i18n.MoneyBilled, i18n.Number(b.Billed))
	if b.Used > b.Billed {
		row(i18n.MoneyElsewhere, i18n.Number(b.Used-b.Billed))
	}
	row(i18n.MoneyReplies, i18n.Number(b.Replies))
	row(i18n.MoneyRode, i18n.Number(b.Rode))
	if b.Priced {
		row(i18n.MoneySaved, money(b.Saved))
		row(i18n.MoneyCost, money(b.Cost))
	}
	if b.Limit > 0 {
		row(i18n.MoneyLeft, t.Word(i18n.MoneyLeftOf, "Left", i18n.Number(b.Left), "Limit", i18n.Number(b.Limit)))
	}
	if b.Priced {
		row(i18n.MoneyPace, t.Word(i18n.MoneyAboutCost, "Number", i18n.Number(b.Forecast), "Money", money(b.Expected)))
	} else {
		row(i18n.MoneyPace, t.Word(i18n.MoneyAbout, "Number", i18n.Number(b.Forecast)))
	}
	return rows
}

func (d desk) billNote(t *bot.Turn, b *shop.Bill) string {
	switch {
	case !b.Priced:
		return t.Word(i18n.MoneyNoPrices)
	case !b.Read.IsZero():
		at := d.Local(b.Read)
		return t.Word(i18n.MoneyRead, "Date", t.ShortDate(at), "Time", t.Time(at))
	}
	return ""
}
