package receipt

import (
	"fmt"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Credit credits a code's sale to a member, once, whoever else sends the code at
// the same time: sell is called for a slip that is open, valid and locked, and
// gives the reference of the sale's entry. A refusal of sell's leaves the slip
// open. Refusals: ErrCode; ErrYours with the slip, to the one who has the points
// (or had them: the entry tells); and those of sell.
func (d *Desk) Credit(tx store.Tx, c Code, m loyalty.MemberID, now time.Time, sell func(Slip) (loyalty.Ref, error)) (Slip, error) {
	place := d.place(c)
	s, ok, err := get(tx, place)
	if err != nil {
		return Slip{}, err
	}
	if ok && s.State == Credited {
		yours, err := d.yours(tx, s, m)
		if err != nil || yours {
			return s, orElse(err, ErrYours)
		}
	}
	if !ok || !s.Claimable(now) {
		return Slip{}, ErrCode
	}
	if s.Entry, err = sell(s); err != nil {
		return Slip{}, err
	}
	if s.Entry == "" {
		return Slip{}, fmt.Errorf("receipt: slip %s was sold without an entry", s.Ref)
	}
	s.State, s.Member, s.Ended = Credited, m, now.UTC()
	return s, slips.Put(tx, s, place)
}

// yours reports whether the member has the slip's entry: their own, or that of a
// member who was merged into them.
func (d *Desk) yours(tx store.Tx, s Slip, m loyalty.MemberID) (bool, error) {
	if s.Member == m {
		return true, nil
	}
	e, _, err := d.Entry(tx, s.Entry)
	return err == nil && e.Member == m, err
}

// mostWaiting bounds the codes that wait for one person.
const mostWaiting = 3

// Wait notes that somebody who has not joined yet sent a code, so that it is
// credited as soon as they do. It keeps nobody else from sending it first, and
// keeps the newest 3 of a person. Refusal: ErrCode.
func (d *Desk) Wait(tx store.Tx, who loyalty.MemberID, c Code, now time.Time) (Slip, error) {
	place := d.place(c)
	s, ok, err := get(tx, place)
	if err != nil || !ok || !s.Claimable(now) {
		return Slip{}, orElse(err, ErrCode)
	}
	if err := tx.Lock(memberSubject(who)); err != nil {
		return Slip{}, err
	}
	row, _, err := waits.Get(tx, string(who))
	if err != nil {
		return Slip{}, err
	}
	row.Slips = slices.DeleteFunc(row.Slips, func(p string) bool { return p == place })
	row.Slips = append(row.Slips, place)
	row.Slips = row.Slips[max(0, len(row.Slips)-mostWaiting):]
	if s.Until.After(row.Until) {
		row.Until = s.Until
	}
	return s, waits.Put(tx, row, string(who))
}

// Waiting takes out the codes that wait for a person, in the order in which they
// were sent; those that cannot be credited any more are among them.
func (d *Desk) Waiting(tx store.Tx, who loyalty.MemberID) (codes []Code, err error) {
	if err := tx.Lock(memberSubject(who)); err != nil {
		return nil, err
	}
	row, ok, err := waits.Get(tx, string(who))
	if err != nil || !ok {
		return nil, err
	}
	for _, place := range row.Slips {
		s, ok, err := get(tx, place)
		if err != nil {
			return nil, err
		}
		if ok {
			codes = append(codes, d.CodeOf(s))
		}
	}
	return codes, waits.Delete(tx, string(who))
}
