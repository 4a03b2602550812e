package jobs

import (
	"errors"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/room"
	"regulars/store"
)

// enters asks at a room's Telegram group, as the bot decides there, or for its LINE
// group; or goes by themselves.
func (v *village) enters(name string, m loyalty.MemberID) {
	id, how := []string{"gold", "plus"}[v.pick(2)], v.pick(5)
	var came room.Guest
	no := v.do("enters "+name+" "+id, func(tx store.Tx, act book.Act) (err error) {
		if how < 3 {
			if err = v.s.Rooms.Fits(tx, m, id, act.Now); err == nil {
				came, err = v.s.Rooms.Came(tx, m, id, room.ByBot, act.Now)
			}
		} else {
			_, err = v.s.Rooms.Ask(tx, m, id, act.Now)
		}
		return err
	})
	if no == nil && how < 3 {
		v.inside[id+"/"+string(came.Member)] = true
	}
}

// ticks is an employee who does what a room's list says.
func (v *village) ticks(string, loyalty.MemberID) {
	id := []string{"gold", "plus"}[v.pick(2)]
	_ = v.do("ticks "+id, func(tx store.Tx, act book.Act) error {
		list, _, err := v.s.Rooms.People(tx, id, "", 100)
		for _, g := range list {
			if err == nil && g.Way == room.ByStaff && g.State != room.In {
				_, _, err = v.s.Rooms.Did(tx, g.Member, id, act.Now)
				return err
			}
		}
		return err
	})
}

// roomsHold, right after the rooms were looked at: whoever does not fit was told, is
// in no group of the bot's behind the days of grace, and waits at no door; whoever
// fits is not on the way out; and nobody is in a group of whom no row knows.
func (v *village) roomsHold() {
	v.Helper()
	now, known := v.clock.Now(), map[string]bool{}
	v.look(func(r store.Reader) error {
		for _, x := range v.rules().Rooms {
			list, _, err := v.s.Rooms.People(r, x.ID, "", 1000)
			if err != nil {
				return err
			}
			for _, g := range list {
				err := v.s.Rooms.Fits(r, g.Member, x.ID, now)
				switch {
				case !g.Left.IsZero() && g.State == room.Out && g.Way == room.ByStaff: // an employee's turn
				case err != nil && !loyalty.Refused(err):
					return err
				case err == nil && (!g.Told.IsZero() || g.State == room.Out):
					v.Fatalf("%s may be in %s, and is told to go: %+v", g.Member, x.ID, g)
				case errors.Is(err, room.ErrClosed) && (g.Told.IsZero() || g.State == room.Asked):
					v.Fatalf("%s may not be in %s, and was not told: %+v", g.Member, x.ID, g)
				case g.Way == room.ByStaff && g.State == room.In && !g.Told.IsZero() && !now.Before(v.s.Rooms.Ends(g, now)) && x.Grace > 0,
					g.Way == room.ByBot && !g.Told.IsZero() && !now.Before(v.s.Rooms.Ends(g, now)) && x.Grace > 0:
					v.Fatalf("%s is in %s behind the days of grace: %+v", g.Member, x.ID, g)
				}
				if g.Way == room.ByBot {
					known[x.ID+"/"+string(g.Member)] = true
				}
			}
		}
		return nil
	})
	for who := range v.inside {
		if !known[who] {
			v.Fatalf("%s is in a group, and no row says so", who)
		}
	}
}
