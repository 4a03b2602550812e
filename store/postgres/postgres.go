// Package postgres is the engine for several machines: the whole state in one
// table of a PostgreSQL database (13 or newer) that any number of processes
// share.
//
// # The table
//
// The schema "regulars" holds "rows", the rows of all tables under their own
// keys (bytea, so that they sort by their bytes), "meta", which says what version
// the schema has and what the oldest version is whose programs may use it, and
// "steps", when each version came. The package owns no rows in the first and
// keeps those of others until they delete them.
//
// # Updates
//
// An Update is a transaction at READ COMMITTED under advisory locks: Lock takes
// a 64-bit hash of the schema and the subject. Locks are waited for in the order
// of their hashes only. One asked for out of that order is tried, and where it
// is taken, the transaction ends, and the function starts again with all that it
// is known to lock taken in order: nobody ever waits in a circle. Each statement
// sees what was committed before it began, so what is read under a lock is what
// the last holder left.
//
// Of one process, two at most are at the server with the same lock; others wait
// for it without a connection, so that one busy subject leaves room for all.
//
// What a function writes is gathered and goes out in one batch with COMMIT; what
// it locks goes out with its next read, and with that what mostly is read next
// (see kin). So a typical Update costs one round trip for BEGIN, its first locks
// and rows, one for each further subject or row that could not be foreseen, and
// one for all it writes and COMMIT.
//
// # When a connection breaks
//
// Before COMMIT went out, nothing is committed: store.ErrUnavailable. After that
// only the server knows, and is asked on another connection what became of the
// transaction; where it cannot be asked in time, store.ErrUnavailable says so.
// A server that is away, or that does not answer, is noticed within a second:
// everything that waits for it fails then, and everything that comes fails at
// once until it is back.
//
// Connect to the server itself, or through a pooler that pools sessions: one that
// pools transactions loses the prepared statements and the settings made here.
package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"regulars/store"
)

// Options are what Open and Create may be told. The zero value is right for
// serving.
type Options struct {
	// Schema holds the tables; "" is "regulars". Tests use one each.
	Schema string
	// Conns is how many connections are held at most, a third of them for Views,
	// so that neither keeps the other waiting. 0 is 16; the least is 2. One more
	// is made for moments when something is to be found out.
	Conns int
	// Queue is how many Updates, and as many Views, may wait for a connection
	// before others get store.ErrBusy. 0 is 1024.
	Queue int
	// ConnectTimeout is how long a connection may take to be made. 0 is 800 ms.
	ConnectTimeout time.Duration
	// LockTimeout is how long a lock, or a place in the queue, is waited for
	// before store.ErrBusy. 0 is 8 s, longer than IdleTimeout: what a frozen
	// process held is free again before others give up.
	LockTimeout time.Duration
	// StatementTimeout is how long one statement may take, its waiting for locks
	// included. 0 is 15 s.
	StatementTimeout time.Duration
	// IdleTimeout is how long the function of an Update may pause between two
	// reads before the server ends its transaction, and with it its locks: what
	// a process that hangs may cost others. 0 is 5 s. Views may pause 5 minutes.
	IdleTimeout time.Duration
	// Patience is how long a server may leave a statement unanswered before it
	// is asked whether it is there at all. 0 is 200 ms.
	Patience time.Duration
	// AskTimeout is how long it is tried to find out what became of a COMMIT
	// whose connection broke, where the caller's context has no earlier end.
	// 0 is 3 s.
	AskTimeout time.Duration
	// Log is told when the server goes and comes, of commits that had to be
	// asked for, and of steps of the schema. nil says nothing.
	Log *slog.Logger

	dial pgconn.DialFunc // tests break the line with it; nil is the network
}

// withDefaults fills in what the zero values stand for.
func (o Options) withDefaults() Options {
	if o.Schema == "" {
		o.Schema = "regulars"
	}
	if o.Conns == 0 {
		o.Conns = 16
	}
	o.Conns = max(o.Conns, 2)
	if o.Queue == 0 {
		o.Queue = 1024
	}
	for _, d := range []struct {
		of    *time.Duration
		value time.Duration
	}{
		{&o.ConnectTimeout, 800 * time.Millisecond},
		{&o.LockTimeout, 8 * time.Second},
		{&o.StatementTimeout, 15 * time.Second},
		{&o.IdleTimeout, 5 * time.Second},
		{&o.Patience, 200 * time.Millisecond},
		{&o.AskTimeout, 3 * time.Second},
	} {
		if *d.of == 0 {
			*d.of = d.value
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// DB is a store.DB over one schema. Make it with Open or Create.
//
// Do not call Update on a DB from within its own Update: with all connections
// so in use, each would wait for another's.
type DB struct {
	name string
	opts Options
	sql  statements
	at   health
	kin  kin
	gate gate

	updates, views *lane
	stats          counters

	closing sync.RWMutex // held to set closed, shared to begin
	closed  bool
	running sync.WaitGroup
	close   func()
}

// Name tells which database and schema this is, for messages: the URL without
// its password.
func (db *DB) Name() string { return db.name }

// Close implements store.DB. It waits for Updates and Views that run or wait.
func (db *DB) Close() error {
	db.close()
	return nil
}

func (db *DB) shutDown() {
	db.closing.Lock()
	db.closed = true
	db.closing.Unlock()
	db.running.Wait()
	db.at.close()
	db.updates.pool.Close()
	db.views.pool.Close()
}

// begin lets one call in; it is out again when the returned function was called.
func (db *DB) begin(ctx context.Context) (done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	db.closing.RLock()
	defer db.closing.RUnlock()
	if db.closed {
		return nil, store.ErrClosed
	}
	db.running.Add(1)
	return db.running.Done, nil
}

// Size is how many bytes the rows take on the server's disk, with their index.
func (db *DB) Size(ctx context.Context) (n int64, err error) {
	c, err := db.enter(ctx, db.views)
	if err != nil {
		return 0, err
	}
	defer c.end()
	if err := c.connect(); err != nil {
		return 0, err
	}
	err = c.conn.QueryRow(c.ctx, db.sql.size).Scan(&n)
	return n, c.failed(err)
}

// damaged is store.ErrDamaged with what is wrong and the way out.
func (db *DB) damaged(what string) error {
	return fmt.Errorf("%w: %s: %s; stop the program, keep a dump of the database, run `regulars verify`, and restore the newest backup that is clean",
		store.ErrDamaged, db.name, what)
}
