package event

import (
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// ByTicket is the seat of a ticket's code. Wrong ones are the caller's to count.
// Refusal: ErrTicket.
func (d *Desk) ByTicket(r store.Reader, code loyalty.Ref) (Seat, error) {
	t, ok, err := tickets.Get(r, string(code))
	if err != nil {
		return Seat{}, err
	}
	if !ok {
		return Seat{}, ErrTicket
	}
	s, ok, err := seats.Get(r, t.Event, string(t.Member))
	if err == nil && !ok {
		err = ErrTicket
	}
	return s, err
}

// Opens is when the door of an event opens, and Shuts when it is over: the local
// days on which it is held.
func (d *Desk) Opens(e *loyalty.Event) (opens, shuts time.Time) {
	p := d.Programme(e.Start)
	local := e.Start.In(p.Location())
	return p.DayEnd(local.AddDate(0, 0, -1)), p.DayEnd(e.End.Add(-1).In(p.Location()))
}

// Tonight are the events of a member for which the door is open at a moment, and in
// which they have a part.
func (d *Desk) Tonight(r store.Reader, m loyalty.MemberID, now time.Time) (list []Seat, err error) {
	all, err := d.Mine(r, m)
	for _, s := range all {
		x, ok, e := d.Find(r, s.Event, now)
		if e != nil {
			return nil, e
		}
		if !ok {
			continue
		}
		if opens, shuts := d.Opens(&x.Event); weight(s) > 0 && !now.Before(opens) && now.Before(shuts) {
			list = append(list, s)
		}
	}
	return list, err
}

// Arrive lets somebody in who has a place. Refusals: ErrUnknown, ErrOff, ErrNoSeat,
// loyalty.ErrEventClosed, *ArrivedError, *DoorError.
func (d *Desk) Arrive(tx store.Tx, m loyalty.MemberID, act book.Act, id string) (Seat, error) {
	x, err := d.open(tx, id, act.Now, m)
	if err != nil {
		return Seat{}, err
	}
	was, _, err := d.Of(tx, m, id)
	if err != nil {
		return was, err
	}
	opens, shuts := d.Opens(&x.Event)
	switch {
	case !x.Off.IsZero():
		return was, ErrOff
	case was.State == Arrived:
		return was, &ArrivedError{was.Changed}
	case was.State != Going:
		return was, ErrNoSeat
	case act.Now.Before(opens):
		return was, &DoorError{opens}
	case !act.Now.Before(shuts):
		return was, loyalty.ErrEventClosed
	}
	s := was
	s.State, s.Changed, s.By, s.Remind = Arrived, act.Now.UTC(), act.Actor, time.Time{}
	x.Counts.Arrived++
	return s, d.save(tx, &x, was, s)
}

// Gone takes an arrival back that was noted by mistake. Refusals: ErrUnknown,
// ErrNoSeat.
func (d *Desk) Gone(tx store.Tx, m loyalty.MemberID, act book.Act, id string) (Seat, error) {
	x, err := d.open(tx, id, act.Now, m)
	if err != nil {
		return Seat{}, err
	}
	was, _, err := d.Of(tx, m, id)
	if err != nil {
		return was, err
	}
	if was.State != Arrived {
		return was, ErrNoSeat
	}
	s := was
	s.State, s.Changed, s.By = Going, act.Now.UTC(), ""
	x.Counts.Arrived--
	return s, d.save(tx, &x, was, s)
}
