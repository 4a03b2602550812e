package activities

import (
	"cmp"
	"slices"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/room"
	"regulars/store"
)

// roomsTab is the groups that a tier or a plan opens: how each stands, who is in it,
// and whom employees are to let in and take out.
func roomsTab() tab {
	return tab{
		Name: "rooms", Title: i18n.KeyRooms, On: func(r *loyalty.Programme) bool { return len(r.Rooms) > 0 },
		Routes: func(h *page) []console.Route {
			at := root + "/rooms"
			return []console.Route{
				{Method: "GET", Path: at, Do: h.rooms},
				{Method: "POST", Path: at + "/{room}/{member}", Least: people.Manager, Do: h.guestDone},
			}
		},
	}
}

// mostPeople are as many as the page shows of one room.
const mostPeople = 500

// roomRow is one group; guestRow somebody in it, or at its door.
type (
	roomRow struct{ Name, Who, Group string }

	guestRow struct {
		room.Guest
		Name, Room, State, At string
		Do                    string // on the button; "" for none
	}
)

type roomsData struct {
	head
	Rooms  []roomRow
	Guests []guestRow
	May    bool
}

func (h *page) rooms(q *console.Request) (console.Answer, error) {
	d := roomsData{head: h.head(q), May: people.AtLeast(q.Me.Role, people.Manager)}
	err := q.View(func(r store.Reader) error {
		for _, x := range h.Shop.Rules(q.Now).Rooms {
			g, linked, err := h.Shop.Rooms.Group(r, x.ID)
			if err != nil {
				return err
			}
			row := roomRow{Name: h.Shop.RoomName(q.P, q.Now, x.ID), Who: h.Shop.RoomWho(q.P, q.Now, x.ID), Group: groupState(q, x.ID, g, linked)}
			d.Rooms = append(d.Rooms, row)
			list, err := h.listed(r, x.ID)
			if err != nil {
				return err
			}
			for _, one := range list {
				x := guestRow{Guest: one, Room: row.Name, State: h.Shop.GuestState(q.P, q.Now, one), At: q.P.ShortDate(h.Shop.Local(one.Since))}
				x.Do = doneWith(q, one.State)
				if x.Name, err = q.MaskedName(r, one.Member); err != nil {
					return err
				}
				d.Guests = append(d.Guests, x)
			}
		}
		return nil
	})
	if err != nil {
		return console.Answer{}, err
	}
	// What is to be done stands first.
	slices.SortStableFunc(d.Guests, func(a, b guestRow) int {
		return cmp.Compare(later(a), later(b))
	})
	if q.WantsCSV() {
		var list [][]string
		for _, g := range d.Guests {
			list = append(list, []string{g.Guest.Room, string(g.Member), string(g.Way), g.State, h.Shop.Local(g.Since).Format("2006-01-02 15:04")})
		}
		return q.CSV("rooms", []string{q.Say(i18n.KeyRooms), q.Say(i18n.CaseWho), "LINE / Telegram", q.Say(i18n.RoomsCState), q.Say(i18n.RoomsCSince)}, list), nil
	}
	return q.Page("activities_rooms.html", q.Say(i18n.KeyRooms), d), nil
}

// listed are the people of a room that the page shows: everybody about whom employees
// have something to do, however many are in it, and some of the others.
func (h *page) listed(r store.Reader, id string) ([]room.Guest, error) {
	list, err := h.Shop.Rooms.ToDo(r, id, mostPeople)
	if err != nil {
		return nil, err
	}
	all, _, err := h.Shop.Rooms.People(r, id, "", mostPeople)
	for _, g := range all {
		if g.State == room.In {
			list = append(list, g)
		}
	}
	return list, err
}

// groupState is how a room's Telegram group stands, in words.
func groupState(q *console.Request, id string, g room.Group, linked bool) string {
	switch {
	case !linked:
		return q.Say(i18n.RoomsGNone, "ID", id)
	case g.Trouble == room.NoRights:
		return q.Say(i18n.RoomsGRights)
	case g.Trouble == room.NoGroup:
		return q.Say(i18n.RoomsGLost)
	case g.Link == "":
		return q.Say(i18n.RoomsGWait)
	}
	return q.Say(i18n.RoomsGOpen)
}

// guestDone notes that somebody was let into a LINE group, or taken out of it.
func (h *page) guestDone(q *console.Request) (console.Answer, error) {
	id, who := q.R.PathValue("room"), loyalty.MemberID(q.R.PathValue("member"))
	err := h.update(q, "guest-"+id+"-"+string(who), func(tx store.Tx, l *shop.Letters) error {
		g, came, err := h.Shop.Rooms.Did(tx, who, id, q.Now)
		if err != nil {
			return err
		}
		if err := q.Audit(tx, i18n.RoomsCDid, string(g.Member), g.Member, "", id); err != nil || !came {
			return err
		}
		to, speak, ok, err := h.Shop.Reach(tx, g.Member)
		if err != nil || !ok {
			return err
		}
		l.Tell(bot.Telling{Person: bot.PersonID(g.Member), To: to, Class: bot.Receipt, Carriage: bot.RideOnly, Messages: []bot.Message{h.Shop.RoomWelcome(speak, q.Now, g)}})
		return nil
	})
	if q.WrongBy("", err) {
		return q.Again(h.rooms(q))
	}
	return q.Go(root+"/rooms", q.Say(i18n.RoomsNoted)), err
}

// later sorts behind the others those about whom nothing is to be done.
func later(g guestRow) int {
	if g.Do == "" {
		return 1
	}
	return 0
}

// doneWith is what the button says with which somebody in a state is ticked off.
func doneWith(q *console.Request, s room.State) string {
	switch s {
	case room.Asked:
		return q.Say(i18n.RoomsLetIn)
	case room.Out:
		return q.Say(i18n.RoomsTakeOut)
	}
	return ""
}
