package counter

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/event"
	"regulars/loyalty/people"
	"regulars/store"
)

// What the page is told at an event's door.
type (
	doorAnswer struct {
		Events []doorEvent `json:"events"`
	}
	doorEvent struct {
		Name  string      `json:"name"`
		When  string      `json:"when"`
		Full  string      `json:"full"` // how many of those who have a place are here
		Seats []doorGuest `json:"seats"`
	}
	// doorGuest is somebody who has a place, or waits for one.
	doorGuest struct {
		Seat  string     `json:"seat"` // a handle
		Name  string     `json:"name"`
		State string     `json:"state"` // going, waiting or arrived
		At    *time.Time `json:"at"`    // of the arrival
	}
	doorBody struct {
		Session string `json:"session"`
	}
	// arriveBody names a seat by a handle, or by a ticket's code.
	arriveBody struct {
		Seat string `json:"seat,omitempty"`
		Code string `json:"code,omitempty"`
	}
)

// mostGuests bounds the names of one event's list: beyond it, tickets are typed.
const mostGuests = 300

// held are the events whose door is open at this store now.
func (c *Counter) held(r store.Reader, at loyalty.Store, now time.Time) (list []event.Listed, err error) {
	all, err := c.Shop.Events.All(r, now.Add(-24*time.Hour), now)
	for _, x := range all {
		opens, shuts := c.Shop.Events.Opens(&x.Event)
		if x.Off.IsZero() && (x.Store == "" || x.Store == at) && !now.Before(opens) && now.Before(shuts) {
			list = append(list, x)
		}
	}
	return list, err
}

// door tells who is expected today, and who is here.
func (c *Counter) door(ctx context.Context, q *request, b doorBody) (any, error) {
	var a doorAnswer
	var d people.Device
	// The session is looked at on its own: a list of guests locks nobody.
	err := c.DB.Update(ctx, func(tx store.Tx) (err error) {
		d, _, err = c.live(tx, q, b.Session)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = c.DB.View(ctx, func(r store.Reader) error {
		a = doorAnswer{Events: []doorEvent{}}
		list, err := c.held(r, d.Store, q.now)
		for i := range list {
			if err != nil {
				return err
			}
			var one doorEvent
			if one, err = c.guests(r, q, d, &list[i]); err == nil {
				a.Events = append(a.Events, one)
			}
		}
		return err
	})
	return a, err
}

// guests are an event's, by name, who is here already at the end.
func (c *Counter) guests(r store.Reader, q *request, d people.Device, x *event.Listed) (a doorEvent, err error) {
	p := q.printer
	a = doorEvent{Name: c.Shop.EventName(p, q.now, *x), When: c.Shop.EventWhen(p, &x.Event), Full: hereOf(p, x), Seats: []doorGuest{}}
	seats, err := c.Shop.Events.Seats(r, x.ID)
	if err != nil {
		return a, err
	}
	for _, s := range seats {
		if !s.Holds() && s.State != event.Waiting || len(a.Seats) == mostGuests {
			continue
		}
		m, err := c.till().Owner(r, s.Member)
		if errors.Is(err, people.ErrNobody) {
			continue
		}
		if err != nil {
			return a, err
		}
		one := doorGuest{Name: till.Called(p, m), State: string(s.State)}
		if s.State == event.Arrived {
			at := s.Changed.UTC()
			one.At = &at
		}
		if one.Seat, err = c.seal(handle{Device: d.ID, Member: s.Member, Event: x.ID}, q.now); err != nil {
			return a, err
		}
		a.Seats = append(a.Seats, one)
	}
	order := map[string]int{string(event.Going): 0, string(event.Waiting): 1, string(event.Arrived): 2}
	slices.SortStableFunc(a.Seats, func(a, b doorGuest) int {
		return cmp.Or(order[a.State]-order[b.State], strings.Compare(a.Name, b.Name))
	})
	return a, nil
}

func hereOf(p i18n.Printer, x *event.Listed) string {
	return p.Say(i18n.EventHere, "Here", i18n.Number(x.Arrived), "Taken", i18n.Number(x.Taken))
}

// ticketTries bounds the wrong ticket codes of one employee at devices.
var ticketTries = people.CodeThrottle.For("deskticket")

// arrive lets somebody in at the door of an event.
func (d *doing) arrive(b arriveBody) (any, error) {
	s, err := d.seat(b)
	if err != nil {
		return nil, err
	}
	if s, err = d.till.Events.Arrive(d.Tx, s.Member, d.Act("arrived"), s.Event); err != nil {
		return nil, err
	}
	m, err := d.till.Owner(d.Tx, s.Member)
	if err != nil {
		return nil, err
	}
	d.member = m.ID
	x, _, err := d.till.Events.Find(d.Tx, s.Event, d.Now)
	if err != nil {
		return nil, err
	}
	p := d.Printer
	text := []string{p.Say(i18n.EventWelcome, "Name", till.Called(p, m)), hereOf(p, &x)}
	rows, err := d.till.EventAnswers(d.Tx, p, d.Now, x, s)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		text = append(text, row.Label+" "+row.Value)
	}
	a := d.done(m, bot.Message{Text: strings.Join(text, "\n")}, nil)
	a.What, a.Undo = d.till.EventName(p, d.Now, x), true
	a.Ref, err = d.api.seal(handle{Device: d.device.ID, Member: s.Member, Event: s.Event}, d.Now)
	return a, err
}

// seat is the place that is meant. Wrong codes are counted, because they can be
// guessed.
func (d *doing) seat(b arriveBody) (s event.Seat, err error) {
	if b.Seat != "" {
		h, err := d.api.open(b.Seat, d.device.ID, d.At)
		if err == nil && h.Event == "" {
			err = errHandle
		}
		return event.Seat{Event: h.Event, Member: h.Member}, err
	}
	code, ok := loyalty.ParseRef(b.Code)
	if !ok || len(b.Code) > 40 {
		return s, event.ErrTicket
	}
	who := people.Identity{Channel: "staff", User: string(d.Me.ID)}
	if err := d.till.Vault.Barred(d.Tx, ticketTries, who, d.Now); err != nil {
		return s, err
	}
	s, err = d.till.Events.ByTicket(d.Tx, code)
	if err == nil || !errors.Is(err, event.ErrTicket) {
		return s, err
	}
	if err := d.till.Vault.Attempt(d.Tx, ticketTries, who, d.Now); err != nil {
		return s, err
	}
	return s, till.Counted{Err: event.ErrTicket, Tries: ticketTries, Who: who}
}

// gone takes an arrival back that was a mistake.
func (d *doing) gone(h handle) (any, error) {
	if _, err := d.till.Gone(d.Call, h.Member, h.Event); err != nil {
		return nil, err
	}
	d.member = h.Member
	return d.done(nobody, bot.Message{Text: d.Printer.Say(i18n.EventTakenBack)}, nil), nil
}
