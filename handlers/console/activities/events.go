package activities

import (
	"fmt"
	"strconv"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/event"
	"regulars/loyalty/people"
	"regulars/store"
)

// eventsTab is what the shop holds, who comes, and where managers plan more.
func eventsTab() tab {
	return tab{
		Name: "events", Title: i18n.ConsoleEvents, On: func(r *loyalty.Programme) bool { return shop.Has(r, "events") },
		Routes: func(h *page) []console.Route {
			at := root + "/events"
			return []console.Route{
				{Method: "GET", Path: at, Do: h.events},
				{Method: "GET", Path: at + "/{id}", Do: h.event},
				{Method: "POST", Path: at + "/new", Least: people.Manager, Do: h.makeEvent},
				{Method: "POST", Path: at + "/{id}/off", Least: people.Manager, Do: h.callOff},
			}
		},
	}
}

// eventsBack is how many days after its end an event still stands on the page.
const eventsBack = 90

// eventRow is an event's line.
type eventRow struct {
	event.Listed
	Name, When, Full string
	Over             bool
}

type eventsData struct {
	head
	Rows []eventRow
	Make bool // managers plan events of their own
	Op   string
}

func (h *page) events(q *console.Request) (console.Answer, error) {
	d := eventsData{head: h.head(q), Make: h.Shop.Rules(q.Now).MakeEvents && people.AtLeast(q.Me.Role, people.Manager)}
	err := q.View(func(r store.Reader) error {
		all, err := h.Shop.Events.All(r, q.Now.AddDate(0, 0, -eventsBack), q.Now)
		for _, x := range all {
			if x.Store == "" || q.Sees(x.Store) {
				d.Rows = append(d.Rows, h.eventRow(q, x))
			}
		}
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	if q.WantsCSV() {
		return h.eventsCSV(q, d.Rows), nil
	}
	if d.Op, err = q.NewOp(); err != nil {
		return console.Answer{}, err
	}
	return q.Page("activities_events.html", q.Say(i18n.ConsoleEvents), d), nil
}

func (h *page) eventRow(q *console.Request, x event.Listed) eventRow {
	row := eventRow{Listed: x, Name: h.Shop.EventName(q.P, q.Now, x), When: h.Shop.EventWhen(q.P, &x.Event), Over: !q.Now.Before(x.Event.End)}
	row.Full = i18n.Number(x.Taken)
	if x.Places > 0 {
		row.Full = fmt.Sprintf("%s / %s", row.Full, i18n.Number(x.Places))
	}
	return row
}

func (h *page) eventsCSV(q *console.Request, rows []eventRow) console.Answer {
	var list [][]string
	for _, r := range rows {
		list = append(list, []string{r.ID, r.Name, h.Shop.Local(r.Start).Format("2006-01-02 15:04"), r.Full, strconv.FormatInt(r.Counts.Waiting, 10), strconv.FormatInt(r.Arrived, 10)})
	}
	return q.CSV("events", []string{
		"id", q.Say(i18n.ConsoleEventsName), q.Say(i18n.EventWhenLabel), q.Say(i18n.EventPlaces), q.Say(i18n.ConsoleEventsWait), q.Say(i18n.ConsoleEventsHere),
	}, list)
}

// seatRow is a member's line.
type seatRow struct {
	event.Seat
	Who, Became, Said string
}

type eventData struct {
	head
	eventRow
	Where, Price string
	Seats        []seatRow
	Ends         bool // it can be called off
}

// becameOf are the words for what became of a seat.
var becameOf = map[event.State]i18n.Key{
	event.Going: i18n.ConsoleEventsGoing, event.Waiting: i18n.ConsoleEventsWaiting, event.Cancelled: i18n.ConsoleEventsCancelled,
	event.Arrived: i18n.ConsoleEventsArrived, event.Passed: i18n.ConsoleEventsPassed, event.Off: i18n.ConsoleEventsOff, event.NoShow: i18n.ConsoleEventsMissed,
}

func (h *page) event(q *console.Request) (console.Answer, error) {
	d := eventData{head: h.head(q)}
	found := false
	err := q.View(func(r store.Reader) error {
		x, ok, err := h.Shop.Events.Find(r, q.R.PathValue("id"), q.Now)
		if err != nil || !ok || x.Store != "" && !q.Sees(x.Store) {
			return err
		}
		found = true
		d.eventRow, d.Where, d.Price = h.eventRow(q, x), h.Shop.EventWhere(q.P, q.Now, x), shop.EventPrice(q.P, &x.Event)
		d.Ends = x.Off.IsZero() && q.Now.Before(x.Start) && people.AtLeast(q.Me.Role, people.Manager)
		d.Seats, err = h.seats(q, r, x)
		return err
	})
	if err != nil || !found {
		return q.Gone(), err
	}
	if q.WantsCSV() {
		var list [][]string
		for _, s := range d.Seats {
			list = append(list, []string{string(s.Member), s.Who, s.Became, s.Said, s.Ticket(), strconv.FormatInt(int64(s.Price), 10)})
		}
		return q.CSV("event-"+d.ID, []string{
			"id", q.Say(i18n.ConsoleEventsWho), q.Say(i18n.ConsoleEventsState), q.Say(i18n.ConsoleEventsAnswers), q.Say(i18n.EventTicket), q.Say(i18n.EventCosts),
		}, list), nil
	}
	return q.Page("activities_event.html", d.Name, d), nil
}

// seats are who signed up, with what they answered.
func (h *page) seats(q *console.Request, r store.Reader, x event.Listed) (list []seatRow, err error) {
	all, err := h.Shop.Events.Seats(r, x.ID)
	for _, s := range all {
		row := seatRow{Seat: s, Became: q.Say(becameOf[s.StateAt(&x.Event, q.Now)])}
		if row.Who, err = q.MaskedName(r, s.Member); err != nil {
			return nil, err
		}
		answers, err := h.Shop.EventAnswers(r, q.P, q.Now, x, s)
		if err != nil {
			return nil, err
		}
		for i, a := range answers {
			if i > 0 {
				row.Said += " · "
			}
			row.Said += a.Label + " " + a.Value
		}
		list = append(list, row)
	}
	return list, err
}

// makeEvent plans an event of the manager's own.
func (h *page) makeEvent(q *console.Request) (console.Answer, error) {
	if !h.Shop.Rules(q.Now).MakeEvents {
		return q.Gone(), nil
	}
	op, ok := q.Op()
	if !ok {
		return q.Incomplete()
	}
	m := event.Made{By: q.Me.ID.Actor(), At: q.Now.UTC(), Name: shop.Tidy(q.Text("name")), About: shop.Tidy(q.Text("about")), Where: shop.Tidy(q.Text("where"))}
	if m.Name == "" {
		q.Wrong("name", q.Say(i18n.ConsoleEventsNameless))
	}
	start, err := time.ParseInLocation("2006-01-02T15:04", q.Typed("starts"), h.Shop.Rules(q.Now).Location())
	if err != nil || !start.After(q.Now) {
		q.Wrong("starts", q.Say(i18n.ConsoleEventsPast))
	}
	number := func(field string, least, most int64) int64 {
		n, err := strconv.ParseInt(q.Typed(field), 10, 64)
		if err != nil || n < least || n > most {
			q.Wrong(field, q.Say(i18n.ConsoleEventsNumber, "Least", i18n.Number(least), "Most", i18n.Number(most)))
		}
		return n
	}
	minutes := number("minutes", 5, 60*24*14)
	m.Places, m.Waiting, m.Price = number("places", 1, 100_000), number("waiting", 0, 100_000), loyalty.Points(number("cost", 0, 1_000_000))
	if q.Bad() {
		return q.Again(h.events(q))
	}
	m.Start, m.End, m.Closes = start.UTC(), start.Add(time.Duration(minutes)*time.Minute).UTC(), start.UTC()
	m.CancelBy, m.Remind, m.Carriage, m.Store = start.Add(-24*time.Hour).UTC(), 24*time.Hour, loyalty.NudgeRide, q.At
	m.ID = "own-" + shop.TellingID(op)
	err = q.Update(func(tx store.Tx) error {
		if again, err := q.Once(tx, op); err != nil || again {
			return err
		}
		if err := h.Shop.Events.Make(tx, m, q.Now); err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsoleEventsDidMake, m.ID, "", "", m.Name)
	})
	if err != nil {
		return console.Answer{}, err
	}
	return q.Go(root+"/events/"+m.ID, q.Say(i18n.ConsoleEventsMade)), nil
}

// callOff ends an event before it begins; who signed up is told by the schedule.
func (h *page) callOff(q *console.Request) (console.Answer, error) {
	id := q.R.PathValue("id")
	reason, ok := q.Reason()
	if !ok {
		return q.Again(h.event(q))
	}
	err := q.Update(func(tx store.Tx) error {
		x, ok, err := h.Shop.Events.Find(tx, id, q.Now)
		if err != nil {
			return err
		}
		if !ok || x.Store != "" && !q.Sees(x.Store) {
			return event.ErrUnknown
		}
		if err := h.Shop.Events.CallOff(tx, q.Act("event-off/"+id, reason), id); err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsoleEventsDidOff, id, "", reason, h.Shop.EventName(q.P, q.Now, x))
	})
	if q.WrongBy("", err) {
		return q.Again(h.event(q))
	}
	return q.Go(root+"/events/"+id, q.Say(i18n.ConsoleEventsOffDone)), err
}
