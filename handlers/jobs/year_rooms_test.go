package jobs

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/room"
	"regulars/store"
)

// enter asks at both doors of a room: that of its Telegram group, as the bot decides
// there, and that of its LINE group, where an employee does it at once.
func enter(id string) func(*planLife) {
	return func(l *planLife) {
		now := l.clock.Now()
		l.update(func(tx store.Tx) error {
			if err := l.s.Rooms.Fits(tx, l.ann, id, now); err != nil {
				return err
			}
			if _, err := l.s.Rooms.Came(tx, l.ann, id, room.ByBot, now); err != nil {
				return err
			}
			_, err := l.s.Rooms.Ask(tx, l.ann, id, now)
			return err
		})
		if l.err == nil {
			tick(id)(l)
		}
	}
}

// tick is an employee who did what the list says.
func tick(id string) func(*planLife) {
	return func(l *planLife) {
		l.update(func(tx store.Tx) error { _, _, err := l.s.Rooms.Did(tx, l.ann, id, l.clock.Now()); return err })
	}
}

// openRooms links a group to each of a shop's rooms, whose door the bot can open.
func openRooms(t *testing.T, db store.DB, s *shop.Shop) {
	t.Helper()
	if err := db.Update(context.Background(), func(tx store.Tx) error {
		for _, x := range s.Rules(s.Clock.Now()).Rooms {
			act := book.Act{Op: "link", Actor: loyalty.ByStaff("sam"), Now: s.Clock.Now()}
			if err := s.Rooms.Link(tx, x.ID, "G"+x.ID, act); err != nil {
				return err
			}
			if _, err := s.Rooms.Opened(tx, x.ID, "G"+x.ID, "lane", "https://t.me/+"+x.ID, ""); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestYearsOfARoom lives Ann through the beauty shop and its room for the highest tier.
//
// By the file: a tier reached with $1,000 in a calendar year stands to the end of the
// next one, and who falls is told and stays 14 days more: told on 1 January, to the end
// of the 15th. She is in both groups and hears of each; of the LINE group's end she
// hears nothing, as that is when an employee sees to it.
func TestYearsOfARoom(t *testing.T) {
	t.Parallel()
	l, zone := newPlanLife(t, "beauty", "2026-02-01 12:00")
	openRooms(t, l.db, l.s)
	l.j.Doors.Group = func(store.Reader, string) (c bot.GroupChat, ok bool, err error) { return c, true, nil }
	l.j.Doors.Keepers = func(bot.ChannelName) (bot.Doorkeeper, bool) { return nil, false }
	l.s.TakeOut = func(_ store.Tx, g room.Guest, at time.Time) error {
		if told := l.s.Programme(l.clock.Now()).QuietUntil(l.clock.Now()); !at.After(told) {
			t.Errorf("taken out at %s, before the words of %s", at, told)
		}
		l.bag.said = append(l.bag.said, "(taken out)")
		return nil
	}
	const both, closed = "line in, telegram in", "room: the room is for other members"
	const warn = "The Rouge room is for Rouge, and just now that is not you. Your place is kept until 15 Jan 2028; get there again by then, and you simply stay."
	for _, step := range []planStep{
		{"2026-02-01 12:00", enter("rouge"), closed, ""},
		{"2026-03-01 12:00", buy("A", 999_99), "", ""},
		{"2026-03-01 12:01", enter("rouge"), closed, ""},
		{"2026-06-01 12:00", buy("B", 100_00), "", ""},
		{"2026-06-01 12:01", enter("rouge"), both, ""},
		{"2027-12-31 23:07", nil, both, ""},
		{"2028-01-01 00:07", nil, "line in leaving, telegram in leaving", warn + " / " + warn},
		{"2028-01-15 23:07", nil, "line in leaving, telegram in leaving", ""},
		{"2028-01-16 00:07", nil, "line out leaving", "You are no longer in The Rouge room. Once it is open to you again, ask any time and you are back. / (taken out)"},
		{"2028-01-16 12:00", enter("rouge"), "line out leaving, " + closed, ""},
		{"2028-01-17 12:00", tick("rouge"), "", ""},
		{"2028-01-18 12:00", tick("rouge"), "room: nothing is to be done there", ""}, // told twice
		{"2028-03-01 12:00", buy("C", 1000_00), "", ""},
		{"2028-03-01 12:01", enter("rouge"), both, ""},
		{"2028-03-02 12:00", nil, both, ""},
	} {
		l.clock.set(must(time.ParseInLocation("2006-01-02 15:04", step.at, zone)))
		look := func() {
			if _, err := l.j.rooms(context.Background(), schedule.Tick{}); err != nil {
				t.Fatal(err)
			}
		}
		look()
		if l.err = nil; step.do != nil {
			step.do(l)
		}
		look()
		if got := l.places(); got != step.want {
			t.Errorf("%s: %s, want %s", step.at, got, step.want)
		}
		if told := strings.Join(l.bag.said, " / "); told != step.told {
			t.Errorf("%s: told\n got %s\nwant %s", step.at, told, step.told)
		}
		l.bag.said = nil
	}
}

// places are the member's, and what was refused.
func (l *planLife) places() string {
	var all []string
	if err := l.db.View(context.Background(), func(r store.Reader) error {
		list, err := l.s.Rooms.Of(r, l.ann)
		for _, g := range list {
			s := string(g.Way) + " " + string(g.State)
			if !g.Told.IsZero() {
				s += " leaving"
			}
			all = append(all, s)
		}
		return err
	}); err != nil {
		l.t.Fatal(err)
	}
	slices.Sort(all)
	if l.err != nil {
		all = append(all, l.err.Error())
	}
	return strings.Join(all, ", ")
}
