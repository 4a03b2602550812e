package people

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// unnamed lists new members whose rows of name/ are not written yet, under the
// first of them. It is written with the members, and deleted when they are
// found: whatever cuts an import off, IndexNames knows what is left to do.
var unnamed = store.NewTable[[]loyalty.MemberID]("unnamed/", store.Locked, store.FirstPart("member"))

// The rows of name/ are the most of all that a member makes, and each lies
// somewhere else in the file: written with the member, each costs a page. So
// many members' are gathered and written in the order of their keys.
const (
	gatherRows   = 400_000 // rows sorted at once: some 40 MB
	gatherGroups = 64      // rows of unnamed/ read in one View
	nameStep     = 512     // rows written in one Update
	nameSteps    = 32      // Updates that wait for one sync of the disk
)

// ImportLater is Import of very many: the new members are not found by name
// until [IndexNames] has run.
func (v *Vault) ImportLater(tx store.Tx, list []*Prepared, now time.Time, rand io.Reader) ([]Taken, error) {
	came, err := v.importAll(tx, list, now, rand)
	if err != nil {
		return nil, err
	}
	var without []loyalty.MemberID
	for i, t := range came {
		if t.What == TakenNew && len(list[i].names) > 0 {
			without = append(without, t.Member)
		}
	}
	if len(without) == 0 {
		return came, nil
	}
	return came, unnamed.Put(tx, without, string(without[0]))
}

// IndexNames lets all be found by name whom ImportLater brought, also those of
// a run that was cut off, and returns how many rows it wrote. It is idempotent,
// and may run beside an import or another IndexNames.
func IndexNames(ctx context.Context, db store.DB) (n int, err error) {
	for more := true; more && err == nil; {
		var g gathered
		if g, more, err = gatherNames(ctx, db); err == nil {
			n += len(g.rows)
			err = g.write(ctx, db)
		}
	}
	return n, err
}

// gathered are rows of name/ to be written, and what then is done with.
type gathered struct {
	rows   []string // keys after the prefix: "<hash>/<member>"
	groups []string // keys of unnamed/ after the prefix
}

// gatherNames collects a first part, and says whether there may be more.
func gatherNames(ctx context.Context, db store.DB) (g gathered, more bool, err error) {
	rg := unnamed.All()
	for len(g.rows) < gatherRows {
		read := 0
		err := db.View(ctx, func(r store.Reader) (err error) {
			for key, members := range unnamed.Scan(r, rg, &err) {
				for _, m := range members {
					if err := g.add(r, m); err != nil {
						return err
					}
				}
				g.groups, rg.Start = append(g.groups, key), append(unnamed.Key(key), 0)
				if read++; read == gatherGroups {
					break
				}
			}
			return err
		})
		if err != nil || read < gatherGroups {
			return g, false, err
		}
	}
	return g, true, nil
}

func (g *gathered) add(r store.Reader, m loyalty.MemberID) error {
	have, _, err := namesOf.Get(r, string(m))
	for _, h := range have {
		g.rows = append(g.rows, h+"/"+string(m))
	}
	return err
}

// write writes the rows in their order, and then forgets what was to be done.
func (g *gathered) write(ctx context.Context, db store.DB) error {
	slices.Sort(g.rows)
	if err := inSteps(ctx, db, g.rows, nameStep, putNames); err != nil {
		return err
	}
	return inSteps(ctx, db, g.groups, gatherGroups, func(tx store.Tx, keys []string) error {
		for _, k := range keys {
			if err := tx.Lock(Subject(loyalty.MemberID(k))); err != nil {
				return err
			}
			if err := unnamed.Delete(tx, k); err != nil {
				return err
			}
		}
		return nil
	})
}

// putNames writes those rows that are their members' still: somebody may have
// changed his name, or left, since they were gathered.
func putNames(tx store.Tx, rows []string) error {
	empty, err := store.Encode(nameRow{})
	if err != nil {
		return err
	}
	subjects := make([]store.Subject, len(rows))
	for i, row := range rows {
		subjects[i] = Subject(loyalty.MemberID(afterSlash(row)))
	}
	if err := tx.Lock(subjects...); err != nil {
		return err
	}
	for _, row := range rows {
		hash, id, _ := strings.Cut(row, "/")
		// A hash stands in the list as it is; to decode it would cost more than all else.
		have, ok, err := tx.Get(namesOf.Key(id))
		if err != nil {
			return err
		}
		if !ok || !bytes.Contains(have, []byte(hash)) {
			continue
		}
		if err := tx.Put(names.Key(row), empty); err != nil {
			return err
		}
	}
	return nil
}

// inSteps does f to a list, step by step, each in an Update of its own, in the
// order of the list as far as engines keep it, several waiting for one commit.
func inSteps[T any](ctx context.Context, db store.DB, list []T, step int, f func(store.Tx, []T) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	slots := make(chan struct{}, nameSteps)
	for part := range slices.Chunk(list, step) {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		all.Go(func() {
			defer func() { <-slots }()
			if err := db.Update(ctx, func(tx store.Tx) error { return f(tx, part) }); err != nil {
				stop(err)
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}
