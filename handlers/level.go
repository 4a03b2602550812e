package handlers

import (
	"strconv"
	"strings"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
)

// level shows the speaker's tier, what it brings, and the way to the next one.
func (c counter) level(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if !c.Has("level", t.Now) {
		t.Say(bot.Message{Text: t.Word(i18n.LevelNone), Menu: c.Menu(t)})
		return nil
	}
	way, ok, err := c.Book.Progress(t.Tx, m.ID, t.Now)
	if err != nil || !ok {
		return err
	}
	own := way.Standing.Level
	msg := bot.Message{
		Title: c.levelName(t, own),
		Text:  c.brings(t, own),
		Bar:   c.levelBar(t, way),
		Rows:  c.levelRows(t, way),
		Note:  c.keeps(t, way),
	}
	if way.Next == "" {
		msg.Text = strings.TrimLeft(msg.Text+"\n\n"+t.Word(i18n.LevelTop), "\n")
	}
	t.Say(msg)
	if more := c.brings(t, way.Next); way.Next != "" && more != "" {
		t.Say(bot.Message{Title: t.Word(i18n.LevelBrings, "Tier", c.levelName(t, way.Next)), Text: more})
	}
	return nil
}

// levelName is what a tier is called; "" is the lowest.
func (c counter) levelName(t *bot.Turn, id string) string { return c.LevelName(t.Printer, t.Now, id) }

// brings is what a tier gives, a line each.
func (c counter) brings(t *bot.Turn, id string) string {
	var all []string
	if ladder := c.Rules(t.Now).Tiers; len(ladder.Levels) > 0 {
		if more := ladder.Levels[ladder.Index(id)].Percent - 100; more > 0 {
			all = append(all, "· "+t.Word(i18n.LevelPercent, "Percent", strconv.FormatInt(more, 10)))
		}
	}
	for _, perk := range c.Programme(t.Now).Words(programme.Level, id, string(t.Lang)).Perks {
		all = append(all, "· "+perk)
	}
	return strings.Join(all, "\n")
}

// levelBar is the way to the next tier, nil at the top.
func (c counter) levelBar(t *bot.Turn, way loyalty.Progress) *bot.Bar {
	if way.Next == "" {
		return nil
	}
	return &bot.Bar{From: way.From, To: way.To, Value: way.Value,
		Label: t.Word(i18n.LevelToGo, "Left", c.counted(t, way.Left), "Tier", c.levelName(t, way.Next))}
}

// levelRows say what is counted, until when, and how long the tier stands.
func (c counter) levelRows(t *bot.Turn, way loyalty.Progress) []bot.Row {
	tiers := c.Rules(t.Now).Tiers
	rows := []bot.Row{{Label: t.Word(i18n.LevelSoFar), Value: c.counted(t, way.Value)}}
	switch {
	case tiers.Window == loyalty.WindowRolling:
		rows[0].Label = t.Word(i18n.LevelRolling, "Count", tiers.Months)
	case way.Next != "":
		rows = append(rows, bot.Row{Label: t.Word(i18n.LevelBy), Value: c.lastDay(t, way.Ends)})
	}
	if !way.Standing.Until.IsZero() {
		rows = append(rows, bot.Row{Label: t.Word(i18n.LevelKept), Value: c.lastDay(t, way.Standing.Until)})
	}
	return rows
}

// keeps says what is missing to keep the tier for another term, if anything is.
func (c counter) keeps(t *bot.Turn, way loyalty.Progress) string {
	if way.Keep <= 0 {
		return ""
	}
	by := way.Ends
	if until := way.Standing.Until; until.Before(by) || c.Rules(t.Now).Tiers.Window == loyalty.WindowRolling {
		by = until // in its grace, a tier falls before the window ends
	}
	return t.Word(i18n.LevelKeep, "Left", c.counted(t, way.Keep), "Date", c.lastDay(t, by), "Tier", c.levelName(t, way.Standing.Level))
}

// counted writes so much of what the programme's tiers count.
func (c counter) counted(t *bot.Turn, n int64) string { return c.Counted(t.Printer, t.Now, n) }

// lastDay is the last whole day before an instant at which something ends:
// people think of that day, not of the midnight after it.
func (c counter) lastDay(t *bot.Turn, end time.Time) string { return t.Date(c.Local(end.Add(-1))) }
