package bolt

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"slices"

	bbolt "go.etcd.io/bbolt"

	"regulars/store"
	"regulars/store/journal"
)

// startJournal goes on with the journal of a store that stands at commit n.
func (db *DB) startJournal(n uint64) {
	db.renew = db.renew || db.opts.NewLine
	if db.opts.Journal == nil {
		return
	}
	line := db.Line()
	var ahead bool
	db.journal, ahead = journal.Start(*db.opts.Journal, line, n)
	db.renew = db.renew || ahead || line == ""
}

// Line is the line of history that commits are numbered in; "" where none was
// drawn yet.
func (db *DB) Line() string { return *db.line.Load() }

// Journal is how the journal stands; ok is false where none is kept.
func (db *DB) Journal() (s journal.Status, ok bool) {
	if db.journal == nil {
		return s, false
	}
	return db.journal.Status(), true
}

// nextLine is the line that the next commit belongs to.
func (db *DB) nextLine() string {
	if db.renew {
		return rand.Text()
	}
	return db.Line()
}

// wrote has commit n, which is on disk, written down.
func (db *DB) wrote(line string, n uint64, changes []store.Overlay) {
	if db.renew {
		db.line.Store(&line)
		db.renew = false
	}
	if db.journal != nil {
		db.journal.Add(journal.Commit{Line: line, N: n, Changes: slices.Concat(changes...)})
	}
}

// replayBytes is how many bytes Replay commits at once.
const replayBytes = 16 << 20

// Replay brings the store at path, which nobody has open, forward by commits,
// the first of which must follow on its own last one. A store that it failed on
// is of no use any more: give it a copy.
func Replay(ctx context.Context, path string, commits iter.Seq2[journal.Commit, error]) (err error) {
	db, err := Open(path, Options{NoSync: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	r := replay{db: db, n: db.Commits()}
	for c, err := range commits {
		if err = errors.Join(err, ctx.Err()); err == nil {
			err = r.apply(c)
		}
		if err != nil {
			return errors.Join(err, r.end())
		}
	}
	if err := r.commit(); err != nil {
		return err
	}
	return guard(path, db.bolt.Sync)
}

// replay is a transaction that takes many commits.
type replay struct {
	db    *DB
	btx   *bbolt.Tx
	n     uint64 // the last commit in it
	bytes int
}

func (r *replay) apply(c journal.Commit) (err error) {
	if c.N != r.n+1 || c.Line != r.db.Line() {
		return fmt.Errorf("bolt: commit %d of the journal does not follow on %d of %s", c.N, r.n, r.db.path)
	}
	if r.btx == nil {
		if r.btx, err = r.db.begin(true); err != nil {
			return err
		}
	}
	err = guard(r.db.path, func() error {
		rows := r.btx.Bucket(bucketRows)
		for _, ch := range c.Changes {
			if err := replayRow(rows, ch); err != nil {
				return err
			}
			r.bytes += len(ch.Key) + len(ch.Value)
		}
		return nil
	})
	r.n = c.N
	if err == nil && r.bytes > replayBytes {
		err = r.commit()
	}
	return err
}

func replayRow(rows *bbolt.Bucket, ch store.Change) error {
	if ch.Deleted {
		return rows.Delete(ch.Key)
	}
	return rows.Put(ch.Key, ch.Value)
}

// commit ends the transaction, if there is one.
func (r *replay) commit() error {
	if r.btx == nil {
		return nil
	}
	err := guard(r.db.path, func() error {
		if err := putMark(r.btx.Bucket(bucketMark), r.n, ""); err != nil {
			return err
		}
		return r.btx.Commit()
	})
	if err != nil {
		return errors.Join(err, r.end())
	}
	r.btx, r.bytes = nil, 0
	return nil
}

// end gives up the transaction, if there is one.
func (r *replay) end() error {
	if r.btx != nil {
		r.db.rollback(r.btx)
		r.btx = nil
	}
	return nil
}
