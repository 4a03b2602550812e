package event

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Desk is how one shop holds events. It is a value without state and may be used by
// many at once.
type Desk struct {
	Book *book.Book
	// Key draws the codes of tickets: 32 secret bytes.
	Key []byte
	// Programme is the version of the rules in force at a moment, and Events are its
	// own.
	Programme func(at time.Time) *loyalty.Programme
	Events    func(at time.Time) []loyalty.Event
}

// Refusals without arguments; see [loyalty.Refused].
var (
	ErrUnknown = refusal("there is no such event")
	ErrOff     = refusal("the event was called off")
	ErrAlready = refusal("the member has a place, or waits for one")
	ErrFull    = refusal("all places are taken, and nobody else may wait")
	ErrNoSeat  = refusal("the member has no place")
	ErrBegun   = refusal("the event has begun")
	ErrTicket  = refusal("no ticket has this code")
	ErrTaken   = refusal("another event has this id")
)

// refusal is a refusal without arguments.
type refusal string

func (r refusal) Error() string { return "event: " + string(r) }

// Refusal marks it as an answer, see [loyalty.Refused].
func (refusal) Refusal() {}

// ArrivedError refuses to let somebody in twice.
type ArrivedError struct{ At time.Time }

// DoorError refuses to let somebody in before the event's day.
type DoorError struct{ From time.Time }

func (e *ArrivedError) Error() string {
	return "event: arrived at " + e.At.UTC().Format(time.RFC3339)
}
func (e *DoorError) Error() string {
	return "event: the door opens at " + e.From.UTC().Format(time.RFC3339)
}

// Refusal marks the type for [loyalty.Refused].
func (*ArrivedError) Refusal() {}

// Refusal marks the type for [loyalty.Refused].
func (*DoorError) Refusal() {}

// Listed is an event with how full it is.
type Listed struct {
	loyalty.Event
	Counts
	Made *Made // where a manager made it: its words
	// Gone says that the programme has it no more, and Known when it had: its words
	// are those of then. Nobody signs up, whoever has a place may give it up for its
	// price, and [Desk.Miss] calls it off in the end.
	Gone  bool
	Known time.Time
}

// Back says that the price of a seat comes back to who gives it up at now: until
// CancelBy, and until the event begins where it is not what was agreed any more
// (called off, gone from the programme, on another day), or the place was given
// after CancelBy to who had waited for it.
func (x *Listed) Back(s *Seat, now time.Time) bool {
	return !now.After(x.CancelBy) || !x.Off.IsZero() || x.Gone || s.Late || !s.Start.Equal(x.Start)
}

// Find is an event by its id: the programme's, or one that a manager made. What the
// programme has no more, while somebody has a part in it, is as it was known last.
func (d *Desk) Find(r store.Reader, id string, now time.Time) (x Listed, ok bool, err error) {
	if x.Counts, _, err = counts.Get(r, id); err != nil {
		return x, false, err
	}
	for _, e := range d.Events(now) {
		if e.ID == id {
			x.Event, x.Known = e, now
			return x, true, nil
		}
	}
	m, ok, err := mades.Get(r, id)
	if ok {
		x.Event, x.Made, x.Known = m.Event, &m, now
	}
	if ok || err != nil {
		return x, ok, err
	}
	ok, err = d.recall(r, &x, id)
	return x, ok, err
}

// recall finds an event in the programme of the moment at which somebody signed up
// last. Where that was not noted yet, the seats say it.
func (d *Desk) recall(r store.Reader, x *Listed, id string) (ok bool, err error) {
	seen := x.Seen
	if seen.IsZero() && x.Taken+x.Counts.Waiting > 0 {
		for _, s := range seats.Scan(r, seats.Under(id), &err) {
			if s.At.After(seen) {
				seen = s.At
			}
		}
	}
	if err != nil || seen.IsZero() {
		return false, err
	}
	for _, e := range d.Events(seen) {
		if e.ID == id {
			x.Event, x.Gone, x.Known = e, true, seen
			return true, nil
		}
	}
	return false, nil
}

// All are the events that end after from, in the order in which they begin; among them
// those that the programme has no more and somebody has a place in, or waits for.
func (d *Desk) All(r store.Reader, from, now time.Time) (list []Listed, err error) {
	known := map[string]bool{}
	for _, e := range d.Events(now) {
		known[e.ID] = true
		list = append(list, Listed{Event: e, Known: now})
	}
	for _, m := range mades.Scan(r, mades.All(), &err) {
		known[m.ID] = true
		list = append(list, Listed{Event: m.Event, Made: &m, Known: now})
	}
	for id, c := range counts.Scan(r, counts.All(), &err) {
		if known[id] || c.Taken+c.Waiting == 0 || !c.End.After(from) {
			continue
		}
		x := Listed{Counts: c}
		is, err := d.recall(r, &x, id)
		if err != nil {
			return nil, err
		}
		if is {
			list = append(list, x)
		}
	}
	list = slices.DeleteFunc(list, func(x Listed) bool { return !x.Event.End.After(from) })
	for i := range list {
		if err == nil {
			list[i].Counts, _, err = counts.Get(r, list[i].ID)
		}
	}
	slices.SortFunc(list, func(a, b Listed) int { return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.ID, b.ID)) })
	return list, err
}

// open locks an event, with the members it is about, and reads it.
func (d *Desk) open(tx store.Tx, id string, now time.Time, members ...loyalty.MemberID) (Listed, error) {
	if err := lock(tx, id, members...); err != nil {
		return Listed{}, err
	}
	x, ok, err := d.Find(tx, id, now)
	switch {
	case err != nil:
		return x, err
	case !ok:
		return x, ErrUnknown
	}
	return x, nil
}

// Of is a member's part of an event, whoever they were merged with; of several the
// one that takes a place, else the newest. An Update locks them all.
func (d *Desk) Of(r store.Reader, m loyalty.MemberID, id string) (best Seat, ok bool, err error) {
	family, err := d.Book.Family(r, m)
	if err != nil {
		return best, false, err
	}
	for _, one := range family {
		s, had, err := seats.Get(r, id, string(one))
		if err != nil {
			return best, false, err
		}
		if had && (!ok || weight(s) > weight(best) || weight(s) == weight(best) && s.At.After(best.At)) {
			best, ok = s, true
		}
	}
	return best, ok, nil
}

// weight puts the seat of a person that counts before their others.
func weight(s Seat) int {
	switch {
	case s.Holds():
		return 2
	case s.State == Waiting:
		return 1
	}
	return 0
}

// Mine are a member's seats in all events that are kept, the latest event first.
func (d *Desk) Mine(r store.Reader, m loyalty.MemberID) (list []Seat, err error) {
	family, err := d.Book.Family(r, m)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, one := range family {
		for key := range ofs.Scan(r, ofs.Under(string(one)), &err) {
			_, id, _ := strings.Cut(key, "/")
			if seen[id] {
				continue
			}
			seen[id] = true
			s, ok, err := d.Of(r, m, id)
			if err != nil {
				return nil, err
			}
			if ok {
				list = append(list, s)
			}
		}
	}
	slices.SortFunc(list, func(a, b Seat) int { return cmp.Or(b.Start.Compare(a.Start), strings.Compare(a.Event, b.Event)) })
	return list, err
}

// Missed is how often a member had a place and did not come.
func (d *Desk) Missed(r store.Reader, m loyalty.MemberID, now time.Time) (n int, err error) {
	list, err := d.Mine(r, m)
	for i := range list {
		x, ok, e := d.Find(r, list[i].Event, now)
		if e != nil {
			return n, e
		}
		if ok && list[i].StateAt(&x.Event, now) == NoShow {
			n++
		}
	}
	return n, err
}

// Seats are an event's seats, in the order of their members' ids. It is for a View.
func (d *Desk) Seats(r store.Reader, id string) (list []Seat, err error) {
	for _, s := range seats.Scan(r, seats.Under(id), &err) {
		list = append(list, s)
	}
	return list, err
}

// put writes a seat with what leads to it.
func (d *Desk) put(tx store.Tx, e *loyalty.Event, was, s Seat) error {
	if !was.Remind.Equal(s.Remind) {
		if !was.Remind.IsZero() {
			if err := dues.Delete(tx, stamp(was.Remind), s.Event, string(s.Member)); err != nil {
				return err
			}
		}
		if !s.Remind.IsZero() {
			if err := dues.Put(tx, struct{}{}, stamp(s.Remind), s.Event, string(s.Member)); err != nil {
				return err
			}
		}
	}
	if was.Number != s.Number && was.Number > 0 {
		if err := queue.Delete(tx, s.Event, number(was.Number)); err != nil {
			return err
		}
	}
	if was.Number != s.Number && s.Number > 0 {
		if err := queue.Put(tx, s.Member, s.Event, number(s.Number)); err != nil {
			return err
		}
	}
	if err := ofs.Put(tx, ended{e.End.UTC()}, string(s.Member), s.Event); err != nil {
		return err
	}
	return seats.Put(tx, s, s.Event, string(s.Member))
}

// newCode draws a ticket's code, which no other has.
func (d *Desk) newCode(tx store.Tx, e *loyalty.Event, m loyalty.MemberID) (loyalty.Ref, error) {
	for n := 0; ; n++ {
		code := loyalty.NewRef(d.mac("ticket", e.ID, string(m), strconv.Itoa(n)), 6+n/20)
		if err := tx.Lock(store.Subject("eventticket/" + string(code))); err != nil {
			return "", err
		}
		if _, taken, err := tickets.Get(tx, string(code)); err != nil || !taken {
			return code, cmp.Or(err, tickets.Put(tx, ticket{e.ID, m, e.End.UTC()}, string(code)))
		}
	}
}

func (d *Desk) mac(parts ...string) []byte {
	h := hmac.New(sha256.New, d.Key)
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return h.Sum(nil)
}
