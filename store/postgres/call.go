package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"regulars/store"
)

// lane is a pool of connections with a queue before it.
type lane struct {
	db      *DB
	pool    *pgxpool.Pool
	slots   chan struct{} // as many as there are connections
	waiting atomic.Int64
}

// call is one Update or View, and what it has of the lane once it asked for
// something.
type call struct {
	db     *DB
	lane   *lane
	caller context.Context
	up     context.Context // ends when the server is away
	ctx    context.Context // ends with either
	cancel context.CancelFunc
	done   func()

	hold
	retried bool
}

// hold is what a call has, and gives back.
type hold struct {
	gates []int64 // that it passed
	place bool    // in the lane
	conn  *pgxpool.Conn
	inTx  bool // a transaction is open on conn
}

// enter lets a call in, which has nothing yet.
func (db *DB) enter(ctx context.Context, l *lane) (*call, error) {
	done, err := db.begin(ctx)
	if err != nil {
		return nil, err
	}
	up := db.at.lease()
	if up.Err() != nil {
		done()
		return nil, db.unavailable(errAway)
	}
	c := &call{db: db, lane: l, caller: ctx, up: up, done: done}
	c.ctx, c.cancel = either(ctx, up)
	return c, nil
}

// either is a context that ends with ctx and with up.
func either(ctx, up context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(up, cancel)
	return ctx, func() { stop(); cancel() }
}

// queue waits for a place.
func (l *lane) queue(ctx, up context.Context) error {
	select {
	case l.slots <- struct{}{}:
		return nil
	default:
	}
	return l.wait(ctx, up, func(over <-chan struct{}) bool {
		select {
		case l.slots <- struct{}{}:
			return true
		case <-over:
			return false
		}
	})
}

// wait lets turn wait until it is over, if not too many wait already.
func (l *lane) wait(ctx, up context.Context, turn func(over <-chan struct{}) bool) error {
	defer l.waiting.Add(-1)
	if l.waiting.Add(1) > int64(l.db.opts.Queue) {
		return l.db.busy("the queue is full")
	}
	until, cancel := either(ctx, up)
	defer cancel()
	until, cancel = context.WithTimeout(until, l.db.opts.LockTimeout)
	defer cancel()
	switch {
	case turn(until.Done()):
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case up.Err() != nil:
		return l.db.unavailable(errAway)
	}
	return l.db.busy("its turn did not come in time")
}

// end gives back all that c has.
func (c *call) end() {
	c.letGo(func() { c.cancel(); c.done() })
}

// letGo gives back what c has, and then runs after. A transaction that is still
// open is rolled back while its caller goes on: nobody waits for that but who
// wants its locks.
func (c *call) letGo(after func()) {
	had := c.hold
	c.hold = hold{}
	release := func() {
		if had.conn != nil {
			had.conn.Release() // the pool closes one that is broken, or in the middle of something
		}
		if had.place {
			<-c.lane.slots
		}
		c.db.gate.leave(had.gates)
		after()
	}
	if !had.inTx || had.conn == nil || had.conn.Conn().IsClosed() || c.up.Err() != nil {
		release()
		return
	}
	go func() {
		defer release()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(c.caller), c.db.opts.ConnectTimeout)
		defer cancel()
		_, _ = had.conn.Exec(ctx, c.db.sql.rollback)
		c.db.stats.trips.Add(1)
	}()
}

// drop lets a connection go that is of no more use.
func (c *call) drop() {
	if c.conn != nil {
		c.conn.Release()
	}
	c.conn, c.inTx = nil, false
}

// connect takes a connection from the pool. There is one for each place, so it
// is waited for only as long as one may take to be made.
func (c *call) connect() error {
	if c.conn != nil {
		return nil
	}
	if !c.place {
		if err := c.lane.queue(c.caller, c.up); err != nil {
			return err
		}
		c.place = true
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.db.opts.ConnectTimeout)
	defer cancel()
	conn, err := c.lane.pool.Acquire(ctx)
	if err != nil {
		return c.failed(err)
	}
	c.conn = conn
	return nil
}

// send is one round trip.
func (c *call) send(ctx context.Context, b *pgx.Batch) error {
	// The server bounds each statement; this bounds a line that went dead while
	// the server is there.
	ctx, cancel := context.WithTimeout(ctx, c.db.opts.StatementTimeout+time.Second)
	defer cancel()
	heard := c.db.at.watch()
	err := c.conn.SendBatch(ctx, b).Close()
	heard()
	c.db.stats.trips.Add(1)
	if err == nil {
		c.db.at.answered()
	}
	return err
}

// errAway is why calls fail while the server does not answer.
var errAway = errors.New("the database does not answer")

// errAgain ends a run of a function that is to run again.
var errAgain = errors.New("postgres: this update runs again")

// failed says what err, of the server or the way to it, means to the caller.
func (c *call) failed(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrNewer):
		return err
	case c.up.Err() != nil:
		return c.db.unavailable(errAway)
	case c.caller.Err() != nil:
		return c.caller.Err()
	}
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		c.db.stats.lost.Add(1)
		c.db.at.suspect()
		return c.db.unavailable(err)
	}
	switch {
	// A deadlock, no serialization, or statements.must: divided by a lock that was taken.
	case said.Code == "40P01", said.Code == "40001", said.Code == "22012":
		return errAgain
	case said.Code == "55P03":
		return c.db.busy("a lock was not free in time")
	case broken(err):
		c.db.stats.lost.Add(1)
		c.db.at.suspect()
		return c.db.unavailable(err)
	// Too long, out of something, or a server that only reads by now.
	case said.Code == "57014", said.Code[:2] == "53", said.Code[:2] == "58", said.Code == "25006":
		return c.db.unavailable(err)
	case said.Code[:2] == "XX":
		return c.db.damaged(said.Message)
	}
	return fmt.Errorf("postgres: %w", err)
}

// broken reports whether the connection that gave err is of no more use.
func broken(err error) bool {
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		return true
	}
	return said.SeverityUnlocalized == "FATAL" || said.SeverityUnlocalized == "PANIC"
}

// hasCode reports whether err is the server's, with one of codes.
func hasCode(err error, codes ...string) bool {
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		return false
	}
	for _, c := range codes {
		if said.Code == c {
			return true
		}
	}
	return false
}

// unavailable is store.ErrUnavailable with its cause.
func (db *DB) unavailable(cause error) error {
	return fmt.Errorf("%w: %s: %w; nothing of this was kept", store.ErrUnavailable, db.name, cause)
}

// busy is store.ErrBusy with its reason.
func (db *DB) busy(why string) error {
	db.stats.busy.Add(1)
	return fmt.Errorf("%w: %s", store.ErrBusy, why)
}
