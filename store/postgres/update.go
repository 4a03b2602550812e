package postgres

import (
	"bytes"
	"context"
	"errors"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"regulars/store"
)

// maxRestarts bounds how often one function is begun anew. Each time at least
// one more lock is known, so only a function whose subjects keep changing under
// it comes near.
const maxRestarts = 20

// tx is a reader that locks, and collects changes.
type tx struct {
	reader
	id     string  // the transaction's, once begun
	wanted []int64 // locks that go out with the next question
	held   []int64
}

// Update implements store.DB.
func (db *DB) Update(ctx context.Context, f func(store.Tx) error) error {
	c, err := db.enter(ctx, db.updates)
	if err != nil {
		return err
	}
	defer c.end()
	defer db.stats.updates.Add(1)
	var known []int64
	for range maxRestarts {
		t := newTx(c, known)
		err := t.run(f)
		if !errors.Is(err, errAgain) {
			return err
		}
		db.stats.restarts.Add(1)
		db.running.Add(1)
		c.letGo(db.running.Done)
		known = append(t.held, t.wanted...)
	}
	return db.busy("its locks were taken again and again")
}

// newTx begins anew on c, with the locks known from the run before.
func newTx(c *call, known []int64) *tx {
	t := &tx{reader: reader{c: c}, wanted: known}
	t.admit = t.pass
	t.before = func(b *pgx.Batch) func() error { return t.prepare(b, c.db.sql.try) }
	return t
}

// run gives f its turn, and commits.
func (t *tx) run(f func(store.Tx) error) error {
	defer func() { t.over = true }()
	if err := t.c.caller.Err(); err != nil {
		return err
	}
	if err := t.outcome(f(t)); err != nil {
		return err
	}
	return t.commit()
}

// key is the lock of a subject. Two subjects may share one, and then wait for
// one another without need.
func (db *DB) key(s store.Subject) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(db.opts.Schema))
	_, _ = h.Write([]byte{0})
	_, _ = h.Write([]byte(s))
	return int64(h.Sum64())
}

// Lock implements store.Tx. The locks go out with the next read, or with what is
// written: until then the function has seen nothing that they guard.
func (t *tx) Lock(subjects ...store.Subject) error {
	switch {
	case t.over:
		return errOver
	case t.err != nil:
		return t.err
	}
	for _, s := range subjects {
		k := t.c.db.key(s)
		if !slices.Contains(t.held, k) && !slices.Contains(t.wanted, k) {
			t.wanted = append(t.wanted, k)
			t.forget(s)
			if word, name, ok := strings.Cut(string(s), "/"); ok {
				t.along = append(t.along, t.trail.begin(&t.c.db.kin, word, name)...)
			}
		}
	}
	return nil
}

// outOfOrder reports whether a lock is wanted that comes before one held. Such
// a one must not be waited for: its holder may wait for ours.
func (t *tx) outOfOrder() bool {
	return len(t.held) > 0 && len(t.wanted) > 0 && slices.Min(t.wanted) < slices.Max(t.held)
}

// prepare queues what a transaction needs before its next question: its id, and
// the locks that are wanted, with try where they are out of order. The returned
// function looks at what came of it.
func (t *tx) prepare(b *pgx.Batch, try string) func() error {
	sql := t.c.db.sql
	if !t.begun {
		b.Queue(sql.xid).QueryRow(func(row pgx.Row) error { return row.Scan(&t.id) })
	}
	if len(t.wanted) == 0 {
		return func() error { return nil }
	}
	slices.Sort(t.wanted)
	got, waited := true, 0.0
	switch {
	case t.outOfOrder() && try == sql.must:
		b.Queue(try, t.wanted)
	case t.outOfOrder():
		b.Queue(try, t.wanted).QueryRow(func(row pgx.Row) error { return row.Scan(&got) })
	default:
		b.Queue(sql.lock, t.wanted).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				if err := rows.Scan(nil, &waited); err != nil {
					return err
				}
			}
			return rows.Err()
		})
	}
	return func() error {
		t.c.db.stats.waited(waited)
		if !got {
			return errAgain
		}
		t.held = append(t.held, t.wanted...)
		t.wanted = nil
		return nil
	}
}

// Put implements store.Tx.
func (t *tx) Put(key, value []byte) error {
	return t.change(store.Change{Key: bytes.Clone(key), Value: append([]byte{}, value...)})
}

// Delete implements store.Tx.
func (t *tx) Delete(key []byte) error {
	return t.change(store.Change{Key: bytes.Clone(key), Deleted: true})
}

func (t *tx) change(c store.Change) error {
	switch {
	case t.over:
		return errOver
	case t.err != nil:
		return t.err
	}
	if err := store.CheckRow(c.Key, c.Value); err != nil {
		return err
	}
	t.changes.Set(c)
	return nil
}
