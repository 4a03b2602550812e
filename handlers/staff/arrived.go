package staff

import (
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/event"
	"regulars/loyalty/people"
)

// ticketTries bounds the wrong ticket codes of one employee.
var ticketTries = people.CodeThrottle.For("ticket")

// arrived lets somebody in at the door of an event: /arrived CODE, of a ticket, or
// /arrived WHO, who has a place today.
func (d desk) arrived(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	s, err := d.atTheDoor(t)
	if err != nil {
		return err
	}
	s, err = d.Events.Arrive(t.Tx, s.Member, d.act(t, me, "arrived"), s.Event)
	if err != nil {
		return err
	}
	m, err := d.Owner(t.Tx, s.Member)
	if err != nil {
		return err
	}
	x, _, err := d.Events.Find(t.Tx, s.Event, t.Now)
	if err != nil {
		return err
	}
	msg := bot.Message{
		Title: d.EventName(t.Printer, t.Now, x), Text: t.Word(i18n.EventWelcome, "Name", d.called(t, m)),
		Note: t.Word(i18n.EventHere, "Here", i18n.Number(x.Arrived), "Taken", i18n.Number(x.Taken)),
	}
	if msg.Rows, err = d.EventAnswers(t.Tx, t.Printer, t.Now, x, s); err != nil {
		return err
	}
	undo, err := t.NewToken(t.Person.ID, foundFor, "gone", s.Event+" "+string(s.Member))
	if err != nil {
		return err
	}
	msg.Buttons = []bot.Button{{Label: t.Word(i18n.UndoButton), Do: bot.DoToken, Value: undo}}
	t.Say(msg)
	return nil
}

// gone takes an arrival back; it is a button's only.
func (d desk) gone(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	if !t.Token {
		return event.ErrNoSeat
	}
	id, who, _ := strings.Cut(t.Args, " ")
	if _, err := d.Gone(d.call(t, me), loyalty.MemberID(who), id); err != nil {
		return err
	}
	t.SayText(i18n.EventTakenBack)
	return nil
}

// atTheDoor is the seat that the command means: a ticket's, or that of a member
// today.
func (d desk) atTheDoor(t *bot.Turn) (event.Seat, error) {
	first, _, _ := strings.Cut(strings.TrimSpace(t.Args), " ")
	code, isCode := loyalty.ParseRef(first)
	if isCode {
		if err := d.Vault.Barred(t.Tx, ticketTries, shop.Identity(t.Event.Identity()), t.Now); err != nil {
			return event.Seat{}, err
		}
		s, err := d.Events.ByTicket(t.Tx, code)
		if err == nil || err != event.ErrTicket {
			return s, err
		}
	}
	m, _, err := d.who(t)
	if err != nil {
		if isCode {
			if err := d.Vault.Attempt(t.Tx, ticketTries, shop.Identity(t.Event.Identity()), t.Now); err != nil {
				return event.Seat{}, err
			}
			return event.Seat{}, counted{event.ErrTicket}
		}
		return event.Seat{}, err
	}
	list, err := d.Events.Tonight(t.Tx, m.ID, t.Now)
	if err != nil {
		return event.Seat{}, err
	}
	for _, s := range list {
		if s.State == event.Going {
			return s, nil
		}
	}
	if len(list) > 0 {
		return list[0], nil
	}
	return event.Seat{}, event.ErrNoSeat
}
