package shop

import (
	"strconv"
	"strings"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/people"
)

// looks is how many unusual things a report names; the rest are counted.
const looks = 3

// Report is figures as a message without a title: one small table, and before it
// what is worth a look. With the figures of the span before, what rose or fell
// says by how much.
func (s *Shop) Report(p i18n.Printer, f *Figures, before *Figures) bot.Message {
	msg := bot.Message{Text: s.worthALook(p, f), Note: p.Say(i18n.DigestNote)}
	row := func(key i18n.Key, value string, args ...any) {
		msg.Rows = append(msg.Rows, bot.Row{Label: p.Say(key, args...), Value: value})
	}
	if before == nil {
		before = &Figures{}
	}
	row(i18n.DigestTakings, s.Money(p, f.Last, f.Takings)+change(int64(f.Takings), int64(before.Takings)))
	row(i18n.DigestSales, i18n.Number(f.Sales)+change(f.Sales, before.Sales))
	if f.Store == "" {
		row(i18n.DigestJoined, i18n.Number(f.Joined)+change(f.Joined, before.Joined))
	}
	row(i18n.DigestGiven, i18n.Number(int64(f.Given)))
	row(i18n.DigestSpent, i18n.Number(int64(f.Spent)))
	row(i18n.DigestUses, i18n.Number(f.Uses))
	if f.NPS.N > 0 {
		row(i18n.DigestNPS, score(p, f.NPS), "Days", i18n.Number(int64(f.NPSDays)))
	}
	if f.Unhappy > 0 {
		row(i18n.DigestUnhappy, i18n.Number(f.Unhappy))
	}
	if f.Cases > 0 {
		row(i18n.DigestCases, i18n.Number(f.Cases))
		msg.Buttons = append(msg.Buttons, bot.Button{Label: p.Say(i18n.DigestButtonCases), Do: bot.DoCommand, Value: "cases"})
	}
	if f.Sent != nil {
		row(i18n.DigestMessages, p.Say(i18n.DigestSent, "Billed", i18n.Number(f.Sent.Billed), "Rode", i18n.Number(f.Sent.Rode)))
		if f.Sent.Priced {
			row(i18n.DigestSaved, s.Money(p, f.Last, f.Sent.Saved))
		}
	}
	return msg
}

// worthALook names what is unusual, a line each.
func (s *Shop) worthALook(p i18n.Printer, f *Figures) string {
	var all []string
	for i := range f.Found {
		all = append(all, f.Found[i].line(p))
	}
	for _, u := range f.Unusual {
		all = append(all, unusualLine(p, u))
	}
	if len(all) == 0 {
		return ""
	}
	lines := append([]string{p.Say(i18n.DigestLook)}, all[:min(len(all), looks)]...)
	if more := len(all) - looks; more > 0 {
		lines = append(lines, p.Say(i18n.DigestMore, "Number", i18n.Number(int64(more))))
	}
	return strings.Join(lines, "\n")
}

func unusualLine(p i18n.Printer, u Unusual) string {
	name, number, day := Tidy(u.Staff.Name), i18n.Number(u.Number), u.Day
	if name == "" {
		name = string(u.Staff.ID)
	}
	if at, err := time.Parse(time.DateOnly, u.Day); err == nil {
		day = p.ShortDate(at)
	}
	switch u.Pattern {
	case OneCard:
		return p.Say(i18n.DigestOften, "Name", name, "Day", day, "Number", number)
	case RoundSums:
		return p.Say(i18n.DigestRound, "Name", name, "Day", day, "Number", number, "Sales", i18n.Number(u.Of))
	case Generous:
		return p.Say(i18n.DigestGave, "Name", name, "Day", day, "Number", number)
	}
	return p.Say(i18n.DigestUndone, "Name", name, "Day", day, "Number", number, "Sales", i18n.Number(u.Of))
}

// score is a recommendation's score, or that it cannot be told yet.
func score(p i18n.Printer, s measure.Score) string {
	if s.Few {
		return p.Say(i18n.DigestFew, "Number", i18n.Number(s.N))
	}
	return p.Say(i18n.DigestScore, "Score", signed(s.Value), "Margin", strconv.FormatFloat(s.Margin, 'f', 0, 64), "Number", i18n.Number(s.N))
}

// change is by how much a figure rose or fell, as it follows the figure; nothing
// where there is nothing to compare it with.
func change(now, before int64) string {
	if before <= 0 {
		return ""
	}
	return " · " + signed(100*float64(now-before)/float64(before)) + "%"
}

// signed writes a whole number with its sign, a real minus.
func signed(v float64) string {
	n := strconv.FormatFloat(v, 'f', 0, 64)
	switch {
	case n == "0" || n == "-0":
		return "±0"
	case v < 0:
		return "−" + n[1:]
	}
	return "+" + n
}

// FiguresFor is the store whose figures an employee is told, "" for the whole
// shop: the store they belong to, unless they own the shop or it has no other.
func (s *Shop) FiguresFor(at time.Time, who people.Staff) loyalty.Store {
	if who.Role == people.Owner || len(s.Programme(at).Stores) < 2 {
		return ""
	}
	return who.Store
}
