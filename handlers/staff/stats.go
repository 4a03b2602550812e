package staff

import (
	"strings"
	"time"

	"regulars/bot"
	"regulars/i18n"
)

// spans are what /stats can be asked for, and how its buttons are called.
var spans = []struct {
	word  string
	title i18n.Key
	label i18n.Key
	since func(day time.Time) time.Time
}{
	{"today", i18n.DigestToday, i18n.DigestButtonToday, func(d time.Time) time.Time { return d }},
	{"week", i18n.DigestWeek, i18n.DigestButtonWeek, func(d time.Time) time.Time { return d.AddDate(0, 0, -int(d.Weekday()+6)%7) }},
	{"month", i18n.DigestMonth, i18n.DigestButtonMonth, func(d time.Time) time.Time { return d.AddDate(0, 0, 1-d.Day()) }},
}

// stats shows a manager the figures of the day, the week (what else is asked
// for is this) or the month so far: those of their store, or of the shop.
func (d desk) stats(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	span := spans[1]
	for _, s := range spans {
		if strings.EqualFold(strings.TrimSpace(t.Args), s.word) {
			span = s
		}
	}
	today := d.Local(t.Now)
	f, err := d.Figures(t.Tx, span.since(today), today, d.FiguresFor(t.Now, me))
	if err != nil {
		return err
	}
	f = f.Without(me)
	msg := d.Report(t.Printer, &f, nil)
	msg.Title, msg.Replace = t.Word(span.title, "Date", t.ShortDate(f.First)), true
	for _, s := range spans {
		if s.word != span.word {
			msg.Buttons = append(msg.Buttons, bot.Button{Label: t.Word(s.label), Do: bot.DoCommand, Value: "stats " + s.word})
		}
	}
	t.Say(msg)
	return nil
}
