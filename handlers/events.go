package handlers

import (
	"errors"
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/event"
	"regulars/loyalty/programme"
)

// events lists what the shop holds: /events; or shows one of it, with what the
// member can do: /events tasting. In a group it is a list with buttons that open
// everybody's own chat.
func (c counter) events(t *bot.Turn) error {
	list, err := c.coming(t)
	if err != nil {
		return err
	}
	if t.Event.Chat.Group {
		t.Say(c.groupEvents(t, list))
		return nil
	}
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	from, listed := pageFrom(t.Args)
	if !listed {
		return c.eventPage(t, m.ID, strings.TrimSpace(t.Args))
	}
	if len(list) == 0 {
		t.Say(bot.Message{Text: t.Word(i18n.EventsNone), Menu: c.Menu(t)})
		return nil
	}
	msg := bot.Message{Title: t.Word(i18n.EventsTitle)}
	from, to := page(from, len(list))
	for _, x := range list[from:to] {
		name := c.EventName(t.Printer, t.Now, x)
		value, err := c.inShort(t, m.ID, x)
		if err != nil {
			return err
		}
		msg.Rows = append(msg.Rows, bot.Row{Label: name, Value: value})
		msg.Buttons = append(msg.Buttons, command(name, "events "+x.ID))
	}
	if to < len(list) {
		msg.Buttons = append(msg.Buttons, command(t.Word(i18n.EventsMore), "events +"+strconv.Itoa(to)))
	}
	t.Say(msg)
	return nil
}

// coming are the events that are not over, without those called off.
func (c counter) coming(t *bot.Turn) (list []event.Listed, err error) {
	if !c.Has("events", t.Now) {
		return nil, nil
	}
	all, err := c.Events.All(t.Tx, t.Now, t.Now)
	for _, x := range all {
		if x.Off.IsZero() {
			list = append(list, x)
		}
	}
	return list, err
}

// groupEvents is what everybody may know.
func (c counter) groupEvents(t *bot.Turn, list []event.Listed) bot.Message {
	if len(list) == 0 {
		return bot.Message{Text: t.Word(i18n.EventsNone)}
	}
	msg := bot.Message{Title: t.Word(i18n.EventsTitle)}
	for _, x := range list[:min(len(list), 5)] {
		name := c.EventName(t.Printer, t.Now, x)
		msg.Rows = append(msg.Rows, bot.Row{Label: name, Value: c.startsAt(t, x)})
		msg.Buttons = append(msg.Buttons, bot.Button{Label: name, Do: bot.DoPrivate, Value: groupLine(t, "events "+x.ID)})
	}
	return msg
}

func (c counter) startsAt(t *bot.Turn, x event.Listed) string {
	at := c.Local(x.Start)
	return t.ShortDate(at) + " " + t.Clock(at)
}

// inShort is when an event begins, and how the member stands to it.
func (c counter) inShort(t *bot.Turn, m loyalty.MemberID, x event.Listed) (string, error) {
	s, ok, err := c.Events.Of(t.Tx, m, x.ID)
	if err != nil {
		return "", err
	}
	at := c.startsAt(t, x)
	switch {
	case ok && s.Holds():
		return t.Word(i18n.EventsGoing, "When", at), nil
	case ok && s.State == event.Waiting:
		return t.Word(i18n.EventsWaiting, "When", at), nil
	}
	return at, nil
}

// eventPage shows one event.
func (c counter) eventPage(t *bot.Turn, m loyalty.MemberID, id string) error {
	x, ok, err := c.Events.Find(t.Tx, id, t.Now)
	if err == nil && !ok {
		err = c.orEvents(t, event.ErrUnknown)
	}
	if err != nil {
		return err
	}
	s, _, err := c.Events.Of(t.Tx, m, id)
	if err != nil {
		return err
	}
	if s.State == event.Going && t.Now.Before(x.Event.End) && x.Off.IsZero() {
		t.Say(c.ticket(t, x, s))
		return nil
	}
	words := c.EventWords(t.Printer, t.Now, x)
	msg := bot.Message{Photo: photo(words), Title: words.Name, Text: words.About, Rows: c.eventRows(t, x)}
	all := command(t.Word(i18n.KeyEvents), "events")
	if s.State == event.Waiting {
		msg.Note = t.Word(i18n.EventWaits)
		msg.Buttons = []bot.Button{command(t.Word(i18n.EventStop), "absent "+id), all}
		t.Say(msg)
		return nil
	}
	switch err := c.Events.May(t.Tx, m, x, t.Now); {
	case err == nil && x.Room():
		msg.Buttons = append(msg.Buttons, command(t.Word(i18n.EventSignUp), "attend "+id))
	case err == nil:
		msg.Buttons = append(msg.Buttons, command(t.Word(i18n.EventWait), "attend "+id))
	default:
		no := c.eventRefusal(t, x, err)
		if no == nil {
			return err
		}
		msg.Note = t.Print(no.Text)
	}
	msg.Buttons = append(msg.Buttons, all)
	t.Say(msg)
	return nil
}

// eventRows are an event's particulars.
func (c counter) eventRows(t *bot.Turn, x event.Listed) []bot.Row {
	rows := []bot.Row{{Label: t.Word(i18n.EventWhenLabel), Value: c.EventWhen(t.Printer, &x.Event)}}
	add := func(label i18n.Key, value string) {
		if value != "" {
			rows = append(rows, bot.Row{Label: t.Word(label), Value: value})
		}
	}
	add(i18n.RedeemWhere, c.EventWhere(t.Printer, t.Now, x))
	add(i18n.EventPlaces, c.EventFull(t.Printer, x))
	add(i18n.EventCosts, eventPrice(t, x))
	return rows
}

// eventRefusal words why somebody may not sign up: for whom it is, where it is for
// others.
func (c counter) eventRefusal(t *bot.Turn, x event.Listed, err error) *bot.Refusal {
	if !errors.Is(err, loyalty.ErrEventLevel) {
		return c.Words(err)
	}
	var ids []string
	for _, o := range x.Opens {
		ids = append(ids, o.Levels...)
	}
	return &bot.Refusal{Text: i18n.T(i18n.EventFor, "Tiers", c.levels(t, ids)), Cause: err}
}

// orEvents is a refusal with the way back to the list.
func (c counter) orEvents(t *bot.Turn, err error) error {
	no := c.Words(err)
	if no == nil {
		return err
	}
	return &bot.Refusal{Text: no.Text, Cause: err, Buttons: []bot.Button{command(t.Word(i18n.KeyEvents), "events")}}
}

// ticket is the speaker's place.
func (c counter) ticket(t *bot.Turn, x event.Listed, s event.Seat) bot.Message {
	return c.Ticket(t.Printer, t.Now, x, s, t.Event.Channel)
}

// questionName is what who signs up is asked.
func (c counter) questionName(t *bot.Turn, x event.Listed, q loyalty.EventQuestion) string {
	return c.Programme(t.Now).Words(programme.EventQuestion, x.ID+"/"+q.ID, string(t.Lang)).Name
}
