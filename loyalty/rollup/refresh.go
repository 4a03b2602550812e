package rollup

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// How much one Update takes in: so many members, of each so many entries.
const (
	atOnce      = 64
	entriesEach = 128
)

// Refresh takes in what there is of the members who are marked, after it has
// brought their rolls up to date, and tells how many members that were. Where the
// rows were never made it makes them. It may be stopped and run again, and beside
// itself. Of who cannot be read it goes on with the others; the error tells.
func (d *Desk) Refresh(ctx context.Context, now time.Time) (done int, err error) {
	leave, err := d.one.take(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	var bad error
	if d.Segments != nil {
		_, bad = d.Segments.Refresh(ctx, now)
	}
	var st state
	if err := d.DB.View(ctx, func(r store.Reader) (err error) { st, err = stateIn(r); return err }); err != nil {
		return 0, err
	}
	if st.Gen == 0 && st.Building == 0 {
		return 0, errors.Join(bad, d.rebuild(ctx, now, nil))
	}
	done, err = d.takeAll(ctx, now, &work{most: leastWork + workEach*int(st.Next)})
	if err = errors.Join(bad, err); err == nil {
		d.asOf.Store(now.UnixMicro())
	}
	return done, err
}

// takeAll takes in whoever is marked.
func (d *Desk) takeAll(ctx context.Context, now time.Time, w *work) (done int, err error) {
	for more := true; more; {
		n, left, err := d.pass(ctx, now, w)
		if done += n; errors.Is(err, errMuch) {
			w.most, err = math.MaxInt, d.rebuild(ctx, now, nil)
			left = true
		}
		if err != nil {
			return done, err
		}
		more = left
	}
	return done, nil
}

// work is how many bytes of rows a refresh wrote, and how many it may write
// before it costs less to make all rows anew: after an import each member has
// something on other days, and a day's row is written for each few of them.
type work struct{ done, most int }

const (
	leastWork = 32 << 20
	workEach  = 200 // of each member there is
)

// errMuch says that a refresh has done more than making all anew would.
var errMuch = errors.New("rollup: too much for one by one")

// pass goes through all who are marked once; left says that somebody has more
// entries than were taken in.
func (d *Desk) pass(ctx context.Context, now time.Time, w *work) (done int, left bool, err error) {
	var failed []error
	for from := ""; ; {
		var page []loyalty.MemberID
		err := d.DB.View(ctx, func(r store.Reader) (err error) {
			page = page[:0]
			for m := range todos.Scan(r, todos.Between(from, "\xff"), &err) {
				if page = append(page, loyalty.MemberID(m)); len(page) == atOnce {
					break
				}
			}
			return err
		})
		if err != nil || len(page) == 0 {
			return done, left, errors.Join(append(failed, err)...)
		}
		n, more, bad := d.takeIn(ctx, page, now, w)
		done, left, failed = done+n, left || more, append(failed, bad...)
		switch from = string(page[len(page)-1]) + "\x00"; {
		case ctx.Err() != nil:
			return done, left, ctx.Err()
		case w.done > w.most:
			return done, true, errMuch
		}
	}
}

// takeIn takes in some members, and where that fails each by themselves.
func (d *Desk) takeIn(ctx context.Context, page []loyalty.MemberID, now time.Time, w *work) (done int, more bool, bad []error) {
	size, more, err := d.update(ctx, page, now)
	w.done += size
	if err == nil {
		return len(page), more, nil
	}
	if len(page) == 1 || ctx.Err() != nil {
		return 0, false, []error{fmt.Errorf("rollup: member %s: %w", page[0], err)}
	}
	for _, m := range page {
		n, left, errs := d.takeIn(ctx, []loyalty.MemberID{m}, now, w)
		done, more, bad = done+n, more || left, append(bad, errs...)
	}
	return done, more, bad
}

// errBuilding says that a rebuild is under way, which leaves the marks alone.
var errBuilding = errors.New("rollup: being made anew")

// update takes in some members in one commit: the rows, the watermarks, and that
// they are marked no more. size is that of the rows written.
func (d *Desk) update(ctx context.Context, page []loyalty.MemberID, now time.Time) (size int, more bool, err error) {
	err = d.DB.Update(ctx, func(tx store.Tx) error {
		more = false
		if err := tx.Lock(subjects(page)...); err != nil {
			return err
		}
		st, err := stateIn(tx)
		if err != nil {
			return err
		}
		if st.Gen == 0 || st.Building != 0 {
			return errBuilding
		}
		w := &writing{tx: tx, st: &st, known: map[loyalty.MemberID]*kept{}}
		b := newBatch(w.ord)
		for _, m := range page {
			left, err := w.member(d, b, m)
			if err != nil {
				return err
			}
			more = more || left
		}
		if size, err = b.write(tx, st.Gen); err != nil {
			return err
		}
		if changed, err := w.keep(); err != nil || !changed {
			return err
		}
		st.At = now.UTC()
		return states.Put(tx, st, "all")
	})
	if errors.Is(err, errBuilding) {
		return 0, false, nil
	}
	return size, more, err
}

// writing is one Update's members as they are known.
type writing struct {
	tx    store.Tx
	st    *state
	known map[loyalty.MemberID]*kept
	order []loyalty.MemberID // of known, so that the same is always written alike
}

// kept is what is known of a member, and what was before.
type kept struct {
	known
	was known
}

// of is what is known of a member, who gets an ordinal here at the latest.
func (w *writing) of(m loyalty.MemberID) (*known, error) {
	if k := w.known[m]; k != nil {
		return &k.known, nil
	}
	k, ok, err := knowns.Get(w.tx, generation(w.st.Gen), string(m))
	if err != nil {
		return nil, err
	}
	both := &kept{k, k}
	if !ok {
		both.Ord, both.was.Ord = w.st.Next, math.MaxUint32
		w.st.Next++
		if err := name(w.tx, w.st.Gen, both.Ord, m); err != nil {
			return nil, err
		}
	}
	w.known[m], w.order = both, append(w.order, m)
	return &both.known, nil
}

func (w *writing) ord(m loyalty.MemberID) (uint32, error) {
	k, err := w.of(m)
	if err != nil {
		return 0, err
	}
	return k.Ord, nil
}

// member takes one in, and the mark off who is done.
func (w *writing) member(d *Desk, b *batch, m loyalty.MemberID) (more bool, err error) {
	k, err := w.of(m)
	if err != nil {
		return false, err
	}
	more, err = d.take(w.tx, b, m, k, entriesEach)
	if err != nil || more {
		return more, err
	}
	return false, todos.Delete(w.tx, string(m))
}

// keep writes what is known otherwise than before, and tells whether that was
// anything.
func (w *writing) keep() (changed bool, err error) {
	for _, m := range w.order {
		k := w.known[m]
		if k.known == k.was {
			continue
		}
		if changed = true; err == nil {
			err = knowns.Put(w.tx, k.known, generation(w.st.Gen), string(m))
		}
	}
	return changed, err
}
