package room

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"regulars/store"
)

// How long is kept what nobody may ever tick off.
const (
	keepFormer = 90 * 24 * time.Hour // after they left
	keepLost   = 30 * 24 * time.Hour // after the room was first missed: it may come back
)

// Parts notes that somebody leaves the club who has a place. Who is in a LINE group,
// or in one out of which the bot cannot take them just now, stays on the list for an
// employee to take out; every other place ends. Who comes back is somebody else to
// this list, and stands on it once more when they ask: what would tell that they are
// the same person was destroyed when they left.
func (d *Desk) Parts(tx store.Tx, g Guest, now time.Time) error {
	byHand := g.Way == ByStaff
	if !byHand {
		_, linked, err := d.Group(tx, g.Room)
		if err != nil {
			return err
		}
		open, err := opens(tx, g)
		if err != nil {
			return err
		}
		byHand = linked && !open
	}
	if !byHand || g.State == Asked {
		return drop(tx, g)
	}
	if g.Left.IsZero() {
		g.Left = g.Since
	}
	g.State, g.Since, g.Told = Out, now.UTC(), now.UTC()
	return put(tx, g)
}

// Sweep deletes the places of who left the club long ago, and those in rooms that the
// programme has not had for a time, with what is known of their groups. n is how many.
func (d *Desk) Sweep(ctx context.Context, db store.DB, now time.Time) (n int, err error) {
	places, err := d.sweepPlaces(ctx, db, now)
	rooms, failed := d.sweepGroups(ctx, db, now)
	return places + rooms, errors.Join(err, failed)
}

// sweepGroups is Sweep of the groups that are no room any more. There are a few.
func (d *Desk) sweepGroups(ctx context.Context, db store.DB, now time.Time) (n int, err error) {
	err = db.Update(ctx, func(tx store.Tx) (err error) {
		n = 0
		due := map[string]fate{}
		for id, g := range groups.Scan(tx, groups.All(), &err) {
			if f := d.lasts(id, g.Lost, now); f != stays {
				due[id] = f
			}
		}
		for _, id := range slices.Sorted(maps.Keys(due)) {
			if err == nil {
				err = d.sweepGroup(tx, id, now)
			}
			if due[id] == ends {
				n++
			}
		}
		return err
	})
	return n, err
}

// sweepGroup does what is due about one group.
func (d *Desk) sweepGroup(tx store.Tx, id string, now time.Time) error {
	if err := tx.Lock(subject(id)); err != nil {
		return err
	}
	g, ok, err := groups.Get(tx, id)
	if err != nil || !ok {
		return err
	}
	switch d.lasts(id, g.Lost, now) {
	case ends:
		return groups.Delete(tx, id)
	case missed:
		g.Lost = now.UTC()
	case found:
		g.Lost = time.Time{}
	default:
		return nil
	}
	return groups.Put(tx, g, id)
}

// sweepPlaces is Sweep of people's places.
func (d *Desk) sweepPlaces(ctx context.Context, db store.DB, now time.Time) (n int, err error) {
	var due []Guest
	if err := db.View(ctx, func(r store.Reader) (err error) {
		due = nil
		for key, g := range guests.Scan(r, guests.All(), &err) {
			if g = g.keyed(key); d.fate(g, now) != stays {
				due = append(due, g)
			}
		}
		return err
	}); err != nil {
		return 0, err
	}
	var failed []error
	for _, g := range due {
		did := false
		err := db.Update(ctx, func(tx store.Tx) (err error) {
			did, err = d.sweep(tx, g, now)
			return err
		})
		if err != nil {
			failed = append(failed, err)
		}
		if did && err == nil {
			n++
		}
	}
	return n, errors.Join(failed...)
}

// sweep does what is due about one place; gone is true where it ended.
func (d *Desk) sweep(tx store.Tx, g Guest, now time.Time) (gone bool, err error) {
	if err := tx.Lock(member(g.Member)); err != nil {
		return false, err
	}
	is, ok, err := guests.Get(tx, string(g.Member), g.Room, string(g.Way))
	if err != nil || !ok {
		return false, err
	}
	is.Member, is.Room = g.Member, g.Room
	switch d.fate(is, now) {
	case ends:
		return true, drop(tx, is)
	case missed:
		is.Lost = now.UTC()
	case found:
		is.Lost = time.Time{}
	default:
		return false, nil
	}
	return false, put(tx, is)
}

// fate is what a sweep does about a place.
type fate int

const (
	stays  fate = iota
	ends        // it was kept long enough
	missed      // its room is not there any more
	found       // its room is there again
)

func (d *Desk) fate(g Guest, now time.Time) fate {
	if !g.Left.IsZero() && now.Sub(g.Since) > keepFormer {
		return ends
	}
	return d.lasts(g.Room, g.Lost, now)
}

// lasts is what a sweep does about what belongs to a room that was missed since lost.
func (d *Desk) lasts(id string, lost, now time.Time) fate {
	_, has := d.Programme(now).Room(id)
	switch {
	case has && lost.IsZero():
		return stays
	case has:
		return found
	case lost.IsZero():
		return missed
	case now.Sub(lost) > keepLost:
		return ends
	}
	return stays
}
