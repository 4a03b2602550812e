package shop

import (
	"strings"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty/club"
	"regulars/loyalty/programme"
	"regulars/loyalty/room"
	"regulars/store"
)

// newRooms are the groups that a tier or a plan opens.
func (s *Shop) newRooms() *room.Desk {
	return &room.Desk{Book: s.Book, Programme: s.Rules, Plans: s.Plans.Of}
}

// plainRooms are the refusals about rooms.
var plainRooms = map[error]i18n.Key{
	room.ErrUnknown: i18n.RoomsNone,
	room.ErrTaken:   i18n.RoomsTaken,
	room.ErrNoLINE:  i18n.RoomsTelegram,
	room.ErrState:   i18n.RoomsNothing,
}

// RoomName is what a room is called.
func (s *Shop) RoomName(p i18n.Printer, now time.Time, id string) string {
	return s.Programme(now).Words(programme.Room, id, string(p.Lang)).Name
}

// RoomWho names those who may be in a room: its tiers, and its plans.
func (s *Shop) RoomWho(p i18n.Printer, now time.Time, id string) string {
	x, ok := s.Rules(now).Room(id)
	if !ok {
		return ""
	}
	var levels, plans []string
	for _, l := range x.Levels {
		levels = append(levels, s.LevelName(p, now, l))
	}
	for _, one := range x.Plans {
		plans = append(plans, s.PlanName(p, now, one))
	}
	both := strings.Join(levels, " / ")
	if len(levels) > 0 && len(plans) > 0 {
		both += " + "
	}
	return both + strings.Join(plans, " / ")
}

// RoomSays puts into words what is said about a room that has its name and those
// whom it is for in it.
func (s *Shop) RoomSays(p i18n.Printer, now time.Time, key i18n.Key, id string) string {
	return p.Say(key, "Room", s.RoomName(p, now, id), "Who", s.RoomWho(p, now, id))
}

// RoomWelcome greets who came into a room; of a LINE group with the way there, where
// the programme knows it.
func (s *Shop) RoomWelcome(p i18n.Printer, now time.Time, g room.Guest) bot.Message {
	m := bot.Message{Text: p.Say(i18n.RoomsWelcome, "Room", s.RoomName(p, now, g.Room))}
	if x, ok := s.Rules(now).Room(g.Room); ok && g.Way == room.ByStaff && x.Link != "" {
		m.Buttons = []bot.Button{{Label: p.Say(i18n.RoomsOpen), Do: bot.DoOpen, Value: x.Link}}
	}
	return m
}

// RoomTold is what somebody is told of a step that was taken about them; ok is false
// where nothing is said.
func (s *Shop) RoomTold(p i18n.Printer, now time.Time, g room.Guest, step room.Step) (m bot.Message, ok bool) {
	says := func(key i18n.Key) (bot.Message, bool) {
		return bot.Message{Text: s.RoomSays(p, now, key, g.Room)}, true
	}
	switch {
	case step == room.Warn && g.State == room.Out: // an employee's turn
		return m, false
	case step == room.Warn:
		end := s.Rooms.Ends(g, now)
		if !end.After(now) {
			return says(i18n.RoomsWarnNow)
		}
		m.Text = p.Say(i18n.RoomsWarn, "Room", s.RoomName(p, now, g.Room), "Who", s.RoomWho(p, now, g.Room), "Date", s.LastDay(p, end))
		return m, true
	case step == room.Stay:
		return bot.Message{Text: p.Say(i18n.RoomsStay, "Room", s.RoomName(p, now, g.Room))}, true
	case step == room.Drop:
		return says(i18n.RoomsDrop)
	}
	return bot.Message{Text: p.Say(i18n.RoomsGone, "Room", s.RoomName(p, now, g.Room))}, true
}

// GuestState is where somebody stands with a room, in words.
func (s *Shop) GuestState(p i18n.Printer, now time.Time, g room.Guest) string {
	switch {
	case g.State == room.Asked:
		return p.Say(i18n.RoomsSAsked)
	case !g.Left.IsZero():
		return p.Say(i18n.RoomsSFormer, "Date", p.ShortDate(s.Local(g.Left)))
	case g.State == room.Out:
		return p.Say(i18n.RoomsSOut)
	case !g.Told.IsZero():
		return p.Say(i18n.RoomsSLeaving, "Date", s.LastDay(p, s.Rooms.Ends(g, now)))
	}
	return p.Say(i18n.RoomsSIn)
}

// leavesRooms takes who leaves the club out of its groups, at once: afterwards nobody
// knows any more which account was theirs. Of its LINE groups employees take them out.
func (s *Shop) leavesRooms(tx store.Tx, d club.Deed) error {
	if d.Kind != club.Left {
		return nil
	}
	list, err := s.Rooms.Of(tx, d.Member)
	if err != nil {
		return err
	}
	for _, g := range list {
		if g.Way == room.ByBot && s.TakeOut != nil {
			if err := s.TakeOut(tx, g, d.Act.Now); err != nil {
				return err
			}
		}
		if err := s.Rooms.Parts(tx, g, d.Act.Now); err != nil {
			return err
		}
	}
	return nil
}
