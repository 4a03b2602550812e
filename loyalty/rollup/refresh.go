package rollup

import (
	"context"
	"errors"
	"fmt"
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
	d.one.Lock()
	defer d.one.Unlock()
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
	for more := true; more; {
		n, left, err := d.pass(ctx, now)
		if done += n; err != nil {
			return done, errors.Join(bad, err)
		}
		more = left
	}
	if bad == nil {
		d.asOf.Store(now.UnixMicro())
	}
	return done, bad
}

// pass goes through all who are marked once; left says that somebody has more
// entries than were taken in.
func (d *Desk) pass(ctx context.Context, now time.Time) (done int, left bool, err error) {
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
		n, more, bad := d.takeIn(ctx, page, now)
		done, left, failed = done+n, left || more, append(failed, bad...)
		if from = string(page[len(page)-1]) + "\x00"; ctx.Err() != nil {
			return done, left, ctx.Err()
		}
	}
}

// takeIn takes in some members, and where that fails each by themselves.
func (d *Desk) takeIn(ctx context.Context, page []loyalty.MemberID, now time.Time) (done int, more bool, bad []error) {
	more, err := d.update(ctx, page, now)
	if err == nil {
		return len(page), more, nil
	}
	if len(page) == 1 || ctx.Err() != nil {
		return 0, false, []error{fmt.Errorf("rollup: member %s: %w", page[0], err)}
	}
	for _, m := range page {
		n, left, errs := d.takeIn(ctx, []loyalty.MemberID{m}, now)
		done, more, bad = done+n, more || left, append(bad, errs...)
	}
	return done, more, bad
}

// errBuilding says that a rebuild is under way, which leaves the marks alone.
var errBuilding = errors.New("rollup: being made anew")

// update takes in some members in one commit: the rows, the watermarks, and that
// they are marked no more.
func (d *Desk) update(ctx context.Context, page []loyalty.MemberID, now time.Time) (more bool, err error) {
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
		w := &writing{tx: tx, st: &st, known: map[loyalty.MemberID]*known{}}
		b := newBatch(w.ord)
		for _, m := range page {
			left, err := w.member(d, b, m)
			if err != nil {
				return err
			}
			more = more || left
		}
		if err := b.write(tx, st.Gen); err != nil {
			return err
		}
		if err := w.keep(); err != nil {
			return err
		}
		st.At = now.UTC()
		return states.Put(tx, st, "all")
	})
	if errors.Is(err, errBuilding) {
		return false, nil
	}
	return more, err
}

// writing is one Update's members as they are known.
type writing struct {
	tx    store.Tx
	st    *state
	known map[loyalty.MemberID]*known
	order []loyalty.MemberID // of known, so that the same is always written alike
}

// of is what is known of a member, who gets an ordinal here at the latest.
func (w *writing) of(m loyalty.MemberID) (*known, error) {
	if k := w.known[m]; k != nil {
		return k, nil
	}
	k, ok, err := knowns.Get(w.tx, generation(w.st.Gen), string(m))
	if err != nil {
		return nil, err
	}
	if !ok {
		k.Ord = w.st.Next
		w.st.Next++
		if err := name(w.tx, w.st.Gen, k.Ord, m); err != nil {
			return nil, err
		}
	}
	w.known[m], w.order = &k, append(w.order, m)
	return &k, nil
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

func (w *writing) keep() error {
	for _, m := range w.order {
		if err := knowns.Put(w.tx, *w.known[m], generation(w.st.Gen), string(m)); err != nil {
			return err
		}
	}
	return nil
}
