package rollup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// making is a generation being made.
type making struct {
	desk *Desk
	gen  int
	ids  []loyalty.MemberID // by ordinal, sorted

	mu  sync.Mutex
	bad []error // of members who cannot be read
}

// skips reports whether an error is one member's, whose rows are damaged: the
// others' figures are made all the same.
func skips(err error) bool {
	return errors.Is(err, store.ErrDamaged) || errors.Is(err, loyalty.ErrUnknownRef)
}

// make writes all rows of a new generation, and tells the next ordinal.
func (k *making) make(ctx context.Context, now time.Time, progress func(done, of int)) (next uint32, err error) {
	if err := k.desk.empty(ctx, k.gen); err != nil {
		return 0, err
	}
	if k.ids, err = k.desk.everybody(ctx, progress); err != nil {
		return 0, err
	}
	sum := newBatch(k.ord)
	if err := k.members(ctx, sum, progress); err != nil {
		return 0, err
	}
	if err := k.answers(ctx, sum, now); err != nil {
		return 0, err
	}
	return uint32(len(k.ids)), errors.Join(k.put(ctx, sum), k.names(ctx))
}

// empty removes what an attempt at this generation left that was broken off.
func (d *Desk) empty(ctx context.Context, gen int) error {
	for _, rg := range tables() {
		mine := store.Prefix(append(bytes.Clone(rg.Start), generation(gen)+"/"...))
		if _, err := store.Sweep(ctx, d.DB, mine, sweepStep, func(store.Row) bool { return true }); err != nil {
			return err
		}
	}
	return nil
}

func (k *making) ord(m loyalty.MemberID) (uint32, error) {
	i, ok := slices.BinarySearch(k.ids, m)
	if !ok {
		return 0, errLater
	}
	return uint32(i), nil
}

// everybody is whoever joined or has an account, sorted.
func (d *Desk) everybody(ctx context.Context, progress func(done, of int)) (ids []loyalty.MemberID, err error) {
	lists := []func(store.Reader, loyalty.MemberID) ([]loyalty.MemberID, loyalty.MemberID, error){
		func(r store.Reader, after loyalty.MemberID) ([]loyalty.MemberID, loyalty.MemberID, error) {
			return people.Joined(r, after, pageOf)
		},
		func(r store.Reader, after loyalty.MemberID) (page []loyalty.MemberID, next loyalty.MemberID, err error) {
			if page, err = d.Book.Holders(r, after, pageOf); len(page) == pageOf {
				next = page[pageOf-1]
			}
			return page, next, err
		},
	}
	for _, list := range lists {
		var page []loyalty.MemberID
		for after, more := loyalty.MemberID(""), true; more; more = after != "" {
			err := d.DB.View(ctx, func(r store.Reader) (err error) {
				page, after, err = list(r, after)
				return err
			})
			if err != nil {
				return nil, err
			}
			if ids = append(ids, page...); progress != nil && len(ids) > 0 {
				progress(len(ids), 0)
			}
		}
	}
	slices.SortFunc(ids, func(a, b loyalty.MemberID) int { return strings.Compare(string(a), string(b)) })
	return slices.Compact(ids), nil
}

// pageOf is how many members are listed in one View, and chunk how many are taken
// in in one.
const (
	pageOf = 2000
	chunk  = 200
)

// members takes everybody in, on all processors: one goroutine writes the
// watermarks, the others read.
func (k *making) members(ctx context.Context, sum *batch, progress func(done, of int)) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	pages := make(chan int)
	done := make(chan []known, runtime.GOMAXPROCS(0))
	var working sync.WaitGroup
	var mu sync.Mutex
	for range runtime.GOMAXPROCS(0) {
		working.Go(func() {
			b := newBatch(k.ord)
			for from := range pages {
				list, err := k.chunk(ctx, b, from)
				if err != nil {
					stop(err)
					continue
				}
				done <- list
			}
			mu.Lock()
			defer mu.Unlock()
			sum.plus(b)
		})
	}
	go func() {
		for from := 0; from < len(k.ids) && ctx.Err() == nil; from += chunk {
			pages <- from
		}
		close(pages)
		working.Wait()
		close(done)
	}()
	seen := 0
	for list := range done {
		if ctx.Err() != nil {
			continue // until the others have ended
		}
		if err := k.putKnown(ctx, list); err != nil {
			stop(err)
			continue
		}
		if seen += len(list); progress != nil {
			progress(seen, len(k.ids))
		}
	}
	return context.Cause(ctx)
}

// chunk takes in the members from an ordinal on.
func (k *making) chunk(ctx context.Context, b *batch, from int) (list []known, err error) {
	ids := k.ids[from:min(from+chunk, len(k.ids))]
	list = make([]known, len(ids))
	err = k.desk.DB.View(ctx, func(r store.Reader) error {
		for i, m := range ids {
			list[i] = known{Ord: uint32(from + i)}
			_, err := k.desk.take(r, b, m, &list[i], everything)
			if err == nil {
				continue
			}
			if err = fmt.Errorf("rollup: member %s: %w", m, err); !skips(err) {
				return err
			}
			k.mu.Lock()
			k.bad = append(k.bad, err)
			k.mu.Unlock()
		}
		return nil
	})
	return list, err
}

// everything is more entries than a member can have.
const everything = 1 << 40

func (k *making) putKnown(ctx context.Context, list []known) error {
	return k.desk.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(all); err != nil {
			return err
		}
		for i := range list {
			if err := knowns.Put(tx, list[i], generation(k.gen), string(k.ids[list[i].Ord])); err != nil {
				return err
			}
		}
		return nil
	})
}

// plus adds another batch.
func (b *batch) plus(o *batch) {
	for k, p := range o.piles {
		if b.piles[k] == nil {
			b.piles[k] = p
			continue
		}
		b.piles[k].b = append(b.piles[k].b, p.b...)
	}
	for k, n := range o.settle {
		b.settle[k] += n
	}
	for k, n := range o.late {
		b.late[k] += n
	}
	for k, n := range o.given {
		b.gave(k.month, k.store, n)
	}
	for ord, into := range o.parts {
		b.parts[ord] = into
	}
	for k, list := range o.scores {
		b.scores[k] = append(b.scores[k], list...)
	}
}

// answers takes in what was answered before the newest question to each, day by
// day.
func (k *making) answers(ctx context.Context, sum *batch, now time.Time) error {
	last := now.UTC().AddDate(0, 0, 2)
	for at := last.AddDate(0, 0, -scoresKept-2); at.Before(last); at = at.AddDate(0, 0, 1) {
		err := k.desk.DB.View(ctx, func(r store.Reader) (err error) {
			q := survey.Query{From: at, To: at.AddDate(0, 0, 1)}
			for s := range survey.Scores(r, q, &err) {
				ord, bad := k.ord(s.Member)
				if bad != nil {
					continue // of one who is no member
				}
				sum.answer(ord, s, k.desk.dayOf(s.At))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// mostBytes is about how much one Update of a rebuild writes.
const mostBytes = 512 << 10

// put writes the rows, some at a time.
func (k *making) put(ctx context.Context, sum *batch) error {
	part := newBatch(nil)
	size := 0
	flush := func(force bool) error {
		if size < mostBytes && !force {
			return nil
		}
		b := part
		part, size = newBatch(nil), 0
		return k.desk.DB.Update(ctx, func(tx store.Tx) error {
			if err := tx.Lock(all); err != nil {
				return err
			}
			_, err := b.write(tx, k.gen)
			return err
		})
	}
	for key, p := range sum.piles {
		part.piles[key], size = p, size+len(p.b)+200
		if err := flush(false); err != nil {
			return err
		}
	}
	for key, list := range sum.scores {
		part.scores[key], size = list, size+30*len(list)+200
		if err := flush(false); err != nil {
			return err
		}
	}
	part.settle, part.late, part.given, part.parts = sum.settle, sum.late, sum.given, sum.parts
	return flush(true)
}

// names writes who has which ordinal.
func (k *making) names(ctx context.Context) error {
	const rows = 64
	for from := 0; from < len(k.ids); from += rows * perRow {
		err := k.desk.DB.Update(ctx, func(tx store.Tx) error {
			if err := tx.Lock(all); err != nil {
				return err
			}
			for at := from; at < min(from+rows*perRow, len(k.ids)); at += perRow {
				list := k.ids[at:min(at+perRow, len(k.ids))]
				if err := tx.Put(ordKey(k.gen, uint32(at)), encodeIDs(list)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
