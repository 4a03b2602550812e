package segment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// atOnce is how many rolls one Update writes.
const atOnce = 64

// made is one roll that was made anew.
type made struct {
	member loyalty.MemberID
	mark   int   // as it stood when the roll was made; 0: there was none
	roll   *Roll // nil: there is to be none
}

// Refresh makes the rolls anew that are marked, all but those marked meanwhile,
// and tells how many. It may be stopped and run again, and beside itself. Of who
// cannot be read it goes on with the others; the error tells.
func (d *Desk) Refresh(ctx context.Context, now time.Time) (done int, err error) {
	return d.refresh(ctx, now, 0)
}

// refresh is Refresh of at most so many, 0 being all.
func (d *Desk) refresh(ctx context.Context, now time.Time, most int) (done int, err error) {
	var failed []error
	from := ""
	for most == 0 || done < most {
		list, next, bad, err := d.stale(ctx, now, from)
		failed = append(failed, bad...)
		if err != nil {
			return done, err
		}
		if err := d.write(ctx, list); err != nil {
			return done, err
		}
		done += len(list)
		if from = next; next == "" {
			break
		}
	}
	return done, errors.Join(failed...)
}

// stale makes the rolls of the first who are marked from a key on; next is where
// to go on, "" at the end.
func (d *Desk) stale(ctx context.Context, now time.Time, from string) (list []made, next string, bad []error, err error) {
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		for id, mark := range dues.Scan(r, dues.Between(from, "\xff"), &err) {
			m := loyalty.MemberID(id)
			roll, fault := d.gather(r, m, now, false)
			if fault != nil {
				bad = append(bad, fmt.Errorf("segment: the roll of %s: %w", m, fault))
			} else {
				list = append(list, made{m, mark, roll})
			}
			if len(list)+len(bad) == atOnce {
				next = id + "\x00"
				break
			}
		}
		return err
	})
	return list, next, bad, err
}

// write puts rolls of those who were not marked again since.
func (d *Desk) write(ctx context.Context, list []made) error {
	if len(list) == 0 {
		return nil
	}
	subjects := make([]store.Subject, len(list))
	for i := range list {
		subjects[i] = people.Subject(list[i].member)
	}
	return d.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(subjects...); err != nil {
			return err
		}
		for i := range list {
			if err := d.put(tx, &list[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *Desk) put(tx store.Tx, m *made) error {
	id := string(m.member)
	mark, marked, err := dues.Get(tx, id)
	if err != nil || mark != m.mark {
		return err
	}
	if marked {
		if err := errors.Join(dues.Delete(tx, id), d.also(tx, m.member)); err != nil {
			return err
		}
	}
	if m.roll == nil {
		return rolls.Delete(tx, id)
	}
	return tx.Put(rolls.Key(id), store.WithSum(m.roll.encode()))
}

// readRoll is a member's stored roll, nil where there is none of this form.
func readRoll(r store.Reader, m loyalty.MemberID) (*Roll, error) {
	key := rolls.Key(string(m))
	raw, ok, err := r.Get(key)
	if err != nil || !ok {
		return nil, err
	}
	if raw, err = store.CheckSum(key, raw); err != nil {
		return nil, err
	}
	var roll Roll
	if err := new(decoder).decode(raw, &roll); err != nil {
		return nil, nil
	}
	return &roll, nil
}

// Rebuild makes all rolls anew, reading all entries of the ledger. It may be
// stopped and run again. progress, which may be nil, is told how many members are
// done.
func (d *Desk) Rebuild(ctx context.Context, now time.Time, progress func(members int)) error {
	var after loyalty.MemberID
	seen := 0
	for {
		list, last, err := d.anew(ctx, now, after)
		if err != nil {
			return err
		}
		if last == "" {
			return d.built(ctx, now)
		}
		if err := d.write(ctx, list); err != nil {
			return err
		}
		for _, m := range list {
			if m.roll != nil {
				seen++
			}
		}
		if after = last; progress != nil {
			progress(seen)
		}
	}
}

// anew makes the rolls of the next persons from all that there is; last is the
// last of them, "" when there is nobody more.
func (d *Desk) anew(ctx context.Context, now time.Time, after loyalty.MemberID) (list []made, last loyalty.MemberID, err error) {
	err = d.DB.View(ctx, func(r store.Reader) error {
		ids, err := people.Page(r, after, atOnce)
		if err != nil {
			return err
		}
		for _, m := range ids {
			mark, _, err := dues.Get(r, string(m))
			if err != nil {
				return err
			}
			roll, err := d.gather(r, m, now, true)
			if err != nil {
				return fmt.Errorf("segment: the roll of %s: %w", m, err)
			}
			list, last = append(list, made{m, mark, roll}), m
		}
		return nil
	})
	return list, last, err
}

// Recheck marks those whose roll says something else than is so: same tells. It
// is for what changes too often to be marked each time. It tells how many that
// are.
func (d *Desk) Recheck(ctx context.Context, same func(store.Reader, loyalty.MemberID, *Roll) (bool, error)) (marked int, err error) {
	var after loyalty.MemberID
	for {
		page, err := d.page(ctx, after)
		if err != nil {
			return marked, err
		}
		wrong, err := d.differing(ctx, page, same)
		if err != nil {
			return marked, err
		}
		for part := range slices.Chunk(wrong, atOnce) {
			if err := d.markAll(ctx, part); err != nil {
				return marked, err
			}
			marked += len(part)
		}
		if len(page) < pageRows {
			return marked, nil
		}
		after = memberOf(page[len(page)-1].Key)
	}
}

// differing are those of a page who are not the same.
func (d *Desk) differing(ctx context.Context, page []store.Row, same func(store.Reader, loyalty.MemberID, *Roll) (bool, error)) (list []loyalty.MemberID, err error) {
	err = d.DB.View(ctx, func(r store.Reader) error {
		for _, row := range page {
			m := memberOf(row.Key)
			roll, err := readRoll(r, m)
			if err != nil {
				return err
			}
			ok := false // a roll of another form is made anew
			if roll != nil {
				if ok, err = same(r, m, roll); err != nil {
					return err
				}
			}
			if !ok {
				list = append(list, m)
			}
		}
		return nil
	})
	return list, err
}

func (d *Desk) markAll(ctx context.Context, list []loyalty.MemberID) error {
	return d.DB.Update(ctx, func(tx store.Tx) error {
		for _, m := range list {
			if err := tx.Lock(people.Subject(m)); err != nil {
				return err
			}
			if err := d.Mark(tx, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// Begin makes all rolls where none were ever made, as in a store that was older
// than they are. It costs nothing where they were.
func (d *Desk) Begin(ctx context.Context, now time.Time) error {
	done := false
	err := d.DB.View(ctx, func(r store.Reader) (err error) {
		_, done, err = fits.Get(r, builtKey)
		return err
	})
	if err != nil || done {
		return err
	}
	return d.Rebuild(ctx, now, nil)
}

const builtKey = "built"

func (d *Desk) built(ctx context.Context, now time.Time) error {
	return d.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("rollfit/" + builtKey)); err != nil {
			return err
		}
		return fits.Put(tx, Population{At: now.UTC()}, builtKey)
	})
}
