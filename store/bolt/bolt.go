// Package bolt is the default engine: the whole state in one bbolt file.
//
// # The file
//
// One bucket, "rows", holds the rows of all tables under their own keys. A
// second, "regulars", marks the file as ours and holds two values: "format",
// the version of this layout, and "commits", how often the file was committed
// to. The package owns no rows in the first and keeps those of others until
// they delete them.
//
// Beside the file lies FILE.commits, the counter once more, at most a second
// behind. A disk that acknowledges what it does not keep, or a file put back
// from somewhere, shows when the file's counter is lower than the one beside
// it: [Open] then refuses, and says how many commits are gone. Commits of the
// last second before a power cut may be lost in that way without being noticed.
//
// # Commits
//
// A commit costs two syncs of the disk, a millisecond or so, however much it
// holds. So one writer takes every update that waits, runs one after the other,
// and commits them together; nobody waits for more to come. Each update writes
// into an overlay of its own, which goes into the transaction when its function
// succeeds and is dropped when it fails, so neighbours never run again because
// of one another, yet see one another's rows in the order they ran. All are
// answered after the commit; if it fails, all get store.ErrUnavailable.
//
// The function runs on its caller's goroutine, which the writer hands the turn
// to: a panic surfaces where it belongs and harms nobody else.
//
// # Journal
//
// With Options.Journal, what each commit changed is written down beside the
// store once it is on disk, off the commit's way: see package journal. The
// second bucket then holds "line", the line of history that commits are numbered
// in. A store that goes back draws a new one with its next commit; compacting
// changes no row, and keeps it.
//
// # Damage
//
// bbolt panics on pages it cannot read, and a file that was cut short faults in
// its memory map. Neither leaves this package but as store.ErrDamaged with what
// to do. After damage was met while writing, updates are refused until the
// program starts again: a file known to be damaged is not written to.
//
// A sync that fails behind the rows that it was for is met likewise: they show,
// and nobody knows whether they stay. [Open] then has the disk write the file's
// heads again before anything leans on them.
package bolt

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	bbolt "go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"regulars/store"
	"regulars/store/journal"
)

// Options are what Open may be told. The zero value is right for serving.
type Options struct {
	// Timeout is how long to wait for another process to let go of the file.
	// 0 is two seconds.
	Timeout time.Duration
	// MmapSize is how many bytes of address space to map at first; 0 is 256 MiB
	// where addresses have 64 bits. A file that outgrows the map is mapped anew,
	// and that waits for every open View while all others wait for it: so the
	// map is made larger than most shops' files ever get. It takes no memory.
	MmapSize int
	// MaxSize is the most bytes the file may have, counted in steps of 16 MiB;
	// 0 is no limit. At the limit updates get store.ErrUnavailable.
	MaxSize int
	// Queue is how many updates may wait before others get store.ErrBusy.
	// 0 is 4096, a fraction of a second's work.
	Queue int
	// Window is how long one commit may go on taking updates that wait, 0 is
	// 50 ms. A longer one makes bulk work cheaper and everybody else wait.
	Window time.Duration
	// Journal is where commits are written down; nil is nowhere.
	Journal *journal.Options
	// NewLine begins a new line of history with the next commit: for a store that
	// was put back from a backup.
	NewLine bool
	// AcceptLoss opens a file that lost its last commits, and forgets them.
	AcceptLoss bool
	// NoSync leaves it to the operating system when to write. A power cut may
	// then destroy the file: for tests and benchmarks only.
	NoSync bool
}

// withDefaults fills in what the zero values stand for.
func (o Options) withDefaults() Options {
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Second
	}
	// Windows would make the file as large as the map.
	if o.MmapSize == 0 && strconv.IntSize == 64 && runtime.GOOS != "windows" {
		o.MmapSize = 256 << 20
	}
	if o.Queue == 0 {
		o.Queue = 4096
	}
	if o.Window == 0 {
		o.Window = 50 * time.Millisecond
	}
	return o
}

// DB is a store.DB over one file. Make it with Open.
//
// Do not call Update or View on a DB from within its own Update: the writer
// would wait for itself. An Update within a View waits for the file to grow
// until that View ends, and so may wait for ever.
type DB struct {
	path string
	opts Options
	bolt *bbolt.DB
	file *os.File // bbolt's own; ours to read, and to close when bbolt cannot

	queue   chan *call
	back    chan struct{} // the turn comes back to the writer
	stopped chan struct{} // the writer has ended

	sending sync.RWMutex // held to close queue, shared to send into it
	closed  bool
	close   func() error // closes once

	commits *counter
	line    atomic.Pointer[string] // of history; "" where none was drawn yet
	lossy   bool                   // it lost commits, and was opened all the same
	renew   bool                   // the next commit draws a new line; the writer's own
	journal *journal.Writer        // nil: commits are not written down
	fault   atomic.Pointer[fault]
}

// fault says why a DB no longer writes, or no longer does anything at all.
type fault struct {
	err    error
	wedged bool // bbolt kept its locks: do not call it again
}

// View implements store.DB. It reads the state of the last commit.
func (db *DB) View(ctx context.Context, f func(store.Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	btx, err := db.begin(false)
	if err != nil {
		return err
	}
	defer db.rollback(btx)
	rows, err := db.rows(btx)
	if err != nil {
		return err
	}
	r := &reader{path: db.path, rows: rows}
	defer r.end()
	return f(r)
}

// begin starts a bbolt transaction.
func (db *DB) begin(writable bool) (*bbolt.Tx, error) {
	if fault := db.fault.Load(); fault != nil && fault.wedged {
		return nil, fault.err
	}
	var btx *bbolt.Tx
	err := guard(db.path, func() (err error) {
		btx, err = db.bolt.Begin(writable)
		return err
	})
	switch {
	case errors.Is(err, bbolterrors.ErrDatabaseNotOpen):
		return nil, store.ErrClosed
	case errors.Is(err, store.ErrDamaged):
		// bbolt panicked with its locks held: it would never answer again.
		db.fault.Store(&fault{err, true})
		return nil, err
	case err != nil:
		return nil, db.unavailable(err)
	}
	return btx, nil
}

// rows is the bucket that holds everything.
func (db *DB) rows(btx *bbolt.Tx) (rows *bbolt.Bucket, err error) {
	err = guard(db.path, func() error {
		if rows = btx.Bucket(bucketRows); rows == nil {
			return damaged(db.path, "its rows are gone")
		}
		return nil
	})
	return rows, err
}

// rollback ends a transaction that is not to be committed.
func (db *DB) rollback(btx *bbolt.Tx) {
	if err := guard(db.path, btx.Rollback); errors.Is(err, store.ErrDamaged) {
		db.fault.Store(&fault{err, true})
	}
}

// Close implements store.DB. Updates that already wait are done first, and
// Views that are open are waited for. A second Close does nothing.
func (db *DB) Close() error { return db.close() }

func (db *DB) shutDown() error {
	db.sending.Lock()
	db.closed = true
	close(db.queue)
	db.sending.Unlock()
	<-db.stopped
	if db.journal != nil {
		_ = db.journal.Close() // the store is whole without it; its Status told
	}
	return errors.Join(db.commits.stop(), db.closeFile())
}

// closeFile closes bbolt, or where that would hang, at least lets the file go.
func (db *DB) closeFile() error {
	if fault := db.fault.Load(); fault != nil && fault.wedged {
		return db.file.Close()
	}
	return db.bolt.Close()
}

// Path is the file's name as it was given to Open.
func (db *DB) Path() string { return db.path }

// LossAccepted reports whether the file was found to have lost its last commits
// when it was opened, and Options.AcceptLoss let it go on without them.
func (db *DB) LossAccepted() bool { return db.lossy }

// accept notes a loss that was found and accepted: what follows is another line
// of history.
func (db *DB) accept(loss bool) {
	db.lossy, db.renew = db.lossy || loss, db.renew || loss
}

// Commits is how often the file was committed to since it was made.
func (db *DB) Commits() uint64 { return db.commits.last.Load() }
