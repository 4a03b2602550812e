package recommend

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/store"
)

// atOnce is how many members, or things, one transaction is about.
const atOnce = 64

// Refresh reads what each member had since it was done last, and reckons what goes
// together; it tells of how many members. Where the programme recommends nothing it
// deletes what is left of that. It may be stopped and run again. Of who cannot be
// read it goes on with the others; the error tells.
func (d *Desk) Refresh(ctx context.Context, db store.DB, now time.Time) (members int, err error) {
	rules := &d.Programme(now).Recommend
	if !rules.On() {
		return 0, errors.Join(clear(ctx, db, tastes, nil), clear(ctx, db, alikes, nil), clear(ctx, db, states, nil))
	}
	c := census{number: map[Thing]int32{}}
	var failed []error
	for after := loyalty.MemberID(""); ; {
		ids, bad, err := d.some(ctx, db, now, after, &c)
		if failed = append(failed, bad...); err != nil {
			return 0, err
		}
		if len(ids) < atOnce {
			break
		}
		after = ids[len(ids)-1]
	}
	rule := measure.DefaultAlike
	rule.Both = rules.Least
	all := measure.Alikes(c.people, len(c.things), rule)
	if err := c.write(ctx, db, all, now); err != nil {
		return 0, err
	}
	return len(c.people), errors.Join(failed...)
}

// census is what everybody had, with things numbered as they are met.
type census struct {
	things []Thing
	number map[Thing]int32
	people [][]int32
}

func (c *census) take(list []Thing) {
	if len(list) == 0 {
		return
	}
	one := make([]int32, len(list))
	for i, x := range list {
		one[i] = c.of(x)
	}
	c.people = append(c.people, one)
}

// learnt is what is to be stored of a member.
type learnt struct {
	m    loyalty.MemberID
	t    taste
	gone bool // there is to be no row
}

// some looks at the next members.
func (d *Desk) some(ctx context.Context, db store.DB, now time.Time, after loyalty.MemberID, c *census) (ids []loyalty.MemberID, bad []error, err error) {
	var fresh []learnt
	err = db.View(ctx, func(r store.Reader) error {
		if ids, err = d.Book.Holders(r, after, atOnce); err != nil {
			return err
		}
		for _, m := range ids {
			l, changed, list, err := d.look(r, m, now)
			if err != nil {
				bad = append(bad, fmt.Errorf("recommend: what %s had: %w", m, err))
				continue
			}
			if c.take(list); changed {
				fresh = append(fresh, l)
			}
		}
		return nil
	})
	if err != nil || len(fresh) == 0 {
		return ids, bad, err
	}
	return ids, bad, db.Update(ctx, func(tx store.Tx) error { return d.keep(tx, fresh) })
}

// look is what a member had, and whether the stored row says so.
func (d *Desk) look(r store.Reader, m loyalty.MemberID, now time.Time) (l learnt, changed bool, list []Thing, err error) {
	l.m = m
	stored, known, err := tastes.Get(r, string(m))
	if err != nil {
		return l, false, nil, err
	}
	holder, err := d.Book.Holder(r, m)
	if err != nil {
		return l, false, nil, err
	}
	erased, err := d.erased(r, m)
	if err != nil {
		return l, false, nil, err
	}
	if holder != m || erased {
		l.gone = true
		return l, known, nil, nil
	}
	a, err := d.Book.Account(r, m)
	if err != nil {
		return l, false, nil, err
	}
	whole := false
	if l.t, whole, err = d.since(r, m, &a, stored); err == nil && !whole {
		l.t, err = d.anew(r, m)
	}
	if err != nil {
		return l, false, nil, err
	}
	list, err = d.things(r, m, &l.t, now)
	return l, !reflect.DeepEqual(l.t, stored), list, err
}

// erased says that a member is nobody any more.
func (d *Desk) erased(r store.Reader, m loyalty.MemberID) (bool, error) {
	if d.Gone == nil {
		return false, nil
	}
	return d.Gone(r, m)
}

// keep stores what was learnt of some members, unless they were erased since.
func (d *Desk) keep(tx store.Tx, list []learnt) error {
	subjects := make([]store.Subject, len(list))
	for i := range list {
		subjects[i] = store.Subject("member/" + string(list[i].m))
	}
	if err := tx.Lock(subjects...); err != nil {
		return err
	}
	for i := range list {
		l := &list[i]
		stored, _, err := tastes.Get(tx, string(l.m))
		if err != nil {
			return err
		}
		erased, err := d.erased(tx, l.m)
		switch {
		case err != nil:
			return err
		case l.gone || erased:
			err = tastes.Delete(tx, string(l.m))
		case stored.Seq <= l.t.Seq:
			err = tastes.Put(tx, l.t, string(l.m))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// write stores what goes together, and deletes what does no more.
func (c *census) write(ctx context.Context, db store.DB, all [][]measure.Alike, now time.Time) error {
	s := State{At: now.UTC(), Members: int64(len(c.people))}
	numbers := make([]int, 0, len(all))
	for i, list := range all {
		if len(list) > 0 {
			numbers = append(numbers, i)
		}
	}
	s.Things = int64(len(numbers))
	for part := range slices.Chunk(numbers, atOnce) {
		err := db.Update(ctx, func(tx store.Tx) error {
			if err := tx.Lock(alikeSubject); err != nil {
				return err
			}
			for _, i := range part {
				if err := alikes.Put(tx, c.row(all[i]), string(c.things[i])); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := clear(ctx, db, alikes, func(key string) bool {
		n, known := c.number[Thing(key)]
		return known && len(all[n]) > 0
	}); err != nil {
		return err
	}
	return db.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(alikeSubject); err != nil {
			return err
		}
		return states.Put(tx, s, allKey)
	})
}

func (c *census) row(list []measure.Alike) []beside {
	out := make([]beside, len(list))
	for i, a := range list {
		out[i] = beside{c.things[a.Other], a.Both, a.Share, a.Evidence}
	}
	return out
}

// clear deletes the rows of a table but those that stay, some at a time.
func clear[T any](ctx context.Context, db store.DB, table store.Table[T], stays func(key string) bool) error {
	for {
		var keys []string
		prefix := len(table.Key())
		err := db.View(ctx, func(r store.Reader) error {
			for row, err := range r.Scan(table.All()) { // of most rows only the key is looked at
				if err != nil {
					return err
				}
				key := string(row.Key[prefix:])
				if stays != nil && stays(key) {
					continue
				}
				if keys = append(keys, key); len(keys) == atOnce {
					break
				}
			}
			return nil
		})
		if err != nil || len(keys) == 0 {
			return err
		}
		err = db.Update(ctx, func(tx store.Tx) error {
			for _, key := range keys {
				subject, _ := store.SubjectOf(table.Key(key))
				if err := errors.Join(tx.Lock(subject), table.Delete(tx, key)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}
