package postgres

import (
	"bytes"
	"context"
	"errors"
	"iter"

	"github.com/jackc/pgx/v5"

	"regulars/store"
)

// errOver reports a Reader or Tx used after its function returned.
var errOver = errors.New("postgres: transaction used after its function returned")

// pageBytes ends a page of a Scan early, so that large rows do not fill memory.
const pageBytes = 4 << 20

// keptBytes is how much of what was read one transaction remembers.
const keptBytes = 4 << 20

// reader reads one transaction, with changes over it. In a View there are none.
type reader struct {
	c       *call
	begun   bool
	admit   func() error                  // what must be before a connection is taken, or used; nil in a View
	before  func(*pgx.Batch) func() error // what goes out before each question; nil in a View
	changes store.Overlay
	kept    map[string]kept
	bytes   int // of kept
	trail   trail
	along   []string // keys to read with the next question
	over    bool
	err     error // what ended the transaction before its function returned
}

// View implements store.DB. The state is that of the first read.
func (db *DB) View(ctx context.Context, f func(store.Reader) error) error {
	c, err := db.enter(ctx, db.views)
	if err != nil {
		return err
	}
	defer c.end()
	db.stats.views.Add(1)
	r := &reader{c: c}
	defer func() { r.over = true }()
	return r.outcome(f(r))
}

// outcome is what a function's error means: where its transaction broke, what it
// made of that is no judgement of its own.
func (r *reader) outcome(err error) error {
	if r.err != nil && !errors.Is(err, r.err) {
		return r.err
	}
	return err
}

// ask is one round trip with what fill queues. Any error ends the transaction.
func (r *reader) ask(fill func(*pgx.Batch)) error {
	switch {
	case r.over:
		return errOver
	case r.err != nil:
		return r.err
	}
	r.err = r.trip(fill)
	return r.err
}

// trip begins the transaction if need be. As long as nothing of it was seen, a
// connection that turns out to be broken is replaced, once.
func (r *reader) trip(fill func(*pgx.Batch)) error {
	for {
		if r.admit != nil {
			if err := r.admit(); err != nil {
				return err
			}
		}
		if err := r.c.connect(); err != nil {
			return err
		}
		b := &pgx.Batch{}
		if !r.begun {
			b.Queue(r.c.db.sql.begin)
		}
		after := func() error { return nil }
		if r.before != nil {
			after = r.before(b)
		}
		r.readAlong(b)
		fill(b)
		r.c.inTx = true
		err := r.c.send(r.c.ctx, b)
		if err != nil && !r.begun && !r.c.retried && r.c.ctx.Err() == nil && broken(err) {
			r.c.retried = true
			r.c.drop()
			r.c.lane.pool.Reset()
			continue
		}
		if err != nil {
			return r.c.failed(err)
		}
		r.begun, r.along = true, nil
		return after()
	}
}

// Get implements store.Reader.
func (r *reader) Get(key []byte) (value []byte, ok bool, err error) {
	switch {
	case r.over:
		return nil, false, errOver
	case r.err != nil:
		return nil, false, r.err
	}
	if at, ok := r.changes.Find(key); ok {
		c := r.changes[at]
		return bytes.Clone(c.Value), !c.Deleted, nil
	}
	if len(key) == 0 || len(key) > store.MaxKey {
		return nil, false, nil // there is no such row
	}
	r.along = append(r.along, r.trail.read(&r.c.db.kin, string(key))...)
	k, ok := r.kept[string(key)]
	if !ok {
		r.along = append(r.along, string(key))
		if err := r.ask(func(*pgx.Batch) {}); err != nil {
			return nil, false, err
		}
		k = r.kept[string(key)]
	}
	return bytes.Clone(k.value), k.value != nil, nil
}

// readAlong queues the rows that are wanted, or will be. Those already known are
// left as they are.
func (r *reader) readAlong(b *pgx.Batch) {
	var keys [][]byte
	for _, key := range r.along {
		if _, ok := r.kept[key]; !ok && len(key) <= store.MaxKey {
			keys = append(keys, []byte(key))
		}
	}
	if len(keys) == 0 {
		return
	}
	b.Queue(r.c.db.sql.get, keys).Query(func(rows pgx.Rows) error {
		found := map[string][]byte{}
		for rows.Next() {
			raw := rows.RawValues()
			found[string(raw[0])] = append([]byte{}, raw[1]...)
		}
		r.keep(keys, found)
		return rows.Err()
	})
}

// kept is a row that was read before.
type kept struct {
	value   []byte // nil where there is none
	subject store.Subject
}

// keep remembers what was found under keys, and what was not.
func (r *reader) keep(keys [][]byte, found map[string][]byte) {
	if r.kept == nil || r.bytes > keptBytes {
		r.kept, r.bytes = map[string]kept{}, 0
	}
	for _, key := range keys {
		value := found[string(key)]
		subject, _ := store.SubjectOf(key)
		r.kept[string(key)] = kept{value, subject}
		r.bytes += len(key) + len(value)
	}
}

// forget gives up what was read of s before its lock. What other subjects guard
// stands still under locks held already, or may be a moment old.
func (r *reader) forget(s store.Subject) {
	for key, k := range r.kept {
		if k.subject == s {
			delete(r.kept, key)
		}
	}
}

// Scan implements store.Reader.
func (r *reader) Scan(rg store.Range) iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		rest := rg
		for limit := store.ScanPage; ; {
			if len(rest.End) > 0 && bytes.Compare(rest.Start, rest.End) >= 0 {
				return
			}
			page, next, size, err := r.page(rest, limit)
			if err != nil {
				yield(store.Row{}, err)
				return
			}
			for _, row := range page {
				if !yield(row, nil) {
					return
				}
			}
			if next == nil {
				return
			}
			// The next page asks for what will weigh about as much as one may.
			rest.Start, limit = next, min(store.ScanPage, max(1, len(page)*pageBytes/max(1, size)))
		}
	}
}

// page reads the first rows of rg and their size, and where the next page
// begins, nil if there is none. A page may be empty where changes deleted it.
func (r *reader) page(rg store.Range, limit int) (page []store.Row, next []byte, size int, err error) {
	there, cut, err := r.rows(rg, limit)
	if err != nil {
		return nil, nil, 0, err
	}
	if cut { // changes beyond come with their page
		next = append(bytes.Clone(there[len(there)-1].Key), 0)
		rg.End = next
	}
	base := func(yield func(k, v []byte) bool) {
		for _, row := range there {
			if !yield(row.Key, row.Value) {
				return
			}
		}
	}
	for k, v := range r.changes.Over(rg.Start, base) {
		if len(rg.End) > 0 && bytes.Compare(k, rg.End) >= 0 {
			break
		}
		if len(page) == store.ScanPage {
			return page, bytes.Clone(k), size, nil
		}
		page = append(page, store.Row{Key: bytes.Clone(k), Value: append([]byte{}, v...)})
		size += len(k) + len(v)
	}
	return page, next, size, nil
}

// rows reads up to limit rows of rg from the server, or as many as a page may
// weigh. cut says that there may be more.
func (r *reader) rows(rg store.Range, limit int) (rows []store.Row, cut bool, err error) {
	start := append([]byte{}, rg.Start...) // never null
	err = r.ask(func(b *pgx.Batch) {
		var q *pgx.QueuedQuery
		if len(rg.End) > 0 {
			q = b.Queue(r.c.db.sql.scan, start, rg.End, limit)
		} else {
			q = b.Queue(r.c.db.sql.scanOn, start, limit)
		}
		q.Query(func(got pgx.Rows) error {
			rows, cut = nil, false
			n, size := 0, 0
			for got.Next() {
				n++
				if cut = cut || size > pageBytes; cut {
					continue // the rest comes with the next page
				}
				raw := got.RawValues()
				row := store.Row{Key: bytes.Clone(raw[0]), Value: append([]byte{}, raw[1]...)}
				rows, size = append(rows, row), size+len(row.Key)+len(row.Value)
			}
			cut = cut || n == limit
			return got.Err()
		})
	})
	return rows, cut, err
}
