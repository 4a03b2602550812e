package event

import (
	"context"
	"errors"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Make adds an event of a manager's, or changes one. Refusal: ErrTaken, for an id
// that the programme's events have. What [loyalty.Event.Check] complains of is an
// error.
func (d *Desk) Make(tx store.Tx, m Made, now time.Time) error {
	if err := m.Event.Check(); err != nil {
		return err
	}
	if err := lock(tx, m.ID); err != nil {
		return err
	}
	for _, e := range d.Events(now) {
		if e.ID == m.ID {
			return ErrTaken
		}
	}
	c, _, err := counts.Get(tx, m.ID)
	if err != nil {
		return err
	}
	c.End = m.End.UTC()
	if err := counts.Put(tx, c, m.ID); err != nil {
		return err
	}
	return mades.Put(tx, m, m.ID)
}

// CallOff ends an event before it begins. Whoever has a place or waits is sent home
// by [Desk.SendHome], one in each transaction. Refusals: ErrUnknown, ErrOff,
// ErrBegun.
func (d *Desk) CallOff(tx store.Tx, act book.Act, id string) error {
	x, err := d.open(tx, id, act.Now)
	switch {
	case err != nil:
		return err
	case !x.Off.IsZero():
		return ErrOff
	case !act.Now.Before(x.Start):
		return ErrBegun
	}
	x.Off, x.Counts.End = act.Now.UTC(), x.Event.End.UTC()
	if err := counts.Put(tx, x.Counts, id); err != nil {
		return err
	}
	return offs.Put(tx, x.Off, id)
}

// Spare is how long an event may be missing in the programme before it is called off:
// a file that was saved too early is put right meanwhile.
const Spare = time.Hour

// Miss looks after an event that somebody has a part in and the programme may have no
// more: it notes since when, and calls it off after [Spare], or at once where it
// begins sooner than that. off says that it did just now.
func (d *Desk) Miss(tx store.Tx, id string, now time.Time) (off bool, err error) {
	x, err := d.open(tx, id, now)
	if err != nil {
		return false, err
	}
	missed := !x.Lost.IsZero()
	switch {
	case !x.Off.IsZero() || !now.Before(x.Start) || !x.Gone && !missed:
		return false, nil
	case !x.Gone:
		x.Lost = time.Time{}
	case missed && now.Sub(x.Lost) >= Spare || x.Start.Sub(now) <= Spare:
		return true, d.CallOff(tx, book.Act{Actor: loyalty.ByJob("event"), Now: now}, id)
	case missed:
		return false, nil
	default:
		x.Lost = now.UTC()
	}
	return false, counts.Put(tx, x.Counts, id)
}

// CalledOff are the events of which not everybody was sent home.
func (d *Desk) CalledOff(r store.Reader) (ids []string, err error) {
	for id := range offs.Scan(r, offs.All(), &err) {
		ids = append(ids, id)
	}
	return ids, err
}

// SendHome gives the next one of an event that was called off their points back; ok
// says that they are to be told, and a Number that they only waited. When nobody is left, it is false and the event is
// CalledOff no more.
func (d *Desk) SendHome(tx store.Tx, id string, now time.Time) (s Seat, back, ok bool, err error) {
	x, err := d.open(tx, id, now)
	if errors.Is(err, ErrUnknown) {
		return s, false, false, offs.Delete(tx, id)
	}
	if err != nil {
		return s, false, false, err
	}
	for _, one := range seats.Scan(tx, seats.Under(id), &err) {
		if one.State == Going || one.State == Waiting {
			s, ok = one, true
			break
		}
	}
	if err != nil || !ok {
		return s, false, false, errors.Join(err, offs.Delete(tx, id))
	}
	if err := lock(tx, id, s.Member); err != nil {
		return s, false, false, err
	}
	number := s.Number
	s, back, err = d.giveUp(tx, &x, s, Off, true, book.Act{Actor: loyalty.ByJob("event"), Store: x.Store, Now: now})
	s.Number = number // for who tells them: they only waited
	return s, back, err == nil, err
}

// Due are up to n reminders that are due by now, as "<event>/<member>", the earliest
// first, from the place where the one before ended ("" at first).
func (d *Desk) Due(r store.Reader, now time.Time, n int, from string) (list []string, next string, err error) {
	for key := range dues.Scan(r, dues.Between(from, stamp(now.Add(time.Microsecond))), &err) {
		if len(list) == n {
			return list, key, err
		}
		_, which, _ := strings.Cut(key, "/")
		list = append(list, which)
	}
	return list, "", err
}

// Remind takes a reminder off the plan; ok says that it is to be told. One of an
// event that was put off is planned anew.
func (d *Desk) Remind(tx store.Tx, which string, now time.Time) (s Seat, x Listed, ok bool, err error) {
	id, who, _ := strings.Cut(which, "/")
	x, err = d.open(tx, id, now, loyalty.MemberID(who))
	known := err == nil
	if err != nil && !errors.Is(err, ErrUnknown) {
		return s, x, false, err
	}
	was, _, err := seats.Get(tx, id, who)
	if !known {
		x.Event.End = was.Start
	}
	if err != nil || was.Remind.IsZero() || was.Remind.After(now) {
		return was, x, false, err
	}
	if x.Gone && x.Off.IsZero() && now.Before(x.Start) {
		return was, x, false, nil // it is asked about again once it is back, or called off
	}
	s = was
	s.Remind = time.Time{}
	if at := x.Start.Add(-x.Event.Remind); known && at.After(now) {
		s.Remind = at.UTC()
	}
	ok = known && s.Remind.IsZero() && s.State == Going && x.Off.IsZero() && now.Before(x.Start)
	return s, x, ok, d.put(tx, &x.Event, was, s)
}

// keep is how many days after an event its rows are kept.
const keep = 400

// Sweep deletes what was kept long enough. It returns how many rows went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (gone int, err error) {
	old := now.AddDate(0, 0, -keep)
	for _, step := range []func() (int, error){
		func() (int, error) {
			return store.Sweep(ctx, db, seats.All(), 200, older(func(s Seat) bool { return s.Start.Before(old) }))
		},
		func() (int, error) {
			return store.Sweep(ctx, db, ofs.All(), 200, older(func(x ended) bool { return x.End.Before(old) }))
		},
		func() (int, error) {
			return store.Sweep(ctx, db, tickets.All(), 200, older(func(x ticket) bool { return x.End.Before(old) }))
		},
		func() (int, error) {
			return store.Sweep(ctx, db, counts.All(), 200, older(func(x Counts) bool { return x.End.Before(old) }))
		},
		func() (int, error) {
			return store.Sweep(ctx, db, mades.All(), 200, older(func(x Made) bool { return x.End.Before(old) }))
		},
	} {
		n, err := step()
		if gone += n; err != nil {
			return gone, err
		}
	}
	return gone, nil
}

// older is a sweep's question put to the row itself; what cannot be read stays.
func older[T any](old func(T) bool) func(store.Row) bool {
	return func(row store.Row) bool {
		var v T
		return store.Decode(row.Key, row.Value, &v) == nil && old(v)
	}
}
