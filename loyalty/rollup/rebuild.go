package rollup

import (
	"bytes"
	"context"
	"errors"
	"time"

	"regulars/store"
)

// Rebuild makes all rows anew from all entries, beside those that hold, which are
// read until it is done. It may be stopped and run again. Of a member whose rows
// are damaged it leaves out what it cannot read; the error names them, and the
// rows of all others hold. progress, which may be nil, is told how many
// members are done, of how many; of 0, how many rows were listed before.
func (d *Desk) Rebuild(ctx context.Context, now time.Time, progress func(done, of int)) error {
	leave, err := d.one.take(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return d.rebuild(ctx, now, progress)
}

// Begin forgets a rebuild that ended with its program, and makes the rows where
// they were never made, or by a program that knew fewer of them. It is for the start of the program.
func (d *Desk) Begin(ctx context.Context, now time.Time) error {
	leave, err := d.one.take(ctx)
	if err != nil {
		return err
	}
	defer leave()
	st, err := d.setState(ctx, func(st *state) error { st.Building = 0; return nil })
	switch {
	case err != nil:
		return err
	case st.Gen > 0 && st.Form >= formNow:
		return d.sweepOld(ctx, st.Gen)
	}
	return d.rebuild(ctx, now, nil)
}

// setState changes the one row.
func (d *Desk) setState(ctx context.Context, change func(*state) error) (st state, err error) {
	err = d.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(all); err != nil {
			return err
		}
		var err error
		if st, err = stateIn(tx); err != nil {
			return err
		}
		was := st
		if err := change(&st); err != nil || was == st {
			return err
		}
		return states.Put(tx, st, "all")
	})
	return st, err
}

var errOvertaken = errors.New("rollup: another one began to make the rows anew, or the program was started again; run it once more")

func (d *Desk) rebuild(ctx context.Context, now time.Time, progress func(done, of int)) error {
	st, err := d.setState(ctx, func(st *state) error { st.Building = max(st.Gen, st.Building) + 1; return nil })
	if err != nil {
		return err
	}
	gen := st.Building
	k := &making{desk: d, gen: gen}
	next, err := k.make(ctx, now, progress)
	if err == nil {
		_, err = d.setState(ctx, func(st *state) error {
			if st.Building != gen {
				return errOvertaken
			}
			*st = state{Gen: gen, Next: next, At: now.UTC(), Form: formNow}
			return nil
		})
	}
	if err != nil {
		// What holds goes on as before, even where ctx has ended.
		_, undo := d.setState(context.WithoutCancel(ctx), func(st *state) error {
			if st.Building == gen {
				st.Building = 0
			}
			return nil
		})
		return errors.Join(err, undo)
	}
	return errors.Join(errors.Join(k.bad...), d.sweepOld(ctx, gen))
}

// tables are those whose rows have a generation.
func tables() []store.Range {
	return []store.Range{knowns.All(), ords.All(), parts.All(), days.All(), months.All(), settled.All(), lates.All(), givens.All(), scored.All()}
}

// sweepStep is how many rows of an old generation one Update deletes.
const sweepStep = 2000

// sweepOld deletes what is of generations before the one that holds. What a later
// one left that was broken off goes when it is tried again: it may be another
// program's that is at work.
func (d *Desk) sweepOld(ctx context.Context, gen int) error {
	for _, rg := range tables() {
		old := store.Range{Start: rg.Start, End: append(bytes.Clone(rg.Start), generation(gen)...)}
		if _, err := store.Sweep(ctx, d.DB, old, sweepStep, func(store.Row) bool { return true }); err != nil {
			return err
		}
	}
	return nil
}
