package outbox

import (
	"context"
	"slices"
	"time"

	"regulars/bot"
	"regulars/store"
)

// Hold stops everything on every channel but answers to what people say from
// now on, until Release or DropHeld. Whoever restores an older backup sets it:
// what waits in there may have been sent since, and what comes to members by
// itself is decided a second time (LEDGER, invariant 31). It needs no running
// Outbox, and must not be set beside one.
func Hold(tx store.Tx, why string, now time.Time) error {
	return setPause(tx, all, pause{Why: why, At: micros(now), Old: micros(now)})
}

// heldBack is until when answers must have been born to be held back; 0 is
// none.
func heldBack(r store.Reader) (int64, error) {
	p, _, err := pauses.Get(r, all)
	return p.Old, err
}

// HeldBack is the moment of the Hold in force: what was put by then may have been
// sent since the backup was made. It is zero where there is no Hold, and for
// others who send to see.
func HeldBack(r store.Reader) (time.Time, error) {
	old, err := heldBack(r)
	return at(old), err
}

// Held is what a Hold keeps from being sent.
type Held struct {
	Stop
	Old map[bot.Class]int // may have been sent since the backup
	New map[bot.Class]int // all else: came to be since, or was not to go before it
}

// Held tells what is held; ok is false where there is no Hold. It is for a View.
func (o *Outbox) Held(r store.Reader) (h Held, ok bool, err error) {
	p, ok, err := pauses.Get(r, all)
	if err != nil || !ok {
		return Held{}, false, err
	}
	h = Held{Stop{all, p.Why, at(p.At), at(p.Until)}, map[bot.Class]int{}, map[bot.Class]int{}}
	for _, q := range queue.Scan(r, queue.All(), &err) {
		if q.old(p.Old) {
			h.Old[q.Class]++
		} else {
			h.New[q.Class]++
		}
	}
	if err != nil {
		return Held{}, false, err
	}
	for _, a := range answers.Scan(r, answers.All(), &err) {
		if a.Born <= p.Old {
			h.Old[a.Class]++
		}
	}
	if err != nil {
		return Held{}, false, err
	}
	return h, true, h.addBulks(r, p.Old)
}

// old says that r may have been sent already when the hold of that moment
// began. What was not to go before it certainly was not.
func (r *row) old(hold int64) bool { return r.Born <= hold && r.NotBefore <= hold }

// Release lifts what Hold set: all goes out that is still worth it.
func (o *Outbox) Release(ctx context.Context) error {
	var old int64
	err := o.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		old, err = heldBack(r)
		return err
	})
	if err != nil {
		return err
	}
	if err := o.Resume(ctx, all); err != nil {
		return err
	}
	if o.cfg.Replica != nil {
		o.kick() // they are taken over like a dead process's
		return nil
	}
	// Nobody has these in hand: they were passed over until now.
	now := o.cfg.Clock.Now()
	return o.cfg.DB.View(ctx, func(r store.Reader) error {
		var err error
		for id, a := range answers.Scan(r, answers.All(), &err) {
			if c := o.channels[a.Channel]; c != nil && a.Born <= old && a.State != Parked {
				c.revive(r, bot.IntentID(id), &a, now)
			}
		}
		return err
	})
}

// DropHeld ends unsent what a Hold keeps, and lifts it: what may have been sent
// when it began (Held.Old), and with since all else. It returns how many
// letters that were. Stopped half way it leaves the Hold, and may be called
// again.
func (o *Outbox) DropHeld(ctx context.Context, since bool) (n int, err error) {
	var hold pause
	err = o.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		hold, _, err = pauses.Get(r, all)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, part := range []struct {
		table  store.Table[row]
		direct bool
	}{{queue, false}, {answers, true}} {
		drop := func(r *row) bool {
			return r.old(hold.Old) || since && !part.direct
		}
		more, err := o.dropAll(ctx, part.table, part.direct, drop)
		if n += more; err != nil {
			return n, err
		}
	}
	more, err := o.dropBulks(ctx, hold.Old, since)
	if n += more; err != nil {
		return n, err
	}
	if o.cfg.OnDropHeld != nil {
		more, err := o.cfg.OnDropHeld(ctx, at(hold.Old))
		if n += more; err != nil {
			return n, err
		}
	}
	return n, o.Resume(ctx, all)
}

// dropStep is how many letters one commit of DropHeld ends.
const dropStep = 100

// dropAll ends the rows of a table that drop is true for.
func (o *Outbox) dropAll(ctx context.Context, table store.Table[row], direct bool, drop func(*row) bool) (n int, err error) {
	var ids []bot.IntentID
	err = o.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		for id, q := range table.Scan(r, table.All(), &err) {
			if drop(&q) {
				ids = append(ids, bot.IntentID(id))
			}
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	for part := range slices.Chunk(ids, dropStep) {
		if err := o.dropSome(ctx, table, direct, part); err != nil {
			return n, err
		}
		n += len(part)
	}
	return n, nil
}

func (o *Outbox) dropSome(ctx context.Context, table store.Table[row], direct bool, ids []bot.IntentID) error {
	now := o.cfg.Clock.Now()
	return o.cfg.DB.Update(ctx, func(tx store.Tx) error {
		var days tally
		for _, id := range ids {
			if err := tx.Lock(subject(id)); err != nil {
				return err
			}
			r, ok, err := table.Get(tx, string(id))
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			c := o.channels[r.Channel]
			if c == nil { // no longer configured
				c = &channel{o: o, name: r.Channel}
			}
			if err := days.end(tx, c, id, &r, direct, over(Suppressed, whyRestored), 0, now); err != nil {
				return err
			}
		}
		return days.write(tx, o, now)
	})
}
