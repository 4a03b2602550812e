package room

import (
	"context"
	"errors"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Step is what follows from a look at somebody who has a place in a room.
type Step string

// The steps.
const (
	Warn   Step = "warn"   // they may not be in it any more: who is In is told so, who is Out is for employees to take out
	Stay   Step = "stay"   // they may again
	Remove Step = "remove" // the bot takes them out now
	Drop   Step = "drop"   // they had asked, and may not be let in any more
)

// Ends is when somebody who was told has to be out: at the end of the day on which
// the room's days of grace are over. zero while they may stay.
func (d *Desk) Ends(g Guest, now time.Time) time.Time {
	p := d.Programme(now)
	x, ok := p.Room(g.Room)
	switch {
	case g.Told.IsZero() || !ok:
		return time.Time{}
	case x.Grace == 0:
		return g.Told
	}
	return p.DayEnd(g.Told.In(p.Location()).AddDate(0, 0, x.Grace)).UTC()
}

// aView is how many people one View lists.
const aView = 100

// Review looks at everybody who has a place in a room and writes down what follows,
// one transaction each, in which do tells them and takes them out. n is for how many
// something was done; a failure keeps nobody else from theirs.
func (d *Desk) Review(ctx context.Context, db store.DB, now time.Time, do func(store.Tx, Guest, Step) error) (n int, err error) {
	var failed []error
	for _, x := range d.Programme(now).Rooms {
		for after := ""; ; {
			var list []Guest
			if err := db.View(ctx, func(r store.Reader) (err error) {
				list, after, err = d.People(r, x.ID, after, aView)
				return err
			}); err != nil {
				return n, errors.Join(append(failed, err)...)
			}
			for _, g := range list {
				did, err := d.look(ctx, db, g, now, do)
				if err != nil {
					failed = append(failed, err)
				}
				if did {
					n++
				}
			}
			if after == "" {
				break
			}
		}
	}
	return n, errors.Join(failed...)
}

// look decides about one; most need no more than a View.
func (d *Desk) look(ctx context.Context, db store.DB, g Guest, now time.Time, do func(store.Tx, Guest, Step) error) (did bool, err error) {
	err = db.View(ctx, func(r store.Reader) error {
		_, step, err := d.step(r, g, now)
		did = step != ""
		return err
	})
	if err != nil || !did {
		return false, err
	}
	err = db.Update(ctx, func(tx store.Tx) error {
		did = false
		if err := tx.Lock(member(g.Member)); err != nil {
			return err
		}
		is, ok, err := guests.Get(tx, string(g.Member), g.Room, string(g.Way))
		if err != nil || !ok {
			return err
		}
		is.Member, is.Room = g.Member, g.Room
		next, step, err := d.step(tx, is, now)
		if err != nil || step == "" {
			return err
		}
		did = true
		if step == Remove || step == Drop {
			err = drop(tx, is)
		} else {
			err = put(tx, next)
		}
		if err != nil {
			return err
		}
		return do(tx, next, step)
	})
	return did && err == nil, err
}

// step is what follows for somebody now, and their place afterwards.
func (d *Desk) step(r store.Reader, g Guest, now time.Time) (Guest, Step, error) {
	if !g.Left.IsZero() {
		return g, "", nil // an employee's turn, for good
	}
	err := d.Fits(r, g.Member, g.Room, now)
	if err != nil && !loyalty.Refused(err) {
		return g, "", err
	}
	may := err == nil || errors.Is(err, loyalty.ErrFrozen) // a lost card costs nobody their place
	switch {
	case may && !g.Told.IsZero():
		g.Told = time.Time{}
		if g.State == Out {
			g.State, g.Since = In, now.UTC()
		}
		return g, Stay, nil
	case may:
		return g, "", nil
	case g.State == Asked:
		return g, Drop, nil
	}
	// Nobody is told to go, or that they went, whom the bot could not take out.
	if open, err := opens(r, g); err != nil || !open {
		return g, "", err
	}
	switch {
	case g.Told.IsZero():
		g.Told = now.UTC()
		return g, Warn, nil
	case now.Before(d.Ends(g, now)) || g.State == Out:
		return g, "", nil
	case g.Way == ByBot:
		return g, Remove, nil
	}
	g.State, g.Since = Out, now.UTC()
	return g, Warn, nil
}
