package staff

import (
	"errors"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/segment"
)

// segment tells how many members are in which segment: /segment for all that
// have a name, /segment NAME or an expression for one.
func (d desk) segment(t *bot.Turn) error {
	if _, err := d.me(t); err != nil {
		return err
	}
	if text := strings.TrimSpace(t.Args); text != "" {
		return d.oneSegment(t, shop.TypedSegment(text))
	}
	all := d.Segments.All(t.Now)
	found, ok, err := d.Segments.TallyIn(t.Tx, all, t.Now)
	if err == nil && !ok {
		found, err = d.Segments.Tallied(t.Tx)
	}
	if err != nil {
		return err
	}
	msg := bot.Message{Title: t.Word(i18n.SegmentTitle), Text: t.Word(i18n.SegmentNote)}
	for _, n := range all {
		c, known := found.When[n.When]
		if !known {
			continue // it cannot be told yet
		}
		value := i18n.Number(int64(c.Members)) + " · " + i18n.Number(int64(c.Reachable))
		msg.Rows = append(msg.Rows, bot.Row{Label: d.SegmentName(t.Printer, t.Now, n.ID), Value: value})
	}
	if !ok && !found.At.IsZero() {
		at := d.Local(found.At)
		msg.Note = t.Word(i18n.SegmentAsOf, "Date", t.ShortDate(at), "Clock", t.Clock(at))
	}
	t.Say(msg)
	return nil
}

// oneSegment counts the segment of this name, or that an expression says.
func (d desk) oneSegment(t *bot.Turn, text string) error {
	e, err := d.Segments.Expr(text, t.Now)
	var wrong *segment.Complaint
	if errors.As(err, &wrong) {
		t.Say(bot.Message{Text: shop.SegmentWrong(t.Printer, wrong)})
		return nil
	}
	if err != nil {
		return err
	}
	found, ok, err := d.Segments.TallyIn(t.Tx, []segment.Named{{ID: text, When: e.String()}}, t.Now)
	if err != nil {
		return err
	}
	if !ok {
		if found, err = d.Segments.Tallied(t.Tx); err != nil {
			return err
		}
	}
	c, known := found.When[e.String()]
	switch {
	case !known && ok:
		return bot.Refuse(i18n.SegmentUntold)
	case !known:
		return bot.Refuse(i18n.SegmentLarge, "Command", "regulars segment count '"+text+"'")
	}
	msg := bot.Message{
		Title: d.SegmentName(t.Printer, t.Now, text),
		Text:  t.Word(i18n.SegmentReach, "Members", i18n.Number(int64(c.Members)), "Reachable", i18n.Number(int64(c.Reachable))),
	}
	if !ok {
		at := d.Local(found.At)
		msg.Note = t.Word(i18n.SegmentAsOf, "Date", t.ShortDate(at), "Clock", t.Clock(at))
	}
	t.Say(msg)
	return nil
}
