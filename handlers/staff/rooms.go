package staff

import (
	"strings"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/room"
)

// room makes the Telegram group in which it is said a room of the programme: /room
// ID; or ends that it is one: /room -. What is said there is neutral; how it goes on
// is told in private.
func (d desk) room(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	rooms := d.Rules(t.Now).Rooms
	if len(rooms) == 0 {
		return room.ErrUnknown
	}
	if t.Event.Platform != bot.Telegram {
		return bot.Refuse(i18n.RoomsTelegram)
	}
	code := t.GroupCode()
	if t.Args == "-" {
		id, ok, err := d.Rooms.OfGroup(t.Tx, code, t.Now)
		if err != nil || !ok {
			return orUnknownRoom(err)
		}
		if err := d.Rooms.Unlink(t.Tx, id); err != nil {
			return err
		}
		t.SayText(i18n.RoomsUnlinked)
		return nil
	}
	if t.Args == "" {
		var ids []string
		for _, x := range rooms {
			ids = append(ids, x.ID)
		}
		return bot.Refuse(i18n.RoomsHow, "List", strings.Join(ids, ", "))
	}
	if code == "" {
		return bot.Refuse(i18n.RoomsAgain)
	}
	if err := d.Rooms.Link(t.Tx, t.Args, code, d.act(t, me, "room")); err != nil {
		return err
	}
	t.SayText(i18n.RoomsLinked, "Room", d.RoomName(t.Printer, t.Now, t.Args))
	return nil
}

func orUnknownRoom(err error) error {
	if err != nil {
		return err
	}
	return room.ErrUnknown
}

// mostGuests are as many as one message's buttons hold.
const mostGuests = 8

// guests lists whom employees are to let into LINE groups and take out: /guests.
func (d desk) guests(t *bot.Turn) error {
	if _, err := d.me(t); err != nil {
		return err
	}
	m := bot.Message{Title: t.Word(i18n.RoomsListTitle)}
	for _, x := range d.Rules(t.Now).Rooms {
		list, err := d.Rooms.ToDo(t.Tx, x.ID, mostGuests-len(m.Buttons))
		if err != nil {
			return err
		}
		for _, g := range list {
			name, key := t.Word(i18n.SomeCustomer), i18n.RoomsLetIn
			if g.Left.IsZero() {
				p, err := d.Whole(t.Tx, g.Member)
				if err != nil {
					return err
				}
				name = d.Called(t, p)
			}
			if g.State == room.Out {
				key = i18n.RoomsTakeOut
			}
			m.Rows = append(m.Rows, bot.Row{Label: name + " · " + d.RoomName(t.Printer, t.Now, x.ID), Value: d.GuestState(t.Printer, t.Now, g)})
			m.Buttons = append(m.Buttons, bot.Button{Label: t.Word(key) + " · " + name, Do: bot.DoCommand, Value: "guest " + x.ID + " " + string(g.Member)})
		}
	}
	if len(m.Rows) == 0 {
		t.SayText(i18n.RoomsListNone)
		return nil
	}
	t.Say(m)
	return nil
}

// guest notes that somebody of the list was let in, or taken out: /guest ROOM MEMBER.
// What is to be done about them is looked up.
func (d desk) guest(t *bot.Turn) error {
	if _, err := d.me(t); err != nil {
		return err
	}
	id, who, _ := strings.Cut(t.Args, " ")
	g, came, err := d.Rooms.Did(t.Tx, loyalty.MemberID(who), id, t.Now)
	if err != nil {
		return err
	}
	if came {
		if _, err := d.Tell(t, g.Member, bot.Receipt, bot.RideOnly, "", func(p i18n.Printer) bot.Message {
			return d.RoomWelcome(p, t.Now, g)
		}); err != nil {
			return err
		}
	}
	t.SayText(i18n.RoomsNoted)
	return nil
}
