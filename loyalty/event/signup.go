package event

import (
	"cmp"
	"errors"
	"strconv"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Answers are what who signs up was asked: options by question, and words that the
// caller sealed.
type Answers struct {
	Choices map[string]string
	Words   []byte
}

// May decides whether a member may sign up now, and says from when where they may
// not yet. It reads only. Refusals: [Desk.SignUp]'s, but for the points.
func (d *Desk) May(r store.Reader, m loyalty.MemberID, x Listed, now time.Time) error {
	if !x.Off.IsZero() || x.Gone {
		return ErrOff
	}
	p := d.Programme(now)
	level := ""
	if way, tiers, err := d.Book.Progress(r, m, now); err != nil {
		return err
	} else if tiers {
		level = way.Standing.Level
	}
	if err := x.Admits(level, lowest(p), now); err != nil {
		return err
	}
	if !x.Room() && x.Counts.Waiting >= x.Event.Waiting {
		return ErrFull
	}
	return nil
}

// Room says that who signs up now has a place, and does not wait: who waits goes
// first.
func (x *Listed) Room() bool {
	return x.Places == 0 || x.Taken < x.Places && x.Counts.Waiting == 0
}

func lowest(p *loyalty.Programme) string {
	if len(p.Tiers.Levels) == 0 {
		return ""
	}
	return p.Tiers.Levels[0].ID
}

// SignUp gives a member a place for its price, or one among those who wait, who pay
// when they have a place, and never more than the price of now. Refusals: ErrUnknown, ErrOff, ErrAlready, ErrFull, those
// of [loyalty.Event.Admits], and [book.Book.Spend]'s.
func (d *Desk) SignUp(tx store.Tx, m loyalty.MemberID, act book.Act, id string, a Answers) (Seat, error) {
	x, err := d.open(tx, id, act.Now, m)
	if err != nil {
		return Seat{}, err
	}
	if m, err = d.Book.Holder(tx, m); err != nil {
		return Seat{}, err
	}
	best, had, err := d.Of(tx, m, id)
	if err != nil {
		return Seat{}, err
	}
	if had && weight(best) > 0 {
		return best, ErrAlready
	}
	if err := d.May(tx, m, x, act.Now); err != nil {
		return best, err
	}
	was, _, err := seats.Get(tx, id, string(m))
	if err != nil {
		return was, err
	}
	s := was
	s.Event, s.Member, s.At, s.Start = id, m, act.Now.UTC(), x.Start.UTC()
	s.Changed, s.Choices, s.Words, s.Price, s.Paid, s.Late = s.At, a.Choices, a.Words, x.Price, "", false
	s.Agreed = true
	s.Times++
	x.Seen, x.Lost = s.At, time.Time{}
	if x.Room() {
		if err := d.seat(tx, &x, &s, act); err != nil {
			return s, err
		}
	} else {
		x.Counts.Waiting++
		x.Last++
		s.State, s.Number = Waiting, x.Last
	}
	if s.Code == "" {
		if s.Code, err = d.newCode(tx, &x.Event, m); err != nil {
			return s, err
		}
	}
	return s, d.save(tx, &x, was, s)
}

// seat gives a place, paid for with what it costs, at most what was agreed to, and
// plans the reminder.
func (d *Desk) seat(tx store.Tx, x *Listed, s *Seat, act book.Act) error {
	s.Price = min(s.Price, x.Price)
	if s.Price > 0 {
		act.Op = loyalty.OpID("event/" + x.ID + "/" + string(s.Member) + "/" + strconv.Itoa(s.Times))
		act.Voucher = "event/" + x.ID
		rec, err := d.Book.Spend(tx, s.Member, act, s.Price)
		if err != nil {
			return err
		}
		s.Paid = rec.Entry().Ref
	}
	x.Taken++
	s.State, s.Number, s.Changed = Going, 0, act.Now.UTC()
	if at := x.Start.Add(-x.Event.Remind); x.Event.Remind > 0 && at.After(act.Now) {
		s.Remind = at.UTC()
	}
	return nil
}

// save writes a seat and how full the event is.
func (d *Desk) save(tx store.Tx, x *Listed, was, s Seat) error {
	x.Counts.End = x.Event.End.UTC()
	return cmp.Or(d.put(tx, &x.Event, was, s), counts.Put(tx, x.Counts, x.ID))
}

// Cancel gives up a place, or stops waiting for one. back says that the price came
// back, see [Listed.Back]. Refusals: ErrUnknown, ErrNoSeat, ErrBegun.
func (d *Desk) Cancel(tx store.Tx, m loyalty.MemberID, act book.Act, id string) (s Seat, back bool, err error) {
	x, err := d.open(tx, id, act.Now, m)
	if err != nil {
		return s, false, err
	}
	s, _, err = d.Of(tx, m, id)
	switch {
	case err != nil:
		return s, false, err
	case s.State != Going && s.State != Waiting:
		return s, false, ErrNoSeat
	case !act.Now.Before(x.Start):
		return s, false, ErrBegun
	}
	to := Cancelled
	if !x.Off.IsZero() {
		to = Off // whoever called it off owes it to them, however early they are
	}
	return d.giveUp(tx, &x, s, to, x.Back(&s, act.Now), act)
}

// giveUp ends a seat that takes a place, or waits, and gives its price back.
func (d *Desk) giveUp(tx store.Tx, x *Listed, was Seat, to State, refund bool, act book.Act) (s Seat, back bool, err error) {
	s = was
	if s.State == Waiting {
		x.Counts.Waiting--
	} else {
		x.Taken--
	}
	if refund && s.Paid != "" {
		act.Op = loyalty.OpID("event/" + x.ID + "/" + string(s.Member) + "/" + strconv.Itoa(s.Times) + "/back")
		act.Actor, act.Voucher, act.Role, act.Self = loyalty.ByJob("event"), "", "", ""
		_, err := d.Book.Undo(tx, s.Paid, act)
		if err != nil && !loyalty.Refused(err) { // refused: an employee gave them back before
			return s, false, err
		}
		back = err == nil
	}
	s.State, s.Number, s.Remind, s.Changed = to, 0, time.Time{}, act.Now.UTC()
	return s, back, d.save(tx, x, was, s)
}

// Fill gives the place that is free to who has waited longest, for no more than they
// agreed to pay. ok says that somebody is to be told: that they have a place now
// (Going), or that it was passed on (Passed), because they could not pay or the event
// they agreed to pay for is on another day. Where nobody waits, nothing is free, or
// the event has begun, it is false.
func (d *Desk) Fill(tx store.Tx, id string, now time.Time) (s Seat, ok bool, err error) {
	x, err := d.open(tx, id, now)
	if errors.Is(err, ErrUnknown) {
		return s, false, nil
	}
	if err != nil || x.Counts.Waiting == 0 || x.Places > 0 && x.Taken >= x.Places || !x.Off.IsZero() || x.Gone || !now.Before(x.Start) {
		return s, false, err
	}
	was, ok, err := d.next(tx, &x, book.Act{Actor: loyalty.ByJob("event"), Store: x.Store, Now: now})
	if err != nil || !ok {
		return s, false, err
	}
	s = was
	x.Counts.Waiting--
	if !s.Agreed {
		s.Price = x.Price
	}
	if s.Price > 0 && !s.Start.Equal(x.Start) {
		err = errMoved // nobody pays for a day that they did not agree to
	} else {
		s.Late = now.After(x.CancelBy)
		err = d.seat(tx, &x, &s, book.Act{Actor: loyalty.ByJob("event"), Store: x.Store, Now: now})
	}
	if loyalty.Refused(err) {
		s.State, s.Number, s.Changed, s.Price, err = Passed, 0, now.UTC(), 0, nil
	}
	if err != nil {
		return s, false, err
	}
	return s, true, d.save(tx, &x, was, s)
}

// errMoved is why a place is passed on when the event is on another day.
var errMoved = refusal("the event is on another day than was agreed to")

// next is who has waited longest, locked. Who was merged into somebody that has a
// place waits no more: a person has one.
func (d *Desk) next(tx store.Tx, x *Listed, act book.Act) (s Seat, ok bool, err error) {
	for {
		m, ok, err := first(tx, x.ID)
		if err != nil || !ok {
			return s, false, err
		}
		if err := lock(tx, x.ID, m); err != nil {
			return s, false, err
		}
		if s, ok, err = seats.Get(tx, x.ID, string(m)); err != nil || !ok {
			return s, false, err
		}
		best, _, err := d.Of(tx, m, x.ID)
		if err != nil || !best.Holds() {
			return s, err == nil, err
		}
		if _, _, err := d.giveUp(tx, x, s, Cancelled, false, act); err != nil {
			return s, false, err
		}
	}
}

// first is who has waited longest.
func first(r store.Reader, id string) (m loyalty.MemberID, ok bool, err error) {
	for _, m := range queue.Scan(r, queue.Under(id), &err) {
		return m, true, nil
	}
	return "", false, err
}

// Left ends what a member who leaves still has of events to come, and whoever was
// merged into them; whoever waits has the place then. Their points are given up
// besides, and their words forgotten.
func (d *Desk) Left(tx store.Tx, m loyalty.MemberID, act book.Act) error {
	family, err := d.Book.Family(tx, m)
	if err != nil {
		return err
	}
	for _, one := range family {
		var ids []string
		for key := range ofs.Scan(tx, ofs.Under(string(one)), &err) {
			_, id, _ := strings.Cut(key, "/")
			ids = append(ids, id)
		}
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := d.leave(tx, one, act, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// leave gives up one seat of who leaves.
func (d *Desk) leave(tx store.Tx, m loyalty.MemberID, act book.Act, id string) error {
	x, err := d.open(tx, id, act.Now, m)
	if errors.Is(err, ErrUnknown) || err == nil && !act.Now.Before(x.Start) {
		return nil
	}
	if err != nil {
		return err
	}
	s, ok, err := seats.Get(tx, id, string(m))
	if err != nil || !ok || s.State != Going && s.State != Waiting {
		return err
	}
	_, _, err = d.giveUp(tx, &x, s, Cancelled, false, act)
	return err
}
