package household

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Merged gives the place of a member who became part of another to that one, who has
// none; of two places the other one's stays. What became of it is noted for
// [Desk.Unmerged].
func (d *Desk) Merged(tx store.Tx, from, into loyalty.MemberID, now time.Time) error {
	if err := tx.Lock(member(from), member(into)); err != nil {
		return err
	}
	if err := d.carry(tx, from, into, now); err != nil {
		return err
	}
	h, ok, err := d.locked(tx, from)
	if err != nil || !ok {
		return err
	}
	_, in, err := places.Get(tx, string(into))
	if err != nil {
		return err
	}
	was := lost{House: h.ID, Mate: *h.Mate(from), Owner: h.Owner == from, Dropped: in}
	if err := losses.Put(tx, was, string(from)); err != nil {
		return err
	}
	if in {
		return d.out(tx, &h, from)
	}
	return d.hand(tx, &h, from, into)
}

// carry counts for one member what another did who became part of them: how often they
// joined, and what they used this month. Two cards of one person have one year and one
// month. It stays counted if they part again.
func (d *Desk) carry(tx store.Tx, from, into loyalty.MemberID, now time.Time) error {
	theirs, _, err := joinset.Get(tx, string(from))
	own, _, err2 := joinset.Get(tx, string(into))
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	if len(theirs.At) > 0 {
		own.At = append(own.At, theirs.At...)
		slices.SortFunc(own.At, time.Time.Compare)
		own.At = slices.CompactFunc(own.At, time.Time.Equal) // they may have been one before
		if err := joinset.Put(tx, own, string(into)); err != nil {
			return err
		}
	}
	month := month(d.Programme(now), now)
	row, ok, err := uses.Get(tx, string(from), month)
	if err != nil || !ok {
		return err
	}
	if err := uses.Delete(tx, string(from), month); err != nil { // else parting and merging again counts it twice
		return err
	}
	return d.Used(tx, into, row.Points, now)
}

// Unmerged gives a member who was part of another the place back that the merge took:
// from who has it now, and stays in none then, or beside the others where it was
// dropped. Who left it meanwhile, or came in anew, did so for themselves: that stays. A
// dropped place that somebody else took, or whose household is no more, does not come
// back.
func (d *Desk) Unmerged(tx store.Tx, from, into loyalty.MemberID, now time.Time) error {
	if err := tx.Lock(member(from), member(into)); err != nil {
		return err
	}
	was, ok, err := losses.Get(tx, string(from))
	if err != nil || !ok {
		return err
	}
	if err := errors.Join(losses.Delete(tx, string(from)), tx.Lock(house(was.House))); err != nil {
		return err
	}
	h, ok, err := houses.Get(tx, was.House)
	if err != nil || !ok {
		return err
	}
	if was.Dropped {
		return d.comeBack(tx, &h, was, from, now)
	}
	held := h.Mate(into)
	if held == nil || !held.Since.Equal(was.Mate.Since) {
		return nil
	}
	// Which of the two said no while they were one, nobody knows: no point of
	// somebody who did is shared until they say so again.
	held.Alone = held.Alone || was.Mate.Alone
	return d.hand(tx, &h, into, from)
}

// comeBack puts a member in again whose place was dropped.
func (d *Desk) comeBack(tx store.Tx, h *House, was lost, m loyalty.MemberID, now time.Time) error {
	if size := d.Programme(now).Household.Size; size > 0 && len(h.Members) >= size {
		return nil
	}
	was.Mate.Member = m
	h.Members = append(h.Members, was.Mate)
	slices.SortStableFunc(h.Members, func(a, b Mate) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Member, b.Member))
	})
	if was.Owner {
		h.Owner = m
	}
	return errors.Join(places.Put(tx, housed{h.ID}, string(m)), houses.Put(tx, *h, h.ID))
}

// hand gives a place, and what is owned with it, from one member to another, who are
// both locked.
func (d *Desk) hand(tx store.Tx, h *House, from, to loyalty.MemberID) error {
	h.Mate(from).Member = to
	if h.Owner == from {
		h.Owner = to
	}
	return errors.Join(places.Delete(tx, string(from)), places.Put(tx, housed{h.ID}, string(to)), houses.Put(tx, *h, h.ID))
}
