// Package mem is a store in memory, for tests, and strict about what the other
// engines forgive or notice too late:
//
//   - in an Update it refuses to read or write a row whose subject is not
//     locked (store.ErrUnlocked), as [store.SubjectOf] tells it;
//   - it refuses a Tx or Reader that outlived its function;
//   - it can run every Update's function twice ([Twice]), so that an effect
//     outside the Tx shows;
//   - it can crash at the n-th write or just after the n-th commit, and come
//     back with the rows of the last commit ([DB.Reopen]).
//
// It owns no rows and keeps those of others until the process ends.
package mem

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"sync"

	"regulars/store"
)

// ErrCrash is what everything returns from a crash until Reopen.
var ErrCrash = errors.New("mem: crashed")

// Option changes how a DB behaves.
type Option func(*DB)

// Twice runs the function of every Update twice and forgets what the first run
// did, its error included.
func Twice(db *DB) { db.twice = true }

// DB is a store.DB. Make it with New.
type DB struct {
	twice bool
	turn  chan struct{} // holds the one token that an Update needs

	mu          sync.Mutex // guards what follows
	root        *node      // the last commit
	closed      bool
	crashed     bool
	writes      int // Puts and Deletes so far
	crashWrite  int // crash at this write, counted down; 0 is never
	crashCommit int // crash after this commit, counted down; 0 is never
}

// New makes an empty store.
func New(opts ...Option) *DB {
	db := &DB{turn: make(chan struct{}, 1)}
	db.turn <- struct{}{}
	for _, o := range opts {
		o(db)
	}
	return db
}

// View implements store.DB.
func (db *DB) View(ctx context.Context, f func(store.Reader) error) error {
	root, err := db.begin(ctx)
	if err != nil {
		return err
	}
	r := &reader{root: root}
	defer r.end()
	return f(r)
}

// Update implements store.DB. One runs at a time.
func (db *DB) Update(ctx context.Context, f func(store.Tx) error) error {
	select {
	case <-db.turn:
		defer func() { db.turn <- struct{}{} }()
	case <-ctx.Done():
		return ctx.Err()
	}
	root, err := db.begin(ctx)
	if err != nil {
		return err
	}
	if db.twice {
		_, _ = db.run(root, true, f)
	}
	t, err := db.run(root, false, f)
	if err != nil {
		return err
	}
	return db.commit(t)
}

// begin says whether a transaction may start, and on which state.
func (db *DB) begin(ctx context.Context) (*node, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.root, db.usable()
}

func (db *DB) usable() error {
	if db.closed {
		return store.ErrClosed
	}
	if db.crashed {
		return ErrCrash
	}
	return nil
}

// run gives f its transaction. A rehearsal neither counts nor crashes.
func (db *DB) run(root *node, rehearsal bool, f func(store.Tx) error) (*tx, error) {
	t := &tx{reader: reader{root: root, locked: map[store.Subject]bool{}}, db: db, rehearsal: rehearsal}
	defer t.end()
	return t, f(t)
}

// commit publishes t's state, unless the store crashed or closed meanwhile.
func (db *DB) commit(t *tx) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.usable(); err != nil {
		return err
	}
	db.root = t.root
	if t.wrote && db.crashCommit > 0 {
		if db.crashCommit--; db.crashCommit == 0 {
			db.crashed = true
			return ErrCrash
		}
	}
	return nil
}

// countWrite counts a Put or Delete, and crashes at the one it was told.
func (db *DB) countWrite() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.usable(); err != nil {
		return err
	}
	db.writes++
	if db.crashWrite > 0 {
		if db.crashWrite--; db.crashWrite == 0 {
			db.crashed = true
			return ErrCrash
		}
	}
	return nil
}

// Close implements store.DB. The rows are gone with it.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.closed = true
	return nil
}

// CrashAt makes the n-th Put or Delete from now crash the store: it returns
// ErrCrash, its Update commits nothing and returns ErrCrash too, and so does
// everything until Reopen. 0 takes the order back.
func (db *DB) CrashAt(n int) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.crashWrite = n
}

// CrashAfterCommit makes the store crash right after the n-th commit from now
// that wrote something: its rows are kept, but its Update returns ErrCrash, as
// when a process dies before it could say that all went well. 0 takes the
// order back.
func (db *DB) CrashAfterCommit(n int) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.crashCommit = n
}

// Reopen starts the store again with the rows of the last commit, after a
// crash, a Close, or neither. Orders to crash are forgotten.
func (db *DB) Reopen() {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.closed, db.crashed = false, false
	db.crashWrite, db.crashCommit = 0, 0
}

// Writes is the number of Puts and Deletes so far, those of failed Updates
// included and rehearsals of Twice not: what CrashAt counts.
func (db *DB) Writes() int {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.writes
}

// Dump returns all rows of the last commit in the order of their keys. It
// works on a crashed or closed store as well.
func (db *DB) Dump() []store.Row {
	db.mu.Lock()
	root := db.root
	db.mu.Unlock()
	var rows []store.Row
	for n := range root.from("") {
		rows = append(rows, n.row())
	}
	return rows
}

// Hash is a digest of Dump, in hexadecimal: equal for equal rows only, and the
// same as storetest.Hash gives for any other engine with these rows.
func (db *DB) Hash() string {
	h := sha256.New()
	for _, row := range db.Dump() {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(row.Key))))
		h.Write(row.Key)
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(row.Value))))
		h.Write(row.Value)
	}
	return hex.EncodeToString(h.Sum(nil))
}
