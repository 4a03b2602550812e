package shop

import (
	"encoding/json"
	"errors"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/event"
	"regulars/loyalty/programme"
	"regulars/store"
)

// newEvents is what the shop holds.
func (s *Shop) newEvents() *event.Desk {
	return &event.Desk{
		Book: s.Book, Key: s.Vault.Derive("events"), Programme: s.Rules,
		Events: func(at time.Time) []loyalty.Event { return s.Rules(at).Events },
	}
}

// eventFile is the programme that has an event's words: that of now, or the last one
// that had it.
func (s *Shop) eventFile(now time.Time, x event.Listed) *programme.Programme {
	if x.Gone {
		now = x.Known
	}
	return s.Programme(now)
}

// EventName is what an event is called.
func (s *Shop) EventName(p i18n.Printer, now time.Time, x event.Listed) string {
	if x.Made != nil {
		return x.Made.Name
	}
	return s.eventFile(now, x).Words(programme.Event, x.ID, string(p.Lang)).Name
}

// EventWords are an event's words in a language: its name, what it is about, and its
// picture.
func (s *Shop) EventWords(p i18n.Printer, now time.Time, x event.Listed) programme.Words {
	if x.Made != nil {
		return programme.Words{Name: x.Made.Name, About: x.Made.About}
	}
	return s.eventFile(now, x).Words(programme.Event, x.ID, string(p.Lang))
}

// EventWhere is where it is held: in its own words, else its store's name.
func (s *Shop) EventWhere(p i18n.Printer, now time.Time, x event.Listed) string {
	where := ""
	if x.Made != nil {
		where = x.Made.Where
	} else {
		where = s.eventFile(now, x).Where(x.ID, string(p.Lang))
	}
	if where == "" && x.Store != "" {
		where = s.StoreName(x.Store)
	}
	return where
}

// EventWhen is when it begins, and when it ends.
func (s *Shop) EventWhen(p i18n.Printer, e *loyalty.Event) string {
	from, to := s.Local(e.Start), s.Local(e.End)
	if DaysBetween(from, to) > 0 && !(DaysBetween(from, to) == 1 && IsMidnight(to)) {
		return p.Say(i18n.EventSpan, "From", p.Date(from)+" "+p.Clock(from), "To", p.Date(to)+" "+p.Clock(to))
	}
	return p.Say(i18n.EventSpan, "From", p.Date(from)+" "+p.Clock(from), "To", p.Clock(to))
}

// EventFull is how full it is, in true figures; "" where places have no bound.
func (s *Shop) EventFull(p i18n.Printer, x event.Listed) string {
	left, bound := x.Left(x.Taken)
	switch {
	case !bound:
		return ""
	case left > 0 && x.Counts.Waiting == 0:
		return p.Say(i18n.EventLeft, "Left", i18n.Number(left), "Places", i18n.Number(x.Places))
	case x.Counts.Waiting > 0:
		return p.Say(i18n.EventFullWaits, "Count", int(x.Counts.Waiting))
	}
	return p.Say(i18n.EventFull)
}

// EventPrice is what a place costs.
func EventPrice(p i18n.Printer, e *loyalty.Event) string {
	if e.Price == 0 {
		return p.Say(i18n.EventFree)
	}
	return Points(p, e.Price)
}

// SealAnswers seals what a member answered in words, by question, with their key;
// nothing where there is nothing.
func (s *Shop) SealAnswers(r store.Reader, m loyalty.MemberID, words map[string]string) ([]byte, error) {
	if len(words) == 0 {
		return nil, nil
	}
	plain, err := json.Marshal(words)
	if err != nil {
		return nil, err
	}
	return s.SealWords(r, m, string(plain))
}

// OpenAnswers opens what SealAnswers made; of who was erased nothing.
func (s *Shop) OpenAnswers(r store.Reader, m loyalty.MemberID, sealed []byte) (words map[string]string, err error) {
	text, err := s.OpenWords(r, m, sealed)
	if err != nil || text == "" {
		return nil, err
	}
	return words, json.Unmarshal([]byte(text), &words)
}

// EventAnswers is what a member answered to an event's questions, in words.
func (s *Shop) EventAnswers(r store.Reader, p i18n.Printer, now time.Time, x event.Listed, seat event.Seat) (rows []bot.Row, err error) {
	words, err := s.OpenAnswers(r, seat.Member, seat.Words)
	for _, q := range x.Questions {
		row := bot.Row{Label: s.eventFile(now, x).Words(programme.EventQuestion, x.ID+"/"+q.ID, string(p.Lang)).Name, Value: words[q.ID]}
		if o := seat.Choices[q.ID]; o != "" {
			row.Value = s.eventFile(now, x).Words(programme.EventOption, x.ID+"/"+q.ID+"/"+o, string(p.Lang)).Name
		}
		if row.Value != "" {
			rows = append(rows, row)
		}
	}
	return rows, err
}

// Ticket is a place as its owner shows it at the door. channel is where it is shown.
func (s *Shop) Ticket(p i18n.Printer, now time.Time, x event.Listed, seat event.Seat, channel bot.ChannelName) bot.Message {
	m := bot.Message{
		Title: s.EventName(p, now, x), Text: p.Say(i18n.EventGoing),
		Rows: []bot.Row{{Label: p.Say(i18n.EventWhenLabel), Value: s.EventWhen(p, &x.Event)}},
	}
	if where := s.EventWhere(p, now, x); where != "" {
		m.Rows = append(m.Rows, bot.Row{Label: p.Say(i18n.RedeemWhere), Value: where})
	}
	m.Rows = append(m.Rows, bot.Row{Label: p.Say(i18n.EventTicket), Value: seat.Ticket()})
	line := "arrived " + string(seat.Code)
	qr, ok := s.ChatLink(channel, line)
	if !ok {
		qr = "/" + line
	}
	m.Picture = &bot.Picture{QR: qr, Alt: p.Say(i18n.EventAlt)}
	m.Buttons = []bot.Button{{Label: p.Say(i18n.EventCancel), Do: bot.DoCommand, Value: "absent " + x.ID}}
	return m
}

// plainEvents are the refusals about events that need no numbers.
var plainEvents = map[error]i18n.Key{
	event.ErrUnknown:       i18n.EventUnknown,
	event.ErrOff:           i18n.EventOff,
	event.ErrAlready:       i18n.EventAlready,
	event.ErrFull:          i18n.EventNoRoom,
	event.ErrNoSeat:        i18n.EventNoSeat,
	event.ErrBegun:         i18n.EventBegun,
	event.ErrTicket:        i18n.EventNoTicket,
	event.ErrTaken:         i18n.EventTaken,
	loyalty.ErrEventLevel:  i18n.EventLevel,
	loyalty.ErrEventClosed: i18n.EventClosed,
}

// eventWords words the refusals about events that carry a moment.
func (s *Shop) eventWords(err error) *bot.Refusal {
	var (
		opens   *loyalty.EventOpensError
		door    *event.DoorError
		arrived *event.ArrivedError
	)
	switch {
	case errors.As(err, &opens):
		return refusal(err, i18n.EventNotYet, s.moment(opens.From)...)
	case errors.As(err, &door):
		return refusal(err, i18n.EventDoor, "Date", s.Local(door.From))
	case errors.As(err, &arrived):
		return refusal(err, i18n.EventIn, s.moment(arrived.At)...)
	}
	return nil
}

// leavesEvents frees the places of who leaves.
func (s *Shop) leavesEvents(tx store.Tx, d club.Deed) error {
	if d.Kind != club.Left {
		return nil
	}
	return s.Events.Left(tx, d.Member, d.Act)
}
