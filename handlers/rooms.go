package handlers

import (
	"errors"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/room"
)

// rooms shows the groups that a tier or a plan opens, with the way in where there is
// one for the speaker: /rooms; and asks employees to let the speaker into a LINE
// group: /rooms ask ID.
func (c counter) rooms(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	all := c.Rules(t.Now).Rooms
	if what, id, _ := strings.Cut(t.Args, " "); what == "ask" {
		return c.askIn(t, m, id)
	}
	if len(all) == 0 {
		return room.ErrUnknown
	}
	msg := bot.Message{Text: t.Word(i18n.RoomsText), Menu: c.Menu(t)}
	for _, x := range all[:min(len(all), bot.MaxCards)] {
		card, err := c.roomCard(t, m, x)
		if err != nil {
			return err
		}
		msg.Cards = append(msg.Cards, card)
	}
	t.Say(msg)
	return nil
}

// roomCard is one group as the speaker sees it.
func (c counter) roomCard(t *bot.Turn, m people.Person, x loyalty.Room) (bot.Message, error) {
	w := c.Programme(t.Now).Words(programme.Room, x.ID, string(t.Lang))
	card := bot.Message{Title: w.Name, Note: t.Word(i18n.RoomsWho, "Who", c.RoomWho(t.Printer, t.Now, x.ID))}
	lines := []string{}
	if w.About != "" {
		lines = append(lines, w.About)
	}
	err := c.Rooms.Fits(t.Tx, m.ID, x.ID, t.Now)
	if err != nil && !loyalty.Refused(err) {
		return card, err
	}
	if may := err == nil; may {
		way := c.onTelegram
		if t.Event.Platform == bot.LINE {
			way = c.onLINE
		}
		line, buttons, err := way(t, m, x)
		if err != nil {
			return card, err
		}
		if line != "" {
			lines = append(lines, t.Word(line))
		}
		card.Buttons = buttons
	}
	card.Text = strings.Join(lines, "\n")
	return card, nil
}

// onTelegram is how a member's way into a room's Telegram group stands.
func (c counter) onTelegram(t *bot.Turn, m people.Person, x loyalty.Room) (i18n.Key, []bot.Button, error) {
	_, in, err := c.Rooms.Place(t.Tx, m.ID, x.ID, room.ByBot)
	if err != nil {
		return "", nil, err
	}
	g, linked, err := c.Rooms.Group(t.Tx, x.ID)
	switch {
	case err != nil || !linked || g.Link == "" || g.Trouble != "":
		return i18n.RoomsSoon, nil, err
	case in: // who left by themselves asks again
		return i18n.RoomsInside, []bot.Button{{Label: t.Word(i18n.RoomsOpen), Do: bot.DoOpen, Value: g.Link}}, nil
	}
	return "", []bot.Button{{Label: t.Word(i18n.RoomsEnter), Do: bot.DoOpen, Value: g.Link}}, nil
}

// onLINE is the same for its LINE group.
func (c counter) onLINE(t *bot.Turn, m people.Person, x loyalty.Room) (i18n.Key, []bot.Button, error) {
	if !x.LINE {
		return i18n.RoomsTelegram, nil, nil
	}
	g, ok, err := c.Rooms.Place(t.Tx, m.ID, x.ID, room.ByStaff)
	switch {
	case err != nil:
		return "", nil, err
	case ok && g.State == room.Asked:
		return i18n.RoomsAsked, nil, nil
	case ok && x.Link != "":
		return i18n.RoomsInside, []bot.Button{{Label: t.Word(i18n.RoomsOpen), Do: bot.DoOpen, Value: x.Link}}, nil
	case ok:
		return i18n.RoomsInside, nil, nil
	}
	return "", []bot.Button{command(t.Word(i18n.RoomsAsk), "rooms ask "+x.ID)}, nil
}

// askIn puts the speaker on the list of whom employees let into a LINE group, and
// lets managers know.
func (c counter) askIn(t *bot.Turn, m people.Person, id string) error {
	g, err := c.Rooms.Ask(t.Tx, m.ID, id, t.Now)
	if errors.Is(err, room.ErrClosed) {
		t.Say(bot.Message{Text: c.RoomSays(t.Printer, t.Now, i18n.RoomsClosed, id), Menu: c.Menu(t)})
		return nil
	}
	if err != nil {
		return err
	}
	if g.State != room.Asked {
		t.Say(c.RoomWelcome(t.Printer, t.Now, g))
		return nil
	}
	if g.Since.Equal(t.Now.UTC()) {
		if err := c.tellOfGuest(t, m, id); err != nil {
			return err
		}
	}
	t.Say(bot.Message{Text: t.Word(i18n.RoomsAsked), Menu: c.Menu(t)})
	return nil
}

// tellOfGuest tells managers with their next answer: it can wait.
func (c counter) tellOfGuest(t *bot.Turn, m people.Person, id string) error {
	managers, err := c.Vault.Managers(t.Tx, "")
	if err != nil {
		return err
	}
	for _, one := range managers {
		if one.Member == m.ID {
			continue
		}
		if _, err := c.Tell(t, one.Member, bot.Nudge, bot.RideOnly, "", func(p i18n.Printer) bot.Message {
			return bot.Message{Text: p.Say(i18n.RoomsNew, "Room", c.RoomName(p, t.Now, id)), Buttons: []bot.Button{command(p.Say(i18n.RoomsSee), "guests")}}
		}); err != nil {
			return err
		}
	}
	return nil
}

// knock decides about somebody who asks to be let into a Telegram group. A group that
// is no room is its administrators' own affair: nothing is said or done.
func (c counter) knock(t *bot.Turn) error {
	code, err := t.CodeOf(t.Event.Into)
	if err != nil {
		return err
	}
	id, ok, err := c.Rooms.OfGroup(t.Tx, code, t.Now)
	if err != nil || !ok {
		return err
	}
	m, err := c.Vault.Get(t.Tx, loyalty.MemberID(t.Person.ID))
	if err != nil {
		return err
	}
	if m.Status != people.Member {
		t.Say(bot.Message{Text: t.Word(i18n.RefuseNotMember, "Shop", c.Name(t.Now, t.Lang)), Buttons: []bot.Button{shop.JoinButton(t)}})
		t.Decline()
		return nil
	}
	err = c.Rooms.Fits(t.Tx, m.ID, id, t.Now)
	if err == nil && t.Person.Frozen {
		err = loyalty.ErrFrozen
	}
	switch {
	case errors.Is(err, room.ErrClosed):
		t.Say(bot.Message{Text: c.RoomSays(t.Printer, t.Now, i18n.RoomsClosed, id), Menu: c.Menu(t)})
		t.Decline()
		return nil
	case err != nil:
		t.Decline()
		return t.Concede(err)
	}
	g, err := c.Rooms.Came(t.Tx, m.ID, id, room.ByBot, t.Now)
	if err != nil {
		return err
	}
	t.Say(c.RoomWelcome(t.Printer, t.Now, g))
	t.Admit()
	return nil
}
